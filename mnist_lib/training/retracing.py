"""Train a recorded run again and keep what was not kept: the weights after every epoch.

With the same vector instructions a training repeats bit for bit, on another machine, too, unless
the size of its first-level cache makes oneDNN cut convolutions otherwise.
The record tells whether it did: after each epoch as many test images must be classified correctly
as it says, or nothing is written. What came of it is told in ``book/evidence/how-sure.md``.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ..experiments import experiment, recorded_as
from . import epoch_weights, records
from .loop import checked_seed, train
from .records import Run


def retrace(name: str, seed: int = 0, *, progress: str = "auto") -> tuple[Path, bool]:
    """Train ``name`` again as its record says, and write :mod:`mnist_lib.training.epoch_weights`'s file.

    Returns where, and whether every number but the seconds is the record's: losses, rates, and each misclassified
    image, beside the counts, which must be. Raises ``ValueError`` if there is no record, or if this machine
    arrives at other counts.
    """
    step = experiment(name)
    run = records.recorded(recorded_as(step), step.fingerprint, checked_seed(seed))
    if run is None:
        raise ValueError(f"{name}, seed {seed}, is not recorded; "
                         f"train it first: python -m mnist_lib train {name} --seeds {seed + 1}")
    epochs: list[epoch_weights.Weights] = []

    def keep(done, network):
        if done and done[-1].test_correct != run.epochs[len(done) - 1].test_correct:
            raise ValueError(
                f"{name}, seed {seed}: epoch {len(done)} ends with {done[-1].test_correct:,} test images correct "
                f"here, and with {run.epochs[len(done) - 1].test_correct:,} in the record ({run.machine}); this "
                "machine rounds differently. Retrace with the vector instructions that the record's machine had, or on "
                "a processor with its caches, or train anew here with fit(…, again=True)")
        epochs.append(epoch_weights.weights_of(network))

    again, _ = train(step, seed, run.machine.get("device", "cpu"), progress=progress,
                     engine=run.machine.get("engine"), after_epoch=keep)
    return epoch_weights.save(run, epochs), _numbers(again) == _numbers(run)


def _numbers(run: Run) -> tuple:
    """What must repeat of a run: everything but the seconds."""
    return run.misclassified, *(dataclasses.replace(epoch, seconds=0) for epoch in run.epochs)
