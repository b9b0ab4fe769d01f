"""Do the lessons travel? The book's networks and steps, frozen as they are, on Fashion-MNIST: fixed beforehand.

Ten kinds of clothes in the form of MNIST: as many images of the same size, as many classes (Xiao, Rasul & Vollgraf
2017). *Frozen* means that nothing is chosen anew: network, augmentation, optimizer, schedule, batch size and
epochs are those found on digits. Only what the recipe states as a property of the data follows it: images are
normalized by their own training set's mean and standard deviation, in the same place of the recipe.

What is trained and asked stands below, and in ``results/declared/fashion.json``, which was committed before the
first training; a test holds the records' times against that commit. Chapter: ``book/further/travel.md``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

from ...data import FASHION_MNIST, Normalize
from ...experiments import EXPERIMENTS as EVERY
from ...experiments import Because, Experiment
from ..family import Family

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


FAMILIES = {
    "ideas": Family(len(IDEAS), "Does the idea raise or lower the accuracy on Fashion-MNIST, in the mean of its pairs?",
                    "seeds (Welch and Satterthwaite over all steps of the mean), and images"),
    "pairs": Family(len(PAIRS), "Does the one step of a pair end higher or lower than the other on Fashion-MNIST?",
                    "seeds (Welch) and images"),
    "sizes": Family(len(PAIRS), "Does the idea multiply the number of errors by another factor than on MNIST?",
                    "seeds (Welch and Satterthwaite over the logarithms of four steps' errors); of other images "
                    "nothing is said, so that a size is clear on these images at most"),
    "champion": Family(len(SHOWN) - 1, f"Is {CHAMPION}, chosen on digits, better than each of the others shown?",
                       "seeds (Welch) and images"),
    "ranks": Family(3, "Do networks that are better on MNIST rank higher on Fashion-MNIST, among all and among those "
                    "shown; and do ideas that save more of the errors there save more of them here, among the pairs?",
                    "networks or pairs, means over the seeds; Spearman's rank correlation. Some pairs share a step and "
                    "many networks are alike, so that there are fewer independent ones than are counted"),
}
RULES = {
    "outcome": "accuracy on the 10,000 test images after the last epoch, every declared seed that is recorded",
    "sign": "an effect keeps its sign if it is clear on both data sets, each in its family, and of one sign; it turns "
            "round if it is clear on both and of two signs; if it is clear on one alone, or on none, that is what is "
            "said. Where a verdict is clear on these images only, the statement is one about these images only",
    "size": "the factor by which the errors of the step before are multiplied: Fashion-MNIST leaves about ten times as "
            "many errors, so that points cannot be compared. A size that is not clearly another is not called equal",
    "on MNIST": "all seeds that are recorded there; the pairs as a family of their own there, and the ideas as well",
    "verdict": "none with fewer than three seeds on a side; a family counts its members that can be judged. A rank "
               "correlation has a verdict when every network in it has three seeds on both data sets",
    "seeds": "trained in their order; none is left out, and none added, because of what came out",
    "not learnt": "a training that ends below 50 % counts in the effects as it is, and is told as well",
}


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


def copies(steps: Mapping[str, Experiment]) -> dict[str, Experiment]:
    """The copies of all networks above, by their names, in the order of worth."""
    return {copy.name: copy for copy in (frozen(steps[name]) for name in NETWORKS)}


EXPERIMENTS = copies(EVERY)


def declaration(steps: Mapping[str, Experiment]) -> dict:
    """What is declared, without its time: networks with the fingerprints of both, seeds, pairs, families, rules."""
    return {
        "question": "Which of the effects found on digits keep their sign, their size and their rank on clothes?",
        "data set": {each.name: getattr(FASHION_MNIST, each.name) for each in dataclasses.fields(FASHION_MNIST)
                     if each.name in ("name", "mean", "std", "md5")},
        "frozen": "network, augmentation, batch size, optimizer, schedule and epochs, initial weights and averaging; "
                  "the normalization's mean and standard deviation are those of the data set's own training images, "
                  "because that is what the recipe says they are, and no choice",
        "networks": {copy.name: {"of": copy.before, "fingerprint": copy.fingerprint,
                                 "on MNIST": steps[copy.before].fingerprint} for copy in copies(steps).values()},
        "seeds": list(SEEDS),
        "order": "as the networks are listed, the most telling first",
        "pairs": [pair._asdict() for pair in PAIRS],
        "ideas": {idea: [f"{pair.before} to {pair.after}" for pair in pairs] for idea, pairs in IDEAS.items()},
        "families": {name: family._asdict() for name, family in FAMILIES.items()},
        "rules": RULES,
        "seen before": "no training on Fashion-MNIST at all",
    }
