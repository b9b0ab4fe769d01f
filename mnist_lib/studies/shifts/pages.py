"""The tables of book/travel.md: what was asked, the networks, and the effects of augmentation on shifted images."""

from __future__ import annotations

from collections.abc import Sequence

from ...book import NO_VERDICT, PageTable, signed, step_link
from ...experiments import FINALS, experiment
from . import plan as declared
from .analysis import IMAGES, SHOWN, Effect, accuracy, linked, moved, of, pairs, ranks
from .transforms import SHIFTS


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
    rows = tuple((step_link(after), *(f"{signed(one.points, 1)}{'' if clear else ' ?'}" for one, clear in (
        found[after, shift] for shift in SHIFTS))) for _, after in declared.PAIRS)
    return PageTable("What augmentation changed between two trained networks, in points", ("step", *SHIFTS), rows,
                     f"Seed 0 of either side, mean over five levels, {IMAGES:,} images. A question mark: not clear "
                     f"over images, as one of {len(found)}. Other trainings may differ.")


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
