"""Draw the picture that stands beside a link to the book where it is shared.

    python tools/social_card.py          # writes book/_static/social-card.png

It says how often the last network goes into the first; both sizes are areas. The first network is drawn as so many
small squares, each of them as large as the last network, and their shades are the pixels of a digit: there happen to
be a few more of them than the 28 × 28 of an MNIST image. The picture is kept in the repository, because its numbers
are those of two architectures and change with them alone; a test compares the two.
"""

import sys
from pathlib import Path

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from mnist_lib.book import BLUE, RED, STYLE  # noqa: E402
from mnist_lib.data import mnist  # noqa: E402
from mnist_lib.experiments import PATHS  # noqa: E402
from mnist_lib.networks import count_parameters  # noqa: E402

CARD = ROOT / "book" / "_static" / "social-card.png"
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


def draw(target: Path) -> None:
    """Write the card, 1200 x 630 pixels, to ``target``."""
    steps = PATHS["six-models"]
    large, small = (count_parameters(step.architecture) for step in (steps[0], steps[-1]))
    with matplotlib.rc_context(STYLE | {"figure.constrained_layout.use": False}):
        drawing = Figure(figsize=(12, 6.3), dpi=100)
        rows = draw_cells(axes := drawing.add_axes((0.03, 0.05, 0.48, 0.9)), large // small,
                          mnist("test").images[30, 0].float() / 255)
        axes.set(xlim=(0, COLUMNS), ylim=(rows, 0), anchor="W")
        drawing.text(0.53, 0.84, "MNIST in\n8,000 parameters", fontsize=38, fontweight="bold", va="top",
                     linespacing=1.15)
        drawing.text(0.53, 0.42, f"from {large:,}", fontsize=27, color=BLUE, fontweight="bold")
        drawing.text(0.53, 0.31, f"to {small:,}", fontsize=27, color=RED, fontweight="bold")
        drawing.add_artist(Rectangle((0.695, 0.316), 0.0141, 0.0268, color=RED, linewidth=0))
        drawing.text(0.53, 0.14, "One idea a step, and what it changed:\nmeasured, with its chance.", fontsize=19)
        FigureCanvasAgg(drawing).print_figure(target, dpi=100, metadata={"Software": None})


if __name__ == "__main__":
    draw(CARD)
    print(f"{CARD}: {CARD.stat().st_size:,} bytes")
