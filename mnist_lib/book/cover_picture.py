"""The picture on the book's cover: how often the last network goes into the first.

Both sizes are areas. The first network is drawn as so many small squares, each of them as large as
the last network, and their shades are the pixels of a digit: there happen to be a few more of them
than the 28 × 28 of an MNIST image.
"""

from __future__ import annotations

import matplotlib
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from .style import BLUE, RED, STYLE, WIDTH, Picture, figure

COLUMNS = 30  # one more than the digit has on each side
PAPER = "#b5d4e8"


def draw_cells(axes, count: int, digit, gap: float = 0.06) -> int:
    """Draw ``count`` squares in rows of 30, shaded by ``digit``, (28, 28) from 0 to 1; returns the rows."""
    rows = -(-count // COLUMNS)
    above = (rows - 28) // 2
    paper, ink = to_rgb(PAPER), to_rgb(BLUE)
    for cell in range(count):
        row, column = divmod(cell, COLUMNS)
        inside = 0 <= row - above < 28 and 1 <= column <= 28
        dark = float(digit[row - above][column - 1]) if inside else 0.0
        axes.add_patch(Rectangle((column + gap, row + gap), 1 - 2 * gap, 1 - 2 * gap, linewidth=0,
                                 color=[p + dark * (i - p) for p, i in zip(paper, ink)]))
    axes.set(aspect="equal")
    axes.set_axis_off()
    return rows


def cover(large: int, small: int, digit, large_note: str = "", small_note: str = "") -> Picture:
    """The two networks of ``large`` and ``small`` parameters as a picture, a note under each number.

    ``digit`` is (28, 28), from 0 (paper) to 1 (ink). ``ValueError`` if the small one isn't smaller.
    """
    if not 0 < small < large:
        raise ValueError(f"the small network has {small:,} parameters, the large one {large:,}")
    with matplotlib.rc_context(STYLE):
        drawing, axes = figure(width=WIDTH, height=0.68 * WIDTH)
        rows = draw_cells(axes, large // small, digit)
        right = COLUMNS + 2
        big = {"fontsize": 14, "fontweight": "bold"}
        axes.text(right, rows * 0.20, f"{large:,}\nparameters", color=BLUE, va="bottom", **big)
        axes.text(right, rows * 0.23, large_note, va="top", fontsize=11)
        axes.add_patch(Rectangle((right + 0.06, rows * 0.62), 0.88, 0.88, color=RED, linewidth=0))
        axes.text(right, rows * 0.80, f"{small:,}\nparameters", color=RED, va="bottom", **big)
        axes.text(right, rows * 0.83, small_note, va="top", fontsize=11)
        axes.set(xlim=(-0.2, right + 13), ylim=(rows + 0.2, -0.2))
    return Picture(drawing)
