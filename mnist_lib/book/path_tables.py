"""The steps of a path side by side: results, claims, what each gains, and whether ours could end as the source's."""

from __future__ import annotations

from ..experiments import ALL_PATHS, experiment
from .findings import FAILS, HOLDS, Finding, finding
from .sources import RULE, source
from .statistics import ENOUGH, NO_VERDICT, Comparison, Share, holm, mostly, prediction
from .summaries import LAST, gain, recorded, summary
from .tables import PageTable, signed


def reproduces(step: str) -> Finding:
    """Whether one more training of ours could have ended where the source's did: its 95 % prediction interval.

    That it could is no proof that the two are equal; more seeds make the interval sharper.
    """
    ours, theirs = summary(step).final, source(step).log.final
    sentence = "One more training of ours could have ended where the source's ended."
    spread = f"{ours.low:.2f} %" if ours.sd is None else f"{ours.low:.2f} to {ours.high:.2f} %"
    evidence = (f"The source's last epoch has {theirs:.2f} %, ours {spread} ({len(ours.values)} "
                f"seed{'s' * (len(ours.values) > 1)}).")
    if (interval := prediction(ours.values)) is None:
        return finding(sentence, f"{evidence} Fewer than {ENOUGH} seeds say nothing about one more.", NO_VERDICT)
    low, high = interval
    where = f"between {low:.2f} and {high:.2f} %" if high < 100 else f"above {low:.2f} %"
    return finding(sentence, f"{evidence} One more would lie {where} in 95 cases of 100.",
                   low <= theirs <= high)


def reproduced(path: str) -> PageTable:
    """For each recorded step of a path with a source, whether ours could have ended where the source's ended."""
    found = {step.step: reproduces(step.name) for step in ALL_PATHS[path] if recorded(step) and source(step.name)}
    words = {HOLDS: "yes", FAILS: "no", NO_VERDICT: NO_VERDICT}
    return PageTable("The source's last epoch, and one more training of ours",
                     ("step", "could be\nours", "evidence"),
                     tuple((name, words[f.verdict], f.evidence) for name, f in found.items()))


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
        over_seeds, over_both = of.interval(), of.interval(images=True)
        theirs = in_the_logs(before, step)
        rows.append((experiment(step).step, experiment(before).step, signed(of.points),
                     str(over_seeds or "–"), str(over_both or "–"), told(of, of.verdict), told(of, together),
                     "" if theirs is None else signed(theirs)))
    return PageTable(f"What each step of {path} changes in the test accuracy after the last epoch",
                     ("step", "compared\nwith", "ours\n(points)", "over\nseeds", "over seeds\nand images", "so it",
                      f"as one of\n{len(rows)} it", "source's\nlog (points)"), tuple(rows),
                     "95 % intervals, in points: over the seeds on these images (Welch), and over seeds and images. "
                     f"It rises or falls if they leave out zero; fewer than {ENOUGH} seeds get no verdict. As one of "
                     f"{len(rows)}: Holm's adjustment for so many comparisons. A source trained once, so nobody knows "
                     "how far its trainings scatter.")
