"""The factorial's figures: the plan as a checkerboard, and a family's effects with their intervals.

Shown on ``book/factorial.md``.
"""

from __future__ import annotations

from ...book import BLUE, CLEAR, GREY, HERE, INK, NO_VERDICT, RED, figure, finding, styled
from ...experiments import CELLS, FACTORS
from .analysis import Evidence
from .pages import TOO_FEW, effects, named


@styled
def plan():
    """The thirty-two combinations, in an order in which neighbours differ in one idea; the trained ones are filled."""
    gray = {2: ((0, 0), (0, 1), (1, 1), (1, 0))}
    gray[3] = tuple((0, *g) for g in gray[2]) + tuple((1, *g) for g in reversed(gray[2]))
    drawing, axes = figure(height=3.2)
    for y, rows in enumerate(gray[2]):
        for x, columns in enumerate(gray[3]):
            on = tuple(map(bool, rows + columns))
            trained = on in CELLS
            axes.plot(x, y, "s", markersize=19, markerfacecolor=BLUE if trained else "none", markeredgecolor=GREY)
            axes.text(x, y, str(sum(on)), ha="center", va="center", fontsize=10, color="white" if trained else INK)
    names = [factor.name for factor in FACTORS]

    def called(of, ideas):
        return "\n".join(name for name, on in zip(ideas, of) if on) or "–"

    axes.set_xticks(range(8), [called(c, names[2:]) for c in gray[3]], fontsize=8.5)
    axes.set_yticks(range(4), [called(r, names[:2]) for r in gray[2]], fontsize=8.5)
    axes.grid(False)
    axes.set(xlim=(-0.6, 7.6), ylim=(3.6, -0.6), title="filled: trained; the number: ideas that are on")
    return drawing


@styled
def effects_of(contrasts, evidence: Evidence, title: str = "effect (points)"):
    """A row an effect: thick over the seeds, thin over seeds and images; a sentence while there are too few."""
    found = effects(contrasts, evidence)
    if not found:
        return finding(title, TOO_FEW, NO_VERDICT)
    drawing, axes = figure(height=0.36 * len(found) + 1.0)
    axes.axvline(0, color=GREY, linewidth=1.2, zorder=1)
    for row, e in enumerate(found):
        sure = e.verdict in (CLEAR, HERE)
        colour = INK if not sure else BLUE if e.gain.points > 0 else RED
        for images, width in ((False, 3), (True, 1)):
            if span := e.gain.interval(images=images):
                axes.plot(span, [row, row], color=colour, linewidth=width)
        axes.plot(e.gain.points, row, "o", color=colour, markersize=7, markerfacecolor=colour if sure else "white")
    axes.set_yticks(range(len(found)), [named(e.of) for e in found], fontsize=9.5)
    axes.grid(False, axis="y")
    axes.set(ylim=(len(found) - 0.4, -0.6), title=title)
    return drawing
