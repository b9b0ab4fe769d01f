"""The chapter on Fashion-MNIST as it is told: tables, and the sentences that depend on what was found.

Each of them holds for whatever is recorded: nothing, a seed of some networks, or all that is declared. What is
compared, and how it is judged, is in ``fashion.py``. Shown on ``book/fashion.md``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ...book import (
    BLUE,
    CLEAR,
    ENOUGH,
    FAILS,
    GREY,
    HERE,
    HOLDS,
    NO_VERDICT,
    NOT_CLEAR,
    RED,
    Comparison,
    Finding,
    PageTable,
    figure,
    finding,
    label,
    signed,
    step_link,
    styled,
)
from . import analysis as fashion
from . import plan as declared
from .analysis import Effect, Evidence

PLANNED = len(declared.NETWORKS) * len(declared.SEEDS)
TOO_FEW = "too few are trained to say"
PLACES = ("first again", "second or third", "fourth or later", TOO_FEW)
SURE = (CLEAR, HERE)


def progress(evidence: Evidence) -> str:
    """What of the plan is in, and what is missing, in a few sentences."""
    if not evidence.trainings:
        return (f"None of the {PLANNED} declared trainings is recorded here yet. What is asked, of which networks, and "
                "how it is judged stands below; results appear when their records do.")
    if evidence.trainings == PLANNED:
        return f"All {PLANNED} declared trainings are in: {len(declared.SEEDS)} seeds of each of the networks."
    counts = Counter(evidence.seeds(name) for name in declared.NETWORKS)
    several = sum(n for seeds, n in counts.items() if seeds >= ENOUGH)
    return (f"{evidence.trainings} of {PLANNED} declared trainings are in so far. Of {len(declared.NETWORKS)} networks "
            f"{several} have three seeds or more, which is what a verdict asks for, and {counts[0]} have none yet. "
            "Until the last is in, every verdict below is preliminary.")


def lost(evidence: Evidence) -> str:
    """Which trainings did not learn, in a sentence; nothing before there are any."""
    found = Counter(name for name, _ in fashion.lost(evidence))
    if not found:
        return "Every training that is recorded here learnt." if evidence.trainings else ""
    names = ", ".join(f"{name} ({n} of {evidence.seeds(name)})" for name, n in found.items())
    return f"Some trainings did not learn, and count in the effects as they are: {names}."


def missing(evidence: Evidence) -> PageTable:
    """Every declared network and the seeds that are recorded of it."""
    rows = []
    for name in declared.NETWORKS:
        of = evidence.clothes.get(name)
        rows.append((name, str(evidence.seeds(name)), f"{evidence.mnist[name].mean:.2f}",
                     f"{of.mean:.2f}" if of else "–"))
    return PageTable("The declared networks", ("network", f"seeds of {len(declared.SEEDS)}", "MNIST (%)",
                     "Fashion-MNIST (%)"), tuple(rows), "Test accuracy after the last epoch, mean over the seeds that "
                     "are recorded. Single seeds are shown and say little.")


def shown(evidence: Evidence) -> PageTable:
    """The eight networks of tables and figures on both data sets."""
    def cell(e):
        if e is None:
            return "–"
        return f"{e.mean:.2f}" if len(e.accuracies) == 1 else (
            f"{e.mean:.2f} ({min(e.accuracies):.2f} to {max(e.accuracies):.2f})")

    moved = {name: f"{there} → {here}" for name, (there, here) in places(evidence).items()}
    rows = tuple((label(name), cell(evidence.mnist.get(name)), cell(evidence.clothes.get(name)),
                  moved.get(name, "–"), str(evidence.seeds(name))) for name in declared.SHOWN)
    return PageTable("Eight networks, frozen, on digits and on clothes",
                     ("network", "MNIST (%)", "Fashion-MNIST (%)", "place", "seeds there"), rows,
                     "Test accuracy after the last epoch: mean, and lowest to highest seed. Place among the eight by "
                     "the mean, on digits and on clothes.")


def places(evidence: Evidence) -> dict[str, tuple[int, int]]:
    """Each shown network's place by its mean, on MNIST and on clothes; none while one has too few seeds there."""
    if any(evidence.seeds(name) < ENOUGH for name in declared.SHOWN):
        return {}
    orders = [sorted(declared.SHOWN, key=lambda name: -of[name].mean) for of in (evidence.mnist, evidence.clothes)]
    return {name: tuple(order.index(name) + 1 for order in orders) for name in declared.SHOWN}


def place_of_champion(evidence: Evidence) -> str:
    """Where the champion stands among the eight by its mean on Fashion-MNIST: one of ``PLACES``."""
    _, place = places(evidence).get(declared.CHAMPION, (0, 0))
    return TOO_FEW if not place else PLACES[0] if place == 1 else PLACES[1] if place <= 3 else PLACES[2]


def cells(of: Comparison | None) -> tuple[str, str, str]:
    """Points and both intervals as text."""
    if of is None:
        return "–", "–", "–"
    return signed(of.points), *(str(of.interval(images=images) or "–") for images in (False, True))


def named(pair: declared.Pair) -> str:
    """A pair in a few words, by its path."""
    path, _, step = pair.after.partition("/")
    return f"{path}: {pair.before.partition('/')[2]} → {step}"


def effects_table(effects: Sequence[Effect], caption: str) -> PageTable:
    """Effects on both data sets, with what became of their signs."""
    rows = []
    for e in effects:
        what = (e.of,) if isinstance(e.of, str) else (e.of.idea, step_link(e.of.after, named(e.of)))
        rows.append((*what, signed(e.mnist.points), e.verdicts[0], *cells(e.clothes), e.verdicts[1], e.kept))
    first = ("idea",) if isinstance(effects[0].of, str) else ("idea", "pair")
    return PageTable(caption, (*first, "MNIST\n(points)", f"as one\nof {len(rows)}", "Fashion\n(points)",
                               "over\nseeds", "over seeds\nand images", f"as one of {len(rows)} ", "so the effect"),
                     tuple(rows), "Test accuracy after the last epoch, two 95 % intervals; verdicts after Holm's "
                     f"adjustment, those on Fashion-MNIST among the {sum(e.clothes is not None for e in effects)} that "
                     "are trained.", stacked=True)


def sizes_table(evidence: Evidence) -> PageTable:
    """By which factor each pair multiplies the errors."""
    rows = []
    for size in fashion.sizes(evidence):
        ratio = "–" if size.interval is None else f"{size.interval.low:.2f} to {size.interval.high:.2f}"
        rows.append((size.of.idea, named(size.of), f"× {size.mnist:.2f}",
                     "–" if size.clothes is None else f"× {size.clothes:.2f}", ratio, size.verdict))
    return PageTable("By what an idea multiplies the errors", ("idea", "pair", "MNIST", "Fashion-MNIST",
                     "the second by the first,\nover seeds", f"another factor?\nAs one of {len(rows)}"), tuple(rows),
                     "Errors after the step by those before it: below 1 they fall. Over seeds alone, so that a "
                     "difference is clear on these images at most.", stacked=True)


def champion_table(evidence: Evidence) -> PageTable:
    """What the champion is better by."""
    found = fashion.champion(evidence)
    rows = tuple((label(e.of), signed(e.mnist.points), e.verdicts[0], *cells(e.clothes), e.verdicts[1]) for e in found)
    return PageTable("The champion less another network, in points", ("less", "MNIST", f"as one\nof {len(rows)}",
                     "Fashion-\nMNIST", "over\nseeds", "over seeds\nand images", f"as one\nof {len(rows)} "), rows,
                     "Means over the seeds, two 95 % intervals, Holm's adjustment for each data set.")


def ranks_table(evidence: Evidence) -> PageTable:
    """The three rank correlations."""
    rows = tuple((r.of, str(r.number), "–" if r.value is None else signed(r.value), str(r.interval or "–"), r.verdict)
                 for r in fashion.ranks(evidence))
    return PageTable("Does the ranking travel?", ("of", "number", "rank correlation", "95 % interval", "as one of 3"),
                     rows, "Spearman's, MNIST against Fashion-MNIST, means over the seeds. Networks and pairs are kin, "
                     "so that the intervals are rather too narrow.")


def families() -> PageTable:
    """The declared families of comparisons."""
    return PageTable("What was asked beforehand", ("family", "comparisons", "question", "the chance is over"), tuple(
        (name, str(f.comparisons), f.question, f.over) for name, f in declared.FAMILIES.items()), stacked=True)


def signs_kept(effects: Sequence[Effect], sentence: str) -> Finding:
    """Whether the effects that are clear on MNIST keep their sign: holds if all do, fails if one turns round."""
    clear = [e for e in effects if e.verdicts[0] in SURE]
    words = Counter(e.kept for e in clear)
    told = ", ".join(f"“{word}” {n}" for word, n in words.most_common()) or "none is"
    judged = [e for e in clear if e.kept != NO_VERDICT]
    turned = any(e.kept.startswith(fashion.TURNED) for e in judged)
    verdict = FAILS if turned else NO_VERDICT if len(judged) < len(clear) or not clear else (
        HOLDS if all(e.kept.startswith(fashion.SAME) for e in judged) else NOT_CLEAR)
    return finding(sentence, f"Clear on MNIST in their family: {len(clear)} of {len(effects)}. Of these: {told}.",
                   verdict)


def champion_first(evidence: Evidence) -> Finding:
    """Whether the champion is clearly better than each of the others on Fashion-MNIST as well."""
    found = fashion.champion(evidence)
    there = [e for e in found if e.clothes is not None and e.verdicts[1] != NO_VERDICT]
    better = sum(e.verdicts[1] in SURE and e.clothes.points > 0 for e in there)
    worse = [label(e.of) for e in there if e.verdicts[1] in SURE and e.clothes.points < 0]
    verdict = FAILS if worse else NO_VERDICT if len(there) < len(found) else (
        HOLDS if better == len(found) else NOT_CLEAR)
    return finding("The champion of digits is better than each other network on clothes, too.",
                   f"Judged so far: {len(there)} of {len(found)}. Clearly better than {better}; clearly worse than "
                   f"{', '.join(worse) or 'none'}.", verdict)


@styled
def ranking(evidence: Evidence):
    """Each network's mean on MNIST against that on Fashion-MNIST; a sentence while fewer than four are on both."""
    if len(evidence.both) < 4:
        return finding("A network that is better on digits is better on clothes.",
                       f"{len(evidence.both)} of {len(declared.NETWORKS)} networks are trained on both.", NO_VERDICT)
    drawing, axes = figure(height=4.4)
    places = {name: (evidence.mnist[name].mean, evidence.clothes[name].mean) for name in evidence.both}
    for name, (x, y) in places.items():
        chosen = name in declared.SHOWN
        axes.plot(x, y, "o" if evidence.seeds(name) >= ENOUGH else "D", markersize=7 if chosen else 5,
                  color=RED if name == declared.CHAMPION else BLUE if chosen else GREY,
                  markerfacecolor=None if evidence.seeds(name) >= ENOUGH else "none")
        if chosen:
            beside = any(0 < places[other][0] - x < 0.25 and abs(places[other][1] - y) < 0.3
                         for other in declared.SHOWN if other in places)  # its name would run into that one's
            axes.annotate(label(name), (x, y), xytext=(-6 if beside else 6, -3), textcoords="offset points",
                          ha="right" if beside else "left", fontsize=8.5)
    axes.set(xlabel="MNIST (%)", title="Fashion-MNIST (%)")
    axes.margins(x=0.16, y=0.1)
    return drawing
