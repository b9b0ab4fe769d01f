"""What each idea is worth: the steps that differ in it alone, and those that change several at once.

Two steps of a path that differ in one aspect are an experiment on it, whether or not they
follow each other. The effect is the difference of their mean test accuracies after the last
epoch; its interval is Welch's, from the seeds of the two steps themselves. Shown on ``book/ideas.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import median

from ..experiments import PATHS, Experiment, OneCycleLR, experiment
from . import report
from .aspects import between
from .findings import signed
from .links import step_link
from .sources import source
from .tables import Table

IDEAS = {  # an aspect in which steps differ, and the idea it stands for
    "batch normalization": "batch normalization", "order within the unit": "order of the unit", "dropout": "dropout",
    "pooling": "global average pooling", "order of the layers": "place of the max pooling",
    "training images": "augmentation", "learning-rate schedule": "schedule", "optimizer": "schedule",
    "channels": "capacity", "number of layers": "capacity", "kernels": "capacity", "ReLU": "nonlinearity"}
LEVEL = 0.95
ENOUGH = 3  # seeds from which on a step says something about its scatter


@dataclass(frozen=True)
class Effect:
    """What ``after`` gains over ``before``, two steps that differ in ``idea`` alone.

    ``points`` is the difference of the mean accuracies, ``interval`` its 95 % interval, ``theirs`` the
    difference in the source's logs; all in points, ``theirs`` is ``None`` where one of the two has no source.
    """

    idea: str
    before: str
    after: str
    points: float
    interval: tuple[float, float]
    theirs: float | None

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        low, high = self.interval
        return low > 0 or high < 0

    def turned(self) -> Effect:
        """What ``before`` gains over ``after``."""
        low, high = self.interval
        return Effect(self.idea, self.after, self.before, -self.points, (-high, -low),
                      None if self.theirs is None else -self.theirs)


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
    """The standard deviation of single trainings, in points: the middle one of all steps of one kind.

    Steps with a falling learning rate end quietly, those with a constant one jump to the end, so the two
    kinds are kept apart. The median, because a few networks that are hard to train scatter several times as
    far as the others. ``LookupError`` if no step of the kind has three seeds.
    """
    spreads = [report.summary(s).final.sd for s in _with_enough_seeds() if falls(s) == falling]
    if not spreads:
        raise LookupError(f"no step whose rate {'falls' if falling else 'stays'} has {ENOUGH} recorded seeds; "
                          "train some: python -m mnist_lib train --all --seeds 5")
    return median(spreads)


def _with_enough_seeds(path: str | None = None) -> list[Experiment]:
    """The steps of a path, or of all, that have been trained often enough to say how far trainings scatter."""
    return [s for name, steps in PATHS.items() if path in (None, name)
            for s in steps if len(report.recorded(s)) >= ENOUGH]


def effect(before: str, after: str, idea: str = "") -> Effect:
    """The effect of ``after`` over ``before``; both need two recorded seeds.

    The interval is that of Welch's t-test (Biometrika 34, 1947): from the spread of each step's own seeds, and
    wider the fewer they are.
    """
    from scipy.stats import ttest_ind  # takes longer to import than the rest of this file

    ours = [report.summary(step).final for step in (before, after)]
    low, high = ttest_ind(ours[1].values, ours[0].values, equal_var=False).confidence_interval(LEVEL)
    return Effect(idea, before, after, ours[1].mean - ours[0].mean, (float(low), float(high)),
                  _in_the_logs(before, after))


def _in_the_logs(before: str, after: str) -> float | None:
    """The difference of the last epochs in the source's logs."""
    logs = [source(step) for step in (before, after)]
    return logs[1].log.final - logs[0].log.final if all(logs) else None


def alone() -> list[Effect]:
    """The effects of all pairs of steps of one path, with three seeds or more, that differ in one idea alone."""
    found = []
    for path in PATHS:
        for before, after in combinations(_with_enough_seeds(path), 2):
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
                 "Test accuracy after the last epoch, mean over the seeds. The interval is Welch's, from the spread "
                 "of the two steps' own seeds.")


def mixed() -> Table:
    """The recorded steps that change several ideas at once, with what came of it."""
    rows = []
    for steps in PATHS.values():
        for step in steps:
            if step.before and report.recorded(step) and report.recorded(step.before):
                if len(ideas := ideas_between(step.before, step)) > 1:
                    theirs = _in_the_logs(step.before, step.name)
                    rows.append((step_link(step.name), ", ".join(ideas),
                                 signed(report.gain(step.before, step.name).points),
                                 "" if theirs is None else signed(theirs)))
    return Table("Steps that change several ideas at once", ("step", "what changes", "effect\n(points)",
                 "source's\nlogs"), tuple(rows), "None of these says what one of its ideas is worth.")
