"""Which vector instructions decide the last bits of a training, on this processor.

One short training of the book is done again in fresh processes, each with other limits on the vector
instructions that PyTorch's own kernels (``ATEN_CPU_CAPABILITY``) and those of oneDNN, its
convolutions (``ONEDNN_MAX_CPU_ISA``), may use. What is kept is how many test images are
classified correctly after each epoch, beside what is recorded.

    python -m benchmarks.instructions [NAME] [--seed 3] [--record]

``--record`` writes results/benchmarks/instructions.json. Read in book/evidence/how-sure.md.
"""

import argparse
import json
import os
import subprocess
import sys

from mnist_lib import EXPERIMENTS
from mnist_lib.files import write_atomically
from mnist_lib.training import machine, pick_device, records

LIMITS = {
    "none": {},
    "PyTorch's kernels": {"ATEN_CPU_CAPABILITY": "avx2"},
    "the convolutions of oneDNN": {"ONEDNN_MAX_CPU_ISA": "AVX2"},
    "both": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"},
}
TRAINING = """
import dataclasses, json, sys, torch
torch.set_num_threads(1)
from mnist_lib import EXPERIMENTS
from mnist_lib.training import train
step = EXPERIMENTS[sys.argv[1]]
run, _ = train(dataclasses.replace(step, epochs=int(sys.argv[3]) or step.epochs), int(sys.argv[2]), "cpu")
print(json.dumps([[epoch.test_correct for epoch in run.epochs], [epoch.train_loss for epoch in run.epochs]]))
"""


def trained(name: str, seed: int, limits: dict, before: str = "", epochs: int = 0) -> list:
    """Test images correct and training loss after each epoch of a training in a process with these limits.

    The process runs ``before`` first. It trains all epochs, or ``epochs`` where the rates don't depend on their number.
    """
    made = subprocess.run([sys.executable, "-c", before + TRAINING, name, str(seed), str(epochs)],
                          env=os.environ | limits, capture_output=True, text=True, check=True)
    return json.loads(made.stdout.splitlines()[-1])


def main(arguments=None):
    """Train under each limit and print, or record, what came of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instructions", description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", default="beyond/fastest-99")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args(arguments)
    run = records.recorded(options.name, EXPERIMENTS[options.name].fingerprint, options.seed)
    if run is None:
        raise SystemExit(f"{options.name}, seed {options.seed}, is not recorded; "
                         f"train it first: python -m mnist_lib train {options.name} --seeds {options.seed + 1}")
    rows = {"as recorded": [[epoch.test_correct for epoch in run.epochs], [epoch.train_loss for epoch in run.epochs]]}
    print(f"{'as recorded':28}{rows['as recorded']}  {run.machine.get('processor')}")
    for what, limits in LIMITS.items():
        rows[what] = trained(options.name, options.seed, limits)
        print(f"{what:28}{rows[what]}", flush=True)
    if options.record:
        target = records.root() / "benchmarks" / "instructions.json"
        content = {"name": options.name, "seed": options.seed, "recorded_on": run.machine,
                   "here": machine(pick_device("cpu")), "test_correct_and_train_loss": rows}
        write_atomically(target, (json.dumps(content, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
