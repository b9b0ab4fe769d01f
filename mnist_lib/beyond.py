"""Beyond the five paths: the spaces that were searched, and the networks that came out.

Every choice was made by :mod:`mnist_lib.search` on held-out training images; what it chose is
written here by name, and a test compares it with the log. The chapters are in ``book/beyond/``.
"""

from __future__ import annotations

import dataclasses

from .architecture import Architecture
from .augment import Normalize, RandomAffine, ToTensor
from .experiments import SGD, Experiment, WarmupDecay
from .layers import conv, global_avg_pool, max_pool
from .search import Candidates, Round, Search

UNIT = "conv batchnorm relu"


def network(name: str, before: tuple[int, ...], transition: int | None, after: tuple[int, ...]) -> Architecture:
    """3x3 convolutions at full size, pooling (and a 1x1 transition), 3x3 convolutions, the mean, a linear layer."""
    middle = (max_pool(2),) if transition is None else (conv(transition, 1), max_pool(2))
    return Architecture(name, unit=UNIT, blocks=dict(
        input=tuple(conv(width, 3) for width in before),
        transition=middle,
        block=tuple(conv(width, 3) for width in after),
        gap=(global_avg_pool(),),
        output=(conv(10, 1, bias=True, unit="conv"),)))


def affine(degrees: float, shift: float, scale: float, shear: float = 0.0) -> tuple:
    """Rotation, shift, scaling and shearing in one resampling, then the usual normalization."""
    return (RandomAffine(degrees, translate=(shift, shift), scale=(1 - scale, 1 + scale), shear=shear or None),
            ToTensor(), Normalize())


def varied(best: Experiment, setting: str, values: dict) -> Candidates:
    """The best so far with each of the labelled values for one setting."""
    return {label: dataclasses.replace(best, **{setting: value}) for label, value in values.items()}


WIDTHS = {
    "8 16 | 8 | 16 16 16": ((8, 16), 8, (16, 16, 16)),
    "8 8 | 16 16 16": ((8, 8), None, (16, 16, 16)),
    "8 8 8 | 16 16 16": ((8, 8, 8), None, (16, 16, 16)),
    "8 16 | 8 | 12 12 16 16": ((8, 16), 8, (12, 12, 16, 16)),
}

CHAMPION = Search(
    "champion",
    Experiment("beyond/champion", network("beyond/champion", *WIDTHS["8 16 | 8 | 16 16 16"]), affine(10, 0.1, 0.1),
               128, SGD(0.1, momentum=0.9, weight_decay=1e-4, nesterov=True), WarmupDecay(0.2), averaging=0.995),
    (
        Round("Which widths, before and after pooling?", lambda best: varied(
            best, "architecture", {label: network("beyond/champion", *w) for label, w in WIDTHS.items()})),
        Round("How much augmentation?", lambda best: varied(best, "transforms", {
            "rotation 10, shift 10 %, scale 10 %": affine(10, 0.1, 0.1),
            "rotation 10, shift 5 %, scale 10 %, shear 5": affine(10, 0.05, 0.1, 5),
            "rotation 15, shift 10 %, scale 15 %, shear 10": affine(15, 0.1, 0.15, 10)})),
        Round("Which largest learning rate?", lambda best: varied(best, "optimizer", {
            f"{rate:g}": dataclasses.replace(best.optimizer, learning_rate=rate) for rate in (0.05, 0.1, 0.2)})),
        Round("Which batch?", lambda best: varied(best, "batch_size", {"64": 64, "128": 128})),
    ))

SEARCHES = {s.name: s for s in (CHAMPION,)}
