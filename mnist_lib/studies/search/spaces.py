"""What a search is: a declared space of rounds, the rule of each choice, and what is held out.

A :class:`Search` declares a small space as rounds. A round takes the best experiment so
far and returns candidates, most of them with one thing changed. The candidate with the highest
score goes on to the next round, or, where a round asks for the least of something, the cheapest
whose score is :class:`Least.enough`. The spaces are in ``first.py`` and ``targets.py``; ``run.py`` searches them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from ...data import HELD_OUT
from ...experiments import Experiment
from ...networks import count_parameters

LAST = 5  # epochs that a trial is judged by, where the search says nothing else

Candidates = dict[str, Experiment]
COSTS = {"parameters": lambda step: count_parameters(step.architecture), "epochs": lambda step: step.epochs}


def highest(candidates: Candidates, scores: dict[str, float]) -> str:
    """The label of the candidate with the highest score."""
    return max(scores, key=scores.get)


@dataclass(frozen=True)
class Least:
    """A rule: the candidate with the least ``cost`` ("parameters" or "epochs") whose score is ``enough``.

    Where no score is, the highest is taken.
    """

    cost: str
    enough: float

    def met(self, score: float) -> bool:
        """Whether a score is enough."""
        return round(score, 6) >= self.enough

    def __call__(self, candidates: Candidates, scores: dict[str, float]) -> str:
        good = [label for label, score in scores.items() if self.met(score)]
        return min(good, key=lambda label: COSTS[self.cost](candidates[label])) if good else highest(candidates, scores)


@dataclass(frozen=True)
class Round:
    """One choice: what is asked, the candidates, given the best experiment so far, and the rule."""

    question: str
    candidates: Callable[[Experiment], Candidates]
    choose: Callable[[Candidates, dict[str, float]], str] = highest


@dataclass(frozen=True)
class Search:
    """A declared space: where it starts, its rounds, and the seeds each candidate is trained with.

    A trial is judged by the mean of its ``last`` epochs. The trials' seeds begin with ``first_seed``: one beyond
    those of the final trainings leaves these without a part in the choice.
    """

    name: str
    start: Experiment
    rounds: tuple[Round, ...]
    seeds: int = 2
    last: int = LAST
    first_seed: int = 0

    @property
    def trial_seeds(self) -> range:
        """The seeds that each candidate is trained with."""
        return range(self.first_seed, self.first_seed + self.seeds)


def held_out(step: Experiment) -> Experiment:
    """The same experiment trained on 55,000 images and judged on the other 5,000."""
    return dataclasses.replace(step, held_out=HELD_OUT)
