"""The factorial as its chapter tells it: tables, and the sentences that depend on what was found.

Each of them holds for whatever is recorded: nothing, a few seeds of some cells, or the whole plan. What the effects
are, and how they are judged, is in ``factorial.py``. Shown on ``book/factorial.md``.
"""

from __future__ import annotations

from math import sqrt

from ...book import (
    CLEAR,
    ENOUGH,
    FAILS,
    HERE,
    HOLDS,
    NO_VERDICT,
    NOT_CLEAR,
    Comparison,
    Finding,
    PageTable,
    Spread,
    compare,
    finding,
    half_width,
    listed,
    sd,
    signed,
)
from ...experiments import CELLS, FACTORS
from .analysis import ALONE, BESIDE, COMPANY, INTERACTIONS, LEARNT, MAIN, MOST, Evidence, Judged, family

TOO_FEW = "Too few trainings are recorded to say: an interval needs two in every cell, a verdict three."
NOBODY = "none of the five is clear so far"


def progress(evidence: Evidence) -> str:
    """What of the plan is in, in one or two sentences."""
    declared = MOST * len(CELLS)
    if not evidence.trainings:
        return (f"None of the {declared} declared trainings is recorded here yet. The plan, its reasons and its rules "
                "stand below; effects appear when their records do.")
    if evidence.trainings == declared:
        return f"All {declared} declared trainings are in: {MOST} seeds of each of the {len(CELLS)} combinations."
    counts = [len(evidence.cells.get(on, ())) for on in CELLS]
    each = f"{min(counts)}" if len(set(counts)) == 1 else f"{min(counts)} to {max(counts)}"
    return (f"{evidence.trainings} of {declared} declared trainings are in so far, {each} of {MOST} seeds in each "
            "combination. The plan goes on; until the last is in, every verdict below is preliminary.")


def named(of: str | tuple[str, str]) -> str:
    """An idea, or two: "dropout × augmentation"."""
    return of if isinstance(of, str) else " × ".join(of)


def effects(contrasts, evidence: Evidence) -> list[Judged]:
    """A family's effects; none while some cell has no training that counts."""
    return family(contrasts, evidence) if evidence.fewest else []


def interval(of: Comparison, images: bool = False) -> str:
    """An interval as text; a dash where there is none."""
    found = of.interval(images=images)
    return "–" if found is None else str(found)


def table(contrasts, evidence: Evidence, caption: str) -> PageTable | Finding:
    """A family: each effect with its two intervals, judged by itself and as one of so many."""
    found = effects(contrasts, evidence)
    if not found:
        return finding(caption, TOO_FEW, NO_VERDICT)
    rows = tuple((named(e.of), signed(e.gain.points), interval(e.gain), interval(e.gain, True), e.gain.verdict,
                  e.verdict) for e in found)
    return PageTable(caption, ("", "effect\n(points)", "over\nseeds", "over seeds\nand images", "so it is",
                               f"as one\nof {len(rows)}"), rows,
                     "Test accuracy after the last epoch, with two 95 % intervals. As one of so many: Holm's "
                     "adjustment for this family.")


def cells(evidence: Evidence) -> PageTable:
    """The sixteen combinations, the most accurate first: how often trained, and where they ended."""
    rows = []
    for on in CELLS:
        values = [e.accuracy for e in evidence.endings(on)]
        spread = Spread(tuple(values)) if values else None
        rows.append((spread.mean if spread else -1.0, (
            ", ".join(factor.idea for factor, is_on in zip(FACTORS, on) if is_on) or "none of the five",
            str(len(values)), f"{spread.mean:.2f}" if spread else "", sd(spread) if spread else "",
            f"{spread.low:.2f} to {spread.high:.2f}" if spread else "")))
    return PageTable("The sixteen combinations of the plan", ("on", "trainings", "mean (%)", "sd", "from, to"),
                     tuple(row for _, row in sorted(rows, key=lambda pair: -pair[0])),
                     "Test accuracy after the last epoch of the trainings that learnt.")


def clear(found: list[Judged]) -> list[Judged]:
    """Those that are clear in their family, at least on these images, the largest first."""
    return sorted((e for e in found if e.verdict in (CLEAR, HERE)), key=lambda e: -abs(e.gain.points))


def largest(evidence: Evidence) -> str:
    """The idea with the largest clear main effect, whichever its sign; or that there is none."""
    found = clear(effects(MAIN, evidence))
    return found[0].of if found else NOBODY


def sides(found: list[Judged], up: str, down: str) -> str:
    """The clear effects of a family by their sign, and how many are not clear."""
    if not found or found[0].verdict == NO_VERDICT:
        return TOO_FEW
    sure = clear(found)
    told = [f"{verb} {listed(f'{named(e.of)} ({signed(e.gain.points)})' for e in some)}"
            for verb, some in ((up, [e for e in sure if e.gain.points > 0]),
                               (down, [e for e in sure if e.gain.points < 0])) if some]
    here = [named(e.of) for e in sure if e.verdict == HERE]
    rest = len(found) - len(sure)
    return " ".join(filter(None, (
        f"{'. '.join(told)}." if told else f"None of the {len(found)} is clear in the family.",
        f"On these images only: {listed(here)}." if here else "",
        f"Not clear, which is not zero: {rest} of {len(found)}." if told and rest else "")))


def one_sided(sentence: str, found: list[Judged], sign: int, *, of_the_clear: bool = False) -> Finding:
    """Whether all effects of a family have this sign, judged in the family; or all of those that are clear."""
    if not found or found[0].verdict == NO_VERDICT:
        return finding(sentence, TOO_FEW, NO_VERDICT)
    sure = clear(found)
    against = [named(e.of) for e in sure if e.gain.points * sign < 0]
    other = f"; the other way: {listed(against)}" if against else ""
    enough = sure if of_the_clear else len(sure) == len(found)
    told = f"Clear in their family: {len(sure)} of {len(found)}{other}."
    return finding(sentence, told, FAILS if against else HOLDS if enough else NOT_CLEAR)


def failures(evidence: Evidence) -> Finding:
    """Which trainings did not learn, and with which ideas on."""
    sentence = f"Every training learns: it ends with {LEARNT:.0f} % or more."
    if not evidence.trainings:
        return finding(sentence, TOO_FEW, NO_VERDICT)
    by_idea = [f"{sum(on[i] for on, _ in evidence.failed)} with {factor.idea}" for i, factor in enumerate(FACTORS)]
    which = [f"{CELLS[on].step}, seed {e.seed}: {e.accuracy:.2f} %" for on, e in evidence.failed]
    return finding(sentence, f"{len(which)} of {evidence.trainings} recorded trainings did not." + (
        f" {'; '.join(which)}. Of them: {listed(by_idea)}. The effects on this page are those of the others." if which
        else ""), not which)


def same_with_everything(evidence: Evidence) -> str:
    """Whether the verdicts on the five stay when trainings that did not learn count as well."""
    if not evidence.failed:
        return "None has to be left out so far."
    if not evidence.judged:
        return TOO_FEW
    both = [effects(MAIN, Evidence(evidence.cells, everything)) for everything in (False, True)]
    other = [b.of for a, b in zip(*both) if a.verdict != b.verdict]
    all_of = listed(f"{e.of} {signed(e.gain.points)} ({interval(e.gain)})" for e in both[1])
    return f"With all trainings counted, the effects over the seeds are {all_of}; other verdicts: {listed(other)}."


# What one at a time would have known ------------------------------------------------------------


def scatter(evidence: Evidence) -> float | None:
    """The standard deviation of single trainings: the root of the cells' mean variance, in points."""
    if evidence.fewest < 2:
        return None
    of = [evidence.contrast([float(c == k) for c in range(len(CELLS))]).parts[0] for k in range(len(CELLS))]
    return sqrt(sum(variance * (freedom + 1) for variance, freedom in of) / len(of))


def equal_cost(sd: float = 1.0, trainings: int = MOST * len(CELLS)) -> dict[str, float]:
    """Half an effect's interval over the seeds by three ways to spend the same trainings, each scattering by ``sd``.

    Two networks that share all of them; six, of which five add one idea each to the sixth; the factorial, in which
    each training counts for every idea.
    """
    half, sixth, cell = trainings / 2, trainings / 6, trainings / len(CELLS)
    return {"one idea, two networks": float(half_width([sd**2 / half] * 2, [half - 1] * 2)),
            "five ideas, one at a time": float(half_width([sd**2 / sixth] * 2, [sixth - 1] * 2)),
            "five ideas, the factorial": float(half_width([sd**2 / cell / 64] * 16, [cell - 1] * 16))}


def costs(evidence: Evidence) -> PageTable:
    """What the same number of trainings tells, spent in three ways."""
    spread = scatter(evidence)
    widths = equal_cost(spread or 1.0)
    told = dict(zip(widths, (("1", "no"), ("5", "no"), ("5", f"yes, {len(INTERACTIONS)}")), strict=True))
    least, unit = min(widths.values()), "points" if spread else "scatters of a training"
    of = f", for trainings that scatter by {spread:.3f} points as those of the plan do" if spread else ""
    return PageTable(f"{MOST * len(CELLS)} trainings, spent in three ways",
                     ("", "effects", "interactions", f"± {unit}", "times as wide"),
                     tuple((way, *told[way], f"{width:.3f}", f"{width / least:.2f}") for way, width in widths.items()),
                     f"Half a 95 % interval over the seeds{of}.")


def company(evidence: Evidence) -> PageTable | Finding:
    """What each idea gains alone and beside all others, as the plan predicts it."""
    caption = "Alone, and beside the four others"
    found = effects(COMPANY, evidence)
    if not found:
        return finding(caption, TOO_FEW, NO_VERDICT)
    rows = []
    for e in found:
        alone, beside = (evidence.contrast(weights[e.of]) for weights in (ALONE, BESIDE))
        rows.append((e.of, signed(alone.points), interval(alone), signed(beside.points), interval(beside),
                     signed(e.gain.points), interval(e.gain), e.verdict))
    return PageTable(caption, ("", "alone", "over\nseeds", "beside\nall", "over\nseeds ", "difference", "over\nseeds  ",
                               f"as one\nof {len(rows)}"), tuple(rows),
                     "Points. Combinations with one idea, or with four, were not trained: these are the plan's "
                     "predictions, with 95 % intervals.")


def seed_by_seed(evidence: Evidence) -> str:
    """The same effects from contrasts of single seeds, which holds whatever trainings of one seed share."""
    both = []
    for contrasts in (MAIN, INTERACTIONS):
        for e in effects(contrasts, evidence):
            whole = [[next((one.accuracy for one in evidence.endings(on) if one.seed == seed), None) for on in CELLS]
                     for seed in range(MOST)]
            each = [sum(w * a for w, a in zip(contrasts[e.of], row)) for row in whole if None not in row]
            if len(each) >= ENOUGH:
                both.append((len(each), compare(0.0, each, images=None).clear, e.gain.clear))
    if not both:
        return TOO_FEW
    seeds, alike = both[0][0], sum(paired == usual for _, paired, usual in both)
    sure = sum(paired for _, paired, _ in both)
    return (f"From the {seeds} seeds that every cell has, {sure} of {len(both)} effects are clear by "
            f"themselves over the seeds, and {alike} of {len(both)} have the verdict that they have above.")
