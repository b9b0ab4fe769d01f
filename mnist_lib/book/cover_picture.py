"""The picture on the book's cover: how often the last network goes into the first.

Both sizes are areas. The first network is drawn as so many small squares, each of them as large as
the last network, and their shades are the pixels of a digit: there happen to be a few more of them
than the 28 × 28 of an MNIST image.
"""

from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from .style import BLUE

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
