"""Choices made on held-out training images: rounds of candidates, each trained and logged.

Every candidate of a declared space (``first.py``, ``targets.py``) is trained on the first 55,000
training images with each of a few seeds and judged on the last 5,000; the test set is not read.

Each trial is logged in ``results/search/<search>/`` as it ends, so that a search that is
stopped goes on where it was, and the choice can be retraced from the files alone. The
chapter is ``book/evidence/protocol.md``.
"""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from ...experiments import Experiment
from ...files import ready_to_write, write_atomically
from ...training import outcomes, read_record, record_text, records
from .records import problem_of_trial
from .spaces import HELD_OUT, LAST, Round, Search, held_out


@dataclass(frozen=True)
class Trial:
    """One training of one candidate: held-out images classified correctly after each epoch."""

    candidate: str
    fingerprint: str
    seed: int
    parameters: int
    correct: tuple[int, ...]
    loss: tuple[float, ...]
    seconds: float
    machine: dict
    ended: str | None = None  # when, in UTC; trials from before this was kept have none

    def accuracy(self, last: int = LAST) -> float:
        """Per cent of the held-out images, the mean of the last epochs."""
        return 100 * statistics.fmean(self.correct[-last:]) / HELD_OUT


class Judged(NamedTuple):
    """A candidate of a round with its trials and its score; ``chosen`` if the search went on with it."""

    label: str
    step: Experiment
    trials: tuple[Trial, ...]
    score: float
    chosen: bool


def score(trials: tuple[Trial, ...], last: int = LAST) -> float:
    """What candidates are ranked by: the mean over seeds of the mean accuracy of the last epochs."""
    return statistics.fmean(trial.accuracy(last) for trial in trials)


def path(search: str, step: Experiment, seed: int) -> Path:
    """Where a trial is logged: by the fingerprint, since labels may repeat from round to round."""
    return records.root() / "search" / search / f"{held_out(step).fingerprint}-seed-{seed}.json"


def logged(search: str, step: Experiment, seed: int) -> Trial | None:
    """The trial of this search, experiment and seed, if it has been logged; ``ValueError`` for a file that is none."""
    file = path(search, step, seed)
    if not file.exists():
        return None
    def problem_of(data) -> str:
        problem = problem_of_trial(data)
        if not problem and (data["fingerprint"], data["seed"]) != (held_out(step).fingerprint, seed):
            problem = f"it is the log of fingerprint {data['fingerprint']}, seed {data['seed']}, by another name"
        return problem

    data = read_record(file, problem_of, "the log of a trial", "restore it from git, or delete it and search again: "
                       f"python -m mnist_lib search {search}")
    del data["seal"]
    return Trial(**data | {"correct": tuple(data["correct"]), "loss": tuple(data["loss"])})


def try_out(search: str, label: str, step: Experiment, seed: int) -> Trial:
    """Train one candidate with one seed, log it and return the trial."""
    from ...training import train

    ready_to_write(path(search, step, seed))
    run, _ = train(held_out(step), seed, "auto")
    trial = Trial(label, run.fingerprint, seed, run.parameters, tuple(e.test_correct for e in run.epochs),
                  tuple(e.test_loss for e in run.epochs), round(run.seconds, 1), run.machine,
                  datetime.now(timezone.utc).isoformat(timespec="seconds"))
    data = {name: value for name, value in dataclasses.asdict(trial).items() if value not in ("", None)}
    write_atomically(path(search, step, seed), record_text(data))
    return trial


def retrace(search: Search) -> Iterator[tuple[Round, tuple[Judged, ...]]]:
    """The rounds of a search as far as all their trials are logged, with what each chose."""
    best = search.start
    for each in search.rounds:
        candidates = each.candidates(best)
        trials = {label: tuple(logged(search.name, step, seed) for seed in search.trial_seeds)
                  for label, step in candidates.items()}
        if not all(all(found) for found in trials.values()):
            return
        scores = {label: score(found, search.last) for label, found in trials.items()}
        winner = each.choose(candidates, scores)
        best = candidates[winner]
        yield each, tuple(Judged(label, step, trials[label], scores[label], label == winner)
                          for label, step in candidates.items())


def chosen(search: Search) -> Experiment | None:
    """The experiment that a search ends with; None while trials are missing."""
    rounds = list(retrace(search))
    if len(rounds) < len(search.rounds):
        return None
    return next((j.step for j in rounds[-1][1] if j.chosen), search.start) if rounds else search.start


def run(search: Search, executor: Executor) -> Iterator[Trial]:
    """Train what is not logged, round by round, on ``executor``; yield each trial as it ends."""
    best = search.start
    for number, each in enumerate(search.rounds):
        calls = [(search.name, label, step, seed) for label, step in each.candidates(best).items()
                 for seed in search.trial_seeds if logged(search.name, step, seed) is None]
        for _, future in outcomes(executor, try_out, calls):
            yield future.result()
        _, judged = list(retrace(search))[number]
        best = next(j.step for j in judged if j.chosen)
