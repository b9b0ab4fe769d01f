"""The figures of a report, as SVG text: curves over the epochs, the place among the book's networks, the field."""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG

from ...book import BLUE, GREY, STYLE, TARGET, TEST, TRAIN, figure, styled
from .. import challenge as own
from .standing import places

PIXELS, SHOWN = 28, 40


def svg(drawing) -> str:
    """A figure as an SVG element that can stand in a page; the same figure gives the same text."""
    buffer = io.StringIO()
    with matplotlib.rc_context(STYLE):
        FigureCanvasSVG(drawing).print_svg(buffer, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg"):]


@styled
def curves(results: Sequence[own.Result], epochs: int | None = None, target: float = own.TERMS.target):
    """Accuracy on the held-out images and in training, a line for each seed; the last five epochs are shaded."""
    drawing, axes = figure(height=3.4)
    epochs = epochs or max((len(r.epochs) for r in results), default=1)
    axes.axvspan(epochs - 4.5, epochs + 0.5, color="#f2f5f8", zorder=0)
    axes.axhline(target, color=TARGET, linewidth=1.2, linestyle="--", label=f"{target:.1f} %")
    for number, result in enumerate(results):
        over = range(1, len(result.epochs) + 1)
        axes.plot(over, [e.accuracy for e in result.epochs], ":", color=TRAIN, linewidth=1.2, alpha=0.7,
                  label=None if number else "training, running")
        axes.plot(over, result.accuracies, "o-", color=TEST, markersize=4, alpha=0.8,
                  label=None if number else "held out")
    shown = [a for r in results for a in r.accuracies]
    low = max(0.0, min([99.0, *sorted(shown)[len(shown) // 4:]]) - 0.3)
    axes.set(title="accuracy (%)", xlabel="epoch", xlim=(0.5, epochs + 0.5), ylim=(low, 100.05))
    drawing.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return drawing


@styled
def standing(parameters: int, accuracy: float, terms: own.Terms = own.TERMS, name: str = "yours"):
    """Size against accuracy: the book's networks in grey, this one as a star."""
    drawing, axes = figure(height=3.8)
    others = [p for p in places() if p.accuracy >= 98]
    axes.axhline(terms.target, color=TARGET, linewidth=1.2, linestyle="--")
    axes.axvline(terms.limit, color=GREY, linewidth=1.2, linestyle="--")
    axes.plot([p.parameters for p in others], [p.accuracy for p in others], "o", color=GREY, markersize=5, alpha=0.6,
              label="the book's networks, test set")
    axes.plot(parameters, max(accuracy, 98.0), "*", color=BLUE, markersize=17, markeredgecolor="white",
              label=f"{name}, held-out images" + (f" ({accuracy:.1f} %, below the figure)" if accuracy < 98 else ""))
    axes.set(xscale="log", xlabel="parameters, log scale", title="accuracy after the last epoch (%)")
    axes.margins(x=0.08, y=0.08)
    drawing.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=1)
    return drawing


@styled
def wrong(shown: Sequence[tuple]):
    """Misclassified images: (image, label, what the network says)."""
    rows = -(-len(shown) // 10)
    drawing, axes = figure(rows, 10, height=0.95 * rows)
    for each in axes.flat:
        each.set_axis_off()
    for each, (image, label, said) in zip(axes.flat, shown):
        each.imshow(-image, cmap="gray")
        each.set_title(f"{label}: {said}", fontsize=10)
    return drawing


@styled
def field(table, size: int):
    """How the receptive field grows from layer to layer, against the 28 pixels of an image."""
    rows = [row for row in table.rows if not row.plain][:40]
    drawing, axes = figure(height=0.28 * len(rows) + 1.2)
    widest = [max(axis.widest for axis in row.extents.axes) for row in rows]
    axes.barh(range(len(rows)), widest, color=BLUE, height=0.65)
    for place, width in enumerate(widest):
        axes.annotate(str(width), (width, place), (4, 0), textcoords="offset points", va="center", fontsize=10)
    axes.axvline(PIXELS, color=GREY, linewidth=1.2, linestyle="--")
    axes.set(yticks=range(len(rows)), yticklabels=[own.line(row.label, 30) for row in rows], xlim=(0, PIXELS + 4),
             title=f"pixels that one unit sees; {size} before the head")
    axes.invert_yaxis()
    return drawing
