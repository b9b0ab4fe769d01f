"""The figures of book/further/travel.md: shifts drawn, accuracy by level, reliability, confidence on shifted images."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from ...book import COLOURS, GREY, INK, MARKERS, Picture, digits, figure, label, styled
from ...data import mnist
from . import calibration
from . import plan as declared
from .analysis import SHOWN
from .transforms import SHIFTS, shifted

DRAWN = 0  # the test image that is drawn in all shifts: the first one, a 7
FOUR = ("drill-down/onecycle", "beyond/champion", "beyond/smallest", declared.PLAIN_NETWORK)


def drawn(index: int = DRAWN) -> Picture:
    """A test image in every shift, a row each: as it is, then the five levels."""
    import torch

    image, rows, names = mnist("test").images[index:index + 1], [], []
    for shift in SHIFTS.values():
        rows += [shifted(image, shift.name, level, [index]) for level in range(6)]
        names += [shift.name, *(f"{value:g}" for value in shift.levels)]
    picture = digits(torch.cat(rows), names, columns=6, width=4.6, limits=(0, 255))
    return Picture(picture.figure, dpi=120)  # noise does not compress


@styled
def reliability(names: Sequence[str] = FOUR[1:]):
    """Share of correct images against mean confidence, bin by bin, plain on the left and with the temperature right."""
    drawing, axes = figure(1, 2, height=3.9, sharey=True)
    for panel, kind, title in zip(axes, ("calibration", "tempered"), ("as trained", "with temperature"), strict=True):
        panel.plot([20, 100], [20, 100], color=GREY, linewidth=1, linestyle=":")
        for name, colour, mark in zip(names, COLOURS[1:], MARKERS[1:]):
            found = calibration.bins(name, kind)
            x, share = [sure for sure, _ in found], [one for _, one in found]
            y = [100 * one.count / one.of for one in share]
            low, high = zip(*(one.interval for one in share))
            ends = [[v - end for v, end in zip(y, low)], [end - v for v, end in zip(y, high)]]
            panel.errorbar(x, y, ends, color=colour, marker=mark, markersize=4, linewidth=1.2, elinewidth=0.8,
                           label=label(name))
        panel.set(title=title, xlabel="mean confidence (%)", xlim=(20, 102), ylim=(0, 102))
    axes[0].set_ylabel("correct (%)")
    drawing.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return drawing


@styled
def confidence(names: Sequence[str] = SHOWN):
    """Mean confidence against accuracy, a mark for each level of each shift, a shape a shift."""
    drawing, panel = figure(height=4.6)
    panel.plot([0, 100], [0, 100], color=INK, linewidth=1, linestyle=":")
    for shift, colour, mark in zip(SHIFTS, cycle(COLOURS), MARKERS):
        cells = [cell for name in names for cell in calibration.shifted_confidence(name) if cell[0] == shift]
        panel.plot([c[1] for c in cells], [c[2] for c in cells], mark, color=colour, markersize=4, alpha=0.75,
                   markeredgewidth=0, label=shift)
    panel.set(xlabel="accuracy (%)", title="mean confidence (%)", xlim=(0, 101), ylim=(0, 101))
    drawing.legend(*panel.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return drawing
