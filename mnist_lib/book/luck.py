"""What one training can show: luck in the epoch that is picked, and how many trainings show a difference.

Formulas are for single trainings whose last accuracies scatter normally with a standard deviation;
that is measured by ``ideas.scatter``. Shown on ``book/evidence/how-sure.md``.
"""

import math
from statistics import NormalDist

from ..experiments import STEPS, recorded_as
from ..training import Run
from . import report
from .statistics import LEVEL

NORMAL = NormalDist()


def every_run() -> list[Run]:
    """All valid records of the five paths, each once."""
    return [run for name in STEPS if recorded_as(name) == name for run in report.recorded(name)]


def picked(run: Run) -> int:
    """How many test images the best epoch of a run is above its last one."""
    return max(e.test_correct for e in run.epochs) - run.final.test_correct


def power(difference: float, sd: float, seeds: int, level: float = LEVEL) -> float:
    """How often a difference is shown: that an interval of ``level`` over ``seeds`` trainings each leaves out zero.

    Trainings of both scatter normally with ``sd``, so that the test's statistic has a noncentral t distribution.
    """
    from scipy.stats import nct, t

    bound, shift = t.ppf((1 + level) / 2, 2 * seeds - 2), difference / (sd * math.sqrt(2 / seeds))
    if shift > 30:  # certain; the noncentral distribution is not computed that far out
        return 1.0
    return float(nct.sf(bound, 2 * seeds - 2, shift) + nct.cdf(-bound, 2 * seeds - 2, shift))


def seeds_needed(difference: float, sd: float, level: float = LEVEL, often: float = 0.8) -> int:
    """How many trainings of each of two networks show a difference of their means, in a share ``often`` of all cases.

    Starts from n = 2 (z_level + z_often)^2 (sd / difference)^2, with normal quantiles, which is a little too few.
    """
    if difference <= 0:
        raise ValueError(f"a difference is a positive number of points, not {difference}")
    quantiles = NORMAL.inv_cdf((1 + level) / 2) + NORMAL.inv_cdf(often)
    n = max(2, math.floor(2 * (quantiles * sd / difference) ** 2))
    while power(difference, sd, n, level) < often:
        n += 1
    return n
