"""How few bits a weight are enough? The networks, widths, recipe and comparisons: fixed before the first is recorded.

The stored weights of every seed are rounded as they are, and again after two epochs of training with rounded
weights. What is asked, and why, stands in ``results/declared/bits.json``, which was committed before the first
record; a test holds their times against that commit. Chapter: ``book/further/little.md``.
"""

from __future__ import annotations

import dataclasses

from ...experiments import SGD, Experiment, WarmupDecay, experiment

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


FAMILIES = {"rounded": 10, "scales": 10, "tuned": 6, "cost": 5, "bytes": 1}  # comparisons that were declared together
