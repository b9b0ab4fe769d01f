"""Networks for the page "Draw a digit": a recorded run, or any chain of layers, as a JSON file.

``format.py`` describes the file. Every export is checked: the file is read again, its layers
are run on test digits, and the result must be that of the network. Taught in book/yours/digit.md.
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from math import prod
from pathlib import Path

import torch
from torch import Tensor, nn

from ..data import Normalize, ToTensor, mnist
from ..experiments import experiment
from ..rf import left_as_found
from ..training import Run, epoch_weights, trained
from .chain_reader import NotStraight, chain_of
from .format import INPUT, MOST_NUMBERS, Exported, Snapshot, parameter_range, read, write

CHECKED = 64  # test digits that an export is checked on
TOLERANCE = 1e-4  # of the largest logit: sums of float32 in another order
AT_THE_END = ("softmax", "log_softmax")


def export_run(run: Run, *, epochs: bool = False) -> Exported:
    """A recorded run with its final weights; with ``epochs``, those before the first and after each.

    Raises FileNotFoundError if its weights were not kept, ValueError if those of the epochs were not.
    """
    scores = (None, *run.test_accuracies)
    networks = [trained(run)]
    if epochs:
        architecture = experiment(run.experiment).architecture
        networks = [epoch_weights.network_after(architecture, weights) for weights in epoch_weights.load(run)]
        if not networks:
            raise ValueError(f"the weights of every epoch of {run.experiment}, seed {run.seed}, are not kept; make "
                             f"them: python -m mnist_lib retrace {run.experiment} --seed {run.seed}")
    chains = [chain_of(network, digits(2)) for network in networks]
    first = len(scores) - len(chains)
    snapshots = tuple(Snapshot(chain.tensors, epoch, scores[epoch]) for epoch, chain in enumerate(chains, start=first))
    normalize = Normalize()
    return checked(Exported(run.experiment, f"recorded run, seed {run.seed}, {len(run.epochs)} epochs", run.parameters,
                            normalize.mean, normalize.std, chains[-1].layers, snapshots))


def export_module(network: nn.Module, name: str, about: str = "", mean: float | None = None,
                  std: float | None = None) -> Exported:
    """Any network that takes images (N, 1, 28, 28) and returns (N, 10), if it is a chain of known layers.

    ``mean`` and ``std`` are what its images were normalized with; those of this book if not given.
    Raises NotStraight (a ValueError) naming the place where it is no such chain.
    """
    normalize = Normalize()
    mean, std = normalize.mean if mean is None else mean, normalize.std if std is None else std
    if not std > 0:
        raise ValueError(f"std must be above 0, not {std}; images that were not normalized have mean 0 and std 1")
    network = getattr(network, "_orig_mod", network)  # a compiled network was made from this one
    device = next((p.device for p in network.parameters()), torch.device("cpu"))
    dtype = next((p.dtype for p in network.parameters()), torch.float32)
    chain = chain_of(network, digits(2, mean, std).to(device, dtype))
    fewest, most = parameter_range(chain.layers)  # of what runs: a network may have more, or use some twice
    parameters = min(most, max(fewest, sum(p.numel() for p in network.parameters())))
    return checked(Exported(name, about, parameters, mean, std, chain.layers, (Snapshot(chain.tensors),)))


def checked(network: Exported) -> Exported:
    """The same network, if a page can show it: ten results in a row, softmax at most at the end, not too large."""
    if not network.layers:
        raise NotStraight("the network gives back the image: there is no layer in it")
    network = _flat_at_the_end(network)
    for number, layer in enumerate(network.layers, start=1):
        if layer["type"] in AT_THE_END and number < len(network.layers):
            raise NotStraight(f"{layer['name']!r} is a softmax before the end; "
                              "it can be exported as the last layer alone")
    numbers = sum(t.numel() for layer in network.snapshots[-1].tensors for t in layer)
    if numbers > MOST_NUMBERS:
        raise ValueError(f"{network.name} has {numbers:,} weights; an exported file holds {MOST_NUMBERS:,} at most")
    shapes = _shapes(network)
    if prod(shapes[-1]) != 10:
        raise NotStraight(f"the network gives {prod(shapes[-1]):,} numbers for an image, of shape {shapes[-1]}; "
                          "it must give ten, one for each digit")
    return network


def _shapes(network: Exported) -> list[tuple[int, ...]]:
    """The shape of one image's maps behind each layer."""
    images, shapes = digits(2, network.mean, network.std), []
    for layer, tensors in zip(network.layers, network.snapshots[-1].tensors):
        part = dataclasses.replace(network, layers=(layer,), snapshots=(Snapshot((tensors,)),))
        images = part.run(images)
        shapes.append(tuple(images.shape[1:]))
    return shapes


def _flat_at_the_end(network: Exported) -> Exported:
    """The same network with its results flattened, and a softmax over single numbers behind that."""
    def arranged(order, extra):
        return dataclasses.replace(
            network, layers=tuple(network.layers[i] for i in order) + extra,
            snapshots=tuple(dataclasses.replace(s, tensors=tuple(s.tensors[i] for i in order) + ((),) * len(extra))
                            for s in network.snapshots))

    count, kinds = len(network.layers), [layer["type"] for layer in network.layers]
    shapes = _shapes(network)
    if shapes[-1][1:] == () and kinds[-2:] not in ([kind, "flatten"] for kind in AT_THE_END):
        return network
    if kinds[-1] == "flatten" and shapes[-2][1:] == (1, 1):
        return arranged([*range(count - 2), count - 1, count - 2], ())
    flat = {"type": "flatten", "name": "flatten at the end"}
    if kinds[-1] in AT_THE_END and shapes[-1][1:] == (1, 1):
        network = arranged(range(count), (flat,))
        return _flat_at_the_end(network)
    return arranged(range(count), (flat,))


def write_checked(network: Exported, original: nn.Module, file: Path | str) -> float:
    """Write the file, read it, run it on test digits; return the largest difference of a result.

    Raises ValueError, and leaves no file or the one that was there, if it does not give what
    ``original`` gives in evaluation mode.
    """
    difference = 0.0

    def compare(partial):
        nonlocal difference
        images = digits(CHECKED, network.mean, network.std)
        first = next(original.parameters(), images)
        with left_as_found(original), torch.no_grad():
            expected = original(images.to(first.device, first.dtype)).cpu().float().flatten(1)
        difference = (read(partial).run(images) - expected).abs().max().item()
        if not difference <= TOLERANCE * (1 + expected.abs().max().item()):
            raise ValueError("the exported layers give other results than the network (they differ by up to "
                             f"{difference:.3g} on {CHECKED} test digits): it does not do the same for every image, "
                             "and cannot be exported")

    write(network, file, compare)
    return difference


def digits(count: int, mean: float | None = None, std: float | None = None) -> Tensor:
    """The first test digits ``(count, 1, 28, 28)``, normalized; with this book's mean and std if not given."""
    normalize = Normalize() if mean is None else Normalize(mean, std)
    return normalize(ToTensor()(_test_images()[:count], None), None).view(count, *INPUT)


@lru_cache(maxsize=1)
def _test_images() -> Tensor:
    """They are read from their packed file once: an export asks for them several times."""
    return mnist("test").images
