"""The figures of a report, as SVG text: curves over the epochs, the place among the book's networks, the field."""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG

from ...book import BLUE, GREY, STYLE, TARGET, TEST, TRAIN, figure, styled
from .. import challenge as own
from .standing import places

LOWEST = 98


def svg(drawing) -> str:
    """A figure as an SVG element that can stand in a page; the same figure gives the same text."""
    buffer = io.StringIO()
    with matplotlib.rc_context(STYLE):
        FigureCanvasSVG(drawing).print_svg(buffer, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg"):]


@styled
def curves(results: Sequence, training: Sequence = (), epochs: int = 0, target: float = own.TERMS.target):
    """Accuracy on the held-out images, a line for each result or grade, and in training; the last five are shaded."""
    drawing, axes = figure(height=3.4)
    epochs = epochs or max(len(r.correct) for r in results)
    axes.axvspan(epochs - 4.5, epochs + 0.5, color="#f2f5f8", zorder=0)
    axes.axhline(target, color=TARGET, linewidth=1.2, linestyle="--", label=f"{target:.1f} %")
    for number, running in enumerate(training):
        axes.plot(range(1, len(running) + 1), running, ":", color=TRAIN, linewidth=1.2, alpha=0.7,
                  label=None if number else "training, running")
    shown = [[100 * n / r.held_out for n in r.correct] for r in results]
    for number, accuracies in enumerate(shown):
        axes.plot(range(1, len(accuracies) + 1), accuracies, "o-", color=TEST, markersize=4, alpha=0.8,
                  label=None if number else "held out")
    together = sorted(sum(shown, []))
    low = max(0.0, min([99.0, *together[len(together) // 4:]]) - 0.3)
    axes.set(title="accuracy (%)", xlabel="epoch", xlim=(0.5, epochs + 0.5), ylim=(low, 100.05))
    axes.locator_params(axis="x", integer=True)
    drawing.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return drawing


@styled
def standing(networks: Sequence[tuple[int, float]], terms: own.Terms = own.TERMS, name: str = "yours"):
    """Size against accuracy: the book's networks in grey, and these, (parameters, accuracy), as stars."""
    drawing, axes = figure(height=3.8)
    others = [p for p in places() if p.accuracy >= LOWEST]
    axes.axhline(terms.target, color=TARGET, linewidth=1.2, linestyle="--")
    axes.axvline(terms.limit, color=GREY, linewidth=1.2, linestyle="--")
    axes.plot([p.parameters for p in others], [p.accuracy for p in others], "o", color=GREY, markersize=5, alpha=0.6,
              label="the book's networks, test set")
    below = f" (below {LOWEST} %: at the edge)" if any(accuracy < LOWEST for _, accuracy in networks) else ""
    axes.plot([size for size, _ in networks], [max(accuracy, LOWEST) for _, accuracy in networks], "*", color=BLUE,
              markersize=17 if len(networks) == 1 else 9, markeredgecolor="white",
              label=f"{name}, held-out images{below}")
    axes.set(xscale="log", xlabel="parameters, log scale", title="accuracy after the last epoch (%)")
    axes.margins(x=0.08, y=0.08)
    drawing.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=1)
    return drawing


@styled
def field(table):
    """How the receptive field grows from layer to layer."""
    drawing, axes = figure(height=0.24 * sum(not row.plain for row in table.rows) + 1.2)
    table.grow(axes)
    return drawing
