"""Do the lessons travel? Which networks are asked, on which images, and which comparisons are made: fixed beforehand.

No network is trained here. Those of the book whose weights are kept are run on test images that are moved, turned,
blurred and so on (``transforms.py``), and on the test images as they are, for how sure they are of them. What is
asked stands in ``results/declared/travel.json``, which was committed before the first evaluation; a test
holds the records' times against that commit. Chapter: ``book/further/travel.md``.
"""

from __future__ import annotations

from ...experiments import CELLS, FINALS

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
