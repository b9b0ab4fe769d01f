"""The tables of the step pages: our result beside the source's claim, and steps beside each other.

Everything is computed from the recorded runs, the catalogue and ``sources.json``
when a page runs. What changed between two steps is in ``changes.py``, which images are
wrong in ``mistakes.py``, findings and their verdicts in ``findings.py``; all are reached from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from ..experiments import PATHS, Experiment, experiment, recorded_as
from ..networks import count_parameters, flat_layers
from ..training import Run, records
from .changes import changes, describe
from .findings import Difference, Finding, Spread, difference, finding, signed, standard_error
from .mistakes import confusion, per_class, predictions
from .sources import RULE, source
from .tables import Table
from .timing import in_words

__all__ = ["LAST", "RULE", "Difference", "Finding", "Spread", "Summary", "Table", "at_epochs", "changes",
           "claims", "compare", "confusion", "describe", "difference", "finding", "gain", "gains", "jump",
           "numbers", "per_class", "predictions", "recorded", "reproduced", "reproduces", "result", "signed",
           "standard_error", "summary", "within_a_jump"]

LAST = (1, 3, 5)  # the rule is shown for each of these numbers of last epochs
MARGIN = 0.15  # points by which a source's reading may lie outside the range of our seeds: two standard errors


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


def gain(before: str, after: str, measure: str = "final") -> Difference:
    """By how much ``after`` is more accurate than ``before``: ``measure`` is final, best or train."""
    return difference(getattr(summary(before), measure), getattr(summary(after), measure))


def at_epochs(step: str, first: int, last: int) -> Spread:
    """The mean test accuracy over the epochs ``first`` to ``last`` (counted from 1), for each seed."""
    return Spread(tuple(sum(run.test_accuracies[first - 1:last]) / (last - first + 1)
                        for run in recorded(step)))


def jump(step: str, last: int = 5) -> float:
    """How far the test accuracy moves from epoch to epoch: the mean over the last epochs, in points."""
    return fmean(_moves(run.test_accuracies, last) for run in recorded(step))


def _moves(accuracies: Sequence[float], last: int) -> float:
    """The mean distance from one epoch to the next, over the last epochs."""
    return fmean(abs(after - before) for before, after in
                 zip(accuracies[-last - 1:-1], accuracies[-last:], strict=True))


def numbers(step: str) -> dict[str, str]:
    """What a page's prose says of a step, ready to be glued: accuracies with two decimals.

    A step without a recorded run has its parameters and what its source says. ``trainings``
    counts the seeds in words ("one training"), ``takes`` is sentences: how long a training takes
    on a CPU and on a GPU.
    """
    of, theirs = recorded(step), source(step)
    values = {"parameters": f"{count_parameters(experiment(step).architecture):,}", "seeds": str(len(of)),
              "trainings": "one training" if len(of) == 1 else f"{len(of)} trainings", "takes": in_words(of)}
    if of:
        ours = summary(step, of)
        for name in ("final", "best", "train"):
            spread = getattr(ours, name)
            values |= {name: f"{spread.mean:.2f}", f"{name}_low": f"{spread.low:.2f}",
                       f"{name}_high": f"{spread.high:.2f}", f"{name}_sd": _sd(spread)}
        values |= {f"holds_{n}": str(count) for n, count in ours.holds.items()}
    if theirs:
        values |= {"source_final": f"{theirs.log.final:.2f}", "source_best": f"{theirs.log.best:.2f}",
                   "source_train": f"{theirs.log.train_accuracy[-1]:.2f}",
                   "source_best_train": f"{max(theirs.log.train_accuracy):.2f}"}
        for figure in ("train", "test"):
            if (claim := theirs.claimed(figure)) is not None:
                values[f"claimed_{figure}"] = f"{claim:.2f}"
    return values


def result(step: str | Experiment, of: Sequence[Run] | None = None) -> Table:
    """Ours over the seeds beside what the source claims and what its own log shows.

    Without a recorded run our columns say so, and the source's stand alone.
    """
    step = experiment(step)
    of = recorded(step) if of is None else list(of)
    ours, theirs = summary(step, of) if of else None, source(step.name)
    rows = [("parameters", f"{count_parameters(step.architecture):,}", "", "",
             (theirs and theirs.claimed("parameters")) or "", "")]
    logged = {"final": theirs.log.final, "best": theirs.log.best,
              "train": theirs.log.train_accuracy[-1]} if theirs else {}
    claims = {"best": theirs.claimed("test"), "train": theirs.claimed("train")} if theirs else {}
    for name, words in (("final", "test accuracy, last epoch (%)"), ("best", "test accuracy, best epoch (%)"),
                        ("train", "training accuracy, last epoch (%)")):
        claim, log = claims.get(name), logged.get(name)
        spread = getattr(ours, name) if ours else None
        rows.append((words, *((f"{spread.mean:.2f}", _sd(spread), _range(spread))
                              if spread else ("", "", "")),
                     "" if claim is None else f"{claim:.2f}", "" if log is None else f"{log:.2f}"))
    for n in LAST:
        rows.append((f"{RULE:.1f} % in " + ("the last epoch" if n == 1 else f"each of the last {n} epochs"),
                     f"{ours.holds[n]} of {len(of)}" if ours else "", "", "", "",
                     ("yes" if theirs.log.holds(n) else "no") if theirs else ""))
    columns = ("", f"ours,\n{_seeds(of) if of else 'no run recorded'}", "sd", "range",
               "source\nclaims", "source's\nlog")
    note = ("Over the seeds: mean, standard deviation (sd) and range. Training accuracy is the running mean of the "
            f"last epoch{_harder_in_training(step)}{{}}. The share of seeds that hold the rule stands in its rows.")
    if theirs is None:
        return Table(f"{step.name}: the recorded trainings", columns[:4], tuple(row[:4] for row in rows),
                     note.format(""))
    return Table(f"{step.name}: ours, what the source claims, and what its log shows", columns, tuple(rows),
                 note.format("; a source claims its best epoch"))


def _harder_in_training(step: Experiment) -> str:
    """What makes training images harder than test images: ", with dropout and augmentation on"."""
    masks = any(layer.op == "dropout" and layer.p for _, layer in flat_layers(step.architecture))
    on = " and ".join(name for name, is_on in (("dropout", masks), ("augmentation", step.augmented)) if is_on)
    return f", with {on} on" if on else ""


def _seeds(of: Sequence[Run]) -> str:
    """The seeds of the runs: "seed 0", "seeds 0, 1", "seeds 0 to 9"."""
    seeds = [run.seed for run in of]
    if len(seeds) > 3 and seeds == list(range(seeds[0], seeds[-1] + 1)):
        return f"seeds {seeds[0]} to {seeds[-1]}"
    return ("seed " if len(seeds) == 1 else "seeds ") + ", ".join(map(str, seeds))


def reproduces(step: str) -> Finding:
    """Whether the source's last test accuracy lies within our seeds' range, widened by ``MARGIN`` points."""
    ours, theirs = summary(step).final, source(step).log.final
    outside = max(ours.low - theirs, theirs - ours.high, 0)
    where = "above" if theirs > ours.high else "below"
    spread = f"{ours.low:.2f} %" if ours.sd is None else f"{ours.low:.2f} to {ours.high:.2f} %"
    return finding(
        f"Our trainings end where the source's ended, to {MARGIN:.2f} points.",
        f"The source's last epoch has {theirs:.2f} %, ours {spread} ({len(ours.values)} "
        f"seed{'s' * (len(ours.values) > 1)})" + (f": it lies {outside:.2f} points {where}." if outside else "."),
        round(outside, 6) <= MARGIN)


def reproduced(path: str) -> Table:
    """For each recorded step of a path with a source, whether ours ends where the source's ended."""
    found = {step.step: reproduces(step.name) for step in PATHS[path] if recorded(step) and source(step.name)}
    return Table("The source's last epoch, and ours", ("step", "as the source", "evidence"),
                 tuple((name, f.verdict, f.evidence) for name, f in found.items()))


def within_a_jump(step: str, last: int = 8) -> Finding:
    """Whether the source's last epoch lies no further from ours than an epoch lies from the next."""
    log = source(step).log
    apart = abs(summary(step).final.mean - log.final)
    ours, theirs = jump(step, last), _moves(log.test_accuracy, last)
    return finding(
        "The source's last epoch lies no further from ours (mean over the seeds) than an epoch lies from the next.",
        f"They differ by {apart:.2f} points. From epoch to epoch the accuracy moves by {ours:.2f} points in ours "
        f"and {theirs:.2f} in the source's log, mean over the last {last} epochs.",
        apart <= max(ours, theirs))


def compare(path: str) -> Table:
    """All recorded steps of a path, side by side."""
    rows = []
    for step in PATHS[path]:
        if not (of := recorded(step)):
            continue
        ours, theirs = summary(step, of), source(step.name)
        sd = "" if ours.final.sd is None else f" ± {ours.final.sd:.2f}"
        rows.append((step.step, f"{ours.parameters:,}", str(len(of)), f"{ours.final.mean:.2f}{sd}",
                     ", ".join(str(ours.holds[n]) for n in LAST),
                     f"{theirs.log.final:.2f}" if theirs else "",
                     next((f"N = {n}" for n in reversed(LAST) if theirs.log.holds(n)), "no") if theirs else ""))
    return Table(
        f"The steps of {path}, over all recorded seeds",
        ("step", "parameters", "seeds", "test (%)", "seeds\nthat hold", "source,\ntest (%)", "source\nholds"),
        tuple(rows), "Accuracies after the last epoch: mean ± standard deviation over the seeds. A run holds "
        f"the rule for N if each of its last N epochs has at least {RULE:.2f} % test accuracy: counted for "
        f"N = {', '.join(map(str, LAST))} in ours, and the largest such N in the source's log.")


def claims(path: str) -> Table:
    """What the source of a path says of each step: its figures, and its conclusion in our words."""
    rows = []
    for step in PATHS[path]:
        if theirs := source(step.name):
            figures = [theirs.claimed(f) for f in ("parameters", "train", "test")]
            rows.append((step.step, *(f if isinstance(f, str) else "" if f is None else f"{f:.2f}"
                                      for f in figures), theirs.claim))
    return Table(f"What the source of {path} claims", ("step", "parameters", "best training accuracy (%)",
                 "best test accuracy (%)", "conclusion"), tuple(rows))


def gains(path: str) -> Table:
    """What each recorded step of a path gains over the recorded step before it, ours and the source's."""
    rows = []
    for step in PATHS[path]:
        if step.before is None or not (recorded(step) and recorded(step.before)):
            continue
        ours, old, new = gain(step.before, step.name), source(step.before), source(step.name)
        theirs = difference([old.log.final], [new.log.final]) if old and new else None
        rows.append((step.step, experiment(step.before).step, signed(ours.points, ours.digits),
                     signed(ours.images, 0), f"{ours.noise:.{ours.digits}f}", ours.direction,
                     signed(theirs.points) if theirs else "", theirs.direction if theirs else ""))
    return Table(f"What each step of {path} changes in the test accuracy after the last epoch",
                 ("step", "compared\nwith", "ours\n(points)", "images", "noise\n(points)", "so it",
                  "source's\nlog (points)", "so it "), tuple(rows),
                 "It rises or falls if the difference is larger than the noise, one standard error; two equal "
                 "networks may differ by more in one comparison of three. A source trained once, so only the noise "
                 "of a test reading is known, not that of its trainings.")


def _range(spread: Spread) -> str:
    return "–" if spread.sd is None else f"{spread.low:.2f}–{spread.high:.2f}"


def _sd(spread: Spread) -> str:
    return "–" if spread.sd is None else f"{spread.sd:.2f}"


