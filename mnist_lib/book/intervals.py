"""The formulas behind ``statistics.py``: standard errors, half widths, p-values, shares. Numbers or arrays.

Accuracies are in per cent, differences in points. scipy belongs to the extra ``[chapters]`` and is loaded when used.
"""

from __future__ import annotations

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


def standard_errors_of(variances, freedoms, images=0.0):
    """The standard error of a difference and its degrees of freedom (Welch and Satterthwaite).

    ``variances`` are those of the means over seeds, with ``freedoms`` degrees of freedom each; ``images`` is the
    variance that other images add, known from so many of them that it counts as known. Numbers or arrays.
    """
    import numpy as np

    total = np.asarray(sum(variances) + images, dtype=float)
    lost = np.asarray(sum(v**2 / f for v, f in zip(variances, freedoms, strict=True)), dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(total), np.where(lost > 0, total**2 / lost, np.inf)


def half_width(variances, freedoms, images=0.0, level: float = LEVEL):
    """Half the interval of a difference, in points: Welch's, or the two-way one with ``images``. Numbers or arrays."""
    from scipy.stats import t

    error, freedom = standard_errors_of(variances, freedoms, images)
    return t.ppf((1 + level) / 2, freedom) * error


def p_value(points, variances, freedoms, images=0.0):
    """The two-sided p-value of a difference; it is below 1 - level where ``half_width`` leaves out zero."""
    import numpy as np
    from scipy.stats import t

    error, freedom = standard_errors_of(variances, freedoms, images)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(error > 0, 2 * t.sf(abs(points) / error, freedom), np.where(points == 0, 1.0, 0.0))


def adjusted(values: Sequence[float]) -> list[float]:
    """The p-values of one family by Holm's method, in their order.

    The smallest of m is multiplied by m, the next by m - 1, and none counts for less than one before.
    """
    found, largest = [1.0] * len(values), 0.0
    for rank, i in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        largest = max(largest, min(1.0, (len(values) - rank) * values[i]))
        found[i] = largest
    return found


def images_variance(missed_before, missed_after, seeds_before: int, seeds_after: int):
    """The variance that other images would add to a difference of two means over seeds, in points squared.

    ``missed_*`` count for each image how many of the seeds miss it, (..., images). With no seeds before, the
    difference is to a constant.
    """
    return images_variance_of((-1, 1), (missed_before, missed_after), (seeds_before, seeds_after))


def images_variance_of(weights, missed, seeds):
    """The same for a sum of several means, each times its weight: ``missed`` are counts by image, (..., images) each.

    The squared scatter of the per-image sums holds the chance of single trainings, too; that part is in the
    scatter of the seeds already and is taken off. Never below 0.
    """
    import numpy as np

    images, together, chance = missed[-1].shape[-1], 0.0, 0.0
    for weight, counts, n in zip(weights, missed, seeds, strict=True):
        share = counts / max(n, 1)
        together = together + weight * share
        if n > 1:
            chance = chance + weight**2 * (share * (1 - share)).mean(-1) / (n - 1) / images
    return 100**2 * np.maximum(together.var(-1, ddof=1) / images - chance, 0.0)


def paired_images_variance(missed_before, missed_after) -> float:
    """The same for a difference taken training by training: the images that each misses, by index, in one order.

    Two results of one training share its chance, and what they share cancels. So the part that is taken off is the
    scatter of the differences over the trainings, image by image, not the sum of both sides' scatters.
    """
    import numpy as np

    differences = np.stack([counted([b]) - counted([a]) for a, b in zip(missed_before, missed_after, strict=True)])
    seeds, images = differences.shape
    chance = differences.var(0, ddof=1).mean() / seeds if seeds > 1 else 0.0
    return 100**2 * max(float(differences.mean(0).var(ddof=1) - chance), 0.0) / images


def counted(lists: Sequence[Sequence[int]], images: int = TEST_IMAGES):
    """How many of the seeds miss each image, (images,), from the indices that each seed misses."""
    import numpy as np

    together = [index for one in lists for index in one]
    return np.bincount(np.asarray(together, dtype=int), minlength=images).astype(float)


class Share(NamedTuple):
    """So many of so many trainings, with the interval of the chance behind them (Clopper and Pearson)."""

    count: int
    of: int

    @property
    def interval(self) -> Interval:
        """The exact 95 % interval, in per cent: at most 2.5 % is cut off at either end."""
        from scipy.stats import beta

        k, n, tail = self.count, self.of, (1 - LEVEL) / 2
        return Interval(100 * float(beta.ppf(tail, k, n - k + 1)) if k else 0.0,
                        100 * float(beta.ppf(1 - tail, k + 1, n - k)) if k < n else 100.0)

    @property
    def percents(self) -> str:
        """The interval as text: "44 to 97 %"."""
        return f"{self.interval.low:.0f} to {self.interval.high:.0f} %"

    def __str__(self) -> str:
        return f"{self.count} of {self.of} ({self.percents})"
