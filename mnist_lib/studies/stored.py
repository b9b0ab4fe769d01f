"""Records that studies make of stored networks: written, read, made side by side, and run again to be verified.

A study that runs the networks whose weights are kept (on shifted images, at fewer bits a weight) says what its
records hold and how one is made; a :class:`Kind` does the rest. A network that is recorded is not run again, so that
its command may be stopped at any time.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..files import write_atomically
from ..training import Run, checked_jobs, local_executor, outcomes, read_record, record_text, records


@dataclass(frozen=True)
class Kind:
    """One kind of record, a file a trained network.

    ``command`` makes them, ``what`` is what one is of; ``place`` is the path of an experiment's seed below
    ``results/``, ``pattern`` finds all; ``networks`` are the declared experiments; ``problem_of`` says what is wrong
    with the content of a record.
    """

    command: str
    what: str
    pattern: str
    place: Callable[[str, int], str]
    networks: tuple[str, ...]
    problem_of: Callable[[dict], str]
    seeds: range | None = None  # declared; without it all

    def path(self, name: str, seed: int) -> Path:
        """Where the record of an experiment's seed lies, whether or not there is one."""
        return records.root() / self.place(name, seed)

    def files(self) -> list[Path]:
        """All these records, by name."""
        return sorted(records.root().glob(self.pattern))

    def save(self, data: dict) -> Path:
        """Seal a record and write it, a part a line; return where."""
        target = self.path(data["experiment"], data["seed"])
        write_atomically(target, record_text(data))
        return target

    def load(self, file: Path) -> dict:
        """The record in one file; ``ValueError`` names the file if it is not a whole one."""
        def problem_of(data) -> str:
            problem = self.problem_of(data)
            if not problem and file != self.path(data["experiment"], data["seed"]):
                problem = f"it is the record of {data['experiment']}, seed {data['seed']}, by another name"
            return problem

        return read_record(file, problem_of, f"the record of {self.what}",
                           f"delete it and run again: python -m mnist_lib {self.command}")

    def recorded(self, run: Run) -> dict | None:
        """The record of a run's weights, if there is one of these very weights."""
        file = self.path(run.experiment, run.seed)
        if not file.exists():
            return None
        data = self.load(file)
        return data if (data["fingerprint"], data["weights"]) == (run.fingerprint, run.weights) else None

    def every(self) -> list[dict]:
        """All records there are, in the order of the declaration, seed by seed."""
        return sorted(map(self.load, self.files()),
                      key=lambda one: (self.networks.index(one["experiment"]), one["seed"]))

    def missing(self, names: Iterable[str]) -> list[Run]:
        """The runs of these experiments whose weights are kept and not recorded here yet."""
        return [run for name in names for run in records.of(name)
                if (self.seeds is None or run.seed in self.seeds) and run.weights is not None
                and records.weights_path(run).exists() and self.recorded(run) is None]

    def make(self, options, run_one: Callable[[str, int], float]) -> int:
        """Run what a command's options ask for and is not recorded, a line for each; returns 0.

        ``run_one`` records one experiment's seed and returns the seconds that it took. ``ValueError`` for a name that
        is not declared.
        """
        if strange := [name for name in options.names if name not in self.networks]:
            raise ValueError(f"{strange[0]} is not declared; there are: {', '.join(self.networks)}")
        calls = [(run.experiment, run.seed) for run in self.missing(options.names or self.networks)]
        with local_executor(checked_jobs(options.jobs)) as executor:
            for (name, seed), future in outcomes(executor, run_one, calls):
                print(f"{name}, seed {seed}: {future.result():.0f} s", flush=True)
        print(f"{len(self.files())} networks are recorded in {records.root() / self.pattern.partition('*')[0]}")
        return 0

    def verify(self, problem_of_run: Callable[[dict, Run], str]) -> Iterator[tuple[str, str]]:
        """Of every record its name, and what is wrong with it or an empty string.

        The rules of its fields, the weights it is of, and what ``problem_of_run`` finds when it runs some of it again.
        """
        for file in self.files():
            name = file.relative_to(records.root()).with_suffix("").as_posix()
            try:
                data = self.load(file)
                run = records.load(records.path(data["experiment"], data["seed"]))
                yield name, problem_of_run(data, run) if self.recorded(run) else (
                    "it is of other weights than those of the training's record; run again: python -m mnist_lib "
                    + self.command)
            except (ValueError, OSError, RuntimeError) as error:
                yield name, " ".join(str(error).split())


def packed(missed: Tensor) -> str:
    """Booleans (…, images) as a record's ``missed`` keeps them: a bit an image, compressed, as base64."""
    from numpy import packbits

    return base64.b64encode(zlib.compress(packbits(missed.numpy(), axis=-1).tobytes(), 9)).decode()


def unpacked(text: str, *shape: int) -> Tensor:
    """Booleans of a shape (…, images) from a field ``missed``; ``ValueError`` for a text that is none."""
    from numpy import frombuffer, unpackbits

    *levels, images = shape
    in_bytes = (*levels, -(-images // 8))
    try:
        needed = torch.Size(in_bytes).numel()
        content = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), needed + 1)
        bits = unpackbits(frombuffer(content, dtype="uint8").reshape(in_bytes), axis=-1, count=images)
    except (ValueError, zlib.error, binascii.Error) as error:
        raise ValueError(f"missed cannot be unpacked ({error})") from None
    return torch.from_numpy(bits.astype(bool))
