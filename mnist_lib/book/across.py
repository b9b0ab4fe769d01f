"""Figures over all paths: the Pareto plot, the worth of ideas, and what luck does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import cycle

from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from ..experiments import PATHS
from ..training import Run
from .ideas import Effect, by_idea
from .leaderboard import Entry, front
from .luck import Order, picked, right_order
from .plots import styled
from .report import RULE
from .style import BLUE, COLOURS, GREY, INK, MARKERS, RED, SOURCE, TARGET, figure


@styled
def pareto(of: Sequence[Entry], *, low: float = 98.2, limit: int = 8_000):
    """Parameters against the accuracy after the last epoch: the mean of each step, and its seeds' range.

    On the left the networks up to about the ``limit`` of parameters, on the right, on a log scale, the larger
    ones. A line joins the front: the steps that nothing with fewer parameters beats. Steps below ``low`` per
    cent are left out.
    """
    drawing, (small, large) = figure(1, 2, height=5, sharey=True, gridspec_kw={"width_ratios": [3.2, 1]})
    shown = [e for e in of if e.ours.final.mean >= low]
    edge = 1.1 * limit
    for axes in (small, large):
        axes.axhline(RULE, color=TARGET, linewidth=1.2)
        for path, colour, marker in zip(PATHS, COLOURS, MARKERS, strict=False):
            own = [e for e in shown if e.step.startswith(path + "/")
                   and (e.ours.parameters < edge) == (axes is small)]
            if own:
                means = [e.ours.final.mean for e in own]
                spans = [[m - e.ours.final.low for m, e in zip(means, own, strict=True)],
                         [e.ours.final.high - m for m, e in zip(means, own, strict=True)]]
                axes.errorbar([e.ours.parameters for e in own], means, spans, color=colour, marker=marker,
                              markersize=6, linestyle="", capsize=2, linewidth=1, alpha=0.85, label=path)
    best = front(shown)
    small.plot([e.ours.parameters for e in best] + [edge], [e.ours.final.mean for e in best] + [
        best[-1].ours.final.mean] if best else [], color=INK, linewidth=1.2, drawstyle="steps-post", zorder=1,
        label="Pareto front")
    small.axvline(limit, color=GREY, linewidth=1.2, linestyle="--")
    for e in best:
        small.annotate(e.step.partition("/")[2], (e.ours.parameters, e.ours.final.mean), (-7, 5),
                       textcoords="offset points", fontsize=10, ha="right")
    top = max([RULE, *(e.ours.final.high for e in shown)]) + 0.07  # room for a label
    small.set(xlabel="parameters", title="test accuracy after the last epoch (%)", xlim=(3_600, edge),
              ylim=(low - 0.05, top))
    small.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
    large.set(xscale="log", xlabel="larger, log scale", xlim=(edge, 1.2e7))
    large.xaxis.set_major_locator(FixedLocator((1e4, 1e6)))
    large.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n / 1e6:g}M" if n >= 1e6 else f"{n / 1e3:g}K"))
    large.xaxis.set_minor_formatter(NullFormatter())
    drawing.legend(*small.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return drawing


@styled
def effects(of: Iterable[Effect]):
    """One row a pair of steps, grouped by idea: the effect, its interval, and a hollow mark for the source's logs."""
    of = by_idea(of)
    ideas = list(dict.fromkeys(e.idea for e in of))
    drawing, axes = figure(height=0.36 * (len(of) + len(ideas)) + 1.2)
    axes.axvline(0, color=GREY, linewidth=1.2, zorder=1)
    at_the_edge = {"transform": axes.get_yaxis_transform(), "va": "center",  # x in parts of the width, y in rows
                   "zorder": 1.5, "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0}}  # behind the marks
    row = -1
    for idea, colour in zip(ideas, cycle(COLOURS)):
        row += 1
        axes.text(0.005, row, idea, color=colour, fontsize=11, fontweight="bold", **at_the_edge)
        for e in (e for e in of if e.idea == idea):
            row += 1
            low, high = e.interval
            path, _, step = e.after.partition("/")
            axes.text(0.005, row - 0.32, f"{path}: {e.before.partition('/')[2]} → {step}", fontsize=9.5, **at_the_edge)
            axes.plot([low, high], [row, row], color=colour, linewidth=2.5)
            axes.plot(e.points, row, "o", color=colour, markersize=7, label="ours")
            if e.theirs is not None:
                axes.plot(e.theirs, row, "D", markerfacecolor="none", color=SOURCE, markersize=6,
                          label="source's logs")
    axes.set_yticks([])
    axes.set(ylim=(row + 0.6, -0.6), title="effect (points)")
    axes.margins(x=0.08)
    handles, labels = axes.get_legend_handles_labels()
    once = dict(zip(labels, handles))
    drawing.legend(once.values(), once.keys(), loc="outside lower center", ncols=2)
    return drawing


@styled
def picking(runs: Sequence[Run]):
    """How many images the best epoch of each training lies above its last one."""
    extra = [picked(run) for run in runs]
    drawing, axes = figure(height=3)
    axes.hist(extra, bins=range(0, max(extra) + 2), color=BLUE, align="left", rwidth=0.9)
    axes.set(title="trainings", xlabel="test images by which the best epoch beats the last")
    return drawing


@styled
def telling_apart(of: Sequence[Order], sds: dict[str, float], *, largest: float = 0.4):
    """The share of single comparisons that put two steps in the right order, over the difference of their means.

    Points are pairs of recorded steps, the curves what a normal scatter gives for each standard
    deviation in ``sds``; differences above ``largest`` points are left out.
    """
    drawing, axes = figure(height=3.6)
    shown = [o for o in of if o.points <= largest]
    axes.plot([o.points for o in shown], [100 * o.share for o in shown], "o", color=INK, markersize=5, alpha=0.5,
              label="pairs of recorded steps")
    xs = [largest * i / 100 for i in range(101)]
    for (name, sd), colour, line in zip(sds.items(), (BLUE, RED), ("-", "--"), strict=False):
        axes.plot(xs, [100 * right_order(x, sd) for x in xs], line, color=colour, label=f"{name}, sd {sd:.2f}")
    axes.set(title="right order from one seed each (%)", xlabel="difference of the mean accuracies (points)",
             ylim=(40, 102))
    drawing.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=1)
    return drawing
