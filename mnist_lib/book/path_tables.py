"""The steps of a path side by side: results, claims, what each gains, and whether ours could end as the source's."""

from __future__ import annotations

from ..experiments import ALL_PATHS, experiment
from .findings import Finding, finding
from .sources import RULE, source, steps
from .statistics import ENOUGH, NO_VERDICT, NOT_CONTRADICTED, Comparison, Share, holm, mostly, prediction
from .statistics import compare as difference
from .summaries import LAST, gain, recorded, summary
from .tables import WIDE, PageTable, signed


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


def reproduced(path: str) -> PageTable:
    """For each recorded step of a path with a source, where it ends and where one more training of ours would."""
    rows = []
    for step in ALL_PATHS[path]:
        if recorded(step) and source(step.name):
            interval = prediction(summary(step).final)
            rows.append((step.step, f"{source(step.name).log.final:.2f}",
                         f"{interval.low:.2f} to {min(100.0, interval.high):.2f}" if interval else "–",
                         f"{interval.high - interval.low:.2f}" if interval else "–", reproduces(step.name).verdict))
    return PageTable("The project's last epoch, and one more training of ours (%)",
                     ("step", "project", "one more of ours,\n95 %", "width\n(points)", "so it is"), tuple(rows))


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


def compare(path: str) -> PageTable:
    """All recorded steps of a path, side by side."""
    rows = []
    for step in ALL_PATHS[path]:
        if not (of := recorded(step)):
            continue
        ours, theirs = summary(step, of), source(step.name)
        sd = "" if ours.final.sd is None else f" ± {ours.final.sd:.2f}"
        rows.append((step.step, f"{ours.parameters:,}", str(len(of)), f"{ours.final.mean:.2f}{sd}",
                     *(f"{ours.holds[n]}\n{ours.share(n).percents}" for n in LAST),
                     f"{theirs.log.final:.2f}" if theirs else "",
                     next((f"N = {n}" for n in reversed(LAST) if theirs.log.holds(n)), "no") if theirs else ""))
    return PageTable(
        f"The steps of {path}, over all recorded seeds",
        ("step", "parameters", "seeds", "test (%)", *(f"hold,\nN = {n}" for n in LAST), "source,\ntest (%)",
         "source\nholds"),
        tuple(rows), "Accuracies after the last epoch: mean ± standard deviation over the seeds. A run holds "
        f"the rule for N if each of its last N epochs has at least {RULE:.2f} % test accuracy: the seeds that do, with "
        "the 95 % interval of their share; and the largest such N in the source's log.")


def claims(path: str) -> PageTable:
    """What the source of a path says of each step: its figures, and its conclusion in our words."""
    rows = []
    for step in ALL_PATHS[path]:
        if theirs := source(step.name):
            figures = [theirs.claimed(f) for f in ("parameters", "train", "test")]
            rows.append((step.step, *(f if isinstance(f, str) else "" if f is None else f"{f:.2f}"
                                      for f in figures), theirs.claim))
    return PageTable(f"What the source of {path} claims", ("step", "parameters", "best training accuracy (%)",
                 "best test accuracy (%)", "conclusion"), tuple(rows))


def steps_and_before(path: str) -> list[tuple[str, str]]:
    """(step before, step) for the recorded steps of a path whose step before is recorded, too."""
    return [(step.before, step.name) for step in ALL_PATHS[path]
            if step.before is not None and recorded(step) and recorded(step.before)]


def gains_of(path: str) -> dict[str, Comparison]:
    """What each recorded step of a path gains over the recorded step before it; one family of comparisons."""
    return {step: gain(before, step) for before, step in steps_and_before(path)}


def in_the_logs(before: str, after: str) -> float | None:
    """The difference of the last epochs in the source's logs, one training each; ``None`` without two logs."""
    logs = [source(step) for step in (before, after)]
    return logs[1].log.final - logs[0].log.final if all(logs) else None


def told(of: Comparison, verdict: str) -> str:
    """A verdict with its direction: "rises, clear on these images only"."""
    return f"{'rises' if of.points > 0 else 'falls'}, {verdict}" if verdict.startswith("clear") else verdict


def same_way(path: str) -> Finding:
    """Whether the source's logs mostly go the way that the steps go which are clear in ours.

    The share that does is held against one half by its Clopper-Pearson interval, which takes six steps of six.
    """
    clear = [(of, theirs) for (before, step), of in zip(steps_and_before(path), gains_of(path).values(), strict=True)
             if of.clear and (theirs := in_the_logs(before, step)) is not None]
    same = Share(sum((of.points > 0) == (theirs > 0) for of, theirs in clear), len(clear))
    evidence = f"{same} of the steps that are clear in ours" if clear else "None is clear"
    return finding("Where ours clearly move, the source's logs mostly move the same way.",
                   f"{evidence}; not clear in ours, or without a log: {len(gains_of(path)) - same.of}. A log is one "
                   "training, and a coin would move with ours in half of the steps.", mostly(same))


def gains(path: str) -> PageTable:
    """What each recorded step of a path gains over the recorded step before it, ours and the source's."""
    family, rows = gains_of(path), []
    for (before, step), of, together in zip(steps_and_before(path), family.values(), holm(list(family.values())),
                                            strict=True):
        theirs = in_the_logs(before, step)
        rows.append((experiment(step).step, experiment(before).step, signed(of.points), of.told, told(of, together),
                     "" if theirs is None else signed(theirs)))
    return PageTable(f"What each step of {path} changes in the test accuracy after the last epoch",
                     ("step", "compared\nwith", "ours\n(points)", "95 %\ninterval", f"as one of\n{len(rows)} it",
                      "project's\nlog (points)"), tuple(rows), WIDE + " It rises or falls if its interval leaves out "
                     f"zero, as one of {len(rows)} (Holm); fewer than {ENOUGH} seeds get no verdict. A project trained "
                     "once, so nobody knows how far its trainings scatter.")
