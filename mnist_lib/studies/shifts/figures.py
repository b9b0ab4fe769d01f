"""The figures of book/further/travel.md: shifts drawn, accuracy by level, reliability, confidence on shifted images."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from ...book import COLOURS, INK, MARKERS, Picture, digits, figure, styled
from ...data import mnist
from . import calibration
from .analysis import SHOWN
from .transforms import SHIFTS, shifted

DRAWN = 0  # the test image that is drawn in all shifts: the first one, a 7


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
