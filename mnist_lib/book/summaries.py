"""A step over its recorded seeds: accuracies, epochs, jumps, and the numbers that a page's prose says.

Everything is computed from the recorded runs, the catalogue and ``sources.json`` when a page runs.
Pages reach it through ``report.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from ..experiments import Experiment, experiment, recorded_as
from ..networks import count_parameters
from ..training import TEST_IMAGES, Run, records
from .sources import RULE, source
from .statistics import Comparison, Share, Spread, compare
from .timing import durations, in_words, span

LAST = (1, 3, 5)  # the rule is shown for each of these numbers of last epochs


def recorded(step: str | Experiment) -> list[Run]:
    """The recorded runs of a step, by seed: those whose settings are the step's own."""
    step = experiment(step)
    return [run for run in records.of(recorded_as(step)) if run.fingerprint == step.fingerprint]


@dataclass(frozen=True)
class Summary:
    """A step over its recorded seeds: accuracies in per cent, ``holds`` as a count of seeds.

    ``train`` is the running training accuracy of the last epoch, ``best`` the best of
    all test readings.
    """

    step: str
    parameters: int
    seeds: tuple[int, ...]
    final: Spread
    best: Spread
    train: Spread
    holds: dict[int, int]

    def share(self, last: int) -> Share:
        """How many of the seeds hold the rule over so many last epochs, with its interval."""
        return Share(self.holds[last], len(self.seeds))


def summary(step: str | Experiment, of: Sequence[Run] | None = None) -> Summary:
    """A step's results over the recorded seeds (or over the runs given as ``of``).

    ``LookupError`` if nothing is recorded: call ``fit(step)`` first.
    """
    step = experiment(step)
    of = recorded(step) if of is None else list(of)
    if not of:
        raise LookupError(f'no run of {step.name} is recorded; train one with fit("{step.name}")')
    return Summary(
        step.name, count_parameters(step.architecture), tuple(r.seed for r in of),
        Spread(tuple(r.final.test_accuracy for r in of)),
        Spread(tuple(max(r.test_accuracies) for r in of)),
        Spread(tuple(r.final.train_accuracy for r in of)),
        {n: sum(r.holds(n, RULE) for r in of) for n in LAST})


def gain(before: str, after: str, measure: str = "final") -> Comparison:
    """By how much ``after`` is more accurate than ``before``: ``measure`` is final, best or train.

    For the last epoch the records say which images each training misses, so that the images' part is known.
    """
    sides = [getattr(summary(step), measure) for step in (before, after)]
    if measure != "final":
        return compare(*sides, images=(60_000, 60_000) if measure == "train" else (TEST_IMAGES, TEST_IMAGES))
    return compare(*sides, missed=tuple(missed(recorded(step)) for step in (before, after)))


def missed(of: Sequence[Run]) -> list[list[int]]:
    """The test images that each run gets wrong after its last epoch, by their index."""
    return [[index for index, _ in run.misclassified] for run in of]


def above(step: str, accuracy: float) -> Comparison:
    """By how much a step's last epochs lie above a fixed accuracy in per cent."""
    return compare(accuracy, summary(step).final, missed=([], missed(recorded(step))))


def late(before: str, after: str, first: int, last: int) -> Comparison:
    """The gain in the mean test accuracy over the epochs ``first`` to ``last`` (counted from 1)."""
    return compare(*(at_epochs(step, first, last) for step in (before, after)))


def at_epochs(step: str, first: int, last: int) -> Spread:
    """The mean test accuracy over the epochs ``first`` to ``last`` (counted from 1), for each seed."""
    return Spread(tuple(sum(run.test_accuracies[first - 1:last]) / (last - first + 1)
                        for run in recorded(step)))


def minutes(steps: Sequence[str]) -> float:
    """How long one training of each step takes on a CPU, in minutes: the sum of the medians that the pages give."""
    return sum(durations(recorded(step))["cpu"].whole for step in steps) / 60


def jumps(step: str, last: int = 5) -> Spread:
    """How far each training's test accuracy moves from epoch to epoch: the mean over the last epochs, in points."""
    return Spread(tuple(moves(run.test_accuracies, last) for run in recorded(step)))


def jump(step: str, last: int = 5) -> float:
    """The mean of :func:`jumps` over the seeds."""
    return jumps(step, last).mean


def calmer(before: str, after: str, last: int = 5, times: float = 1) -> Comparison:
    """By how much ``after`` jumps less from epoch to epoch than 1 / ``times`` of what ``before`` does.

    No accuracy, so nothing is known of other images.
    """
    wild = Spread(tuple(v / times for v in jumps(before, last).values))
    return -compare(wild, jumps(after, last), images=None)


def moves(accuracies: Sequence[float], last: int) -> float:
    """The mean distance from one epoch to the next, over the last epochs."""
    return fmean(abs(after - before) for before, after in
                 zip(accuracies[-last - 1:-1], accuracies[-last:], strict=True))


def numbers(step: str) -> dict[str, str]:
    """What a page's prose says of a step, ready to be glued: accuracies with two decimals.

    A step without a recorded run has its parameters and what its source says. ``trainings``
    counts the seeds in words ("one training"), ``takes`` is sentences: how long a training takes
    on a CPU and on a GPU; ``epoch`` is how long one epoch takes on a CPU ("26 seconds"). ``way``
    is what the seeds say of the step's test accuracy beside that of the step before: "It rises.", "It falls." or
    "The seeds cannot tell."
    """
    of, theirs = recorded(step), source(step)
    values = {"parameters": f"{count_parameters(experiment(step).architecture):,}", "seeds": str(len(of)),
              "trainings": "one training" if len(of) == 1 else f"{len(of)} trainings", "takes": in_words(of)}
    if "cpu" in (times := durations(of)):
        values["epoch"] = span(times["cpu"].epoch)
    if of and (before := experiment(step).before) and recorded(before):
        values["way"] = {"rises": "It rises.", "falls": "It falls."}.get(gain(before, step).direction,
                                                                        "The seeds cannot tell.")
    if of:
        ours = summary(step, of)
        for name in ("final", "best", "train"):
            spread = getattr(ours, name)
            values |= {name: f"{spread.mean:.2f}", f"{name}_low": f"{spread.low:.2f}",
                       f"{name}_high": f"{spread.high:.2f}", f"{name}_sd": sd(spread)}
        values |= {f"holds_{n}": str(ours.share(n)) for n in ours.holds}  # "3 of 5 (15 to 95 %)"
    if theirs:
        values |= {"source_final": f"{theirs.log.final:.2f}", "source_best": f"{theirs.log.best:.2f}",
                   "source_train": f"{theirs.log.train_accuracy[-1]:.2f}",
                   "source_best_train": f"{max(theirs.log.train_accuracy):.2f}"}
        for figure in ("train", "test"):
            if (claim := theirs.claimed(figure)) is not None:
                values[f"claimed_{figure}"] = f"{claim:.2f}"
    return values


def sd(spread: Spread) -> str:
    """A spread's standard deviation, or a dash for a single value."""
    return "–" if spread.sd is None else f"{spread.sd:.2f}"
