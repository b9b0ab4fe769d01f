"""How every figure of the book looks: sizes, colours, and the two ways a figure is shown.

Line figures are SVG with their text as text, pictures of digits PNG. They are drawn
once, on white; on a page of the book each colour has a role, and the page says what
the role looks like in the light and in the dark (``book/_ext/figures.py``). So a line
figure takes its colours from here. A colour has one meaning, as on the pages, and no
figure tells things apart by colour alone: series differ by line and mark.
"""

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

BLUE, SKY, PURPLE = "#1b5fc1", "#6c7987", "#9a2b7c"  # ours; the step before, context; the student's own training
RED, GREEN, ORANGE = "#c0400f", "#0b7269", "#7c5600"  # above zero; below zero; the receptive field
INK, GREY = "#15202d", "#4b5968"
FRAME, GRID, BAND = "#d3dae2", "#d3dae2", "#f2f5f8"
COLOURS = (BLUE, INK, SKY, GREY)
LINES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (1, 1)))
MARKERS = "os^DvPX<"
TEST, TRAIN, SOURCE, TARGET = BLUE, BLUE, PURPLE, INK  # training is dotted, the target dashed
WIDTH = 4.75  # inches: less than the text column, so that a phone shrinks its words to 11 pixels, not fewer

STYLE = {
    "figure.facecolor": "white", "axes.facecolor": "white", "savefig.facecolor": "white",
    "figure.dpi": 100, "figure.constrained_layout.use": True,
    "font.size": 12, "axes.titlesize": 12, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.labelsize": 12, "xtick.labelsize": 12, "ytick.labelsize": 12, "legend.fontsize": 12,
    "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.edgecolor": GREY, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": GRID, "grid.linewidth": 0.8, "axes.axisbelow": True,
    "lines.linewidth": 2, "legend.frameon": False, "image.cmap": "gray_r",
    "svg.hashsalt": "mnist_lib",  # the same figure gives the same file
    "svg.fonttype": "none",  # text stays text: it can be read aloud, found and copied
}


def use_style() -> None:
    """Give all figures of this notebook the book's look, shown as SVG; call it first on a page.

    They are kept as PNG too, because Jupyter shows no SVG of a notebook that it did not run itself.
    """
    import matplotlib

    matplotlib.rcParams.update(STYLE)
    matplotlib.rcParams["axes.prop_cycle"] = matplotlib.cycler(color=COLOURS)
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:  # a script
        return
    if get_ipython() is not None:
        set_matplotlib_formats("svg", "retina", metadata={"Date": None})


def figure(rows: int = 1, columns: int = 1, *, width: float = WIDTH, height: float = 3.4, **options):
    """A figure in the book's look and its axes, as ``matplotlib.pyplot.subplots`` gives them.

    It shows when it is the value of a cell, once, and nothing is left open behind it.
    """
    import matplotlib

    with matplotlib.rc_context(STYLE):
        drawing = Figure(figsize=(width, height))
        return drawing, drawing.subplots(rows, columns, **options)


class Picture:
    """A figure of images, shown as PNG at twice the page's resolution."""

    def __init__(self, drawing: Figure, dpi: int = 200):
        self.figure, self.dpi = drawing, dpi

    def _repr_png_(self):
        buffer = io.BytesIO()
        FigureCanvasAgg(self.figure).print_figure(
            buffer, dpi=self.dpi, facecolor="white", metadata={"Software": None})
        width, height = (round(side * 100) for side in self.figure.get_size_inches())
        return buffer.getvalue(), {"width": width, "height": height}
