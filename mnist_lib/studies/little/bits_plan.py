"""How few bits a weight are enough? The networks, widths, recipe and comparisons: fixed before the first is recorded.

The stored weights of every seed are rounded as they are, and again after two epochs of training with rounded
weights. What is asked stands below, and in ``results/declared/bits.json``, which was committed before the first
record; a test holds their times against that commit. Chapter: ``book/further/little.md``.
"""

from __future__ import annotations

import dataclasses

from ...experiments import SGD, Experiment, WarmupDecay, experiment
from ..family import Family

WIDTHS = (8, 6, 4, 3, 2)  # bits a weight
PER = ("channel", "tensor")  # what shares a scale
FLOAT = 32
NETWORKS = ("beyond/smallest", "beyond/champion")
TUNED = {"beyond/smallest": (FLOAT, *WIDTHS), "beyond/champion": (4,)}  # 32: the same training without rounding
SEEDS = range(10)
EPOCHS, RATE = 2, 0.001


def recipe(name: str) -> Experiment:
    """How a network is trained on with rounded weights: as it was trained, but shorter, and from lower rates.

    Its normalization is folded, so that what is trained is what is kept; no average is kept, since an average of
    weights on a grid is not on it.
    """
    return dataclasses.replace(
        experiment(name), name=f"{name}-tuned", epochs=EPOCHS, optimizer=SGD(RATE, momentum=0.9, nesterov=True),
        schedule=WarmupDecay(0.1), averaging=0.0)


OVER = "seeds, paired, since both sides begin from the same weights; and test images"

FAMILIES = {
    "rounded": Family(len(NETWORKS) * len(WIDTHS), "What does rounding cost, a scale a channel, against float?", OVER),
    "scales": Family(len(NETWORKS) * len(WIDTHS), "Is a scale for each channel better than one a layer?", OVER),
    "tuned": Family(len(WIDTHS) + 1, "Is rounding in training better than rounding after it?",
                    f"{OVER}; smallest at five widths, champion at 4 bits"),
    "cost": Family(len(WIDTHS), "What is lost against the same two epochs without rounding, smallest network?", OVER),
    "bytes": Family(1, "In about as many bytes, is the champion at 4 bits better than the smallest network at 8?",
                    "seeds and images; both trained with rounded weights"),
}


def declaration() -> dict:
    """What is declared, without its time: networks, widths, grid, recipe, seeds, families."""
    return {
        "question": "How few bits a weight can a small network have before its accuracy falls?",
        "judged by": "the test accuracy of each seed; nothing is chosen by it",
        "networks": {name: experiment(name).fingerprint for name in NETWORKS},
        "seeds": list(SEEDS),
        "bits": list(WIDTHS),
        "grid": ("batch normalization folded; symmetric, uniform, rounded to nearest, the largest weight of a channel "
                 "or layer onto the last value; biases, scales and activations float32"),
        "scales": list(PER),
        "tuned": {name: list(widths) for name, widths in TUNED.items()},
        "recipe": {name: recipe(name).fingerprint for name in NETWORKS},
        "recipe in words": (f"{EPOCHS} epochs from the folded weights with a straight-through estimator, a scale a "
                            f"channel, SGD with Nesterov momentum 0.9, up to a rate of {RATE:g} over a tenth of the "
                            "updates and down to 0; augmentation and batches as before; no average; the last weights"),
        "rate": ("chosen by the mean training loss of one epoch with 3 bits, smallest network, seed 0, from 0.0003, "
                 "0.001, 0.003, 0.01 and 0.03; no test image was used"),
        "bytes": "counted: the length of the packed weights, scales and biases",
        "families": {name: family._asdict() for name, family in FAMILIES.items()},
    }
