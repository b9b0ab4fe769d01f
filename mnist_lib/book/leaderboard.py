"""Every step of every path in one table: size, cost, view, accuracy over the seeds, rule, claim.

Shown on ``book/leaderboard.md``, with the picture of accuracy against size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from ..experiments import PATHS, STEPS, experiment
from ..rf import field_of_layers
from . import report
from .links import step_link
from .plots import styled
from .sources import RULE, Source, source
from .statistics import prediction
from .style import COLOURS, GREY, INK, MARKERS, TARGET, figure
from .summaries import LAST, Summary
from .tables import Keyed, PageTable

POSSIBLE, TOO_HIGH, TOO_LOW = "possible", "too high", "too low"


@dataclass(frozen=True)
class Entry:
    """One recorded step.

    ``multiply_adds`` are those of one image, and ``field`` is the receptive field, in pixels, of the
    last map that is larger than 1 x 1: what the network sees before its head puts all places together.
    """

    step: str
    multiply_adds: int
    field: int
    ours: Summary
    theirs: Source | None

    @property
    def claim(self) -> float | None:
        """The test accuracy that the source claims, in per cent; ``None`` if it claims none."""
        return self.theirs and self.theirs.claimed("test")

    @property
    def verdict(self) -> str:
        """The claim against the last epoch of one more training of ours: its 95 % prediction interval.

        Empty without a claim, and for fewer than three seeds.
        """
        interval = prediction(self.ours.final)
        if self.claim is None or interval is None:
            return ""
        return TOO_HIGH if self.claim > interval.high else TOO_LOW if self.claim < interval.low else POSSIBLE


def entry(step: str) -> Entry:
    """The entry of one step; ``LookupError`` if nothing is recorded."""
    rows = field_of_layers(experiment(step).architecture).rows
    field = [row.output[0].field for row in rows if row.shape and max(row.shape) > 1][-1]
    return Entry(step, sum(row.multiply_adds for row in rows), field, report.summary(step), source(step))


def entries(steps: Iterable[str] = tuple(STEPS)) -> list[Entry]:
    """The entries of all steps that have a recorded run."""
    return [entry(step) for step in steps if report.recorded(step)]


def front(of: Iterable[Entry]) -> list[Entry]:
    """Those that no other entry beats with fewer (or as many) parameters, by size: the Pareto front.

    Ordered by mean accuracy in the last epoch; of two that agree in both, the first stays.
    """
    best: list[Entry] = []
    for e in sorted(of, key=lambda e: (e.ours.parameters, -e.ours.final.mean)):
        if not best or e.ours.final.mean > best[-1].ours.final.mean:
            best.append(e)
    return best


def table(of: Iterable[Entry] | None = None) -> PageTable:
    """The leaderboard, the most accurate step first; readers sort it anew by any column."""
    of = sorted(entries() if of is None else of, key=lambda e: -e.ours.final.mean)
    rows = []
    for e in of:
        ours, claim = e.ours, e.claim
        sd = "" if ours.final.sd is None else f" ± {ours.final.sd:.2f}"
        rows.append((
            step_link(e.step), Keyed(f"{ours.final.mean:.2f}{sd}", ours.final.mean), str(len(ours.seeds)),
            *(Keyed(f"{ours.holds[n]}\n{ours.share(n).percents}", ours.holds[n] / len(ours.seeds)) for n in LAST),
            Keyed(f"{ours.parameters:,}", ours.parameters), Keyed(f"{e.multiply_adds / 1e6:.2f}", e.multiply_adds),
            str(e.field),
            f"{e.theirs.log.final:.2f}" if e.theirs else "", "" if claim is None else f"{claim:.2f}", e.verdict))
    return PageTable(
        "All recorded steps of the five paths",
        ("step", "test (%)", "seeds", *(f"hold,\nN = {n}" for n in LAST), "parameters",
         "multiply-\nadds (M)", "field\n(px)", "source's\nlog (%)", "source\nclaims\n(%)", "the\nclaim is"),
        tuple(rows),
        "Multiply-adds are those of one image, in millions. Field: the receptive field of the last map larger than "
        "1 × 1. Test: accuracy after the last epoch, mean ± standard deviation over the seeds. Hold: how many of the "
        f"seeds have at least {RULE:.2f} % in each of the last N epochs, and the 95 % interval of the share. The "
        "source's log is its last epoch, its claim mostly its best one; a claim is too high, or too low, if it lies "
        "outside of the 95 % prediction interval for the last epoch of one more training of ours, and possible inside "
        "it; fewer than three seeds say nothing.",
        sortable=True, secondary=("seeds", "hold,\nN = 3", "hold,\nN = 5", "multiply-\nadds (M)", "field\n(px)",
                                  "source's\nlog (%)"))


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
