"""A step's result: ours over the seeds beside what its source claims and what the source's log shows."""

from __future__ import annotations

from collections.abc import Sequence

from ..experiments import Experiment, experiment
from ..networks import count_parameters, flat_layers
from ..training import Run
from .findings import listed
from .sources import RULE, Source, source
from .statistics import Spread
from .summaries import LAST, Summary, recorded, sd, summary
from .tables import PageTable

MEASURES = {"final": "test accuracy, last epoch (%)", "best": "test accuracy, best epoch (%)",
            "train": "training accuracy, last epoch (%)"}


def result(step: str | Experiment, of: Sequence[Run] | None = None) -> PageTable:
    """Ours over the seeds beside what the source claims and what its own log shows.

    Mean, standard deviation and range are over the seeds; the rule's rows count the seeds that hold it, with the 95 %
    interval of their share, and those that say the same stand in one. Without a recorded run our columns say so, and
    the source's stand alone.
    """
    step = experiment(step)
    of = recorded(step) if of is None else list(of)
    theirs, count = source(step.name), f"{count_parameters(step.architecture):,}"
    ours = _ours(summary(step, of)) if of else {}
    said = _theirs(theirs) if theirs else {}
    names = {"parameters": "parameters", **MEASURES}
    rows = [(words, *((count, "", "") if key == "parameters" else ours.get(key, ("", "", ""))),
             *said.get(key, ("", ""))) for key, words in names.items()]
    held = {n: (*ours.get(n, ("", "", "")), *said.get(n, ("", ""))) for n in LAST}
    rows += [(_rule([n for n in LAST if held[n] == cells]), *cells) for cells in dict.fromkeys(held.values())]
    columns = ("", f"ours,\n{_seeds(of) if of else 'no run recorded'}", "sd", "range",
               "source\nclaims", "source's\nlog")
    note = f"Training accuracy: the running mean of the last epoch{_harder_in_training(step)}."
    if theirs is None:
        return PageTable(f"{step.name}: the recorded trainings", columns[:4], tuple(row[:4] for row in rows), note)
    return PageTable(f"{step.name}: ours, what the source claims, and what its log shows", columns, tuple(rows), note)


def _rule(last: list[int]) -> str:
    """The rule over these numbers of last epochs: "99.4 % in the last 1, 3 or 5 epochs"."""
    if last == [1]:
        return f"{RULE:.1f} % in the last epoch"
    return f"{RULE:.1f} % in {'each of ' * (len(last) == 1)}the last {listed(last, 'or')} epochs"


def _ours(ours: Summary) -> dict:
    """Our three cells of each row: mean, standard deviation, range; for the rule a count and its interval."""
    cells = {name: (f"{spread.mean:.2f}", sd(spread), _range(spread))
             for name, spread in ((name, getattr(ours, name)) for name in MEASURES)}
    return cells | {n: (f"{(share := ours.share(n)).count} of {share.of}", "", share.percents) for n in LAST}


def _theirs(theirs: Source) -> dict:
    """The source's two cells of each row: its claim, and its log."""
    logged = {"final": theirs.log.final, "best": theirs.log.best, "train": theirs.log.train_accuracy[-1]}
    claims = {"best": theirs.claimed("test"), "train": theirs.claimed("train")}
    cells = {name: ("" if claims.get(name) is None else f"{claims[name]:.2f}", f"{logged[name]:.2f}")
             for name in MEASURES}
    return {"parameters": (theirs.claimed("parameters") or "", ""), **cells,
            **{n: ("", "yes" if theirs.log.holds(n) else "no") for n in LAST}}


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


def _range(spread: Spread) -> str:
    return "–" if spread.sd is None else f"{spread.low:.2f}–{spread.high:.2f}"
