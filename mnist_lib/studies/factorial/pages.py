"""The factorial as its page tells it: tables, and the sentences that depend on what was found.

What the effects are, and how they are judged, is in ``analysis.py``. Shown on ``book/evidence/ideas.md``.
"""

from __future__ import annotations

from math import sqrt

from ...book import (
    BLUE,
    CLEAR,
    FAILS,
    GREY,
    HERE,
    HOLDS,
    INK,
    NOT_CLEAR,
    WIDE,
    Comparison,
    Finding,
    Interval,
    PageTable,
    Spread,
    figure,
    finding,
    half_width,
    listed,
    sd,
    signed,
    styled,
)
from ...experiments import CELLS, FACTORS
from .analysis import ALONE, BESIDE, COMPANY, INTERACTIONS, LEARNT, MAIN, MOST, Evidence, Judged, family

FAMILIES = {"Main effects of the five ideas": MAIN, "Interactions of two ideas": INTERACTIONS,
            "Beside all others against alone": COMPANY}


def named(of: str | tuple[str, str]) -> str:
    """An idea, or two: "dropout × augmentation"."""
    return of if isinstance(of, str) else " × ".join(of)


def times(of: Comparison) -> str:
    """The factor of the errors with its interval; a second line where other images say something else."""
    def told(one: Interval) -> str:
        return f"{one.low:.2f} to {one.high:.2f}"

    return "\n".join(told(of.factors(images=images)) for images in (False, True)[:1 + of.wider])


def table(caption: str, evidence: Evidence) -> PageTable:
    """A family of ``FAMILIES``: what each effect multiplies the errors by, the verdict, and points beside it."""
    found = family(FAMILIES[caption], evidence)
    rows = tuple((named(e.of), f"× {e.gain.factor:.2f}", times(e.gain), e.verdict, signed(e.points.points), e.in_points)
                 for e in found)
    return PageTable(caption, ("", "errors", "95 %\ninterval", f"as one\nof {len(rows)}", "points",
                               f"in points, as\none of {len(rows)}"), rows,
                     f"What the errors after the last epoch are multiplied by. {WIDE} Holm's adjustment for the "
                     "family. The plan had declared points.",
                     secondary=("points", f"in points, as\none of {len(rows)}"))


def cells(evidence: Evidence) -> PageTable:
    """The sixteen combinations, the most accurate first: how often trained, and where they ended."""
    rows = []
    for on in CELLS:
        spread = Spread(tuple(e.accuracy for e in evidence.endings(on)))
        rows.append((spread.mean, (
            ", ".join(factor.idea for factor, is_on in zip(FACTORS, on) if is_on) or "none of the five",
            str(len(spread.values)), f"{spread.mean:.2f}", sd(spread), f"{spread.low:.2f} to {spread.high:.2f}")))
    return PageTable("The sixteen combinations of the plan", ("on", "trainings", "mean (%)", "sd", "from, to"),
                     tuple(row for _, row in sorted(rows, key=lambda pair: -pair[0])),
                     "Test accuracy after the last epoch of the trainings that learnt.")


def largest(evidence: Evidence) -> str:
    """The idea with the largest clear main effect, whichever its sign."""
    return max((e for e in family(MAIN, evidence) if e.verdict in (CLEAR, HERE)), key=lambda e: abs(e.gain.points)).of


def one_sided(sentence: str, found: list[Judged], *, fewer: bool = True, of_the_clear: bool = False) -> Finding:
    """Whether all effects of a family lower the errors (or raise them), judged in the family; or all clear ones."""
    sure = [e for e in found if e.verdict in (CLEAR, HERE)]
    against = [named(e.of) for e in sure if e.better != fewer]
    other = f"; the other way: {listed(against)}" if against else ""
    enough = bool(sure) if of_the_clear else len(sure) == len(found)
    return finding(sentence, f"Clear in their family: {len(sure)} of {len(found)}{other}.",
                   FAILS if against else HOLDS if enough else NOT_CLEAR)


def failures(evidence: Evidence) -> Finding:
    """Which trainings did not learn, and with which ideas on."""
    by_idea = [f"{sum(on[i] for on, _ in evidence.failed)} with {factor.idea}" for i, factor in enumerate(FACTORS)]
    which = [f"{CELLS[on].step}, seed {e.seed}: {e.accuracy:.2f} %" for on, e in evidence.failed]
    return finding(f"Every training learns: it ends with {LEARNT:.0f} % or more.",
                   f"{len(which)} of {evidence.trainings} did not: {'; '.join(which) or 'none'}. Of them: "
                   f"{listed(by_idea)}. The effects on this page are those of the others.", not which)


def same_with_everything(evidence: Evidence) -> str:
    """Whether the verdicts on the five stay when trainings that did not learn count as well."""
    both = [family(MAIN, Evidence(evidence.cells, everything)) for everything in (False, True)]
    other = [b.of for a, b in zip(*both) if a.verdict != b.verdict]
    return (f"With all {evidence.trainings} trainings counted, {len(other)} of {len(both[0])} verdicts are others: "
            f"{listed(f'{e.of} × {e.gain.factor:.2f} ({times(e.gain).partition(chr(10))[0]})' for e in both[1])}.")


def company(evidence: Evidence) -> PageTable:
    """What each idea multiplies the errors by, alone and beside all others, as the plan predicts it."""
    rows = []
    for e in family(COMPANY, evidence):
        alone, beside = (evidence.contrast(weights[e.of]) for weights in (ALONE, BESIDE))
        rows.append((e.of, *(f"× {of.factor:.2f}\n{times(of).partition(chr(10))[0]}" for of in (alone, beside, e.gain)),
                     e.verdict))
    return PageTable("Alone, and beside the four others", ("", "alone", "beside all", "the second\nby the first",
                                                           f"as one\nof {len(rows)}"), tuple(rows),
                     "Factors of the errors with 95 % intervals over the seeds. The plan trained none, two or four "
                     "ideas at a time, so these are its predictions: one against none, and five against four.")


# What one at a time would have known ------------------------------------------------------------


def scatter(evidence: Evidence) -> float:
    """The standard deviation of single trainings: the root of the cells' mean variance, in points."""
    return sqrt(sum(Spread(values).sd**2 for values in evidence.accuracies) / len(CELLS))


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
    widths = equal_cost(scatter(evidence))
    told = (("1", "no"), ("5", "no"), ("5", f"yes, {len(INTERACTIONS)}"))
    least = min(widths.values())
    return PageTable(f"{MOST * len(CELLS)} trainings, spent in three ways",
                     ("", "effects", "interactions", "± points", "times as wide"),
                     tuple((way, *more, f"{width:.3f}", f"{width / least:.2f}")
                           for (way, width), more in zip(widths.items(), told, strict=True)),
                     f"Half a 95 % interval over the seeds, for trainings that scatter by {scatter(evidence):.3f} "
                     "points as those of the plan do.")


@styled
def plan():
    """The thirty-two combinations, in an order in which neighbours differ in one idea; the trained ones are filled."""
    gray = {2: ((0, 0), (0, 1), (1, 1), (1, 0))}
    gray[3] = tuple((0, *g) for g in gray[2]) + tuple((1, *g) for g in reversed(gray[2]))
    drawing, axes = figure(height=4.6)
    for x, columns in enumerate(gray[2]):
        for y, rows in enumerate(gray[3]):
            on = tuple(map(bool, columns + rows))
            trained = on in CELLS
            axes.plot(x, y, "s", markersize=19, markerfacecolor=BLUE if trained else "none", markeredgecolor=GREY)
            axes.text(x, y, str(sum(on)), ha="center", va="center", color="white" if trained else INK)
    names = [factor.name for factor in FACTORS]

    def called(of, ideas):
        return " + ".join(name for name, on in zip(ideas, of) if on) or "–"

    axes.set_xticks(range(4), [called(c, names[:2]).replace(" + ", "\n") for c in gray[2]])
    axes.set_yticks(range(8), [called(r, names[2:]) for r in gray[3]])
    axes.grid(False)
    axes.set(xlim=(-0.6, 3.6), ylim=(7.6, -0.6))
    drawing.suptitle("filled: trained; the number: ideas that are on", x=0, ha="left", fontsize=12, fontweight="bold")
    return drawing
