"""The tables of book/further/travel.md: what was asked, the networks, what augmentation does."""

from __future__ import annotations

from collections.abc import Sequence

from ...book import NO_VERDICT, PageTable, family_table, signed, step_link
from ...experiments import FINALS
from . import plan as declared
from .analysis import IMAGES, SHOWN, Effect, accuracy, linked, moved, of, pairs
from .transforms import SHIFTS


def overview() -> PageTable:
    """The networks on clean images and on each shift, the mean of its levels."""
    rows = tuple((linked(name), str(len(of(name))), f"{accuracy(name, 'moved', 0):.2f}",
                  *(f"{accuracy(name, shift):.1f}" for shift in SHIFTS)) for name in SHOWN)
    return PageTable("Test accuracy (%) on clean images, and the mean over the five levels of each shift",
                     ("network", "trainings", "clean", *SHIFTS), rows,
                     f"Clean: 10,000 test images; shifted: {IMAGES:,} of them. Mean over the trainings.")


def effects_table(effects: Sequence[Effect], caption: str) -> PageTable:
    """What augmentation adds on images of each shift."""
    return family_table(caption, ("shift",), [(e.shift, e.gain, e.together) for e in effects], len(effects),
                        "Mean accuracy over the five levels, with augmentation less without.")


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
