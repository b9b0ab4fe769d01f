"""The result of one training of an entry, kept in a folder so that nothing is trained twice.

``<fingerprint>-<split>-seed-<n>.json`` holds the epochs and the held-out images that the last one got wrong,
``….safetensors`` the weights; a training under way has its ``….checkpoint`` there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from mnist_lib import need

from .. import records
from .entry import Entry
from .learning import Attempt, Epoch, attempt
from .split import Split


@dataclass(frozen=True)
class Result:
    """One training, judged: ``correct`` are counts of the ``held_out`` images after each epoch.

    ``wrong`` has (place among the held-out images, predicted digit) after the last epoch.
    """

    entry: str
    fingerprint: str
    split: str
    seed: int
    parameters: int
    images: int
    held_out: int
    epochs: tuple[Epoch, ...]
    correct: tuple[int, ...]
    wrong: tuple[tuple[int, int], ...]
    machine: dict

    @property
    def accuracies(self) -> tuple[float, ...]:
        """Per cent of the held-out images after each epoch."""
        return tuple(100 * n / self.held_out for n in self.correct)

    @property
    def final(self) -> float:
        """Per cent of the held-out images after the last epoch."""
        return self.accuracies[-1]

    @property
    def seconds(self) -> float:
        """Training time of all epochs."""
        return sum(e.seconds for e in self.epochs)

    def holds(self, last: int, accuracy: float = 99.40) -> bool:
        """Whether each of the last ``last`` epochs has at least this accuracy, in whole images."""
        needed = round(accuracy * self.held_out / 100, 6)
        return len(self.correct) >= last and all(n >= needed for n in self.correct[-last:])


def result_of(entry: Entry, split: Split, number: int, done: Attempt, labels: Tensor) -> Result:
    """What an attempt amounts to, with the held-out labels in hand."""
    last = done.predictions[-1]
    wrong = (last != labels).nonzero()[:, 0]
    return Result(entry.name, entry.fingerprint, split.fingerprint, number, count(done.network), split.images,
                  split.held_out, done.epochs, done.correct(labels),
                  tuple(zip(wrong.tolist(), last[wrong].tolist())), done.machine)


def count(network: nn.Module) -> int:
    """All numbers that a network learns, and those it froze."""
    return sum(p.numel() for p in network.parameters())


def train_once(entry: Entry, split: Split, number: int, folder: Path, *, device: str = "auto",
               tell: Callable | None = None) -> Result:
    """The result of an entry and a seed: the one in ``folder``, or trained now and kept there.

    ``tell(epochs, correct)`` is called after each epoch, ``correct`` a count of held-out images.
    Killed, the same call goes on after the last epoch.
    """
    place = folder / f"{entry.fingerprint}-{split.fingerprint}-seed-{number}"
    if place.with_suffix(".json").exists():
        return load_result(place.with_suffix(".json"))
    images, labels, judged, truth = split.load()
    folder.mkdir(parents=True, exist_ok=True)
    with _Alone(place.with_suffix(".lock")):
        done = attempt(entry, split.seed(number), images, labels, judged, device=device,
                       checkpoint=place.with_suffix(".checkpoint"),
                       tell=tell and (lambda epochs, predictions: tell(epochs, int((predictions == truth).sum()))))
        result = result_of(entry, split, number, done, truth)
        records.write_atomically(place.with_suffix(".safetensors"), weights(done.network))
        records.write_atomically(place.with_suffix(".json"), (json.dumps(dataclasses.asdict(result)) + "\n").encode())
        place.with_suffix(".checkpoint").unlink(missing_ok=True)
    return result


def load_result(file: Path) -> Result:
    """The result of a file; ``ValueError`` names a file that holds none."""
    try:
        data = json.loads(file.read_text())
        data["epochs"] = tuple(Epoch(*e) for e in data["epochs"])
        data |= {"correct": tuple(data["correct"]), "wrong": tuple(map(tuple, data["wrong"]))}
        return Result(**data)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{file} is not a result ({error}); delete it to train again") from error


def weights(network: nn.Module) -> bytes:
    """A network's parameters and buffers as the content of a safetensors file."""
    save = need("safetensors.torch").save

    return save({name: tensor.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)
                 for name, tensor in network.state_dict().items()})


class _Alone:
    """Two trainings that write one checkpoint would spoil it: the second is told so."""

    def __init__(self, file: Path):
        self.file = file

    def __enter__(self):
        with contextlib.suppress(ValueError, OSError):
            process = int(self.file.read_text())
            if process != os.getpid() and _runs(process) and time.time() - self.file.stat().st_mtime < 86_400:
                raise SystemError(f"process {process} trains this network here already ({self.file}); "
                                  "wait for it, or end it") from None
        self.file.write_text(str(os.getpid()))

    def __exit__(self, *_):
        self.file.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
