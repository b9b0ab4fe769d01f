"""The log of a search as tables, one a round; the ratio of two training times with its quartiles."""

from __future__ import annotations

from ...book import PageTable
from ...networks import count_parameters
from . import run as trials
from .spaces import HELD_OUT, Least, Search


def time_ratio(slow: dict, fast: dict) -> tuple[float, float, float]:
    """How many times as long one rung of ``ladder.json`` takes as another: at worst, by the medians, at best.

    Worst and best pair a quartile of either rung's updates with the opposite one of the other's.
    """
    slower, faster = ([q * rung["steps"] for q in rung["milliseconds"]["quartiles"]] for rung in (slow, fast))
    return slower[0] / faster[1], slow["seconds"] / fast["seconds"], slower[1] / faster[0]


def search_tables(search: Search) -> list[PageTable]:
    """The log, a table a round: every candidate, the best first, with its parameters and its trials."""
    found = []
    for number, (each, judged) in enumerate(trials.retrace(search), 1):
        rows = tuple(
            (j.label, f"{count_parameters(j.step.architecture):,}", f"{j.score:.3f}",
             ", ".join(f"{trial.accuracy(search.last):.2f}" for trial in j.trials), "yes" if j.chosen else "")
            for j in sorted(judged, key=lambda j: -j.score))
        mean = f"the mean of the last {search.last} epochs" if search.last > 1 else "after the last epoch"
        rule = (f" Chosen: the fewest {each.choose.cost} with at least {each.choose.enough:.2f} %."
                if isinstance(each.choose, Least) else "")
        if rule and not any(map(each.choose.met, (j.score for j in judged))):
            rule += " None has, so the best was taken."
        found.append(PageTable(
            f"The search “{search.name}”, round {number}: {each.question}",
            ("candidate", "parameters", "mean (%)", "each seed (%)", "chosen"), rows,
            f"Accuracy on the {HELD_OUT:,} images held out, {mean}.{rule}"))
    return found
