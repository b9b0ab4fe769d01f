"""Small experiments on a network: what its layers put out, and how its first steps go.

Used by the step pages of ``book/paths`` to isolate one idea at a time.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..data import Normalize, ToTensor, mnist
from ..training import Run, evaluate, trained
from .findings import Finding, difference, finding


def sample(count: int = 512, split: str = "train") -> tuple[Tensor, Tensor]:
    """The first ``count`` images, normalized (count, 1, 28, 28), and their labels (count,)."""
    digits = mnist(split)
    return Normalize()(ToTensor()(digits.images[:count], None), None), digits.labels[:count].long()


@torch.no_grad()
def outputs(network: nn.Module, images: Tensor, kind: type = nn.Conv2d) -> dict[str, Tensor]:
    """What each layer of a kind puts out for these images, by the layer's name ("block1.conv1").

    The network keeps its mode and its running statistics.
    """
    found, hooks = {}, []
    state = {k: v.clone() for k, v in network.state_dict().items()}
    for name, layer in network.named_modules():
        if isinstance(layer, kind):
            hooks.append(layer.register_forward_hook(
                lambda _, __, output, name=name: found.__setitem__(name, output.clone())))
    try:
        network(images)
    finally:
        for hook in hooks:
            hook.remove()
        network.load_state_dict(state)
    return found


def spread_over_images(output: Tensor) -> float:
    """How much a layer's output (N, C, H, W) differs from image to image.

    The standard deviation over the N images, taken for each unit, and the root mean
    square of these over all units: 0 if the layer puts out the same for every image.
    """
    return output.var(0).mean().sqrt().item()


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


def training_accuracy(run: Run, every: int = 5) -> float:
    """Accuracy in per cent of a run's final weights on the training images, in evaluation mode.

    Dropout and augmentation are off, as they are on the test set: only this
    accuracy can be compared with that on the test set. Takes one of ``every``
    images, 12,000 of the 60,000; an odd number, because in the file the images at
    even and at odd places are not equally hard. Needs recorded weights.
    """
    x, y = sample(60_000)
    network = trained(run).to(memory_format=torch.channels_last)  # twice as fast on a CPU
    _, predicted = evaluate(network, x[::every], y[::every])
    return 100 * (predicted == y[::every]).float().mean().item()


@torch.no_grad()
def remeasured(network: nn.Module, images: Tensor, *, masks: bool = False) -> nn.Module:
    """The same weights with the mean and variance of every batch normalization measured anew on these images.

    Takes plain means over parts of 500 images (N, C, H, W), with dropout off, or on with ``masks``. In training
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
        elif masks and isinstance(layer, nn.Dropout):
            layer.train()
    for part in images.split(500):
        network(part)
    for layer, momentum in kept.items():
        layer.momentum = momentum
    return network.eval()


def overfits(run: Run, sentence: str = "The network overfits.") -> Finding:
    """Whether a run's final weights do better on training images than on test images, both in evaluation mode.

    ``sentence`` is what the finding is to say. Needs recorded weights.
    """
    on_training = training_accuracy(run)
    gap = difference([run.final.test_accuracy], [on_training])
    return finding(sentence, f"Seed {run.seed}, in evaluation mode: {on_training:.2f} % on training images, "
                   f"{run.final.test_accuracy:.2f} % on test images; {gap}.", gap)


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
