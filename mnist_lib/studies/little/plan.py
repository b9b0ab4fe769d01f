"""How little data is enough? Three networks on 300 to 30,000 of the 60,000 images: fixed before the first training.

Each seed draws its own images, and its smaller sets lie in its larger ones (``Experiment.images``), so that an
interval over seeds covers the draw of the images as well. The recipe is that of all images, 15 epochs with it: what
an epoch is made of changes only below 10,000 images, which it goes through several times, so that a schedule and an
average of weights have updates enough to work as they do. What is compared with what, and why, stands in
``results/declared/little.json``, which was committed before the first training; a test holds the records' times
against that commit. Chapter: ``book/further/little.md``.
"""

from __future__ import annotations

from ...experiments import TRAINING_IMAGES, Because, Experiment, experiment

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
FAMILIES = {"more data": 10, "small": 6, "large": 4}  # comparisons that were declared together, as in the file
