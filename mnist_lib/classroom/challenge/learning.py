"""One training of a reader's network: checkpoints after each epoch, predictions for the held-out images.

The held-out labels are not needed here, and nothing of them can steer a training: whoever has
them counts afterwards. The steps themselves are the book's (``loop.train_epoch``).
"""

from __future__ import annotations

import copy
import io
import math
import random as python_random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy
import torch
from torch import Tensor, nn

from ...files import write_atomically
from ...training import (
    TEST_BATCH,
    NotFinite,
    average_of,
    checkpoints,
    keep_memory,
    machine,
    pick_device,
    random_states,
    speed_up,
    train_epoch,
)
from .entry import Entry

KIND = "mnist_lib challenge checkpoint 2"


class Epoch(NamedTuple):
    """One epoch: the learning rate it began with, the mean running loss and accuracy (%), its seconds."""

    rate: float
    loss: float
    accuracy: float
    seconds: float


@dataclass(frozen=True)
class Attempt:
    """A training that came to its end: ``predictions`` (epochs, N) are uint8 digits for the held-out images.

    ``before`` (N,) are those of the network with the weights that it began with.
    """

    seed: int
    epochs: tuple[Epoch, ...]
    before: Tensor
    predictions: Tensor
    machine: dict
    network: nn.Module

    def correct(self, labels: Tensor) -> tuple[int, ...]:
        """How many held-out images each epoch classifies correctly."""
        return tuple(int((row == labels).sum()) for row in self.predictions)


def attempt(entry: Entry, seed: int, images: Tensor, labels: Tensor, judged: Tensor, *, device: str = "auto",
            checkpoint: Path | None = None, tell: Callable[[list[Epoch], Tensor], None] | None = None) -> Attempt:
    """Train an entry on uint8 ``images`` and ``labels``, predicting ``judged`` after each epoch.

    With ``checkpoint`` it goes on where a killed training stopped. ``tell(epochs, predictions)`` is
    called after each epoch. On a CPU with one thread the same call gives the same bits.
    Raises :class:`NotFinite` when the loss is no number any more.
    """
    device = pick_device(device)
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        training = _Training(entry, seed, images, labels, judged, device)
        if checkpoint and checkpoint.exists():
            try:
                training.resume(checkpoint)
            except checkpoints.Refused as why:
                checkpoints.set_aside(checkpoint, why)
                training = _Training(entry, seed, images, labels, judged, device)
        return training.run(checkpoint, tell or (lambda *_: None))


class _Training:
    """The state of one training."""

    def __init__(self, entry, seed, images, labels, judged, device):
        seed_everything(seed)
        self.entry, self.recipe, self.seed, self.device = entry, entry.recipe, seed, device
        self.network = faster(entry.build(), device)
        self.random = torch.Generator(device).manual_seed(seed)
        if len(images) % self.recipe.batch_size == 1:  # a batch of one has no statistics, and squeeze() drops it
            images, labels = images[:-1], labels[:-1]
        self.images, self.labels, self.judged = images.to(device), labels.to(device), judged.to(device)
        if not self.recipe.augmented:
            for transform in self.recipe.transforms:
                self.images = transform(self.images, None)
        self.optimizer = self.recipe.make_optimizer(self.network)
        self.schedule = self.recipe.make_schedule(self.optimizer, -(-len(images) // self.recipe.batch_size))
        self.average = average_of(self.network, self.recipe)
        self.epochs: list[Epoch] = []
        self.predictions = [predict(self.network, self.judged)]

    def run(self, checkpoint, tell) -> Attempt:
        while len(self.epochs) < self.recipe.epochs:
            self.epoch()
            if checkpoint:
                self.keep(checkpoint)
            tell(self.epochs, self.predictions[-1])
        before, *after = self.predictions
        return Attempt(self.seed, tuple(self.epochs), before, torch.stack(after), machine(self.device),
                       self.average.module if self.average else self.network)

    def epoch(self) -> None:
        began, rate = time.perf_counter(), self.schedule.rate
        losses, correct = train_epoch(self.network, self.images, self.labels, self.recipe, self.optimizer,
                                      self.schedule, self.random, None, self.average)
        total = losses.sum().item() / len(self.images)
        if not math.isfinite(total):
            raise NotFinite(f"{self.entry.name}: the loss is no longer a finite number in epoch "
                            f"{len(self.epochs) + 1}; a smaller learning rate than {rate:.2g} is the usual remedy")
        seconds = time.perf_counter() - began
        self.predictions.append(predict(self.average.module if self.average else self.network, self.judged))
        self.schedule.after_epoch(total)
        self.epochs.append(Epoch(float(f"{rate:.6g}"), round(total, 6), 100 * int(correct) / len(self.images),
                                 round(seconds, 2)))

    def facts(self, checkpoint: Path) -> dict:
        """What a checkpoint has to say of itself; the name of its file names the split."""
        return {"kind": KIND, "training": checkpoint.stem, "fingerprint": self.entry.fingerprint, "seed": self.seed}

    def keep(self, checkpoint: Path) -> None:
        buffer = io.BytesIO()
        torch.save({"network": self.network.state_dict(),
                    "optimizer": self.optimizer.state_dict(), "schedule": self.schedule.state_dict(),
                    "average": self.average.state_dict() if self.average else {},
                    "epochs": [tuple(e) for e in self.epochs], "predictions": torch.stack(self.predictions),
                    "random": (self.random.get_state(), *random_states(self.device))}, buffer)
        write_atomically(checkpoint, checkpoints.sealed(self.facts(checkpoint), buffer.getvalue()))

    def resume(self, checkpoint: Path) -> None:
        """Go on from a file; ``checkpoints.Refused`` if it is not this training's, whole."""
        state = checkpoints.opened(checkpoint, self.facts(checkpoint), self.device)
        try:
            self.network.load_state_dict(state["network"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.schedule.load_state_dict(state["schedule"])
            if self.average:
                self.average.load_state_dict(state["average"])
            self.epochs = [Epoch(*e) for e in state["epochs"]]
            self.predictions = list(state["predictions"].cpu())
            own, *others = (s.cpu() for s in state["random"])
            self.random.set_state(own)
            torch.set_rng_state(others[0])
            if len(others) > 1:
                torch.get_device_module(self.device).set_rng_state(others[1])
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, RuntimeError) as error:
            raise checkpoints.Refused(f"it does not fit this network ({type(error).__name__})") from error


def seed_everything(seed: int) -> None:
    """The three random states that a reader's code may draw from: torch's, Python's, NumPy's."""
    torch.manual_seed(seed)
    python_random.seed(seed)
    numpy.random.seed(seed % 2**32)


@torch.no_grad()
def predict(network: nn.Module, images: Tensor) -> Tensor:
    """The predicted digits (N,) of normalized images, uint8 on the CPU. Leaves the network in evaluation mode."""
    network.eval()
    found = [network(part).reshape(len(part), -1).argmax(1) for part in images.split(TEST_BATCH)]
    return torch.cat(found).to("cpu", torch.uint8)


def faster(network: nn.Module, device: torch.device) -> nn.Module:
    """The network on its device, with the book's faster layers where it computes the same with them."""
    network = network.to(device)
    if device.type != "cpu" or _shares_modules(network):
        return network
    keep_memory()
    x = torch.rand(4, 1, 28, 28)
    with torch.random.fork_rng([]):
        try:
            quick = speed_up(copy.deepcopy(network), device).to(memory_format=torch.channels_last)
            quick.train()(x).sum().backward()
            with torch.no_grad():
                same = torch.allclose(speed_up(copy.deepcopy(network), device).to(
                    memory_format=torch.channels_last).eval()(x), copy.deepcopy(network).eval()(x), atol=1e-4)
        except Exception:  # whatever a reader's forward does with views, it does without these layers
            return network
    return speed_up(network, device).to(memory_format=torch.channels_last) if same else network


def _shares_modules(network: nn.Module) -> bool:
    return len(list(network.named_modules(remove_duplicate=False))) > len(list(network.modules()))
