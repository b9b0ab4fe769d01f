"""Training as most people write it: ``DataLoader`` workers, torchvision image by image, ``loss.item()``.

What the benchmarks compare with. It uses PyTorch as it comes: contiguous memory, an
optimizer that is not fused, no layer of ours.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import sys
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F

from mnist_lib import mnist
from mnist_lib.experiments import Experiment
from mnist_lib.networks import build
from mnist_lib.training import Schedule, evaluate, test_set

WORKERS = 2


def plain(step: Experiment, steps: int) -> Callable[[], float]:
    """A function that trains ``steps`` batches and returns the seconds; workers start before the clock does."""
    loader, network = loader_of(step), build(step.architecture)
    optimizer = stock_sgd(network, step)

    def run():
        batches = iter(loader)
        for _ in range(2 * WORKERS + 1):  # the workers are up and no longer ahead
            next(batches)
        began = time.perf_counter()
        train(network, (next(batches) for _ in range(steps)), optimizer)
        return time.perf_counter() - began

    return run


def train(network, batches, optimizer) -> tuple[float, int]:
    """The loop itself, over ``batches``: the summed loss of its steps, and how many images were right."""
    network.train()
    correct, total = 0, 0.0
    for x, y in batches:
        optimizer.zero_grad()
        logits = network(x)
        loss = F.cross_entropy(logits, y)
        loss.backward()
        optimizer.step()
        total += loss.item()
        correct += (logits.argmax(1) == y).sum().item()
    return total, correct


def whole(step: Experiment, threads: int) -> dict:
    """A whole training: its seconds without evaluation, and the test accuracy after each epoch, in per cent."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    loader, network = loader_of(step), build(step.architecture)
    optimizer = stock_sgd(network, step)
    schedule, seconds, accuracies = Schedule(optimizer, step), 0.0, []
    images, labels = test_set(torch.device("cpu"))
    for epoch in range(step.epochs):
        began = time.perf_counter()
        train(network, loader, optimizer)
        seconds += time.perf_counter() - began
        loss, predictions = evaluate(network, images, labels)
        schedule.after_epoch(loss)
        accuracies.append(round(100 * (predictions == labels).float().mean().item(), 2))
        print(f"plain loop, epoch {epoch + 1} of {step.epochs}: {seconds:.0f} s, {accuracies[-1]:.2f} %",
              file=sys.stderr, flush=True)
    return {"seconds": round(seconds, 1), "accuracies": accuracies}


def loader_of(step: Experiment) -> torch.utils.data.DataLoader:
    """The training images in random order, transformed by torchvision in worker processes."""
    fork = "fork" if "fork" in multiprocessing.get_all_start_methods() else None  # workers start faster
    return torch.utils.data.DataLoader(Images(torchvision_forms(step.transforms)), step.batch_size, shuffle=True,
                                       num_workers=WORKERS, multiprocessing_context=fork)


class Images(torch.utils.data.Dataset):
    """What ``torchvision.datasets.MNIST`` does with an image."""

    def __init__(self, transform):
        self.digits, self.transform = mnist("train"), transform

    def __len__(self):
        return len(self.digits)

    def __getitem__(self, i):
        from PIL import Image

        image = Image.fromarray(self.digits.images[i, 0].numpy())
        return self.transform(image), int(self.digits.labels[i])


def torchvision_forms(transforms: tuple):
    """An experiment's transforms as torchvision's own, which have the same names and arguments."""
    from mnist_lib.data import import_torchvision

    import_torchvision()
    from torchvision import transforms as theirs

    def form(ours):
        settings = {f.name: getattr(ours, f.name) for f in dataclasses.fields(ours)}
        name = type(ours).__name__
        if name == "Normalize":  # a value for each channel
            settings = {"mean": (ours.mean,), "std": (ours.std,)}
        elif name == "RandomApply":
            settings["transforms"] = [form(t) for t in ours.transforms]
        elif name == "ColorJitter":  # what is not given is 0 there
            settings = {name: value or 0 for name, value in settings.items()}
        if "interpolation" in settings:
            settings["interpolation"] = theirs.InterpolationMode(ours.interpolation)
        return getattr(theirs, name)(**settings)

    return theirs.Compose([form(t) for t in transforms])


def stock_sgd(network: torch.nn.Module, step: Experiment) -> torch.optim.SGD:
    """The experiment's optimizer as it comes."""
    return torch.optim.SGD(network.parameters(), lr=step.optimizer.learning_rate, momentum=step.optimizer.momentum,
                           weight_decay=step.optimizer.weight_decay, nesterov=step.optimizer.nesterov)
