"""Do the lessons travel? Which networks are asked, on which images, and which comparisons are made: fixed beforehand.

No network is trained here. Those of the book whose weights are kept are run on test images that are moved, turned,
blurred and so on (``data/shifts.py``), and on the test images as they are, for how sure they are of them. What is
asked stands below, and in ``results/declared/travel.json``, which was committed before the first evaluation; a test
holds the records' times against that commit. Chapter: ``book/further/travel.md``.
"""

from __future__ import annotations

from ...experiments import CELLS, FINALS, experiment
from ..family import Family
from .transforms import SHIFTS

EVERY = 4  # every so many-th test image is shifted, from the first on: 2,500, from all parts of the set
BINS = 15  # of confidence from 0 to 1, equally wide, for reliability and the expected calibration error
RESAMPLES = 400  # of the test images, the same ones for all networks
FIT_EVERY = 12  # every so many-th training image sets the temperature: 5,000
PLAIN_NETWORK = "beyond/skeleton-he"  # the plain network that five seeds train: no normalization, no augmentation
PAIRS = (  # one a project, as far as it has one: steps that differ in augmentation alone
    ("six-models/dropout", "six-models/augmentation"),
    ("drill-down/fully-connected", "drill-down/augmentation"),
    ("three-modules/steplr", "three-modules/augmentation"),
    ("same-padding/dropout", "same-padding/augmentation"),
)
OTHERS = (  # with those above, all steps of the pairs on the page "What each idea is worth"
    "six-models/skeleton", "six-models/batchnorm", "drill-down/batchnorm", "drill-down/dropout",
    "three-modules/basic", "three-modules/dropout", "three-modules/onecycle", "three-modules/onecycle-corrected",
    "three-modules/augmentation-corrected", "three-modules/reduced-corrected", "same-padding/skeleton",
    "same-padding/lighter", "same-padding/batchnorm")
REPEATED = (*FINALS, PLAIN_NETWORK)  # networks of which several seeds have weights
MOVED = "drill-down/onecycle"  # the one final that was trained on shifted, scaled and sheared digits
SINGLE = ("beyond/champion", "beyond/smallest")
STORED = tuple(dict.fromkeys((*REPEATED, *SINGLE, *(name for pair in PAIRS for name in pair), *OTHERS)))
TO_COME = tuple(cell.name for cell in CELLS.values())  # declared, trained later: read when their weights are there
NETWORKS = (*STORED, *TO_COME)


FAMILIES = {
    "projects": Family(len(SHIFTS), "Does augmentation raise the accuracy on images of a shift?",
                       "the four pairs of projects, one training a side, and images"),
    "pairs": Family(len(PAIRS) * len(SHIFTS),
                    "For these two trained networks of a pair, would other images say the same?",
                    "images alone; no word on other trainings"),
    "factorial": Family(len(SHIFTS), "Does augmentation raise the accuracy on images of a shift, in the factorial?",
                        "seeds and images; eight cells with and eight without it in every seed"),
    "moved": Family((len(FINALS) - 1) * len(SHIFTS),
                    f"Is {MOVED}, trained on moved digits, better than another final on images of a shift?",
                    "seeds (Welch) and images"),
    "ranks": Family(len(SHIFTS), "Do networks that are better on clean images rank higher on images of a shift?",
                    "networks, seed 0; Spearman's rank correlation"),
    "sure": Family(len(REPEATED), "Is a network surer or less sure than it is right, on clean images?",
                   "seeds and images"),
    "temperature": Family(len(REPEATED), "Does the temperature lower the expected calibration error?",
                          "seeds, paired, and images"),
}


def declaration() -> dict:
    """What is declared, without its time: networks with their fingerprints, shifts, levels, images, families."""
    return {
        "question": "Whom does augmentation protect from what, and how sure are small networks when they are wrong?",
        "judged by": "of a shift the mean accuracy over its five levels; of a single level nothing is said to be clear",
        "networks": {name: experiment(name).fingerprint for name in NETWORKS},
        "seeds": "every seed whose weights are kept when it is run",
        "trained later": list(TO_COME),
        "shifts": {shift.name: list(shift.levels) for shift in SHIFTS.values()},
        "shifted images": f"every {EVERY}th test image, from the first on",
        "clean images": "all 10,000 test images",
        "temperature": (f"fitted on every {FIT_EVERY}th training image, not augmented; every stored network was "
                        "trained on all 60,000, so that none is held out from it, and test images are not used"),
        "bins": BINS,
        "resamples": RESAMPLES,
        "families": {name: family._asdict() for name, family in FAMILIES.items()},
        "seen before": ("to measure the time, seed 0 of drill-down/onecycle, beyond/champion and beyond/skeleton-he "
                        "was run once on levels 1, 3 and 5 of every shift; shifts and levels had been written and were "
                        "not changed after it"),
    }
