"""Draw the picture that stands beside a link to the book where it is shared.

    python tools/social_card.py          # writes book/_static/social-card.png

It is kept in the repository, because its numbers are those of two architectures and change with
them alone; a test compares the two.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from mnist_lib.book import BLUE, COLUMNS, RED, STYLE, draw_cells  # noqa: E402  # noqa: E402
from mnist_lib.data import mnist  # noqa: E402
from mnist_lib.experiments import PATHS  # noqa: E402
from mnist_lib.networks import count_parameters  # noqa: E402

CARD = ROOT / "book" / "_static" / "social-card.png"


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
