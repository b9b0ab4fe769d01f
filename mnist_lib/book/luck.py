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
from .plots import styled
from .sources import RULE
from .statistics import LEVEL, Share
from .style import BLUE, INK, RED, figure
from .summaries import LAST
from .tables import PageTable

NORMAL = NormalDist()


def every_run() -> list[Run]:
    """All valid records of the five paths, each once."""
    return [run for name in STEPS if recorded_as(name) == name for run in report.recorded(name)]


def picked(run: Run) -> int:
    """How many test images the best epoch of a run is above its last one."""
    return max(e.test_correct for e in run.epochs) - run.final.test_correct


class TargetReached(NamedTuple):
    """How many trainings of a step there are, reach the rule at any epoch, and hold it for N last ones."""

    step: str
    trainings: int
    touched: int
    held: dict[int, int]


def reach(step: str, runs: Sequence[Run] | None = None) -> TargetReached:
    """How often a step touches the rule, and how often it holds it."""
    runs = report.recorded(step) if runs is None else runs
    return TargetReached(step, len(runs), sum(max(r.test_accuracies) >= RULE for r in runs),
                 {n: sum(r.holds(n, RULE) for r in runs) for n in LAST})


def touched_and_held(steps: Iterable[str] = tuple(STEPS)) -> PageTable:
    """The steps with a training that touches the rule, and how many of them still hold it at the end."""
    found = [r for step in steps if recorded_as(step) == step and (r := reach(step)).touched]
    def row(name: str, trainings: int, *counts: int) -> tuple[str, ...]:
        return (name, str(trainings), *(f"{k}\n{Share(k, trainings).percents}" for k in counts))

    rows = [row(step_link(r.step), r.trainings, r.touched, *(r.held[n] for n in LAST)) for r in found]
    if rows:
        counts = zip(*((r.trainings, r.touched, *r.held.values()) for r in found), strict=True)
        rows.append(row("all of these", *map(sum, counts)))
    return PageTable(f"Trainings that reach {RULE:.2f} %, and trainings that hold it",
                 ("step", "trainings", "reach it at\nsome epoch", *(f"hold it for\nN = {n}" for n in LAST)),
                 tuple(rows), "With the 95 % interval of the share of trainings. Steps whose trainings never reach it "
                     "are left out, so the last row is a sample of no kind of training.")


def right_order(difference: float, sd: float, seeds: int = 1) -> float:
    """The probability that the truly better of two networks has the higher mean over ``seeds`` trainings each.

    ``difference`` is that of their true mean accuracies and ``sd`` the standard deviation of single
    trainings, both in points: Phi(difference / (sd sqrt(2 / seeds))).
    """
    return NORMAL.cdf(difference / (sd * math.sqrt(2 / seeds)))


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


def pooled(before: str, after: str) -> float:
    """The standard deviation of single trainings of two steps: the root of the mean of their variances."""
    return math.sqrt(sum(report.summary(step).final.sd ** 2 for step in (before, after)) / 2)


@styled
def picking(runs: Sequence[Run]):
    """How many images the best epoch of each training lies above its last one."""
    extra = [picked(run) for run in runs]
    drawing, axes = figure(height=3)
    axes.hist(extra, bins=range(0, max(extra) + 2), color=BLUE, align="left", rwidth=0.9)
    axes.set(title="trainings", xlabel="test images by which the best epoch beats the last")
    return drawing


@styled
def telling_apart(of: Sequence[Order], sds: dict[str, float], *, largest: float = 0.4):
    """The share of single comparisons that put two steps in the right order, over the difference of their means.

    Points are pairs of recorded steps, the curves what a normal scatter gives for each standard
    deviation in ``sds``; differences above ``largest`` points are left out.
    """
    drawing, axes = figure(height=3.6)
    shown = [o for o in of if o.points <= largest]
    axes.plot([o.points for o in shown], [100 * o.share for o in shown], "o", color=INK, markersize=5, alpha=0.5,
              label="pairs of recorded steps")
    xs = [largest * i / 100 for i in range(101)]
    for (name, sd), colour, line in zip(sds.items(), (BLUE, RED), ("-", "--"), strict=False):
        axes.plot(xs, [100 * right_order(x, sd) for x in xs], line, color=colour, label=f"{name}, sd {sd:.2f}")
    axes.set(title="right order from one seed each (%)", xlabel="difference of the mean accuracies (points)",
             ylim=(40, 102))
    drawing.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=1)
    return drawing
