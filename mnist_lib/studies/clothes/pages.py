"""Clothes as their page tells them: tables, and the sentences that depend on what was found.

What is compared, and how it is judged, is in ``analysis.py``. Shown on ``book/further/travel.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...book import (
    CLEAR,
    FAILS,
    HERE,
    HOLDS,
    NOT_CLEAR,
    WIDE,
    Finding,
    PageTable,
    cells,
    family_table,
    finding,
    label,
    signed,
    step_link,
)
from . import analysis as fashion
from . import plan as declared
from .analysis import Effect, Evidence

PLANNED = len(declared.NETWORKS) * len(declared.SEEDS)
PLACES = ("first again", "second or third", "fourth or later")
SURE = (CLEAR, HERE)


def withdrawn(evidence: Evidence) -> str:
    """How much of the plan was trained, and what is withdrawn of it, in a few sentences."""
    pairs = sum(effect.clothes is None for effect in fashion.pairs(evidence))
    lost = [effect.of for effect in fashion.ideas(evidence) if effect.clothes is None]
    missing = sum(not evidence.seeds(name) for name in declared.NETWORKS)
    return (f"{evidence.trainings} of {PLANNED} declared trainings are recorded, and {missing} of "
            f"{len(declared.NETWORKS)} networks have none. What would need them is withdrawn: {pairs} of "
            f"{len(declared.PAIRS)} pairs{', and of the ideas ' + ' and '.join(lost) if lost else ''}. "
            "A family keeps the size that was declared; what is missing counts in it as found to be nothing.")


def shown(evidence: Evidence) -> PageTable:
    """The eight networks of tables and figures on both data sets."""
    def cell(e):
        return f"{e.mean:.2f}\n{min(e.accuracies):.2f} to {max(e.accuracies):.2f}"

    moved = places(evidence)
    rows = tuple((label(name), *(cell(side[name]) for side in (evidence.mnist, evidence.clothes)),
                  "{} → {}".format(*moved[name]), str(evidence.seeds(name))) for name in declared.SHOWN)
    return PageTable("Eight networks, frozen, on digits and on clothes",
                     ("network", "MNIST (%)", "Fashion-MNIST (%)", "place", "seeds there"), rows,
                     "Test accuracy after the last epoch: mean, and lowest to highest seed. Place among the eight by "
                     "the mean, on digits and on clothes.")


def places(evidence: Evidence) -> dict[str, tuple[int, int]]:
    """Each shown network's place by its mean, on MNIST and on clothes."""
    orders = [sorted(declared.SHOWN, key=lambda name: -of[name].mean) for of in (evidence.mnist, evidence.clothes)]
    return {name: tuple(order.index(name) + 1 for order in orders) for name in declared.SHOWN}


def place_of_champion(evidence: Evidence) -> str:
    """Where the champion stands among the eight by its mean on Fashion-MNIST: one of ``PLACES``."""
    _, place = places(evidence)[declared.CHAMPION]
    return PLACES[0] if place == 1 else PLACES[1] if place <= 3 else PLACES[2]


def named(pair: declared.Pair) -> str:
    """A pair in a few words, by its path."""
    path, _, step = pair.after.partition("/")
    return f"{path}: {pair.before.partition('/')[2]} → {step}"


def effects_table(effects: Sequence[Effect], caption: str) -> PageTable:
    """Effects on both data sets, with what became of their signs; those that were trained."""
    rows = []
    for e in (e for e in effects if e.clothes is not None):
        what = e.of if isinstance(e.of, str) else step_link(e.of.after, f"{e.of.idea}, {named(e.of)}")
        rows.append((what, signed(e.mnist.points), e.verdicts[0], *cells(e.clothes, e.verdicts[1]), e.kept))
    size = len(effects)
    return PageTable(caption, ("", "MNIST\n(points)", f"as one\nof {size}", "Fashion\n(points)", "95 %\ninterval",
                               f"as one of {size} ", "so the effect"), tuple(rows),
                     f"Test accuracy after the last epoch. {WIDE} Holm's adjustment for each data set.", stacked=True)


def sizes_table(evidence: Evidence) -> PageTable:
    """By which factor each pair multiplies the errors; the pairs that were trained."""
    found = fashion.sizes(evidence)
    rows = tuple((size.of.idea, named(size.of), f"× {size.mnist:.2f}", f"× {size.clothes:.2f}",
                  f"{size.interval.low:.2f} to {size.interval.high:.2f}" if size.interval else "–", size.verdict)
                 for size in found if size.clothes is not None)
    return PageTable("By what an idea multiplies the errors", ("idea", "pair", "MNIST", "Fashion-MNIST",
                     "the second by the first,\nover seeds", f"another factor?\nAs one of {len(found)}"), rows,
                     "Errors after the step by those before it: below 1 they fall. Over seeds alone, so that a "
                     "difference is clear on these images at most.", stacked=True)


def champion_table(evidence: Evidence) -> PageTable:
    """What the champion is better by on Fashion-MNIST."""
    found = fashion.champion(evidence)
    return family_table("The champion less another network, on clothes", ("less",),
                        [(label(e.of), e.clothes, e.verdicts[1]) for e in found], len(found))


def champion_first(evidence: Evidence) -> Finding:
    """Whether the champion is clearly better than each of the others on Fashion-MNIST as well."""
    found = fashion.champion(evidence)
    better = sum(e.verdicts[1] in SURE and e.clothes.points > 0 for e in found)
    worse = [label(e.of) for e in found if e.verdicts[1] in SURE and e.clothes.points < 0]
    return finding("The champion of digits is better than each other network on clothes, too.",
                   f"Of {len(found)} others it is clearly better than {better} and clearly worse than "
                   f"{', '.join(worse) or 'none'}.",
                   FAILS if worse else HOLDS if better == len(found) else NOT_CLEAR)
