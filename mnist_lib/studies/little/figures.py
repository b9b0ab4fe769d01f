"""The figures of book/further/little.md: accuracy against images and bytes, and public microcontroller results."""

from __future__ import annotations

from typing import NamedTuple

from ...book import BLUE, COLOURS, GREY, INK, LINES, MARKERS, SKY, Link, PageTable, Spread, figure, styled
from . import analysis
from . import bits_plan as bits
from .pages import NAMES, SIZES


class Public(NamedTuple):
    """A result for microcontrollers that its own page tells; the accuracy is in per cent, a KB 1,000 bytes."""

    what: str
    kilobytes: float
    accuracy: float
    url: str
    differs: str


CNN = "https://github.com/cpldcpu/BitNetMCU/blob/main/docs/documentation_cnn.md"
SIXTEEN = "images of 16 × 16; how many trainings is not said; runs on the chip"
PUBLIC = (  # as read in the pages named, in the version of 2 January 2026
    Public("BitNetMCU, fully connected, 2 bits", 1.1, 94.22, CNN, SIXTEEN),
    Public("BitNetMCU, 16 channels, small end", 3.2, 98.92, CNN, SIXTEEN),
    Public("BitNetMCU, 16 channels", 5.4, 99.06, CNN, SIXTEEN),
    Public("BitNetMCU, 32 channels", 7.3, 99.28, CNN, SIXTEEN),
    Public("BitNetMCU, 48 channels", 9.3, 99.44, CNN, SIXTEEN),
    Public("BitNetMCU, 64 channels", 11.0, 99.55, CNN, SIXTEEN),
    Public("BitNetMCU, fully connected, 4 bits", 12.3, 99.02, CNN, SIXTEEN),
)


def public_table() -> PageTable:
    """Public results for microcontrollers, as their own pages tell them."""
    return PageTable("Digits on a microcontroller, as its own page tells it", (
        "network", "KB", "test\naccuracy (%)", "not as here"), tuple(
        (Link(one.what, one.url), f"{one.kilobytes:g}", f"{one.accuracy:.2f}", one.differs) for one in PUBLIC),
        stacked=True)


@styled
def size_figure():
    """Errors against training images, both by powers of ten: a dot a training, a line through the means."""
    drawing, axes = figure(height=4.2)
    for name, colour, line, mark in zip(NAMES, COLOURS, LINES, MARKERS):
        found = analysis.curve(name)
        means = {images: 100 - Spread(analysis.accuracies(runs)).mean for images, runs in sorted(found.items())}
        for images, runs in found.items():
            axes.plot([images] * len(runs), [100 - one for one in analysis.accuracies(runs)], mark, color=colour,
                      markersize=3.5, alpha=0.5)
        axes.plot(list(means), list(means.values()), color=colour, linestyle=line, marker=mark, linewidth=1.5,
                  label=NAMES[name])
    axes.axhline(0.6, color=GREY, linewidth=1, linestyle=":")
    axes.set(xscale="log", yscale="log", xlabel="training images", ylabel="mistakes (% of the test images)",
             xlim=(240, 80_000))
    axes.set_xticks(SIZES, [f"{images:,}" if images != 30_000 else "" for images in SIZES])  # no room
    axes.set_xticks([], minor=True)
    ticks = (0.4, 0.6, 1, 2, 3, 5, 10, 20)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks([], minor=True)
    axes.legend()
    return drawing


@styled
def bytes_figure():
    """Errors against bytes of parameters: ours rounded and rounded in training, and the public ones."""
    drawing, axes = figure(height=5.0)
    axes.plot([one.kilobytes for one in PUBLIC], [100 - one.accuracy for one in PUBLIC], "D", color=GREY, markersize=5,
              label="BitNetMCU (images of 16 × 16)")
    for name, mark in zip(bits.NETWORKS, "os"):
        for tuned, colour, line, how in ((False, SKY, "--", "rounded"), (True, BLUE, "-", "rounded in training")):
            widths = bits.TUNED[name] if tuned else (bits.FLOAT, *bits.WIDTHS)
            found = [every for width in sorted(widths) if (every := analysis.versions(name, width, tuned=tuned))]
            if found:
                axes.plot([every[0].bytes / 1000 for every in found],
                          [100 - Spread(tuple(one.accuracy for one in every)).mean for every in found],
                          color=colour, linestyle=line, marker=mark, linewidth=1.5, markersize=5,
                          label=f"{NAMES[name]}, {how}")
    axes.axhline(0.6, color=INK, linewidth=1, linestyle=":")
    axes.set(xscale="log", yscale="log", xlabel="KB of parameters (1,000 bytes)",
             ylabel="mistakes (% of the test images)")
    ticks = (1, 2, 3, 5, 10, 20, 30)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    ticks = (0.4, 0.6, 1, 2, 5, 10, 20, 50, 90)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks([], minor=True)
    drawing.legend(loc="outside lower center", ncols=1)
    return drawing
