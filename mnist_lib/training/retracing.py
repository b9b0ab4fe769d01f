"""Train a recorded run again and keep its weights after every epoch.

On the same kind of processor a training repeats bit for bit. The record tells
whether it did: after each epoch as many test images must be classified correctly
as it says, or nothing is written.
"""

from __future__ import annotations

from pathlib import Path

from ..experiments import experiment, recorded_as
from . import epoch_weights, records
from .loop import checked_seed, train


def retrace(name: str, seed: int = 0, *, progress: str = "auto") -> Path:
    """Train ``name`` again as its record says, write :mod:`mnist_lib.training.epoch_weights`'s file, return where.

    Raises ``ValueError`` if there is no record, or if this machine arrives at other numbers.
    """
    step = experiment(name)
    checked_seed(seed)
    run = records.recorded(recorded_as(step), step.fingerprint, seed)
    if run is None:
        raise ValueError(f"{name}, seed {seed}, is not recorded; "
                         f"train it first: python -m mnist_lib train {name} --seeds {seed + 1}")
    epochs: list[epoch_weights.Weights] = []

    def keep(done, network):
        if done and done[-1].test_correct != run.epochs[len(done) - 1].test_correct:
            raise ValueError(
                f"{name}, seed {seed}: epoch {len(done)} ends with {done[-1].test_correct:,} test images correct "
                f"here, and with {run.epochs[len(done) - 1].test_correct:,} in the record ({run.machine}). "
                "This machine rounds differently; retrace on one like the record's, or train anew here "
                "with fit(…, again=True)")
        epochs.append(epoch_weights.weights_of(network))

    train(step, seed, run.machine.get("device", "cpu"), progress=progress, after_epoch=keep)
    return epoch_weights.save(run, epochs)
