"""Small experiments on a network: how its first steps go, and what it does on its training images.

Used by the chapters of ``book/build`` to look at one idea at a time.
"""

import functools
import hashlib

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..data import Normalize, ToTensor, mnist
from ..training import TEST_IMAGES, Run, evaluate, records, test_set, trained
from .once import once
from .statistics import Comparison, compare
from .summaries import missed, recorded

EVERY = 5  # one of so many training images is asked; an odd number, see training_accuracy


def sample(count: int = 512, split: str = "train", *, every: int = 1) -> tuple[Tensor, Tensor]:
    """One of ``every`` of the first ``count`` images, normalized (N, 1, 28, 28), and their labels (N,)."""
    digits = mnist(split)
    chosen = slice(0, count, every)
    return Normalize()(ToTensor()(digits.images[chosen], None), None), digits.labels[chosen].long()


def first_losses(network: nn.Module, steps: int = 100, *, batch_size: int = 64, learning_rate: float = 0.01,
                 momentum: float = 0.9) -> list[float]:
    """The training loss in nats of each of the first steps, on the training images in their order.

    Trains the network that it is given.
    """
    images, labels = sample(steps * batch_size)
    optimizer = torch.optim.SGD(network.parameters(), learning_rate, momentum)
    network.train()
    losses = []
    for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
        loss = F.cross_entropy(network(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def training_accuracy(run: Run, every: int = EVERY) -> float:
    """Accuracy in per cent of a run's final weights on the training images, in evaluation mode.

    Dropout and augmentation are off, as they are on the test set: only this
    accuracy can be compared with that on the test set. Takes one of ``every``
    images, 12,000 of the 60,000; an odd number, because in the file the images at
    even and at odd places are not equally hard. Needs recorded weights.
    """
    def measure() -> float:
        x, y = _training_images(every)
        network = trained(run).to(memory_format=torch.channels_last)  # twice as fast on a CPU
        _, predicted = evaluate(network, x, y)
        return 100 * (predicted == y).float().mean().item()

    return once(measure, "training accuracy", run.weights, every)


@functools.lru_cache(maxsize=1)
def _training_images(every: int) -> tuple[Tensor, Tensor]:
    """The images that :func:`training_accuracy` asks, kept for the next network; nobody else has them to change."""
    return sample(60_000, every=every)


@torch.no_grad()
def remeasured(network: nn.Module, images: Tensor) -> nn.Module:
    """The same weights with the mean and variance of every batch normalization measured anew on these images.

    Takes plain means over parts of 500 images (N, C, H, W), with dropout off. In training
    the running averages come from masked signals, which no test image brings: Li et al., "Understanding the
    Disharmony Between Dropout and Batch Normalization by Variance Shift", CVPR 2019. Changes the network that it
    is given, and returns it in evaluation mode. Chapter: ``book/paths/three-modules/dropout.md``.
    """
    network.eval()
    kept = {}
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            kept[layer] = layer.momentum
            layer.reset_running_stats()
            layer.momentum = None  # a plain mean instead of a running one
            layer.train()
    for part in images.split(500):
        network(part)
    for layer, momentum in kept.items():
        layer.momentum = momentum
    return network.eval()


def refreshed(step: str, images: Tensor) -> tuple[Comparison, list[float]]:
    """What averages :func:`remeasured` on ``images`` change in the test accuracy, over all seeds with weights.

    And the accuracies with them, in per cent, by seed. Each training is compared with itself.
    """
    x, labels = test_set()
    seen = hashlib.sha256(images.numpy().tobytes()).hexdigest()

    def wrong_with_fresh(run: Run) -> list[int]:
        network = remeasured(trained(run).to(memory_format=torch.channels_last), images)
        return (evaluate(network, x, labels)[1] != labels).nonzero()[:, 0].tolist()

    of = with_weights(step)
    wrong = [once(functools.partial(wrong_with_fresh, run), "fresh averages", run.weights, seen) for run in of]
    fresh = [100 - 100 * len(indices) / TEST_IMAGES for indices in wrong]
    return compare([run.final.test_accuracy for run in of], fresh, paired=True, missed=(missed(of), wrong)), fresh


def with_weights(step: str) -> list[Run]:
    """The recorded runs of a step whose weights are kept, by seed."""
    return [run for run in recorded(step) if run.weights and records.weights_path(run).exists()]


def gap(step: str) -> tuple[Comparison, list[float]]:
    """Accuracy on training images minus that on test images, both in evaluation mode, over all seeds with weights.

    And the accuracies on the training images, in per cent, by seed. The two sets of images are drawn apart.
    """
    of = with_weights(step)
    on_training = [training_accuracy(run) for run in of]
    return compare([run.final.test_accuracy for run in of], on_training, paired=True,
                   images=(TEST_IMAGES, 60_000 // EVERY)), on_training


def slant(images: Tensor) -> Tensor:
    """How far each digit leans, in degrees from upright, to the right positive; (N, 1, H, W) to (N,).

    The angle of the line through the centre of mass along which the ink of each row
    moves sideways, on average: arctan(-mu_11 / mu_02), with the central moments of
    the ink, x to the right and y down.
    """
    ink = images[:, 0].float()
    y = torch.arange(ink.shape[1], dtype=torch.float32).view(1, -1, 1)
    x = torch.arange(ink.shape[2], dtype=torch.float32).view(1, 1, -1)
    mass = ink.sum((1, 2), keepdim=True)
    dx = x - (ink * x).sum((1, 2), keepdim=True) / mass
    dy = y - (ink * y).sum((1, 2), keepdim=True) / mass
    return torch.rad2deg(torch.atan(-(ink * dx * dy).sum((1, 2)) / (ink * dy * dy).sum((1, 2))))
