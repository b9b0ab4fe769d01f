"""How little data, how few bits: accuracies by training images and by bits a weight, with their intervals.

Reads ``results/little`` and the networks' own records, and compares by the one theory of the book
(``statistics.py``), in the declared families. What was not trained is left out, and counts in its family all the same.
Accuracies are in per cent. Tables and figures: ``pages.py`` and ``figures.py``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from statistics import linear_regression
from typing import NamedTuple

from ...book import ENOUGH, Comparison, Interval, Share, Spread, compare, holm
from ...experiments import experiment
from ...training import TEST_IMAGES, Run, records
from ..stored import unpacked
from . import bits_plan as bits
from . import plan as little
from .bits_records import KEPT

ALL = little.ALL
LITTLE = little.LITTLE
CHAMPION, SMALLEST, LARGE = LITTLE
RULE = 9_940  # test images, as everywhere


@lru_cache(2)
def _curves(root: Path) -> dict[str, dict[int, list[Run]]]:
    found: dict[str, dict[int, list[Run]]] = {}
    for name, steps in LITTLE.items():
        found[name] = {}
        for step in (*steps, experiment(name)):
            runs = [run for run in records.of(step.name)
                    if run.fingerprint == step.fingerprint and run.seed < little.SEEDS[name]]
            if runs:
                found[name][step.images or ALL] = runs
    return found


def curve(name: str) -> dict[int, list[Run]]:
    """The recorded trainings of a network by their number of images, fewest first; 60,000 are its own records."""
    return _curves(records.root())[name]


def accuracies(runs: Sequence[Run]) -> tuple[float, ...]:
    """Test accuracy after the last epoch, of each training."""
    return tuple(run.final.test_accuracy for run in runs)


def interval(values: Sequence[float], missed: Sequence[Sequence[int]]) -> Interval | None:
    """The 95 % interval of a mean accuracy, over seeds and images; ``None`` of fewer than three trainings."""
    if len(values) < ENOUGH:
        return None
    mean = compare(0.0, values, missed=([], missed))
    low, high = mean.interval(images=True)
    return Interval(low, min(100.0, high))


def _missed(run: Run) -> list[int]:
    return [index for index, _ in run.misclassified]


class Step(NamedTuple):
    """One comparison of a family: what with what, the difference, and the verdict as one of its family."""

    what: tuple
    gain: Comparison
    together: str


def _judged(family: str, found: Sequence[tuple[tuple, Comparison | None]]) -> list[Step]:
    """The comparisons of a declared family; those without a training are missing, and count in it all the same."""
    size = {**little.FAMILIES, **bits.FAMILIES}[family]
    verdicts = holm([gain for _, gain in found], size)
    return [Step(what, gain, verdict) for (what, gain), verdict in zip(found, verdicts, strict=True) if gain]


def between(before: Sequence[Run], after: Sequence[Run]) -> Comparison | None:
    """``after - before``, paired by seed; ``None`` without a seed that both have."""
    sides = [{run.seed: run for run in runs} for runs in (before, after)]
    common = sorted(set(sides[0]) & set(sides[1]))
    if not common:
        return None
    sides = [[side[seed] for seed in common] for side in sides]
    return compare(*map(accuracies, sides), paired=True, missed=tuple([_missed(run) for run in runs] for runs in sides))


def more_data() -> list[Step]:
    """From one number of images to the next: (network, from, to)."""
    sizes = [*little.LEVELS, ALL]
    found = [((name, low, high), between(curve(name).get(low, []), curve(name).get(high, [])))
             for name in (CHAMPION, SMALLEST) for low, high in zip(sizes, sizes[1:])]
    return _judged("more data", found)


def small() -> list[Step]:
    """Champion less smallest, on each number of images."""
    found = [((size,), between(curve(SMALLEST).get(size, []), curve(CHAMPION).get(size, [])))
             for size in (*little.LEVELS, ALL)]
    return _judged("small", found)


def large() -> list[Step]:
    """Champion less the network of 6.4 million parameters, on each number of images that both have."""
    found = [((size,), between(curve(LARGE).get(size, []), curve(CHAMPION).get(size, [])))
             for size in little.LEVELS if size <= little.LARGEST[LARGE]]
    return _judged("large", found)


def holding(runs: Sequence[Run]) -> Share:
    """How many trainings have 99.40 % after their last epoch."""
    return Share(sum(run.final.test_correct >= RULE for run in runs), len(runs))


def slopes(name: str) -> list[float]:
    """The exponent b of error = a · images^-b between one number of images and the next, from the mean errors.

    A power would have one exponent throughout.
    """
    means = [(images, 100 - Spread(accuracies(runs)).mean) for images, runs in sorted(curve(name).items())]
    return [-math.log(after / before) / math.log(more / few) for (few, before), (more, after) in zip(means, means[1:])]


def power(name: str, sizes: Sequence[int]) -> tuple[Comparison, float]:
    """The exponent of a straight line of logarithms over these numbers of images, over the seeds; and what that line
    makes of the errors on all images, in per cent."""
    fitted, forecast = [], []
    for run in curve(name)[ALL]:
        x, y = zip(*((math.log(images), math.log(100 - one.final.test_accuracy)) for images in sizes
                     for one in curve(name)[images] if one.seed == run.seed))
        slope, start = linear_regression(x, y)
        fitted.append(-slope)
        forecast.append(math.exp(start + slope * math.log(ALL)))
    return compare(0.0, fitted, images=None), Spread(tuple(forecast)).mean


class Version(NamedTuple):
    """One training's network with so many bits a weight: ``missed`` are the indices of test images."""

    seed: int
    bytes: int
    accuracy: float
    missed: tuple[int, ...]


@lru_cache(2)
def _versions(root: Path) -> dict[tuple[str, int, str, bool], list[Version]]:
    found: dict[tuple[str, int, str, bool], list[Version]] = {}
    for record in KEPT.every():
        for one in record["versions"]:
            missed = unpacked(one["missed"], TEST_IMAGES).nonzero()[:, 0].tolist()
            found.setdefault((record["experiment"], one["bits"], one["per"], one["tuned"]), []).append(
                Version(record["seed"], one["bytes"], 100 * one["correct"] / TEST_IMAGES, tuple(missed)))
    return found


def versions(name: str, width: int, per: str = "channel", tuned: bool = False) -> list[Version]:
    """The networks of an experiment's seeds with so many bits a weight; empty where none is recorded."""
    return _versions(records.root()).get((name, width, per, tuned), [])


def apart(before: Sequence[Version], after: Sequence[Version], *, paired: bool = True) -> Comparison | None:
    """``after - before``, paired by seed unless said otherwise; ``None`` without a seed that both have."""
    common = {one.seed for one in before} & {one.seed for one in after}
    if not common:
        return None
    sides = [[one for one in side if one.seed in common] for side in (before, after)]
    return compare(*([one.accuracy for one in side] for side in sides), paired=paired,
                   missed=tuple([one.missed for one in side] for side in sides))


def rounded() -> list[Step]:
    """Rounded less float, a scale a channel: (network, bits)."""
    return _judged("rounded", [((name, width), apart(versions(name, bits.FLOAT), versions(name, width)))
                    for name in bits.NETWORKS for width in bits.WIDTHS])


def scales() -> list[Step]:
    """A scale for each channel less one a layer: (network, bits)."""
    return _judged("scales", [((name, width), apart(versions(name, width, "tensor"), versions(name, width)))
                    for name in bits.NETWORKS for width in bits.WIDTHS])


def tuned() -> list[Step]:
    """Rounded in training less rounded after it: (network, bits)."""
    return _judged("tuned", [((name, width), apart(versions(name, width), versions(name, width, tuned=True)))
                    for name in bits.NETWORKS for width in bits.TUNED[name] if width != bits.FLOAT])


def cost() -> list[Step]:
    """Rounded in training less the same training without rounding, the smallest network: (bits,)."""
    plain = versions(SMALLEST, bits.FLOAT, tuned=True)
    return _judged("cost", [((width,), apart(plain, versions(SMALLEST, width, tuned=True))) for width in bits.WIDTHS])


def in_bytes() -> list[Step]:
    """The champion at 4 bits less the smallest network at 8, both rounded in training; not paired: other networks."""
    return _judged("bytes", [((4, 8), apart(versions(SMALLEST, 8, tuned=True), versions(CHAMPION, 4, tuned=True),
                                   paired=False))])
