"""Beyond the five paths: the spaces that were searched, and the networks that came out.

Every choice was made by :mod:`mnist_lib.search` on held-out training images; what it chose is
written here by name, and a test compares it with the log. The chapters are in ``book/beyond/``.
"""

from __future__ import annotations

import dataclasses

from .architecture import Architecture
from .augment import Normalize, RandomAffine, ToTensor
from .experiments import SGD, Experiment, WarmupDecay
from .layers import Layer, conv, global_avg_pool, max_pool
from .search import Candidates, Round, Search

UNIT = "conv batchnorm relu"


def network(name: str, *blocks: tuple[Layer, ...]) -> Architecture:
    """Blocks of layers, then the mean of each map and one linear layer."""
    return Architecture(name, unit=UNIT, blocks=dict(
        {f"block{number}": layers for number, layers in enumerate(blocks, 1)},
        gap=(global_avg_pool(),), output=(conv(10, 1, bias=True, unit="conv"),)))


def affine(degrees: float, shift: float, scale: float, shear: float = 0.0) -> tuple:
    """Rotation, shift, scaling and shearing in one resampling, then the usual normalization."""
    return (RandomAffine(degrees, translate=(shift, shift), scale=(1 - scale, 1 + scale), shear=shear or None),
            ToTensor(), Normalize())


def varied(best: Experiment, setting: str, values: dict) -> Candidates:
    """The best so far with each of the labelled values for one setting."""
    return {label: dataclasses.replace(best, **{setting: value}) for label, value in values.items()}


def convolutions(*widths: int) -> tuple[Layer, ...]:
    """3x3 convolutions with so many output channels."""
    return tuple(conv(width, 3) for width in widths)


CHAMPIONS = {label: network("beyond/champion", *blocks) for label, blocks in {
    "8 16, 1x1 to 8, pool, 16 16 16": (convolutions(8, 16), (conv(8, 1), max_pool(2)), convolutions(16, 16, 16)),
    "8 16, 1x1 to 8, pool, 12 12 16 16": (
        convolutions(8, 16), (conv(8, 1), max_pool(2)), convolutions(12, 12, 16, 16)),
    "8 8 8, pool, 16 16 16": (convolutions(8, 8, 8), (max_pool(2),), convolutions(16, 16, 16)),
    "8 8, pool, 16 16 16": (convolutions(8, 8), (max_pool(2),), convolutions(16, 16, 16)),
    "8, pool, 16 16 16": (convolutions(8), (max_pool(2),), convolutions(16, 16, 16)),
    "16 of 5x5 with stride 2, 16 16 16": ((conv(16, 5, stride=2),), convolutions(16, 16, 16)),
}.items()}

CHAMPION = Search(
    "champion",
    Experiment("beyond/champion", CHAMPIONS["8 16, 1x1 to 8, pool, 16 16 16"], affine(10, 0.1, 0.1),
               128, SGD(0.1, momentum=0.9, weight_decay=1e-4, nesterov=True), WarmupDecay(0.2), averaging=0.995),
    (
        Round("Which network?", lambda best: varied(best, "architecture", CHAMPIONS)),
        Round("How much augmentation?", lambda best: varied(best, "transforms", {
            "rotation 10, shift 10 %, scale 10 %": affine(10, 0.1, 0.1),
            "rotation 10, shift 5 %, scale 10 %, shear 5": affine(10, 0.05, 0.1, 5),
            "rotation 15, shift 10 %, scale 15 %, shear 10": affine(15, 0.1, 0.15, 10)})),
        Round("Which largest learning rate?", lambda best: varied(best, "optimizer", {
            f"{rate:g}": dataclasses.replace(best.optimizer, learning_rate=rate) for rate in (0.05, 0.1, 0.2)})),
        Round("The best rate lies at the edge of the space: is a higher one better?", lambda best: varied(
            best, "optimizer", {f"{rate:g}": dataclasses.replace(best.optimizer, learning_rate=rate)
                                for rate in (0.2, 0.4)})),
    ))

CHOSEN = dataclasses.replace(
    CHAMPION.start, architecture=CHAMPIONS["8 8, pool, 16 16 16"],
    transforms=affine(15, 0.1, 0.15, 10), optimizer=SGD(0.2, momentum=0.9, weight_decay=1e-4, nesterov=True))

BEYOND = (CHOSEN,)
SEARCHES = {s.name: s for s in (CHAMPION,)}
