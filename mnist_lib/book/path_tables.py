"""A source's logs beside our trainings: whether ours could end as its own did, and what it gained."""

from __future__ import annotations

from .findings import Finding, finding
from .sources import source, steps
from .statistics import ENOUGH, NO_VERDICT, NOT_CONTRADICTED, Comparison, prediction
from .statistics import compare as difference
from .summaries import recorded, summary


def reproduces(step: str) -> Finding:
    """Whether the source's last epoch lies where one more training of ours would: its 95 % prediction interval.

    Inside, the two are not contradicted, and no more: the evidence says how wide the interval is.
    """
    ours, theirs = summary(step).final, source(step).log.final
    sentence = "The project's last epoch lies within the spread of our trainings."
    if (interval := prediction(ours)) is None:
        return finding(sentence, f"The project ends at {theirs:.2f} %, ours at {ours.low:.2f} %. Fewer than {ENOUGH} "
                                 "trainings say nothing about one more.", NO_VERDICT)
    low, high = interval
    end = f"{high:.2f} %" if high < 100 else "100 %"
    return finding(sentence, f"The project ends at {theirs:.2f} %; {len(ours.values)} trainings of ours at "
                             f"{ours.low:.2f} to {ours.high:.2f} %. In 95 cases of 100 one more ends between {low:.2f} "
                             f"and {end}: an interval {high - low:.2f} points wide.",
                   NOT_CONTRADICTED if low <= theirs <= high else False)


def pooled(measure: str = "final") -> tuple[Comparison, int, int]:
    """How far the projects' trainings end above ours, in standard deviations of one more of ours, over all steps.

    And how many steps there are, and how many of them lie outside of their prediction interval. ``measure`` is
    "final" or "best".
    """
    apart, outside = [], 0
    for step in steps():
        if recorded(step) and len((ours := getattr(summary(step), measure)).values) >= ENOUGH:
            theirs = getattr(source(step).log, measure)
            apart.append((theirs - ours.mean) / (ours.sd * (1 + 1 / len(ours.values)) ** 0.5))
            outside += not prediction(ours).holds(theirs)
    return difference(0.0, apart, images=None), len(apart), outside


def in_the_logs(before: str, after: str) -> float | None:
    """The difference of the last epochs in the source's logs, one training each; ``None`` without two logs."""
    logs = [source(step) for step in (before, after)]
    return logs[1].log.final - logs[0].log.final if all(logs) else None
