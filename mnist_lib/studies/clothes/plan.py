"""Do the lessons travel? The book's networks and steps, frozen as they are, on Fashion-MNIST: fixed beforehand.

Ten kinds of clothes in the form of MNIST: as many images of the same size, as many classes (Xiao, Rasul & Vollgraf
2017). *Frozen* means that nothing is chosen anew: network, augmentation, optimizer, schedule, batch size and
epochs are those found on digits. Only what the recipe states as a property of the data follows it: images are
normalized by their own training set's mean and standard deviation, in the same place of the recipe.

What is asked, and how it is judged, stands in ``results/declared/fashion.json``, which was committed before the
first training; a test holds the records' times against that commit. Chapter: ``book/further/travel.md``.
"""

from __future__ import annotations

from typing import NamedTuple

from ...data import FASHION_MNIST, Normalize
from ...experiments import EXPERIMENTS as EVERY
from ...experiments import Because, Experiment

SEEDS = range(5)
HANDED_IN = ("six-models/steplr", "drill-down/onecycle", "three-modules/reduced", "three-steps/pooling-and-plateau",
             "same-padding/plateau")  # the five finals
CHAMPION, SMALLEST, PLAIN = "beyond/champion", "beyond/smallest", "beyond/skeleton-he"
SHOWN = (*HANDED_IN, CHAMPION, SMALLEST, PLAIN)


class Pair(NamedTuple):
    """Two steps of a path that differ in one idea alone, as on the page "What each idea is worth"."""

    idea: str
    before: str
    after: str


PAIRS = (
    Pair("batch normalization", "six-models/skeleton", "six-models/batchnorm"),
    Pair("batch normalization", "same-padding/lighter", "same-padding/batchnorm"),
    Pair("dropout", "six-models/batchnorm", "six-models/dropout"),
    Pair("dropout", "drill-down/batchnorm", "drill-down/dropout"),
    Pair("dropout", "three-modules/basic", "three-modules/dropout"),
    Pair("dropout", "same-padding/batchnorm", "same-padding/dropout"),
    Pair("augmentation", "six-models/dropout", "six-models/augmentation"),
    Pair("augmentation", "drill-down/fully-connected", "drill-down/augmentation"),
    Pair("augmentation", "three-modules/steplr", "three-modules/augmentation"),
    Pair("augmentation", "three-modules/steplr", "three-modules/augmentation-corrected"),
    Pair("augmentation", "three-modules/augmentation", "three-modules/augmentation-corrected"),
    Pair("augmentation", "three-modules/reduced", "three-modules/reduced-corrected"),
    Pair("augmentation", "same-padding/dropout", "same-padding/augmentation"),
    Pair("schedule", "three-modules/steplr", "three-modules/onecycle"),
    Pair("schedule", "three-modules/steplr", "three-modules/onecycle-corrected"),
    Pair("schedule", "three-modules/onecycle", "three-modules/onecycle-corrected"),
    Pair("schedule", "same-padding/augmentation", "same-padding/plateau"),
    Pair("capacity", "three-modules/augmentation", "three-modules/reduced"),
    Pair("capacity", "three-modules/augmentation-corrected", "three-modules/reduced-corrected"),
    Pair("capacity", "same-padding/skeleton", "same-padding/lighter"),
)
IDEAS = {  # pairs that add the idea to a step without it, one a project: what it is worth is their mean
    "batch normalization": PAIRS[0:2], "dropout": PAIRS[2:6],
    "augmentation": (PAIRS[6], PAIRS[7], PAIRS[8], PAIRS[12]), "schedule": PAIRS[16:17]}
NETWORKS = tuple(dict.fromkeys((*SHOWN, *(step for pair in PAIRS for step in (pair.before, pair.after)))))


def named(step: str) -> str:
    """The name of a step's copy: "fashion/six-models-steplr" for "six-models/steplr"."""
    return "fashion/" + step.replace("/", "-")


def frozen(step: Experiment) -> Experiment:
    """The copy of an experiment that is trained on Fashion-MNIST: as it is, but for the normalization's two numbers."""
    own = Normalize(FASHION_MNIST.mean, FASHION_MNIST.std)
    return step.then(
        named(step.name), data_set=Because(FASHION_MNIST.name, "does what was found on digits hold for clothes?"),
        transforms=Because(tuple(own if isinstance(each, Normalize) else each for each in step.transforms),
                           "normalized by the mean and standard deviation of its own training images, as before"))


EXPERIMENTS = {copy.name: copy for copy in (frozen(EVERY[name]) for name in NETWORKS)}
