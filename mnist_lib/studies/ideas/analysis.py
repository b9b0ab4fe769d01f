"""What each idea is worth: the steps that differ in it alone, and those that change several at once.

Two steps of a path that differ in one aspect are an experiment on it, whether or not they
follow each other. The effect is the difference of their mean test accuracies after the last
epoch, with the intervals of ``statistics.py``. Shown on ``book/evidence/ideas.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import median, stdev
from typing import NamedTuple

from ...book import ENOUGH, WIDE, Comparison, PageTable, between, compare, holm, report, signed, step_link
from ...experiments import PATHS, Experiment, OneCycleLR, experiment
from ...training import Run

IDEAS = {  # an aspect in which steps differ, and the idea it stands for
    "batch normalization": "batch normalization", "order within the unit": "order of the unit", "dropout": "dropout",
    "pooling": "global average pooling", "order of the layers": "place of the max pooling",
    "training images": "augmentation", "learning-rate schedule": "schedule", "optimizer": "schedule",
    "channels": "capacity", "number of layers": "capacity", "kernels": "capacity", "ReLU": "nonlinearity"}
FIRST = 5  # seeds that were trained before any result was read


@dataclass(frozen=True)
class Effect:
    """What ``after`` gains over ``before``, two steps that differ in ``idea`` alone.

    ``gain`` is the comparison of their last epochs over the seeds, ``theirs`` the difference in the source's logs in
    points, ``None`` where one of the two has no source.
    """

    idea: str
    before: str
    after: str
    gain: Comparison
    theirs: float | None

    @property
    def points(self) -> float:
        """The difference of the mean accuracies."""
        return self.gain.points

    @property
    def clear(self) -> bool:
        """Whether other seeds would say the same, at least on these images."""
        return self.gain.clear

    def turned(self) -> Effect:
        """What ``before`` gains over ``after``."""
        return Effect(self.idea, self.after, self.before, -self.gain, None if self.theirs is None else -self.theirs)


def ideas_between(before: str | Experiment, after: str | Experiment) -> list[str]:
    """The ideas in which two experiments differ, each once.

    A one-cycle schedule sets learning rate and momentum itself, so what the optimizer was given beside it
    is no difference.
    """
    before, after = experiment(before), experiment(after)
    if OneCycleLR in (type(before.schedule), type(after.schedule)):
        after = replace(after, optimizer=before.optimizer)
    return list(dict.fromkeys(IDEAS.get(aspect, aspect) for aspect in between(before, after)))


def fell(run: Run) -> bool:
    """Whether the learning rate of a training fell: it ends below its highest value.

    Asks the record, not the schedule: a rule that waits for a plateau may never act.
    """
    return run.final.last_learning_rate < max(e.learning_rate for e in run.epochs)


def falls(step: str | Experiment) -> bool:
    """Whether the learning rate fell in every recorded training of a step."""
    return all(map(fell, report.recorded(step)))


def scatter(falling: bool) -> float:
    """The standard deviation of single trainings, in points: the middle one of all steps of one kind.

    Trainings whose rate fell end quietly, the others jump to the end, so the two kinds are kept apart, within a
    step, too. The median, because a few networks that are hard to train scatter several times as far as the others.
    ``LookupError`` if no step has three trainings of the kind.
    """
    kinds = ([run.final.test_accuracy for run in report.recorded(s) if fell(run) == falling]
             for s in _with_enough_seeds())
    spreads = [stdev(values) for values in kinds if len(values) >= ENOUGH]
    if not spreads:
        raise LookupError(f"no step has {ENOUGH} recorded trainings whose rate {'fell' if falling else 'stayed'}; "
                          "train some: python -m mnist_lib train --all --seeds 5")
    return median(spreads)


def _with_enough_seeds(path: str | None = None) -> list[Experiment]:
    """The steps of a path, or of all, that have been trained often enough to say how far trainings scatter."""
    return [s for name, steps in PATHS.items() if path in (None, name)
            for s in steps if len(report.recorded(s)) >= ENOUGH]


def effect(before: str, after: str, idea: str = "") -> Effect:
    """The effect of ``after`` over ``before``; both need two recorded seeds."""
    return Effect(idea, before, after, report.gain(before, after), report.in_the_logs(before, after))


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


def table(of: Iterable[Effect] | None = None) -> PageTable:
    """The effects, idea by idea, judged as one family."""
    of, rows = by_idea(alone() if of is None else of), []
    for e, together in zip(of, holm([e.gain for e in of]), strict=True):
        rows.append((e.idea, step_link(e.before), step_link(e.after, e.after.partition("/")[2]), signed(e.points),
                     e.gain.told, together, "" if e.theirs is None else signed(e.theirs)))
    return PageTable("Pairs of steps that differ in one idea", ("idea", "from", "to", "effect\n(points)",
                     "95 %\ninterval", f"as one\nof {len(rows)}", "project's\nlogs"), tuple(rows),
                     f"Test accuracy after the last epoch, mean over the seeds. {WIDE} Holm's adjustment for all "
                     "pairs of the table.")


class Replicated(NamedTuple):
    """Pairs, each by itself: clear with the first five seeds, of these of the same sign and clear with the others
    alone, and how many verdicts changed when the others joined."""

    pairs: int
    clear: int
    same_sign: int
    again: int
    changed: int


def replicated() -> Replicated:
    """What seeds 5 to 9 say of the pairs: they were trained after results with the first five had been read."""
    every = alone()

    def of(pair: Effect, first: bool) -> Comparison:
        sides = [[run for run in report.recorded(step) if (run.seed < FIRST) == first]
                 for step in (pair.before, pair.after)]
        return compare(*([run.final.test_accuracy for run in runs] for runs in sides),
                       missed=tuple(map(report.missed, sides)))

    first, others = ([of(pair, part) for pair in every] for part in (True, False))
    clear = [(a, b) for a, b in zip(first, others) if a.clear]
    return Replicated(len(every), len(clear), sum((a.points > 0) == (b.points > 0) for a, b in clear),
                      sum(b.clear for _, b in clear),
                      sum(a.verdict != pair.gain.verdict for a, pair in zip(first, every)))


def mixed() -> PageTable:
    """The recorded steps that change several ideas at once, with what came of it."""
    rows = []
    for steps in PATHS.values():
        for step in steps:
            if step.before and report.recorded(step) and report.recorded(step.before):
                if len(ideas := ideas_between(step.before, step)) > 1:
                    theirs = report.in_the_logs(step.before, step.name)
                    rows.append((step_link(step.name), ", ".join(ideas),
                                 signed(report.gain(step.before, step.name).points),
                                 "" if theirs is None else signed(theirs)))
    return PageTable("Steps that change several ideas at once", ("step", "what changes", "effect\n(points)",
                 "source's\nlogs"), tuple(rows), "None of these says what one of its ideas is worth.")
