"""Do the lessons travel? Stored networks on shifted test images: accuracies, effects, ranks, with their intervals.

Reads ``results/travel`` and compares by the one theory of the book (``statistics.py``). Of a shift the mean over its
five levels is judged, in the families that ``experiments/travel.py`` declares. A *unit* is what chance drew besides the
images: a seed, or a pair of projects. Accuracies are in per cent. How sure the networks are: ``calibration.py``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ..data import SHIFTS
from ..experiments import CELLS, FACTORS, FINALS, experiment
from ..experiments import travel as declared
from ..training import TEST_IMAGES, records, travel_records
from .links import step_link
from .statistics import ENOUGH, LEVEL, NO_VERDICT, Comparison, Interval, Share, holm
from .tables import PageTable, signed

SHOWN = (*FINALS, *declared.SINGLE, declared.PLAIN_NETWORK)  # the networks of tables and figures
IMAGES = travel_records.SHIFTED_IMAGES


@lru_cache(2)
def _evidence(root: Path) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for one in travel_records.every():
        found.setdefault(one["experiment"], []).append(one)
    return found


def evidence() -> dict[str, list[dict]]:
    """The records by experiment, seed by seed, in the order of the declaration."""
    return _evidence(records.root())


def of(name: str) -> list[dict]:
    """The records of one experiment; ``LookupError`` where there is none."""
    if name not in evidence():
        raise LookupError(f"{name} is not recorded on shifted images; run python -m mnist_lib travel {name}")
    return evidence()[name]


def right(name: str, shift: str, level: int | None = None):
    """What an experiment's trainings get right, (seeds, images), 100 for right: at a level, or the levels' mean."""
    import numpy as np

    missed = np.stack([travel_records.unpacked(one["shifted"][shift]["missed"]).numpy() for one in of(name)])
    return 100.0 * (1 - (missed.mean(1) if level is None else missed[:, level - 1]))


def accuracy(name: str, shift: str, level: int | None = None) -> float:
    """Mean over the seeds, of a level (0: the test images as they are) or of the five levels."""
    if level == 0:
        return sum(one["clean"]["correct"] for one in of(name)) / len(of(name)) / TEST_IMAGES * 100
    return float(right(name, shift, level).mean())


def accuracy_interval(name: str, shift: str, level: int) -> Interval:
    """The 95 % interval of an accuracy: over seeds and images; of fewer than three trainings, over images alone."""
    if len(of(name)) < ENOUGH:
        counts = [one["clean"]["correct"] if level == 0 else one["shifted"][shift]["correct"][level - 1]
                  for one in of(name)]
        return Share(counts[0], TEST_IMAGES if level == 0 else IMAGES).interval
    low, high = difference(0.0, _clean(name) if level == 0 else right(name, shift, level)).interval(images=True)
    return Interval(max(0.0, low), min(100.0, high))


def _clean(name: str):
    import numpy as np

    values = np.full((len(of(name)), TEST_IMAGES), 100.0)
    for row, one in zip(values, of(name), strict=True):
        row[[index for index, *_ in one["clean"]["wrong"]]] = 0.0
    return values


def difference(before, after, *, paired: bool = False) -> Comparison:
    """``after - before`` of values (units, images); ``before`` may be a number. ``paired`` units belong together.

    As in ``intervals.images_variance``, for values that need not be right or wrong: from the squared scatter of the
    images' differences the part of the units' own chance is taken off, which the scatter of the units holds already.
    """
    fixed = isinstance(before, int | float)
    sides = [after - before] if paired or fixed else [before, after]
    per_image = after.mean(0) - (before if fixed else before.mean(0))
    units, images = min(map(len, sides)), per_image.size
    if units < 2:
        return Comparison(float(per_image.mean()), (), None, units)
    parts = tuple((float(side.mean(1).var(ddof=1)) / len(side), len(side) - 1) for side in sides)
    chance = sum(side.var(0, ddof=1).mean() / len(side) for side in sides)
    return Comparison(float(per_image.mean()), parts, float(max(0.0, per_image.var(ddof=1) - chance) / images), units)


class Fixed(NamedTuple):
    """A difference of two trained networks, in points, with its standard error over images alone."""

    points: float
    error: float

    @property
    def interval(self) -> Interval:
        """95 % over images; of other trainings it says nothing."""
        from scipy.stats import norm

        half = float(norm.ppf((1 + LEVEL) / 2)) * self.error
        return Interval(self.points - half, self.points + half)

    @property
    def p(self) -> float:
        """Two-sided."""
        from scipy.stats import norm

        return float(2 * norm.sf(abs(self.points) / self.error)) if self.error else float(self.points == 0)


def adjusted(values: Sequence[float]) -> list[float]:
    """p-values of one family, by Holm's method."""
    found, largest = [1.0] * len(values), 0.0
    for rank, i in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        largest = max(largest, min(1.0, (len(values) - rank) * values[i]))
        found[i] = largest
    return found


class Effect(NamedTuple):
    """What augmentation adds on images of a shift: over the units, by itself and as a member of its family."""

    shift: str
    gain: Comparison
    together: str


def _family(gains: dict[str, Comparison]) -> list[Effect]:
    return [Effect(*each, verdict) for each, verdict in zip(gains.items(), holm(list(gains.values())), strict=True)]


def projects() -> list[Effect]:
    """Augmentation in the four projects that have a step with it alone: a pair a project, paired."""
    import numpy as np

    def one_each(side, shift):
        return np.concatenate([right(pair[side], shift)[:1] for pair in declared.PAIRS])

    return _family({s: difference(one_each(0, s), one_each(1, s), paired=True) for s in SHIFTS})


def factorial() -> list[Effect]:
    """Augmentation in the factorial, cells with it less cells without, paired by seed; empty while any is missing."""
    seeds = [{one["seed"]: i for i, one in enumerate(evidence().get(name, []))} for name in declared.TO_COME]
    common = sorted(set.intersection(*map(set, seeds)))
    if len(common) < ENOUGH:
        return []
    place = [factor.name for factor in FACTORS].index("augment")

    def mean(with_it, shift):
        cells = [(cell.name, where) for (on, cell), where in zip(CELLS.items(), seeds, strict=True)
                 if on[place] == with_it]
        return sum(right(name, shift)[[where[s] for s in common]] for name, where in cells) / len(cells)

    return _family({s: difference(mean(False, s), mean(True, s), paired=True) for s in SHIFTS})


def pairs() -> dict[tuple[str, str], tuple[Fixed, bool]]:
    """(step with augmentation, shift) → the difference of the networks at seed 0; whether it is clear as one of 32."""
    found = {}
    for before, after in declared.PAIRS:
        for shift in SHIFTS:
            apart = (right(after, shift) - right(before, shift)[:1])[0]
            found[after, shift] = Fixed(float(apart.mean()), float(apart.std(ddof=1)) / math.sqrt(apart.size))
    sure = [p < 1 - LEVEL for p in adjusted([one.p for one in found.values()])]
    return {key: (one, clear) for (key, one), clear in zip(found.items(), sure, strict=True)}


def moved() -> dict[tuple[str, str], tuple[Comparison, str]]:
    """(other final, shift) → what the final that was trained on moved digits is better by, and the family's verdict."""
    found = {(other, shift): difference(right(other, shift), right(declared.MOVED, shift))
             for other in FINALS if other != declared.MOVED for shift in SHIFTS}
    verdicts = holm(list(found.values()))
    return {key: (gain, verdict) for (key, gain), verdict in zip(found.items(), verdicts, strict=True)}


class Rank(NamedTuple):
    """Spearman's correlation of clean and shifted accuracy over networks, its 95 % interval, the family's verdict."""

    shift: str
    value: float
    interval: Interval
    clear: bool
    networks: int


def ranks() -> list[Rank]:
    """For each shift: do networks that are better on clean images rank higher? One training (seed 0) of each.

    The interval is Bonett and Wright's (Psychometrika 65, 2000), in Fisher's scale.
    """
    from scipy.stats import norm, spearmanr

    names = [name for name in declared.STORED if name in evidence()]
    clean = [of(name)[0]["clean"]["correct"] for name in names]
    found, n = {}, len(names)
    for shift in SHIFTS:
        found[shift] = spearmanr(clean, [float(right(name, shift)[0].mean()) for name in names])
    sure = [p < 1 - LEVEL for p in adjusted([float(one.pvalue) for one in found.values()])]

    def interval(r):
        half = float(norm.ppf((1 + LEVEL) / 2)) * math.sqrt((1 + r**2 / 2) / (n - 3))
        return Interval(*(math.tanh(math.atanh(r) + sign * half) for sign in (-1, 1)))

    return [Rank(shift, float(one.statistic), interval(float(one.statistic)), clear, n)
            for (shift, one), clear in zip(found.items(), sure, strict=True)]


# Tables ---------------------------------------------------------------------------------------


def label(name: str) -> str:
    """A network in a word or two: a final by its path."""
    path, _, step = name.partition("/")
    return {declared.PLAIN_NETWORK: "plain network"}.get(name, step if path == "beyond" else path)


def linked(name: str):
    """The same, with a link where it has a page."""
    return step_link(name, label(name)) if name in FINALS else label(name)


def overview() -> PageTable:
    """The networks on clean images and on each shift, the mean of its levels."""
    rows = tuple((linked(name), str(len(of(name))), f"{accuracy(name, 'moved', 0):.2f}",
                  *(f"{accuracy(name, shift):.1f}" for shift in SHIFTS)) for name in SHOWN)
    return PageTable("Test accuracy (%) on clean images, and the mean over the five levels of each shift",
                     ("network", "trainings", "clean", *SHIFTS), rows,
                     f"Clean: 10,000 test images; shifted: {IMAGES:,} of them. Mean over the trainings.")


def effects_table(effects: Sequence[Effect], caption: str, units: str) -> PageTable:
    """Effects with both intervals and both verdicts."""
    return PageTable(caption, ("shift", "effect\n(points)", f"over\n{units}", f"over {units}\nand images", "so it is",
                               f"as one\nof {len(effects)}"), tuple(
        (e.shift, signed(e.gain.points), str(e.gain.interval()), str(e.gain.interval(images=True)), e.gain.verdict,
         e.together) for e in effects), "Mean accuracy over the five levels, with augmentation less without. "
        "Two 95 % intervals; the last column is Holm's adjustment for the table.")


def pairs_table() -> PageTable:
    """The four pairs by themselves, the networks as they are."""
    found = pairs()
    rows = tuple((linked_step(after), *(f"{signed(one.points, 1)}{'' if clear else ' ?'}" for one, clear in (
        found[after, shift] for shift in SHIFTS))) for _, after in declared.PAIRS)
    return PageTable("What augmentation changed between two trained networks, in points", ("step", *SHIFTS), rows,
                     f"Seed 0 of either side, mean over five levels, {IMAGES:,} images. A question mark: not clear "
                     f"over images, as one of {len(found)}. Other trainings may differ.")


def linked_step(name: str):
    """A step with a link to its page."""
    return step_link(name)


def moved_table() -> PageTable:
    """The final that was trained on moved digits, less each other final."""
    found = moved()
    mark = {NO_VERDICT: " –", "not clear": " ?"}
    rows = tuple((linked(other), *(f"{signed(gain.points, 1)}{mark.get(verdict, '')}" for gain, verdict in (
        found[other, shift] for shift in SHIFTS))) for other in FINALS if other != declared.MOVED)
    return PageTable(f"{declared.MOVED} less another final, in points", ("less", *SHIFTS), rows,
                     f"Means over seeds and five levels. A question mark: not clear as one of {len(found)}, by Welch's "
                     "p over the seeds. The networks differ in more than their augmentation.")


def ranks_table() -> PageTable:
    """The rank correlations."""
    found = ranks()
    return PageTable("Do networks that are better on clean images rank higher on shifted ones?",
                     ("shift", "rank\ncorrelation", "95 % interval", f"as one\nof {len(found)}"),
                     tuple((r.shift, signed(r.value), str(r.interval), "clear" if r.clear else "not clear")
                           for r in found),
                     f"Spearman's, over {found[0].networks} networks, one training each. They are kin (steps of four "
                     "projects and their successors), so that the intervals are rather too narrow.")


def asked() -> PageTable:
    """The shifts with their levels and reasons."""
    return PageTable("Eight shifts, five levels each", ("shift", "what", "levels", "of", "why these"), tuple(
        (s.name, s.what, ", ".join(f"{v:g}" for v in s.levels), s.unit, s.why) for s in SHIFTS.values()), stacked=True)


def families() -> PageTable:
    """The declared families of comparisons."""
    return PageTable("What was asked beforehand", ("family", "comparisons", "question", "the chance is over"), tuple(
        (name, str(f.comparisons), f.question, f.over) for name, f in declared.FAMILIES.items()), stacked=True)


def augmentation_of(name: str) -> str:
    """The random transforms that a network was trained with, in a few words."""
    kinds = [type(t).__name__ for t in experiment(name).transforms]
    return ", ".join(k.removeprefix("Random") for k in kinds if k not in ("ToTensor", "Normalize")) or "none"
