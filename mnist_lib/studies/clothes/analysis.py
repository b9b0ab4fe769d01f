"""Do the lessons travel to clothes? The book's networks on both data sets: effects, their sizes, ranks.

Judges what was declared, by the one theory of the book (``statistics.py``). What has not been trained is missing, and
counts in its family all the same. Networks go by their names on MNIST. Accuracies are in per cent, effects in points;
a size is the factor by which the errors are multiplied. Shown on ``book/further/travel.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...book import (
    CLEAR,
    HERE,
    NO_VERDICT,
    Comparison,
    Interval,
    Spread,
    contrast,
    holm,
    missed,
    recorded,
)
from . import plan as declared

SAME, TURNED, MNIST_ONLY, FASHION_ONLY, NEITHER = (
    "keeps its sign", "turns round", "clear on MNIST only", "clear on Fashion-MNIST only", "not clear on either")


@dataclass(frozen=True)
class Endings:
    """Where the trainings of one network ended, in per cent, and the images that each misses."""

    accuracies: tuple[float, ...] = ()
    missed: Sequence[Sequence[int]] = field(default=(), repr=False)

    @property
    def mean(self) -> float:
        """Over the seeds."""
        return Spread(self.accuracies).mean


@dataclass(frozen=True)
class Evidence:
    """The endings of every declared network on both data sets; those without a training are left out."""

    mnist: Mapping[str, Endings]
    clothes: Mapping[str, Endings]

    @property
    def trainings(self) -> int:
        """On Fashion-MNIST."""
        return sum(len(e.accuracies) for e in self.clothes.values())

    def seeds(self, name: str) -> int:
        """Recorded seeds of a network on Fashion-MNIST."""
        return len(self.clothes[name].accuracies) if name in self.clothes else 0


def gather() -> Evidence:
    """What is recorded: on Fashion-MNIST of the declared seeds, on MNIST of all."""
    def endings(step, seeds=None):
        runs = [run for run in recorded(step) if seeds is None or run.seed in seeds]
        return Endings(tuple(run.final.test_accuracy for run in runs), missed(runs))

    sides = ({name: endings(name) for name in declared.NETWORKS},
             {name: endings(declared.named(name), declared.SEEDS) for name in declared.NETWORKS})
    return Evidence(*({name: e for name, e in side.items() if e.accuracies} for side in sides))


def weighed(of: Mapping[str, Endings], pairs: Sequence[declared.Pair], *, errors: bool = False) -> Comparison | None:
    """The mean over pairs of what ``after`` has more than ``before``; ``None`` while a step has no training.

    In points, with both intervals; with ``errors`` it is of the logarithm of the errors, over the seeds alone.
    """
    weights: dict[str, float] = {}
    for pair in pairs:
        for step, sign in ((pair.before, -1), (pair.after, 1)):
            weights[step] = weights.get(step, 0.0) + sign / len(pairs)
    if any(step not in of for step in weights):
        return None
    if errors:
        return contrast(list(weights.values()), [of[step].accuracies for step in weights], logs=True)
    return contrast(list(weights.values()), [of[step].accuracies for step in weights],
                    [of[step].missed for step in weights])


class Effect(NamedTuple):
    """An effect on both data sets, each with its verdict in its family there; ``clothes`` is None before it is trained.

    ``of`` is a pair, or an idea.
    """

    of: declared.Pair | str
    mnist: Comparison
    clothes: Comparison | None
    verdicts: tuple[str, str]

    @property
    def kept(self) -> str:
        """One of ``KEPT``, or that there is no verdict; where it holds on these images only, it says so."""
        if NO_VERDICT in self.verdicts:
            return NO_VERDICT
        sure = [verdict in (CLEAR, HERE) for verdict in self.verdicts]
        if not any(sure):
            return NEITHER
        word = (MNIST_ONLY if sure[0] else FASHION_ONLY) if not all(sure) else (
            SAME if (self.mnist.points > 0) == (self.clothes.points > 0) else TURNED)
        return f"{word}, on these images only" if HERE in self.verdicts else word


def _judged(names: Sequence, pairs: Sequence[Sequence[declared.Pair]], evidence: Evidence) -> list[Effect]:
    there = [weighed(evidence.mnist, of) for of in pairs]
    here = [weighed(evidence.clothes, of) for of in pairs]
    return [Effect(*one) for one in zip(names, there, here, zip(holm(there), holm(here)), strict=True)]


def pairs(evidence: Evidence) -> list[Effect]:
    """The family ``pairs``: each pair of steps that differ in one idea."""
    return _judged(declared.PAIRS, [(pair,) for pair in declared.PAIRS], evidence)


def ideas(evidence: Evidence) -> list[Effect]:
    """The family ``ideas``: the mean of the pairs that add an idea, one a project."""
    return _judged(list(declared.IDEAS), list(declared.IDEAS.values()), evidence)


class Size(NamedTuple):
    """The factors by which a pair multiplies the errors on both data sets, and whether they differ.

    ``apart`` compares their logarithms; None, like ``clothes``, before the pair is trained.
    """

    of: declared.Pair
    mnist: float
    clothes: float | None
    apart: Comparison | None
    verdict: str

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the one factor divided by the other, over the seeds; ``None`` where it is not known."""
        return self.apart and self.apart.factors()


def sizes(evidence: Evidence) -> list[Size]:
    """The family ``sizes``: does the idea multiply the errors by another factor than on MNIST?"""
    there = [weighed(evidence.mnist, (pair,), errors=True) for pair in declared.PAIRS]
    here = [weighed(evidence.clothes, (pair,), errors=True) for pair in declared.PAIRS]
    apart = [b - a if b else None for a, b in zip(there, here)]
    return [Size(pair, a.factor, b.factor if b else None, one, verdict)
            for pair, a, b, one, verdict in zip(declared.PAIRS, there, here, apart, holm(apart), strict=True)]


def champion(evidence: Evidence) -> list[Effect]:
    """The family ``champion``: what the champion is better by than each of the others shown."""
    others = [declared.Pair("champion", name, declared.CHAMPION) for name in declared.SHOWN
              if name != declared.CHAMPION]
    return _judged([pair.before for pair in others], [(pair,) for pair in others], evidence)
