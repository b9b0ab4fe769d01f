"""One training of a reader's network: checkpoints after each epoch, predictions for the held-out images.

The held-out labels are not needed here, and nothing of them can steer a training: whoever has
them counts afterwards. The epochs themselves are the book's (``Trainer``).
"""

from __future__ import annotations

import copy
import random as python_random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy
import torch
from torch import Tensor, nn

from ...data import apply
from ...training import TEST_BATCH, Trainer, checkpoints, keep_memory, machine, pick_device, speed_up
from .entry import Entry

KIND = "mnist_lib challenge checkpoint 3"


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
        training = checkpoints.begun(lambda: _Training(entry, seed, images, labels, judged, device), checkpoint)
        training.finish(checkpoint, lambda: tell and tell(training.epochs, training.predictions[-1]))
    before, *after = training.predictions
    return Attempt(seed, tuple(training.epochs), before, torch.stack(after), machine(device), training.judged)


class _Training(Trainer):
    """The state of one training."""

    def __init__(self, entry, seed, images, labels, judged, device):
        seed_everything(seed)
        recipe, self.unseen = entry.recipe, judged.to(device)
        network = faster(entry.build(), device)
        if len(images) % recipe.batch_size == 1:  # a batch of one has no statistics, and squeeze() drops it
            images, labels = images[:-1], labels[:-1]
        images = images.to(device)
        if not recipe.augmented:
            images = apply(recipe.transforms, images)
        optimizer = recipe.make_optimizer(network)
        facts = {"kind": KIND, "fingerprint": entry.fingerprint, "seed": seed}
        super().__init__(recipe, entry.name, facts, device, network, images, labels.to(device), optimizer,
                         recipe.make_schedule(optimizer, -(-len(images) // recipe.batch_size)))
        self.predictions = [predict(network, self.unseen)]

    def epoch(self) -> None:
        """Train one epoch, predict, append to ``epochs``."""
        rate, total, correct, seconds = self.pass_through()
        self.predictions.append(predict(self.judged, self.unseen))
        loss = total / len(self.images)
        self.schedule.after_epoch(loss)
        self.epochs.append(Epoch(float(f"{rate:.6g}"), round(loss, 6), 100 * correct / len(self.images),
                                 round(seconds, 2)))

    def told(self) -> dict:
        """What a checkpoint keeps of the epochs that are done."""
        return {"epochs": [tuple(e) for e in self.epochs], "predictions": torch.stack(self.predictions)}

    def take(self, state: dict) -> None:
        """Go on from what :meth:`told` gave."""
        self.epochs, self.predictions = [Epoch(*e) for e in state["epochs"]], list(state["predictions"].cpu())


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
