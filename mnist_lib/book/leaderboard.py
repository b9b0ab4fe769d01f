"""Every step of every path in one table: size, cost, view, accuracy over the seeds, rule, claim.

Shown on ``book/evidence/leaderboard.md``.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ..experiments import STEPS, experiment
from ..rf import field_of_layers
from . import report
from .links import step_link
from .sources import RULE, Source, source
from .statistics import NOT_CONTRADICTED, Share, prediction
from .summaries import LAST, Summary
from .tables import Keyed, PageTable

TOO_HIGH, TOO_LOW = "too high", "too low"


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
        """The claim against the 95 % prediction interval of one more training of ours, like with like.

        A claim is mostly the best epoch of its log, and then it is set beside our best epochs; one that is the last
        epoch, beside our last ones. Empty without a claim, and for fewer than three seeds.
        """
        if self.claim is None:
            return ""
        last = self.claim == self.theirs.log.final and self.claim != self.theirs.log.best
        interval = prediction(self.ours.final if last else self.ours.best)
        if interval is None:
            return ""
        return TOO_HIGH if self.claim > interval.high else TOO_LOW if self.claim < interval.low else NOT_CONTRADICTED


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
            *(Keyed(f"{(held := ours.share(n)).count}" + f"\n{held.percents}" * bool(held.count), held.count / held.of)
              for n in LAST),
            Keyed(f"{ours.parameters:,}", ours.parameters), Keyed(f"{e.multiply_adds / 1e6:.2f}", e.multiply_adds),
            str(e.field),
            f"{e.theirs.log.final:.2f}" if e.theirs else "", "" if claim is None else f"{claim:.2f}", e.verdict))
    return PageTable(
        "All recorded steps of the five paths",
        ("step", "test (%)", "seeds", *(f"hold,\nN = {n}" for n in LAST), "parameters",
         "multiply-\nadds (M)", "field\n(px)", "project's\nlog (%)", "project\nclaims\n(%)", "the\nclaim is"),
        tuple(rows),
        "Multiply-adds are those of one image, in millions. Field: the receptive field of the last map larger than "
        "1 × 1. Test: accuracy after the last epoch, mean ± standard deviation over the seeds. Hold: how many of the "
        f"seeds have at least {RULE:.2f} % in each of the last N epochs, and the 95 % interval of the share "
        f"({Share(0, 10)}). The "
        "project's log is its last epoch, its claim mostly its best one. A claim is too high, or too low, if it lies "
        "outside of the 95 % prediction interval for one more training of ours, a best epoch beside our best ones and "
        "a last beside our last; inside of it, it is not contradicted. Fewer than three seeds say nothing.",
        sortable=True, secondary=("seeds", "hold,\nN = 3", "hold,\nN = 5", "multiply-\nadds (M)", "field\n(px)",
                                  "project's\nlog (%)"))
