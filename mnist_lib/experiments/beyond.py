"""Beyond the five paths: the networks that the searches chose, as experiments of the book's main line.

Every choice was made on held-out training images, by the searches of ``studies/search``; what they chose is written
here by name, and a test compares it with their logs. Chapter: ``book/build/averaging.md``.
"""

from __future__ import annotations

import dataclasses

from ..data import Normalize, RandomAffine, ToTensor
from ..networks import Architecture
from ..rf import Layer, conv, crop, global_avg_pool, max_pool
from .settings import SGD, Experiment, WarmupDecay

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


def convolutions(*widths: int) -> tuple[Layer, ...]:
    """3x3 convolutions with so many output channels."""
    return tuple(conv(width, 3) for width in widths)


def pooled(widths: str) -> tuple[tuple[Layer, ...], ...]:
    """Blocks of 3x3 convolutions before and behind a pooling: "8 8, pool, 16 16 16"."""
    before, behind = (convolutions(*map(int, part.split())) for part in widths.split(", pool, "))
    return before, (max_pool(2),), behind


WEAK, MEDIUM, STRONG = affine(10, 0.05, 0.1, 5), affine(10, 0.1, 0.1), affine(15, 0.1, 0.15, 10)

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

first_champion = Experiment(
    "beyond/first-champion", CHAMPIONS[FIRST_WIDTHS], STRONG, 128,
    SGD(0.2, momentum=0.9, weight_decay=1e-4, nesterov=True), WarmupDecay(0.2), averaging=0.995)

champion = dataclasses.replace(
    first_champion, name="beyond/champion", architecture=DEEPER["8 8, pool, 14 14 14 14"], transforms=WEAK)

SMALL = {label: network("beyond/smallest", *pooled(label)) for label in (
    "8 8, pool, 10 12 12", "8 8, pool, 10 10 10 10", "8 8, pool, 9 9 9 9", "8 8, pool, 8 8 8 8")}

smallest = dataclasses.replace(
    first_champion, name="beyond/smallest", architecture=SMALL["8 8, pool, 10 10 10 10"], transforms=WEAK)

BELOW = tuple(dataclasses.replace(smallest, name=f"beyond/below-{limit}",
                                  architecture=network(f"beyond/below-{limit}", *pooled(widths)))
              for limit, widths in {1000: "4 4, pool, 4 4 5 5", 2000: "4 6, pool, 6 6 7 7",
                                    3000: "6 8, pool, 8 8 8 8", 4000: "8 8, pool, 10 12 12",
                                    6000: "8 8, pool, 12 12 12 12"}.items())  # the curve: none was picked by its score

QUICK = {"16 of 5x5 with stride 2, 16 16 16": CHAMPIONS["16 of 5x5 with stride 2, 16 16 16"],
         "8, 14 with stride 2, 14 14 16": network(
             "beyond/fastest", (conv(8, 3), conv(14, 3, stride=2)), convolutions(14, 14, 16))}

searched_recipe = dataclasses.replace(
    first_champion, name="beyond/searched-recipe", architecture=CHAMPIONS["16 of 5x5 with stride 2, 16 16 16"])

fastest = dataclasses.replace(searched_recipe, name="beyond/fastest", transforms=WEAK, epochs=10)

fastest_99 = dataclasses.replace(searched_recipe, name="beyond/fastest-99", transforms=WEAK, epochs=2)


def again(width: int, times: int, name: str = "again") -> tuple[Layer, ...]:
    """So many 3x3 convolutions that share their weights, each with a batch normalization of its own."""
    return (conv(width, 3, shared=name),) * times


def repeated(front: str, width: int, times: int, own: bool = True) -> Architecture:
    """A pooled network whose last convolutions share their weights; ``own``: one with its own stands before them."""
    before, pool, after = pooled(f"{front}, pool, {width}")
    return network("beyond/smaller", before, pool, (after if own else ()) + again(width, times))


REPEATED = {
    "8 8, pool, 10, 3 times 10": repeated("8 8", 10, 3),
    "8 8, pool, 11, 3 times 11": repeated("8 8", 11, 3),
    "8 8, pool, 12, 3 times 12": repeated("8 8", 12, 3),
    "8 8, pool, 13, 3 times 13": repeated("8 8", 13, 3),
    "8 8, pool, 14, 3 times 14": repeated("8 8", 14, 3),
    "8 12, pool, 4 times 12": repeated("8 12", 12, 4, own=False),
    "8 14, pool, 4 times 14": repeated("8 14", 14, 4, own=False)}

smaller = dataclasses.replace(
    smallest, name="beyond/smaller", architecture=REPEATED["8 8, pool, 14, 3 times 14"], batch_size=64)


def cropped(margin: int) -> Architecture:
    """The network of the fastest behind a crop: fewer pixels, the same layers."""
    layers = (crop(margin),) if margin else ()
    return network("beyond/faster", (*layers, conv(16, 5, stride=2)), convolutions(16, 16, 16))


faster = dataclasses.replace(
    fastest, name="beyond/faster", architecture=cropped(2), batch_size=256, epochs=9, averaging=0.99,
    optimizer=dataclasses.replace(fastest.optimizer, learning_rate=0.3))


def behind(name: str, *layers: Layer) -> Architecture:
    """The champion's two layers and its pooling, and these layers behind it."""
    return network(name, convolutions(8, 8), (max_pool(2),), layers)


def twice(width: int, name: str) -> tuple[Layer, ...]:
    """Two convolutions with the same weights; the second is padded, so that a pair shrinks the map as one does."""
    return conv(width, 3, shared=name), conv(width, 3, padding=1, shared=name)


BETTER_NETWORKS = {
    "8 8, pool, 14 14 14 14": champion.architecture,
    "the same, padded behind the pooling": behind("beyond/better", *(conv(14, 3, padding=1),) * 4),
    "8 8, pool, 14, twice 14, twice 14, 14": behind(
        "beyond/better", conv(14, 3), *twice(14, "first"), *twice(14, "second"), conv(14, 3)),
    "8 8, pool, 16, twice 16, twice 16": behind(
        "beyond/better", conv(16, 3), *again(16, 2, "first"), *again(16, 2, "second")),
    "8 8, pool, 22, 3 times 22": behind("beyond/better", conv(22, 3), *again(22, 3))}

better = dataclasses.replace(
    champion, name="beyond/better", architecture=BETTER_NETWORKS["8 8, pool, 22, 3 times 22"], averaging=0.998)

BEYOND = (first_champion, champion, smallest, *BELOW, searched_recipe, fastest, fastest_99, smaller, faster, better)
