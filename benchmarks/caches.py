"""Which cache sizes decide the last bits of a training, on this processor.

oneDNN, which computes PyTorch's convolutions on a CPU, cuts them into blocks that fit the caches of the processor it
runs on, and blocks decide in which order sums are added. So two processors with the same vector instructions may still
train differently. Here the first epochs of a recorded training are done again in fresh processes, each with other sizes
in place of the processor's own. oneDNN has no setting for them: the function that tells it the sizes is
overwritten in the memory of that process. That takes Linux on x86-64 and ``nm`` (Debian: binutils).

    python -m benchmarks.caches [NAME] [--seed 4] [--epochs 2] [--record]
    python -m benchmarks.caches --retrace NAME [NAME ...] --seed 4

``--record`` writes results/benchmarks/caches.json; ``--retrace`` repeats trainings with ``SIZES``, those of the Intel
processors of the records, and keeps their weights as ``python -m mnist_lib retrace --weights`` does. Read in
book/how-sure.md.
"""

import argparse
import ctypes
import dataclasses
import json
import struct
import subprocess
from functools import lru_cache
from pathlib import Path

import torch

from mnist_lib import EXPERIMENTS
from mnist_lib.files import write_atomically
from mnist_lib.training import machine, pick_device, records, retrace_weights

from .instructions import trained

SIZES = (48 * 1024, 2048 * 1024, 1920 * 1024)  # bytes a core of levels 1, 2 and 3, Intel's since 2023
FUNCTION = "_ZN4dnnl4impl3cpu8platform23get_per_core_cache_sizeEi"
WRITABLE = 7  # PROT_READ | PROT_WRITE | PROT_EXEC


@lru_cache
def _address() -> int:
    """Where oneDNN's function of the cache sizes lies in this process."""
    library = Path(torch.__file__).parent / "lib" / "libtorch_cpu.so"
    names = subprocess.run(["nm", library], capture_output=True, text=True, check=True).stdout
    offset = next(int(line.split()[0], 16) for line in names.splitlines() if line.endswith(f" {FUNCTION}"))
    maps = Path("/proc/self/maps").read_text().splitlines()
    return offset + next(int(line.partition("-")[0], 16) for line in maps if line.endswith(f"/{library.name}"))


def own_sizes() -> tuple[int, int, int]:
    """What oneDNN takes the sizes of the caches to be, in bytes a core of levels 1, 2 and 3."""
    size = ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_int)(_address())
    return size(1), size(2), size(3)


def pretend(sizes: tuple[int, int, int]) -> None:
    """From now on oneDNN takes the caches of this process's processor to be of these sizes."""
    first, second, third = (struct.pack("<I", size) for size in sizes)
    code = (b"\x83\xff\x01\x75\x06\xb8" + first + b"\xc3"  # level 1: return first; else
            + b"\x83\xff\x02\x75\x06\xb8" + second + b"\xc3"  # level 2: return second; else
            + b"\xb8" + third + b"\xc3")  # return third
    address = _address()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mprotect(ctypes.c_void_p(address & ~0xFFF), 0x2000, WRITABLE):
        raise OSError(ctypes.get_errno(), "the library's memory cannot be made writable")
    ctypes.memmove(address, code, len(code))
    assert own_sizes() == tuple(sizes)


def retrace(names: list[str], seed: int) -> None:
    """Repeat these trainings with ``SIZES``, keep their weights, and say in the records with what."""
    torch.set_num_threads(1)
    pretend(SIZES)
    for name in names:
        print(f"{name}, seed {seed}: {retrace_weights(name, seed)}", flush=True)
        run = records.recorded(name, EXPERIMENTS[name].fingerprint, seed)
        records.save(dataclasses.replace(run, retraced={**run.retraced, "caches": list(SIZES)}))


def main(arguments=None):
    """Train with each cache as it is and as told, and print, or record, what came of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.caches", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=["six-models/skeleton"])
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--retrace", action="store_true")
    options = parser.parse_args(arguments)
    if options.retrace:
        return retrace(options.names, options.seed)
    name, *_ = options.names
    run = records.recorded(name, EXPERIMENTS[name].fingerprint, options.seed)
    if run is None:
        raise SystemExit(f"{name}, seed {options.seed}, is not recorded; "
                         f"train it first: python -m mnist_lib train {name} --seeds {options.seed + 1}")
    first = run.epochs[:options.epochs]
    own = own_sizes()
    rows = [{"caches": None, "test_correct": [epoch.test_correct for epoch in first],
             "train_loss": [epoch.train_loss for epoch in first]}]
    print(f"{'as recorded':34}{rows[0]}  {run.machine.get('processor')}")
    for sizes in (own, (SIZES[0], *own[1:]), (own[0], SIZES[1], own[2]), (*SIZES[:2], own[2]), SIZES):
        before = f"from benchmarks.caches import pretend\npretend({sizes})\n"
        correct, losses = trained(name, options.seed, {}, before, options.epochs)
        rows.append({"caches": sizes, "test_correct": correct, "train_loss": losses})
        print(f"{sizes!s:34}{rows[-1]}", flush=True)
    if options.record:
        content = {"name": name, "seed": options.seed, "recorded_on": run.machine,
                   "here": machine(pick_device("cpu")), "own": own, "rows": rows}
        target = records.root() / "benchmarks" / "caches.json"
        write_atomically(target, (json.dumps(content, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
