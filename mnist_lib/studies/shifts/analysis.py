"""Do the lessons travel? Stored networks on shifted test images: accuracies, effects, ranks, with their intervals.

Reads ``results/travel`` and compares by the one theory of the book (``statistics.py``). Of a shift the mean over its
five levels is judged, in the families that ``plan.py`` tells. A *unit* is what chance drew besides the
images: a training, or a pair of projects. Accuracies are in per cent. Tables: ``pages.py``;
how sure the networks are: ``calibration.py``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ...book import ENOUGH, LEVEL, Comparison, Interval, Share, adjusted, holm, images_variance, label, step_link
from ...experiments import CELLS, FACTORS, FINALS
from ...training import TEST_IMAGES, records
from ..stored import unpacked
from . import plan as declared
from .records import KEPT, SHIFTED_IMAGES
from .transforms import SHIFTS

SHOWN = (*FINALS, *declared.SINGLE, declared.PLAIN_NETWORK)  # the networks of tables and figures
IMAGES = SHIFTED_IMAGES


@lru_cache(2)
def _evidence(root: Path) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for one in KEPT.every():
        found.setdefault(one["experiment"], []).append(one)
    return found


def evidence() -> dict[str, list[dict]]:
    """The records by experiment, seed by seed, in the order of the declaration."""
    return _evidence(records.root())


def of(name: str) -> list[dict]:
    """The records of one experiment; ``LookupError`` where there is none."""
    if name not in evidence():
        raise LookupError(f"{name} is not recorded on shifted images; run python -m mnist_lib travel {name}")
    return evidence()[name]


def right(name: str, shift: str, level: int | None = None):
    """What an experiment's trainings get right, (seeds, images), 100 for right: at a level, or the levels' mean."""
    import numpy as np

    missed = np.stack([unpacked(one["shifted"][shift]["missed"], 5, IMAGES).numpy() for one in of(name)])
    return 100.0 * (1 - (missed.mean(1) if level is None else missed[:, level - 1]))


def accuracy(name: str, shift: str, level: int | None = None) -> float:
    """Mean over the seeds, of a level (0: the test images as they are) or of the five levels."""
    if level == 0:
        return sum(one["clean"]["correct"] for one in of(name)) / len(of(name)) / TEST_IMAGES * 100
    return float(right(name, shift, level).mean())


def accuracy_interval(name: str, shift: str, level: int) -> Interval:
    """The 95 % interval of an accuracy: over seeds and images; of fewer than three trainings, over images alone."""
    if len(of(name)) < ENOUGH:
        counts = [one["clean"]["correct"] if level == 0 else one["shifted"][shift]["correct"][level - 1]
                  for one in of(name)]
        return Share(counts[0], TEST_IMAGES if level == 0 else IMAGES).interval
    low, high = difference(0.0, _clean(name) if level == 0 else right(name, shift, level)).interval(images=True)
    return Interval(max(0.0, low), min(100.0, high))


def _clean(name: str):
    import numpy as np

    values = np.full((len(of(name)), TEST_IMAGES), 100.0)
    for row, one in zip(values, of(name), strict=True):
        row[[index for index, *_ in one["clean"]["wrong"]]] = 0.0
    return values


def difference(before, after, *, paired: bool = False) -> Comparison:
    """``after - before`` of values (units, images); ``before`` may be a number. ``paired`` units belong together."""
    if isinstance(before, int | float):
        return mean_of((1.0,), [after - before])
    return mean_of((1.0,), [after - before]) if paired else mean_of((-1.0, 1.0), [before, after])


def mean_of(weights: Sequence[float], sides) -> Comparison:
    """The sum of several sides' means, each times its weight; a side is values (units, images)."""
    units = min(map(len, sides))
    points = sum(weight * float(side.mean()) for weight, side in zip(weights, sides, strict=True))
    if units < 2:
        return Comparison(points, (), None, units)
    parts = tuple((weight**2 * float(side.mean(1).var(ddof=1)) / len(side), len(side) - 1)
                  for weight, side in zip(weights, sides))
    return Comparison(points, parts, images_variance(weights, sides), units)


class Fixed(NamedTuple):
    """A difference of two trained networks, in points, with its standard error over images alone."""

    points: float
    error: float

    @property
    def interval(self) -> Interval:
        """95 % over images; of other trainings it says nothing."""
        from scipy.stats import norm

        half = float(norm.ppf((1 + LEVEL) / 2)) * self.error
        return Interval(self.points - half, self.points + half)

    @property
    def p(self) -> float:
        """Two-sided."""
        from scipy.stats import norm

        return float(2 * norm.sf(abs(self.points) / self.error)) if self.error else float(self.points == 0)


class Effect(NamedTuple):
    """What augmentation adds on images of a shift: over the units, by itself and as a member of its family."""

    shift: str
    gain: Comparison
    together: str


def _family(gains: dict[str, Comparison]) -> list[Effect]:
    return [Effect(*each, verdict) for each, verdict in zip(gains.items(), holm(list(gains.values())), strict=True)]


def factorial(*, by_seed: bool = False) -> list[Effect]:
    """Augmentation in the factorial: the mean of the eight cells with it less that of the eight without.

    Each training is a unit, as on the page of the factorial: trainings of one seed are hardly more alike than others.
    ``by_seed`` gives what was declared, a contrast a seed and the scatter of these: two degrees of freedom.
    """
    place = [factor.name for factor in FACTORS].index("augment")
    weights = [(1 if on[place] else -1) / (len(CELLS) / 2) for on in CELLS]

    def gain(shift):
        sides = [right(cell.name, shift) for cell in CELLS.values()]
        if not by_seed:
            return mean_of(weights, sides)
        return mean_of((1.0,), [sum(w * side[:min(map(len, sides))] for w, side in zip(weights, sides, strict=True))])

    return _family({s: gain(s) for s in SHIFTS})


def pairs() -> dict[tuple[str, str], tuple[Fixed, bool]]:
    """(step with augmentation, shift) → the difference of the networks at seed 0; whether it is clear as one of 32."""
    found = {}
    for before, after in declared.PAIRS:
        for shift in SHIFTS:
            apart = (right(after, shift) - right(before, shift)[:1])[0]
            found[after, shift] = Fixed(float(apart.mean()), float(apart.std(ddof=1)) / math.sqrt(apart.size))
    sure = [p < 1 - LEVEL for p in adjusted([one.p for one in found.values()])]
    return {key: (one, clear) for (key, one), clear in zip(found.items(), sure, strict=True)}


def moved() -> dict[tuple[str, str], tuple[Comparison, str]]:
    """(other final, shift) → what the final that was trained on moved digits is better by, and the family's verdict."""
    found = {(other, shift): difference(right(other, shift), right(declared.MOVED, shift))
             for other in FINALS if other != declared.MOVED for shift in SHIFTS}
    verdicts = holm(list(found.values()))
    return {key: (gain, verdict) for (key, gain), verdict in zip(found.items(), verdicts, strict=True)}


class Rank(NamedTuple):
    """Spearman's correlation of clean and shifted accuracy over networks, its 95 % interval, the family's verdict."""

    shift: str
    value: float
    interval: Interval
    clear: bool
    networks: int


def ranks() -> list[Rank]:
    """For each shift: do networks that are better on clean images rank higher? One training (seed 0) of each.

    The interval is Bonett and Wright's (Psychometrika 65, 2000), in Fisher's scale.
    """
    from scipy.stats import norm, spearmanr

    names = [name for name in declared.STORED if name in evidence()]
    clean = [of(name)[0]["clean"]["correct"] for name in names]
    found, n = {}, len(names)
    for shift in SHIFTS:
        found[shift] = spearmanr(clean, [float(right(name, shift)[0].mean()) for name in names])
    sure = [p < 1 - LEVEL for p in adjusted([float(one.pvalue) for one in found.values()])]

    def interval(r):
        half = float(norm.ppf((1 + LEVEL) / 2)) * math.sqrt((1 + r**2 / 2) / (n - 3))
        return Interval(*(math.tanh(math.atanh(r) + sign * half) for sign in (-1, 1)))

    return [Rank(shift, float(one.statistic), interval(float(one.statistic)), clear, n)
            for (shift, one), clear in zip(found.items(), sure, strict=True)]


def linked(name: str):
    """The same, with a link where it has a page."""
    return step_link(name, label(name)) if name in FINALS else label(name)
