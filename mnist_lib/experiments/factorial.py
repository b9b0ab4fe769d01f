"""A factorial: five ideas, each on or off, on one network, in sixteen of the thirty-two combinations.

The sources' steps change several things at once. Here everything stays but five factors, which a plan switches:
the half-fraction of 2^5 with an even number of factors on (defining relation I = -ABCDE, resolution V). No main
effect is mixed with another or with an interaction of two, and no interaction of two with another of two (Box,
Hunter & Hunter, *Statistics for Experimenters*, chapter 6).

The cells were declared here, with their levels and reasons, before the first of them was trained; a test holds
the records' times against the history of this file.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from ..data import Normalize, ToTensor
from ..networks import Architecture
from ..rf import conv, global_avg_pool, max_pool
from .beyond import WEAK
from .settings import SGD, Experiment, WarmupDecay

SEEDS = range(6)


class Factor(NamedTuple):
    """One idea of the plan: a short name for cells, what is on and off, and why these levels."""

    name: str
    idea: str
    on: str
    off: str
    why: str


FACTORS = (
    Factor("norm", "batch normalization", "after every convolution but the last", "none; the convolutions have biases",
           "what the normalization shifts, a bias shifts without it, so that neither network lacks one"),
    Factor("drop", "dropout", "0.05 after every ReLU", "none",
           "the networks handed in use 0 to 0.1; 0.05 is the middle, and one of theirs"),
    Factor("augment", "augmentation", "rotation by 10 degrees, shift 5 %, scale 10 %, shear 5", "none",
           "what the champion's search chose on held-out images"),
    Factor("fall", "falling rate", "up to 0.05 over a fifth of all updates, then to 0, both in a line",
           "0.025 throughout",
           "both have the same mean, so that the updates are as long in sum; 0.05 trains without normalization, too"),
    Factor("average", "weight averaging", "exponential, 0.995 per update", "none", "what the champion uses"),
)


def cell(on: tuple[bool, ...]) -> Experiment:
    """The experiment with these factors on, in the order of FACTORS; all start from He's initial weights.

    PyTorch's own leave a deep network without normalization where it does not begin to learn, which would be
    counted as an effect of normalization.
    """
    norm, drop, augment, fall, average = on
    name = "factorial/" + ("-".join(factor.name for factor, is_on in zip(FACTORS, on) if is_on) or "plain")

    def convolutions(*widths):
        return tuple(conv(width, 3, bias=not norm) for width in widths)

    network = Architecture(
        name, unit="conv" + " batchnorm" * norm + " relu" + " dropout" * drop, dropout=0.05 * drop, blocks=dict(
            block1=convolutions(8, 8), pool=(max_pool(2),), block2=convolutions(14, 14, 14, 14),
            gap=(global_avg_pool(),), output=(conv(10, 1, bias=True, unit="conv"),)))
    return Experiment(
        name, network, WEAK if augment else (ToTensor(), Normalize()), 128,
        SGD(0.05 if fall else 0.025, momentum=0.9, nesterov=True), WarmupDecay(0.2) if fall else None,
        averaging=0.995 * average, initialization="he")


CELLS: dict[tuple[bool, ...], Experiment] = {
    on: cell(on) for on in product((False, True), repeat=len(FACTORS)) if sum(on) % 2 == 0}
