"""What each idea is worth: the steps that differ in it alone, and those that change several at once.

Two steps of a path that differ in one aspect are an experiment on it, whether or not they
follow each other. The effect is the difference of their mean test accuracies after the last
epoch; its interval comes from the scatter of the seeds. Shown on ``book/ideas.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import NormalDist

from . import report
from ._html import Table
from .aspects import between
from .catalogue import PATHS, experiment
from .experiments import Experiment, OneCycleLR
from .findings import signed
from .links import step_link
from .sources import source

IDEAS = {  # an aspect in which steps differ, and the idea it stands for
    "batch normalization": "batch normalization", "order within the unit": "order of the unit", "dropout": "dropout",
    "pooling": "global average pooling", "order of the layers": "place of the max pooling",
    "training images": "augmentation", "learning-rate schedule": "schedule", "optimizer": "schedule",
    "channels": "capacity", "number of layers": "capacity", "kernels": "capacity", "ReLU": "nonlinearity"}
LEVEL = 0.95
ENOUGH = 3  # seeds from which on a step says something about the scatter


@dataclass(frozen=True)
class Effect:
    """What ``after`` gains over ``before``, two steps that differ in ``idea`` alone.

    ``points`` is the difference of the mean accuracies, ``error`` its standard error from the scatter of
    the seeds, ``theirs`` the difference in the source's logs; all in points, ``theirs`` is ``None`` where one
    of the two has no source.
    """

    idea: str
    before: str
    after: str
    points: float
    error: float
    theirs: float | None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the effect, in points."""
        reach = NormalDist().inv_cdf((1 + LEVEL) / 2) * self.error
        return self.points - reach, self.points + reach

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        low, high = self.interval
        return low > 0 or high < 0


def ideas_between(before: str | Experiment, after: str | Experiment) -> list[str]:
    """The ideas in which two experiments differ, each once.

    A one-cycle schedule sets learning rate and momentum itself, so what the optimizer was given beside it
    is no difference.
    """
    before, after = experiment(before), experiment(after)
    if OneCycleLR in (type(before.schedule), type(after.schedule)):
        after = replace(after, optimizer=before.optimizer)
    return list(dict.fromkeys(IDEAS.get(aspect, aspect) for aspect in between(before, after)))


def falls(step: str | Experiment) -> bool:
    """Whether the step's learning rate falls: not if it is constant, or a cycle that hardly moves."""
    schedule = experiment(step).schedule
    return schedule is not None and getattr(schedule, "per", "batch") == "batch"


def scatter(falling: bool) -> float:
    """The standard deviation of single trainings, in points: over all steps of one kind with enough seeds.

    Steps with a falling learning rate end quietly, those with a constant one jump to the end, so the two
    kinds are pooled apart: the root of the mean variance, weighed by degrees of freedom. ``LookupError`` if no
    step of the kind has three seeds.
    """
    spreads = [report.summary(s).final for steps in PATHS.values() for s in steps
               if falls(s) == falling and len(report.recorded(s)) >= ENOUGH]
    if not spreads:
        raise LookupError(f"no step whose rate {'falls' if falling else 'stays'} has {ENOUGH} recorded seeds; "
                          "train some: python -m mnist_lib train --all --seeds 5")
    freedom = [len(s.values) - 1 for s in spreads]
    return math.sqrt(sum(f * s.sd**2 for f, s in zip(freedom, spreads, strict=True)) / sum(freedom))


def effect(before: str, after: str, idea: str = "") -> Effect:
    """The effect of ``after`` over ``before``; both need a recorded run."""
    ours = [report.summary(step).final for step in (before, after)]
    error = math.hypot(*(scatter(falls(step)) / math.sqrt(len(spread.values))
                         for step, spread in zip((before, after), ours, strict=True)))
    logs = [source(step) for step in (before, after)]
    theirs = logs[1].log.final - logs[0].log.final if all(logs) else None
    return Effect(idea, before, after, ours[1].mean - ours[0].mean, error, theirs)


def alone() -> list[Effect]:
    """The effects of all pairs of recorded steps of one path that differ in one idea alone."""
    found = []
    for steps in PATHS.values():
        for before, after in combinations((s for s in steps if report.recorded(s)), 2):
            if len(ideas := ideas_between(before, after)) == 1:
                found.append(effect(before.name, after.name, ideas[0]))
    return found


def by_idea(of: Iterable[Effect]) -> list[Effect]:
    """The effects in the order of ``IDEAS``; within an idea as they come."""
    order = list(dict.fromkeys(IDEAS.values()))
    return sorted(of, key=lambda e: order.index(e.idea))


def table(of: Iterable[Effect] | None = None) -> Table:
    """The effects, idea by idea."""
    rows = []
    for e in by_idea(alone() if of is None else of):
        low, high = e.interval
        rows.append((e.idea, step_link(e.before), step_link(e.after, e.after.partition("/")[2]), signed(e.points),
                     f"{signed(low)} to {signed(high)}", "clear" if e.clear else "noise",
                     "" if e.theirs is None else signed(e.theirs)))
    return Table("Pairs of steps that differ in one idea", ("idea", "from", "to", "effect\n(points)",
                 "95 % interval", "so it is", "source's\nlogs"), tuple(rows),
                 "Test accuracy after the last epoch, mean over the seeds. The interval comes from the scatter of "
                 "single trainings, pooled over the steps whose learning rate falls, and over those where it stays.")


def mixed() -> Table:
    """The recorded steps that change several ideas at once, with what came of it."""
    rows = []
    for steps in PATHS.values():
        for step in steps:
            if step.before and report.recorded(step) and report.recorded(step.before):
                if len(ideas := ideas_between(step.before, step)) > 1:
                    e = effect(step.before, step.name)
                    rows.append((step_link(step.name), ", ".join(ideas), signed(e.points),
                                 "" if e.theirs is None else signed(e.theirs)))
    return Table("Steps that change several ideas at once", ("step", "what changes", "effect\n(points)",
                 "source's\nlogs"), tuple(rows), "None of these says what one of its ideas is worth.")
