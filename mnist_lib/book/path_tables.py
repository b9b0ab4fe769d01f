"""The sources' logs beside our trainings: how far they end above ours, and what a step gained in them."""

from .sources import source, steps
from .statistics import ENOUGH, Comparison, prediction
from .statistics import compare as difference
from .summaries import recorded, summary


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
