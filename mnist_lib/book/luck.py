"""What one training can show: luck in the seed, in the epoch that is picked, in a comparison of two.

Formulas are for single trainings whose last accuracies scatter normally with a standard deviation;
that is measured by ``ideas.scatter``. Shown on ``book/luck.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations, product
from statistics import NormalDist
from typing import NamedTuple

from ..experiments import STEPS, recorded_as
from ..training import Run
from . import report
from .links import step_link
from .report import LAST, RULE
from .tables import Table

NORMAL = NormalDist()


def every_run() -> list[Run]:
    """All valid records of the five paths, each once."""
    return [run for name in STEPS if recorded_as(name) == name for run in report.recorded(name)]


def picked(run: Run) -> int:
    """How many test images the best epoch of a run is above its last one."""
    return max(e.test_correct for e in run.epochs) - run.final.test_correct


class Reach(NamedTuple):
    """How many trainings of a step there are, reach the rule at any epoch, and hold it for N last ones."""

    step: str
    trainings: int
    touched: int
    held: dict[int, int]


def reach(step: str, runs: Sequence[Run] | None = None) -> Reach:
    """How often a step touches the rule, and how often it holds it."""
    runs = report.recorded(step) if runs is None else runs
    return Reach(step, len(runs), sum(max(r.test_accuracies) >= RULE for r in runs),
                 {n: sum(r.holds(n, RULE) for r in runs) for n in LAST})


def touched_and_held(steps: Iterable[str] = tuple(STEPS)) -> Table:
    """The steps with a training that touches the rule, and how many of them still hold it at the end."""
    found = [r for step in steps if recorded_as(step) == step and (r := reach(step)).touched]
    rows = [(step_link(r.step), str(r.trainings), str(r.touched), *(str(r.held[n]) for n in LAST)) for r in found]
    if rows:
        rows.append(("all of these", *(str(sum(column)) for column in zip(
            *((r.trainings, r.touched, *r.held.values()) for r in found), strict=True))))
    return Table(f"Trainings that reach {RULE:.2f} %, and trainings that hold it",
                 ("step", "trainings", "reach it at\nsome epoch", *(f"hold it for\nN = {n}" for n in LAST)),
                 tuple(rows), "Steps whose trainings never reach it are left out.")


def right_order(difference: float, sd: float, seeds: int = 1) -> float:
    """The probability that the truly better of two networks has the higher mean over ``seeds`` trainings each.

    ``difference`` is that of their true mean accuracies and ``sd`` the standard deviation of single
    trainings, both in points: Phi(difference / (sd sqrt(2 / seeds))).
    """
    return NORMAL.cdf(difference / (sd * math.sqrt(2 / seeds)))


def seeds_needed(difference: float, sd: float, level: float = 0.95, power: float = 0.8) -> int:
    """How many trainings of each of two networks show a difference of their means.

    Shown means that an interval of ``level`` leaves out zero, in a share ``power`` of all such
    comparisons: n >= 2 (z_level + z_power)^2 (sd / difference)^2, with the two-sided normal quantile.
    """
    if difference <= 0:
        raise ValueError(f"a difference is a positive number of points, not {difference}")
    quantiles = NORMAL.inv_cdf((1 + level) / 2) + NORMAL.inv_cdf(power)
    return max(2, math.ceil(2 * (quantiles * sd / difference) ** 2))


class Order(NamedTuple):
    """Two steps, the difference of their means in points, and the share of pairs of seeds in that order."""

    before: str
    after: str
    points: float
    share: float


def orders(steps: Iterable[str] = tuple(STEPS), seeds: int = 3) -> list[Order]:
    """For every two steps with enough recorded seeds: how often one seed of each tells them apart rightly.

    All pairs of one training of each are compared; a tie counts half.
    """
    means = {s: report.summary(s).final for s in steps if recorded_as(s) == s and len(report.recorded(s)) >= seeds}
    found = []
    for (a, first), (b, second) in combinations(means.items(), 2):
        points = second.mean - first.mean
        if points < 0:
            (a, first), (b, second), points = (b, second), (a, first), -points
        pairs = list(product(first.values, second.values))
        share = sum(0.5 if x == y else y > x for x, y in pairs) / len(pairs)
        found.append(Order(a, b, points, share))
    return found
