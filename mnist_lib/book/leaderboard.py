"""Every step of every path in one table: size, cost, view, accuracy over the seeds, rule, claim.

Shown on ``book/leaderboard.md``; the picture of it is ``across.pareto``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..experiments import STEPS, experiment
from ..rf import field_of_layers
from . import report
from .links import step_link
from .report import LAST, MARGIN, RULE, Summary
from .sources import Source, source
from .tables import Keyed, Table

AS_CLAIMED, TOO_HIGH, TOO_LOW = "as claimed", "too high", "too low"


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
        """The claim against our seeds' last epochs, their range widened by ``MARGIN``; empty without a claim."""
        if self.claim is None:
            return ""
        final = self.ours.final
        if round(self.claim - final.high, 6) > MARGIN:
            return TOO_HIGH
        return TOO_LOW if round(final.low - self.claim, 6) > MARGIN else AS_CLAIMED


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


def table(of: Iterable[Entry] | None = None) -> Table:
    """The leaderboard, the most accurate step first; readers sort it anew by any column."""
    of = sorted(entries() if of is None else of, key=lambda e: -e.ours.final.mean)
    rows = []
    for e in of:
        ours, claim = e.ours, e.claim
        sd = "" if ours.final.sd is None else f" ± {ours.final.sd:.2f}"
        rows.append((
            step_link(e.step), Keyed(f"{ours.final.mean:.2f}{sd}", ours.final.mean), str(len(ours.seeds)),
            *(Keyed(f"{100 * ours.holds[n] / len(ours.seeds):.0f}", ours.holds[n] / len(ours.seeds)) for n in LAST),
            Keyed(f"{ours.parameters:,}", ours.parameters), Keyed(f"{e.multiply_adds / 1e6:.2f}", e.multiply_adds),
            str(e.field),
            f"{e.theirs.log.final:.2f}" if e.theirs else "", "" if claim is None else f"{claim:.2f}", e.verdict))
    return Table(
        "All recorded steps of the five paths",
        ("step", "test (%)", "seeds", *(f"holds\nN = {n}\n(%)" for n in LAST), "parameters",
         "multiply-\nadds (M)", "field\n(px)", "source's\nlog (%)", "source\nclaims\n(%)", "the\nclaim is"),
        tuple(rows),
        "Multiply-adds are those of one image, in millions. Field: the receptive field of the last map larger than "
        "1 × 1. Test: accuracy after the last epoch, mean ± standard deviation over the seeds. Holds: the share of the "
        f"seeds with at least {RULE:.2f} % in each of the last N epochs. The source's log is its last epoch, its claim "
        f"mostly its best one; a claim is too high if it lies more than {MARGIN:.2f} points above our best seed's last "
        "epoch.",
        sortable=True, secondary=("seeds", "holds\nN = 3\n(%)", "holds\nN = 5\n(%)", "multiply-\nadds (M)",
                                  "field\n(px)", "source's\nlog (%)"))
