"""Train a recorded run again and keep what was not kept: the weights after every epoch, or after the last.

With the same vector instructions a training repeats bit for bit, on another machine, too, unless
the size of its first-level cache makes oneDNN cut convolutions otherwise.
The record tells whether it did: after each epoch as many test images must be classified correctly
as it says, or nothing is written. A run that was recorded without AVX-512 is repeated on a
processor that has it with the two variables of ``WITHOUT_AVX512``, set before PyTorch is
imported (:func:`limited_instructions`). What came of it is told in ``book/evidence/how-sure.md``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from torch import nn

from ..experiments import experiment, recorded_as
from . import epoch_weights, records
from .campaigns import Task
from .evaluation import keeps_weights, weights_file
from .loop import checked_seed, train
from .records import Run

WITHOUT_AVX512 = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}


def retrace(name: str, seed: int = 0, *, progress: str = "auto") -> Path:
    """Train ``name`` again as its record says, write :mod:`mnist_lib.training.epoch_weights`'s file, return where.

    Raises ``ValueError`` if there is no record, or if this machine arrives at other numbers.
    """
    epochs: list[epoch_weights.Weights] = []

    def keep(network):
        epochs.append(epoch_weights.weights_of(network))

    run, _ = _trained_as_recorded(name, seed, progress, keep)
    return epoch_weights.save(run, epochs)


def retrace_weights(name: str, seed: int = 0, *, progress: str = "auto") -> Path:
    """Train ``name`` again as its record says, keep the weights after the last epoch, return where.

    The record then names them and this machine, and ``verify`` runs them. Every number of the training must be that
    of the record: counts, losses, learning rates, and each misclassified image. Raises ``ValueError`` otherwise, or
    if there is no record, and leaves everything as it was.
    """
    run, (again, network) = _trained_as_recorded(name, seed, progress)
    if _numbers(run) != _numbers(again):
        raise ValueError(f"{name}, seed {seed}: the counts of all epochs are those of the record ({run.machine}), but "
                         f"not every loss and every misclassified image; {_NEXT}")
    content = weights_file(run, network)
    records.write_atomically(records.weights_path(run), content)
    records.save(dataclasses.replace(run, weights=hashlib.sha256(content).hexdigest(), retraced=again.machine))
    return records.weights_path(run)


def retrace_task(name: str, seed: int, device: str) -> dict[str, bytes]:
    """:func:`retrace_weights` in a worker of a campaign: names and contents of files."""
    del device  # the record says where
    file = retrace_weights(name, seed, progress="none")
    return {each.relative_to(records.root()).as_posix(): each.read_bytes()
            for each in (file, file.with_suffix(".json"))}


def without_weights(names: Iterable[str]) -> list[Task]:
    """The recorded runs of these experiments that keep weights today and were recorded before they did, by seed."""
    runs = [run for name in dict.fromkeys(map(recorded_as, names)) for run in records.of(name)]
    return [Task(run.experiment, run.seed) for run in sorted(runs, key=lambda run: run.seed)
            if run.weights is None and keeps_weights(run.seed, run.parameters)
            and run.fingerprint == experiment(run.experiment).fingerprint]


@contextlib.contextmanager
def limited_instructions(variables: dict[str, str] = WITHOUT_AVX512) -> Iterator[None]:
    """Processes that are begun inside compute without AVX-512; this one, whose PyTorch is loaded, does not change."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


_NEXT = ("this machine rounds differently. Retrace with the vector instructions that the record's machine had (one "
         "without AVX-512: python -m mnist_lib retrace --weights --without-avx512), or on a processor with its "
         "caches, or train anew here with fit(…, again=True)")


def _trained_as_recorded(name: str, seed: int, progress: str, keep: Callable[[nn.Module], None] = lambda network: None
                         ) -> tuple[Run, tuple[Run, nn.Module]]:
    """The recorded run, and its training again; ``ValueError`` after the first epoch whose count differs."""
    step = experiment(name)
    checked_seed(seed)
    run = records.recorded(recorded_as(step), step.fingerprint, seed)
    if run is None:
        raise ValueError(f"{name}, seed {seed}, is not recorded; "
                         f"train it first: python -m mnist_lib train {name} --seeds {seed + 1}")

    def compare(done, network):
        if done and done[-1].test_correct != run.epochs[len(done) - 1].test_correct:
            raise ValueError(
                f"{name}, seed {seed}: epoch {len(done)} ends with {done[-1].test_correct:,} test images correct "
                f"here, and with {run.epochs[len(done) - 1].test_correct:,} in the record ({run.machine}); {_NEXT}")
        keep(network)

    return run, train(step, seed, run.machine.get("device", "cpu"), progress=progress,
                      engine=run.machine.get("engine"), after_epoch=compare)


def _numbers(run: Run) -> tuple:
    """What must repeat of a run: everything but the seconds."""
    return run.misclassified, *(dataclasses.replace(epoch, seconds=0) for epoch in run.epochs)
