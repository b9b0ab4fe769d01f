"""The factorial's effects: five ideas and their ten pairs, each a contrast of the plan's sixteen cells.

How it is judged was written here before the first record was in, all but the scale:

- **Outcome**: the test accuracy after the last epoch, of every seed that is recorded.
- **Effects**: a main effect is the mean over the eight cells that have the idea minus the mean over the eight that lack
  it; the interaction of two is half of what one gains where the other is on minus half of what it gains where the other
  is off (Box, Hunter & Hunter, *Statistics for Experimenters*, chapters 5 and 6). Each stands for itself plus, with a
  minus sign, what the other three ideas do together: resolution V.
- **Scale**: declared were points. Points cannot be compared between cells of 1.28 and 0.51 per cent of errors, so the
  page judges the logarithms of the errors, in which an effect is a factor, and tells points and their verdicts beside.
- **Unit**: a training. Trainings of one seed in two cells are hardly alike (:func:`same_seed`).
- **Intervals** are those of ``statistics.py``: over the seeds (Welch and Satterthwaite, from the sixteen scatters as
  they are), and over images and seeds, from the lists of misses.
- **Families**: the five main effects; the ten interactions; and for the five ideas what each gains beside all others
  minus what it gains alone. Holm's adjustment in each. A verdict needs three trainings in every cell.
- **Trainings that did not learn**, with fewer than ``LEARNT`` per cent right in the end, are an outcome of their own:
  they are told and counted by idea. The effects are those of the others, and are shown with all of them as well.

Shown on ``book/evidence/ideas.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from math import prod
from statistics import correlation, fmean

from ...book import ENOUGH, Comparison, Spread, contrast, half_width, holm, recorded
from ...experiments import CELLS, FACTORS, factorial

LEARNT = 90.0  # per cent; a linear network, without any hidden layer, has 92
MOST = len(factorial.SEEDS)  # trainings of a cell that were declared
PAIRS = tuple(combinations(range(len(FACTORS)), 2))
On = tuple[bool, ...]


@dataclass(frozen=True)
class Ending:
    """Where one training ended: accuracy in per cent, and the images that it misses."""

    seed: int
    accuracy: float
    missed: Sequence[int] = field(default=(), repr=False)

    @property
    def learnt(self) -> bool:
        """Whether it is above what the rule calls not to have learnt."""
        return self.accuracy >= LEARNT


@dataclass(frozen=True)
class Evidence:
    """The endings of each cell, in the order of ``CELLS``; ``everything`` counts those that did not learn, too."""

    cells: Mapping[On, Sequence[Ending]]
    everything: bool = False

    def endings(self, on: On) -> list[Ending]:
        """The endings of a cell that count."""
        return [e for e in self.cells.get(on, ()) if self.everything or e.learnt]

    @cached_property
    def accuracies(self) -> list[tuple[float, ...]]:
        """Those of each cell's trainings that count."""
        return [tuple(e.accuracy for e in self.endings(on)) for on in CELLS]

    @cached_property
    def failed(self) -> list[tuple[On, Ending]]:
        """The trainings that did not learn."""
        return [(on, e) for on in CELLS for e in self.cells.get(on, ()) if not e.learnt]

    @property
    def trainings(self) -> int:
        """How many are recorded, whether they learnt or not."""
        return sum(len(self.cells.get(on, ())) for on in CELLS)

    def contrast(self, weights: Sequence[float], *, logs: bool = True) -> Comparison:
        """The sum of the cells' mean log errors, or accuracies, each times its weight."""
        return contrast(weights, self.accuracies, [[e.missed for e in self.endings(on)] for on in CELLS], logs=logs)


def gather(everything: bool = False) -> Evidence:
    """What is recorded of the plan's declared seeds."""
    return Evidence({on: [Ending(run.seed, run.final.test_accuracy, [image for image, _ in run.misclassified])
                          for run in recorded(cell) if run.seed in factorial.SEEDS]
                     for on, cell in CELLS.items()}, everything)


# Contrasts: weights for the sixteen cells' means ------------------------------------------------


def signs(ideas: Iterable[int], of: On) -> int:
    """The product of the ideas' signs in one combination: +1 where one is on, -1 where it is off."""
    return prod(1 if of[i] else -1 for i in ideas)


def effect(*ideas: int) -> tuple[float, ...]:
    """The weights of a main effect or an interaction, by the ideas' places in ``FACTORS``."""
    return tuple(signs(ideas, on) / (len(CELLS) / 2) for on in CELLS)


def gain(idea: int, others: On) -> tuple[float, ...]:
    """The weights of what an idea gains where the others are as in ``others``; its own place there says nothing."""
    pairs = [(signs([k], others), effect(idea, k)) for k in range(len(FACTORS)) if k != idea]
    return tuple(main + sum(sign * pair[c] for sign, pair in pairs) for c, main in enumerate(effect(idea)))


def predicted(on: On) -> tuple[float, ...]:
    """The weights that predict a combination from all cells: mean, main effects, and interactions of two.

    For one of the plan they are 1 for itself. For any other, an eighth of the five neighbours' and the opposite one's
    three each, minus one each of the other ten: as sure as if it had been trained, if no three ideas act together.
    """
    terms = [(), *((i,) for i in range(len(FACTORS))), *PAIRS]
    return tuple(sum(signs(term, on) * signs(term, cell) for term in terms) / len(CELLS) for cell in CELLS)


MAIN = {factor.idea: effect(i) for i, factor in enumerate(FACTORS)}
INTERACTIONS = {(FACTORS[i].idea, FACTORS[j].idea): effect(i, j) for i, j in PAIRS}
ALONE = {factor.idea: gain(i, (False,) * len(FACTORS)) for i, factor in enumerate(FACTORS)}
BESIDE = {factor.idea: gain(i, (True,) * len(FACTORS)) for i, factor in enumerate(FACTORS)}
COMPANY = {idea: tuple(b - a for a, b in zip(ALONE[idea], BESIDE[idea])) for idea in MAIN}


@dataclass(frozen=True)
class Judged:
    """A member of a family: its effect on the log errors, that in points, and for both the verdict in the family."""

    of: str | tuple[str, str]
    gain: Comparison
    points: Comparison
    verdict: str
    in_points: str

    @property
    def better(self) -> bool:
        """Whether it is clear that errors fall, at least on these images."""
        return self.verdict.startswith("clear") and self.gain.points < 0


def family(contrasts: Mapping, evidence: Evidence) -> list[Judged]:
    """The contrasts of a declared family, each with its verdict after Holm."""
    both = [[evidence.contrast(weights, logs=logs) for weights in contrasts.values()] for logs in (True, False)]
    return [Judged(*one) for one in zip(contrasts, *both, *map(holm, both), strict=True)]


def same_seed(evidence: Evidence) -> float:
    """The mean correlation of two cells' log errors over the seeds that both have."""
    logs = [{e.seed: math.log(100 - e.accuracy) for e in evidence.endings(on)} for on in CELLS]
    found = []
    for a, b in combinations(logs, 2):
        if len(common := sorted(a.keys() & b.keys())) >= ENOUGH:
            found.append(correlation(*([one[seed] for seed in common] for one in (a, b))))
    return fmean(found)


def one_more(evidence: Evidence, on: On) -> tuple[float, float, float]:
    """(low, mean, high): where one more training of a combination would end in 95 of 100 cases, trained or not.

    Its own scatter is taken to be the cells' mean variance, so that mean and scatter come from the same sixteen.
    """
    parts, mean = [], 0.0
    for weight, values in zip(predicted(on), evidence.accuracies, strict=True):
        of = Spread(values)
        mean += weight * of.mean
        parts.append((of.sd**2 * (weight**2 / len(values) + 1 / len(CELLS)), len(values) - 1))
    half = float(half_width(*zip(*parts)))
    return mean - half, mean, mean + half
