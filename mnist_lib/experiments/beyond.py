"""Beyond the five paths: the spaces that were searched, and the networks that came out.

Every choice was made by :mod:`mnist_lib.training.search` on held-out training images; what it chose is
written here by name, and a test compares it with the log. The chapters are in ``book/beyond/``.
"""

from __future__ import annotations

import dataclasses

from ..data import Normalize, RandomAffine, ToTensor
from ..networks import Architecture
from ..rf import Layer, conv, global_avg_pool, max_pool
from .settings import SGD, Experiment, WarmupDecay
from .spaces import Candidates, Least, Round, Search

UNIT = "conv batchnorm relu"
ENOUGH = 99.48  # per cent of the held-out images: the rule's 99.40, and a margin for seeds, epochs and luck


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


def tuned(best: Experiment, setting: str, *values: float) -> Candidates:
    """The best so far with each of the values for one setting of its optimizer."""
    return varied(best, "optimizer", {f"{v:g}": dataclasses.replace(best.optimizer, **{setting: v}) for v in values})


def convolutions(*widths: int) -> tuple[Layer, ...]:
    """3x3 convolutions with so many output channels."""
    return tuple(conv(width, 3) for width in widths)


def pooled(widths: str) -> tuple[tuple[Layer, ...], ...]:
    """Blocks of 3x3 convolutions before and behind a pooling: "8 8, pool, 16 16 16"."""
    before, behind = (convolutions(*map(int, part.split())) for part in widths.split(", pool, "))
    return before, (max_pool(2),), behind


WEAK, MEDIUM, STRONG = affine(10, 0.05, 0.1, 5), affine(10, 0.1, 0.1), affine(15, 0.1, 0.15, 10)
AUGMENTATIONS = {
    "weak: rotation 10, shift 5 %, scale 10 %, shear 5": WEAK,
    "medium: rotation 10, shift 10 %, scale 10 %": MEDIUM,
    "strong: rotation 15, shift 10 %, scale 15 %, shear 10": STRONG}

FIRST_WIDTHS = "8 8, pool, 16 16 16"  # what the first rounds chose
CHAMPIONS = {label: network("beyond/champion", *blocks) for label, blocks in {
    "8 16, 1x1 to 8, pool, 16 16 16": (convolutions(8, 16), (conv(8, 1), max_pool(2)), convolutions(16, 16, 16)),
    "8 16, 1x1 to 8, pool, 12 12 16 16": (convolutions(8, 16), (conv(8, 1), max_pool(2)), convolutions(12, 12, 16, 16)),
    **{widths: pooled(widths) for widths in ("8 8 8, pool, 16 16 16", FIRST_WIDTHS, "8, pool, 16 16 16")},
    "16 of 5x5 with stride 2, 16 16 16": ((conv(16, 5, stride=2),), convolutions(16, 16, 16)),
}.items()}
DEEPER = {label: network("beyond/champion", *pooled(label)) for label in (
    FIRST_WIDTHS, "8 8, pool, 14 14 14 14", "8 8, pool, 12 12 16 16", "8 8, pool, 12 12 12 12 12",
    "10 10, pool, 14 14 14 14")}

CHAMPION = Search(
    "champion",
    Experiment("beyond/champion", CHAMPIONS["8 16, 1x1 to 8, pool, 16 16 16"], MEDIUM,
               128, SGD(0.1, momentum=0.9, weight_decay=1e-4, nesterov=True), WarmupDecay(0.2), averaging=0.995),
    (
        Round("Which network?", lambda best: varied(best, "architecture", CHAMPIONS)),
        Round("How much augmentation?", lambda best: varied(best, "transforms", AUGMENTATIONS)),
        Round("Which largest learning rate?", lambda best: tuned(best, "learning_rate", 0.05, 0.1, 0.2)),
        Round("The best rate lies at the edge of the space: is a higher one better?",
              lambda best: tuned(best, "learning_rate", 0.2, 0.4)),
        Round("What is a pixel between pixels?", lambda best: varied(best, "transforms", {
            way: (dataclasses.replace(best.transforms[0], interpolation=way), *best.transforms[1:])
            for way in ("nearest", "bilinear")})),
        Round("Are more layers behind the pooling better?", lambda best: varied(best, "architecture", DEEPER)),
        Round("Two settings may be good only together: deeper, and with less augmentation?",
              lambda best: {"the best so far": best} | {
                  f"{label}; weak changes": dataclasses.replace(best, architecture=DEEPER[label], transforms=WEAK)
                  for label in ("8 8, pool, 14 14 14 14", "8 8, pool, 12 12 16 16", "10 10, pool, 14 14 14 14")}),
        Round("Are more and smaller steps better?", lambda best: varied(best, "batch_size", {
            f"batches of {size}": size for size in (64, 128)})),
    ))

first_champion = dataclasses.replace(
    CHAMPION.start, name="beyond/first-champion", architecture=CHAMPIONS[FIRST_WIDTHS],
    transforms=STRONG, optimizer=dataclasses.replace(CHAMPION.start.optimizer, learning_rate=0.2))

champion = dataclasses.replace(
    first_champion, name="beyond/champion", architecture=DEEPER["8 8, pool, 14 14 14 14"], transforms=WEAK)

SMALL = {label: network("beyond/smallest", *pooled(label)) for label in (
    "8 8, pool, 10 12 12", "8 8, pool, 10 10 10 10", "8 8, pool, 9 9 9 9", "8 8, pool, 8 8 8 8")}

SMALLEST = Search(
    "smallest",
    dataclasses.replace(first_champion, name="beyond/smallest", architecture=SMALL["8 8, pool, 10 12 12"]),
    (
        Round("How much augmentation can a small network take?",
              lambda best: varied(best, "transforms", AUGMENTATIONS)),
        Round("Which is the smallest network that is good enough?",
              lambda best: varied(best, "architecture", SMALL), Least("parameters", ENOUGH)),
    ))

smallest = dataclasses.replace(
    SMALLEST.start, architecture=SMALL["8 8, pool, 10 10 10 10"], transforms=WEAK)

BELOW = tuple(dataclasses.replace(smallest, name=f"beyond/below-{limit}",
                                  architecture=network(f"beyond/below-{limit}", *pooled(widths)))
              for limit, widths in {1000: "4 4, pool, 4 4 5 5", 2000: "4 6, pool, 6 6 7 7",
                                    3000: "6 8, pool, 8 8 8 8", 4000: "8 8, pool, 10 12 12",
                                    6000: "8 8, pool, 12 12 12 12"}.items())  # the curve: none was picked by its score

QUICK = {"16 of 5x5 with stride 2, 16 16 16": CHAMPIONS["16 of 5x5 with stride 2, 16 16 16"],
         "8, 14 with stride 2, 14 14 16": network(
             "beyond/fastest", (conv(8, 3), conv(14, 3, stride=2)), convolutions(14, 14, 16))}

SEARCHED_RECIPE = Search(
    "searched-recipe",
    dataclasses.replace(first_champion, name="beyond/searched-recipe", transforms=MEDIUM,
                        architecture=CHAMPIONS["16 of 5x5 with stride 2, 16 16 16"]),
    (
        Round("How much augmentation?", lambda best: varied(best, "transforms", AUGMENTATIONS)),
        Round("Is a second layer in front better?", lambda best: varied(best, "architecture", QUICK)),
        Round("How much weight decay?", lambda best: tuned(best, "weight_decay", 0, 1e-4, 5e-4, 2e-3)),
        Round("How few epochs are enough?", lambda best: varied(best, "epochs", {
            f"{epochs} epochs": epochs for epochs in (9, 12, 15)}), Least("epochs", ENOUGH)),
    ))

searched_recipe = dataclasses.replace(SEARCHED_RECIPE.start, transforms=STRONG)

FEWEST = Search(
    "fewest-epochs",
    dataclasses.replace(searched_recipe, name="beyond/fastest", transforms=WEAK),
    (Round("With less augmentation, how few epochs are enough?", lambda best: varied(best, "epochs", {
        f"epochs: {epochs}": epochs for epochs in (5, 6, 8, 10)}), Least("epochs", 99.44)),),
    last=3)

fastest = dataclasses.replace(FEWEST.start, epochs=10)

FASTEST_99 = Search(
    "fastest-99",
    dataclasses.replace(searched_recipe, name="beyond/fastest-99", transforms=WEAK),
    (Round("How few epochs are enough for 99.0 %?", lambda best: varied(best, "epochs", {
        f"epochs: {epochs}": epochs for epochs in (1, 2, 3, 4, 5)}), Least("epochs", 99.05)),),
    last=1)

fastest_99 = dataclasses.replace(FASTEST_99.start, epochs=2)

FIRST_FOUND = (first_champion, champion, smallest, *BELOW, searched_recipe, fastest, fastest_99)
FIRST_SEARCHES = (CHAMPION, SMALLEST, SEARCHED_RECIPE, FEWEST, FASTEST_99)  # the later ones are in marks.py
