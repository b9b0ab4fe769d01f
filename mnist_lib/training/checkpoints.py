"""Checkpoints: the state of a training after an epoch, trusted only if all of it agrees.

A file is a line of JSON and the bytes of ``torch.save``. The line holds facts (the experiment's name, its
fingerprint, the seed) and the SHA-256 of these and the bytes together: a flipped bit, another
network's state or a renamed file is refused. What is refused is set aside, told, and the training
begins at the start. ``sealed`` and ``opened`` do the same for a reader's network.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import warnings
from collections.abc import Callable
from pathlib import Path

import torch

from ..files import write_atomically
from . import records
from .devices import random_states

MAGIC = "mnist_lib checkpoint 3"


class Refused(ValueError):
    """A checkpoint that this training cannot go on from; its message says why."""


def path(name: str, seed: int) -> Path:
    """Where the checkpoint of a training under way lies; git ignores it."""
    return records.path(name, seed).with_suffix(".checkpoint")


def keep(training, file: Path) -> None:
    """Write everything that decides how a :class:`~mnist_lib.training.loop.Trainer` goes on."""
    buffer = io.BytesIO()
    torch.save({
        "network": training.network.state_dict(),
        "optimizer": training.optimizer.state_dict(),
        "schedule": training.schedule.state_dict(),
        "average": training.average.state_dict() if training.average else {},
        "random": (training.random.get_state(), *random_states(training.device)), **training.told()}, buffer)
    write_atomically(file, sealed(training.facts | {"training": file.stem}, buffer.getvalue()))


def begun(make: Callable, file: Path | None, again: bool = False):
    """The training that ``make`` begins, gone on from its checkpoint if there is one; a refused one is set aside."""
    training = make()
    if file and os.path.lexists(file):
        try:
            resume(training, file, again)
        except Refused as why:
            set_aside(file, why)
            training = make()  # whatever a part of the state has changed
    return training


def resume(training, file: Path, again: bool = False) -> None:
    """Take a training back to the state of a file; :class:`Refused` if it is not this training's, whole.

    With ``again``, the state of a finished training is left alone: its process was killed between
    writing the record and removing the checkpoint.
    """
    state = opened(file, training.facts | {"training": file.stem}, training.device)
    try:
        if again and len(state["epochs"]) >= training.plan.epochs:
            return
        training.network.load_state_dict(state["network"])
        training.optimizer.load_state_dict(state["optimizer"])
        training.schedule.load_state_dict(state["schedule"])
        if training.average:
            training.average.load_state_dict(state["average"])
        own, *others = (s.cpu() for s in state["random"])
        training.random.set_state(own)
        torch.set_rng_state(others[0])
        if len(others) > 1:
            torch.get_device_module(training.device).set_rng_state(others[1])
        training.take(state)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RuntimeError) as error:
        raise Refused(f"it does not fit this network ({type(error).__name__}: "
                      f"{' '.join(str(error).split())[:200]})") from error


def sealed(facts: dict, content: bytes) -> bytes:
    """The bytes of a checkpoint: a line with the facts and their SHA-256 with the content, and the content."""
    digest = hashlib.sha256(json.dumps(facts).encode() + content).hexdigest()
    return (json.dumps(facts | {"sha256": digest}) + "\n").encode() + content


def opened(file: Path, facts: dict, device: torch.device) -> dict:
    """The state of a file that says these facts, its tensors on ``device``; :class:`Refused` otherwise."""
    if not stat.S_ISREG(os.stat(file).st_mode):
        raise Refused("it is no file")
    with open(file, "rb") as reading:
        line = reading.readline(2000)
        try:
            head = json.loads(line)
            found = {name: head[name] for name in facts}
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Refused("it is no checkpoint of this version of the library") from None
        for name, value in facts.items():
            if found[name] != value:
                raise Refused(f"its {name} is {found[name]!r}, and this training's is {value!r}")
        content = reading.read()
    if not sealed(facts, content).startswith(line):
        raise Refused("it is damaged: its SHA-256 does not fit")
    try:
        return torch.load(io.BytesIO(content), map_location=device, weights_only=True)
    except Exception as error:  # torch raises many kinds
        raise Refused(f"it cannot be read ({type(error).__name__})") from error


def set_aside(file: Path, why: Exception | str) -> Path:
    """Rename a checkpoint that was refused, warn of it, and return where it lies now."""
    numbers = (n for n in range(1, 1_000_000))
    aside = next(a for n in numbers if not os.path.lexists(a := file.with_name(f"{file.stem}.refused-{n}.checkpoint")))
    os.rename(file, aside)
    warnings.warn(f"the checkpoint {file} is not used: {why}; it is kept as {aside.name}, and the training "
                  "begins at its first epoch", stacklevel=3)
    return aside
