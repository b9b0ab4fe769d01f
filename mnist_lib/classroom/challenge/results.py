"""The result of one training of an entry, kept in a folder so that nothing is trained twice.

``<fingerprint>-<split>-seed-<n>.json`` holds the epochs and the held-out images that the last one got wrong,
``….safetensors`` the weights; a training under way has its ``….checkpoint`` there. A result is sealed like a
record, has its weights' SHA-256, and is believed only if all of it agrees with itself and with its name.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from mnist_lib import need

from ...files import read_bytes, read_json, ready_to_write, write_atomically
from ...training import sealed, unsealed
from .alone import alone
from .entry import Entry, line
from .learning import Attempt, Epoch, attempt
from .split import Split

ROOM = 1_000_000  # bytes that a training writes at most, before it begins


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
    weights: str = ""  # SHA-256 of the safetensors file
    before: int | None = None  # held-out images right before any training

    @property
    def accuracies(self) -> tuple[float, ...]:
        """Per cent of the held-out images after each epoch."""
        return tuple(100 * n / self.held_out for n in self.correct)

    @property
    def final(self) -> float:
        """Per cent of the held-out images after the last epoch."""
        return self.accuracies[-1]


def holds(result, last: int, target: float = 99.40) -> bool:
    """Whether each of the last epochs of a result, or a grade, has at least ``target`` per cent, in whole images."""
    least = round(target * result.held_out / 100, 6)
    return len(result.correct) >= last and all(n >= least for n in result.correct[-last:])


def result_of(entry: Entry, split: Split, number: int, done: Attempt, labels: Tensor) -> Result:
    """What an attempt amounts to, with the held-out labels in hand."""
    last = done.predictions[-1]
    wrong = (last != labels).nonzero()[:, 0]
    return Result(entry.name, entry.fingerprint, split.fingerprint, number, count(done.network), split.images,
                  split.held_out, done.epochs, done.correct(labels),
                  tuple(zip(wrong.tolist(), last[wrong].tolist())), done.machine,
                  before=int((done.before == labels).sum()))


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
    if os.path.lexists(place.with_suffix(".json")):
        return load_result(place.with_suffix(".json"))
    images, labels, judged, truth = split.load()
    for suffix in (".checkpoint", ".safetensors"):
        ready_to_write(place.with_suffix(suffix), ROOM)
    with alone(folder, f"this network is trained in {folder} already by another process; wait for it, or end it"):
        done = attempt(entry, split.seed(number), images, labels, judged, device=device,
                       checkpoint=place.with_suffix(".checkpoint"),
                       tell=tell and (lambda epochs, predictions: tell(epochs, int((predictions == truth).sum()))))
        content = weights(done.network)
        result = dataclasses.replace(result_of(entry, split, number, done, truth),
                                     weights=hashlib.sha256(content).hexdigest())
        write_atomically(place.with_suffix(".safetensors"), content)
        write_atomically(place.with_suffix(".json"), (json.dumps(sealed(dataclasses.asdict(result))) + "\n").encode())
        place.with_suffix(".checkpoint").unlink(missing_ok=True)
    return result


def load_result(file: Path) -> Result:
    """The result of a file; ``ValueError`` names a file that holds none, or that of another training."""
    try:
        result = result_from(unsealed(read_json(file)))
        if (place := f"{result.fingerprint}-{result.split}-seed-{result.seed}") != file.stem:
            raise ValueError(f"it is that of {place}")
        return result
    except (OSError, ValueError) as error:
        raise ValueError(f"{file} is not the result of this training ({line(error)}); delete it to train "
                         "again") from error


def load_weights(result: Result, folder: Path) -> bytes:
    """The safetensors file of a result; ``ValueError`` names it where it is missing or another one."""
    file = folder / f"{result.fingerprint}-{result.split}-seed-{result.seed}.safetensors"
    try:
        content = read_bytes(file)
        if hashlib.sha256(content).hexdigest() != result.weights:
            raise ValueError("its SHA-256 differs from that in the result")
    except (OSError, ValueError) as error:
        raise ValueError(f"{file} is not the weights of this training ({line(error)}); delete the result beside it "
                         "to train again") from error
    return content


def result_from(data) -> Result:
    """The result that JSON data tells of; ``ValueError`` says what contradicts what."""
    names = {field.name for field in dataclasses.fields(Result)}
    if not isinstance(data, dict) or set(data) | {"before"} != names:
        raise ValueError("it has not the fields of a result")
    try:
        result = Result(**data | {"epochs": tuple(Epoch(*e) for e in data["epochs"]), "correct": tuple(data["correct"]),
                                  "wrong": tuple((int(place), int(digit)) for place, digit in data["wrong"])})
        places = [place for place, _ in result.wrong]
        agree = (0 < len(result.epochs) == len(result.correct) and result.held_out > 0 and result.parameters >= 0
                 and all(type(n) is int and 0 <= n <= result.held_out for n in result.correct)
                 and all(math.isfinite(value) and value >= 0 for epoch in result.epochs for value in epoch)
                 and len(places) == result.held_out - result.correct[-1]
                 and all(a < b for a, b in zip(places, places[1:])) and set(places) <= set(range(result.held_out))
                 and all(0 <= digit <= 9 for _, digit in result.wrong))
    except TypeError as error:
        raise ValueError(f"it is no result: {error}") from error
    if not agree:
        raise ValueError("its epochs, its counts and its list of wrong images do not agree")
    return result


def weights(network: nn.Module) -> bytes:
    """A network's parameters and buffers as the content of a safetensors file."""
    save = need("safetensors.torch").save

    return save({name: tensor.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)
                 for name, tensor in network.state_dict().items()})
