"""How little data is enough? Three networks on 300 to 30,000 of the 60,000 images: fixed before the first training.

Each seed draws its own images, and its smaller sets lie in its larger ones (``Experiment.images``), so that an
interval over seeds covers the draw of the images as well. The recipe is that of all images, 15 epochs with it: what
an epoch is made of changes only below 10,000 images, which it goes through several times, so that a schedule and an
average of weights have updates enough to work as they do. What is compared with what stands below and in
``results/declared/little.json``, which was committed before the first training; a test holds the records' times
against that commit. Chapter: ``book/further/little.md``.
"""

from __future__ import annotations

from ...experiments import SHOWN, TRAINING_IMAGES, Because, Experiment, experiment
from ..family import Family

LEVELS = {  # images: why so many
    300: "thirty of a digit: what one person draws in an hour",
    1_000: "a hundred of a digit: three times as many, as at every level from here on",
    3_000: "a twentieth of the training set",
    10_000: "the fewest that an epoch goes through once: from here on fewer images are fewer updates, too",
    30_000: "half the training set: what would another half bring?",
}
SEEDS = {"beyond/champion": 10, "beyond/smallest": 10, "six-models/setup": 3}  # the large one takes minutes to hours
LARGEST = {"six-models/setup": 10_000}  # of its levels; one training on all images takes 80 minutes here
ALL = TRAINING_IMAGES  # their records are those of the networks themselves


def curve(of: Experiment) -> tuple[Experiment, ...]:
    """The experiments of one network on each number of images, fewest first: ``little/champion-300`` and on."""
    return tuple(of.then(f"little/{of.step}-{images}", images=Because(images, why)) for images, why in LEVELS.items()
                 if images <= LARGEST.get(of.name, ALL))


LITTLE = {name: curve(experiment(name)) for name in SEEDS}
EXPERIMENTS = {e.name: e for steps in LITTLE.values() for e in steps}
PAIRED = "seeds, paired, each with its own draw of the training images; and test images"

FAMILIES = {
    "more data": Family(10, "Does a small network get better from one number of images to the next, up to all 60,000?",
                        f"{PAIRED}; champion and smallest, five steps each"),
    "small": Family(6, "Is the champion better than the smallest, on each number of images?", PAIRED),
    "large": Family(4, "Is the champion better than the network of 6.4 million parameters, on 300 to 10,000 images?",
                    f"{PAIRED}; the three seeds that both have"),
}


def declaration(experiments) -> dict:
    """What is declared, without its time: the experiments, their fingerprints and seeds, and the families."""
    return {
        "question": "How much accuracy do fewer training images cost, and which network do they cost least?",
        "judged by": "the test accuracy after the last epoch, 15, of each seed; nothing is chosen by it",
        "images": "the first so many of an order of all 60,000 that the seed draws; a seed's sets are nested",
        "epochs": f"15; one goes through fewer than {SHOWN:,} images until it has shown so many",
        "levels": {str(images): why for images, why in LEVELS.items()},
        "experiments": {e.name: e.fingerprint for of in experiments.values() for e in of},
        "all images": {name: f"the records of {name}; one training of six-models/setup alone has no verdict"
                       for name in experiments},
        "seeds": {name: list(range(SEEDS[name])) for name in experiments},
        "families": {name: family._asdict() for name, family in FAMILIES.items()},
        "described": ("the error as a power of the number of images, a straight line of logarithms fitted to each "
                      "seed's levels (least squares), told by the mean and interval of its exponent over seeds; "
                      "how many of ten seeds hold 99.40 % on each number of images"),
    }
