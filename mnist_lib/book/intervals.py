"""The formulas behind ``statistics.py``: standard errors, half widths, p-values, shares. Numbers or arrays.

Accuracies are in per cent, differences in points. scipy belongs to the extra ``[chapters]`` and is loaded when used.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from ..training import TEST_IMAGES
from .tables import signed

LEVEL = 0.95


def standard_error(accuracy: float, images: int = TEST_IMAGES) -> float:
    """The binomial standard error of one reading in per cent, in points: 0.077 at 99.4 %. It judges no difference."""
    p = accuracy / 100
    return 100 * math.sqrt(p * (1 - p) / images)


class Interval(NamedTuple):
    """Two ends, in the unit of what they enclose."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether a value lies in it."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{signed(self.low)} to {signed(self.high)}"


def spread_of(variances, freedoms, images=0.0):
    """The standard error of a difference and its degrees of freedom (Welch and Satterthwaite).

    ``variances`` are those of the means over seeds, with ``freedoms`` degrees of freedom each; ``images`` is the
    variance that other images add, known from so many of them that it counts as known. Numbers or arrays. Of two
    means and no images' part it is what ``scipy.stats.ttest_ind(equal_var=False)`` takes.
    """
    import numpy as np

    total = np.asarray(sum(variances) + images, dtype=float)
    lost = np.asarray(sum(v**2 / f for v, f in zip(variances, freedoms, strict=True)), dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(total), np.where(lost > 0, total**2 / lost, np.inf)


def half_width(variances, freedoms, images=0.0, level: float = LEVEL):
    """Half the interval of a difference, in points: Welch's, or the two-way one with ``images``. Numbers or arrays."""
    from scipy.stats import t

    error, freedom = spread_of(variances, freedoms, images)
    return t.ppf((1 + level) / 2, freedom) * error


def p_value(points, variances, freedoms, images=0.0):
    """The two-sided p-value of a difference; it is below 1 - level where ``half_width`` leaves out zero."""
    import numpy as np
    from scipy.stats import t

    error, freedom = spread_of(variances, freedoms, images)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(error > 0, 2 * t.sf(abs(points) / error, freedom), np.where(points == 0, 1.0, 0.0))


def adjusted(values: Sequence[float], declared: int = 0) -> list[float]:
    """The p-values of one family by Holm's method, in their order.

    The smallest of m is multiplied by m, the next by m - 1, and none counts for less than one before. A family has as
    many members as were ``declared``: those that are missing among ``values`` count with p = 1.
    """
    m, found, largest = max(declared, len(values)), [1.0] * len(values), 0.0
    for rank, i in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        largest = max(largest, min(1.0, (m - rank) * values[i]))
        found[i] = largest
    return found


def images_variance(weights, sides) -> float:
    """The variance that other images would add to a sum of means, each times its weight, in the values' unit squared.

    ``sides`` are values by training and image, (trainings, images), of which a mean over both is compared: 100 where
    a training misses an image, and 0 elsewhere. The scatter of the per-image sums holds the chance of single trainings,
    too; that part is in the scatter of the seeds already and is taken off. Never below 0.
    """
    together = sum(weight * side.mean(0) for weight, side in zip(weights, sides, strict=True))
    chance = sum(weight**2 * side.var(0, ddof=1).mean() / len(side)
                 for weight, side in zip(weights, sides, strict=True) if len(side) > 1)
    return max(float(together.var(ddof=1) - chance), 0.0) / together.size


def by_image(lists: Sequence[Sequence[int]], images: int = TEST_IMAGES):
    """100 where a training misses an image, (trainings, images), from the indices that each training misses."""
    import numpy as np

    found = np.zeros((len(lists), images))
    for row, indices in zip(found, lists, strict=True):
        row[np.asarray(indices, dtype=int)] = 100.0
    return found


class Share(NamedTuple):
    """So many of so many trainings, with the exact interval of the chance behind them (Clopper and Pearson)."""

    count: int
    of: int

    @property
    def interval(self) -> Interval:
        """The 95 % interval, in per cent: at most 2.5 % is cut off at either end."""
        from scipy.stats import binomtest

        return Interval(*(100 * float(end) for end in binomtest(self.count, self.of).proportion_ci(LEVEL, "exact")))

    @property
    def percents(self) -> str:
        """The interval as text: "44 to 97 %"."""
        return f"{self.interval.low:.0f} to {self.interval.high:.0f} %"

    def __str__(self) -> str:
        return f"{self.count} of {self.of} ({self.percents})"
