"""Accuracy against size: our networks below each limit of parameters, beside what others have published.

Shown on ``book/further/smallest.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from ...book import BLUE, INK, LAST, RULE, SKY, TARGET, Link, PageTable, Summary, figure, styled


class Published(NamedTuple):
    """A result of somebody else: parameters, test accuracy in per cent, how it was got, where it stands."""

    parameters: int
    accuracy: float
    how: str
    link: str


PUBLISHED = (
    Published(6_720, 99.50, "last of 15 epochs, one run", "https://github.com/gkdivya/EVA"),
    Published(4_862, 99.07, "after 50 epochs, one run", "https://github.com/ruslangrimov/mnist-minimal-model"),
    Published(697, 99.00, "“99 %”, five convolutions", "https://github.com/JoshWarn/Parameter-Efficient-MNIST"),
)


def published() -> PageTable:
    """The public record as far as it was found, the largest network first."""
    return PageTable(
        "Small networks that others have published", ("parameters", "test (%)", "how", "where"),
        tuple((f"{p.parameters:,}", f"{p.accuracy:.2f}", p.how, Link(p.link.split("/")[3], p.link))
              for p in PUBLISHED),
        "None of them says how often it was tried.")


def table(of: Sequence[Summary]) -> PageTable:
    """Ours, the largest first: accuracy after the last epoch over the seeds, and how many of them hold the rule."""
    rows = tuple(
        (s.step, f"{s.parameters:,}", f"{s.final.mean:.2f}", f"{s.final.low:.2f} to {s.final.high:.2f}",
         str(len(s.seeds)), *(f"{s.holds[n]}\n{s.share(n).percents}" for n in LAST))
        for s in sorted(of, key=lambda s: -s.parameters))
    return PageTable("Test accuracy and size",
                 ("network", "parameters", "mean (%)", "range (%)", "seeds", *(f"hold,\nN = {n}" for n in LAST)), rows,
                     "How many seeds hold the rule, with the 95 % interval of their share.")


@styled
def curve(of: Sequence[Summary], rebuilt: Sequence[Summary] = ()):
    """Parameters against the test error of the last epoch, on log scales.

    Ours in a line, the steps ``rebuilt`` from the sources beside them, both with the range of their
    seeds; and what others have published.
    """
    drawing, axes = figure(height=4.8)
    axes.axhline(100 - RULE, color=TARGET, linewidth=1.2, linestyle="--")
    for part, colour, style, label in ((of, BLUE, "o-", "ours: mean and range of the seeds"),
                                       (rebuilt, SKY, "s", "the five finals, rebuilt")):
        part = sorted(part, key=lambda s: s.parameters)
        spans = [[s.final.high - s.final.mean for s in part], [s.final.mean - s.final.low for s in part]]
        if part:
            axes.errorbar([s.parameters for s in part], [100 - s.final.mean for s in part], spans, fmt=style,
                          color=colour, markersize=6, linewidth=1.5, capsize=3, label=label)
    axes.plot([p.parameters for p in PUBLISHED], [100 - p.accuracy for p in PUBLISHED], "D", markerfacecolor="none",
              color=INK, markersize=6, label="published, one run each")
    axes.set(xscale="log", yscale="log", xlabel="parameters", title="test error after the last epoch (%)")
    axes.xaxis.set_major_locator(FixedLocator((500, 1_000, 2_000, 4_000, 8_000)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
    axes.yaxis.set_major_locator(FixedLocator((0.4, 0.5, 0.6, 0.8, 1, 1.5, 2)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda e, _: f"{e:g}"))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_formatter(NullFormatter())
    axes.annotate(f"target: {100 - RULE:.1f}", (0, 100 - RULE), (6, 4), xycoords=("axes fraction", "data"),
                  textcoords="offset points", fontsize=10)
    drawing.legend(loc="outside lower center", ncols=1)
    return drawing
