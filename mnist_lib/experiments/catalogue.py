"""Every step of the five paths, each written as what it changes from the one before; and what lies beyond.

Where a source had a bug that decided its conclusion, the step reproduces the bug
and a sibling ``…-corrected`` shows what changes without it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from pkgutil import resolve_name

from ..data import (
    CenterCrop,
    ColorJitter,
    Normalize,
    RandomAffine,
    RandomApply,
    RandomPerspective,
    RandomRotation,
    Resize,
    ToTensor,
)
from ..networks import ARCHITECTURES as NETWORK
from .beyond import BEYOND, CHAMPIONS
from .factorial import CELLS
from .names import unknown
from .settings import SGD, Because, Experiment, OneCycleLR, ReduceLROnPlateau, StepLR

because = Because
STUDIES = Path(__file__).resolve().parents[1] / "studies"
PLAIN = (ToTensor(), Normalize())


def first(name: str, *, batch_size: int, epochs: int = 15) -> Experiment:
    """A path's first step: its own network, no augmentation, a constant learning rate."""
    return Experiment(name, NETWORK[name], PLAIN, batch_size, SGD(0.01, momentum=0.9), epochs=epochs)


def step(before: Experiment, name: str, network: str = "", **changes: Because) -> Experiment:
    """The next step of a path; ``network`` is why it has a network of its own, the one that is called as it is."""
    if network:
        changes = {"architecture": because(NETWORK[name], network), **changes}
    return before.then(name, **changes)


def six_models():
    """The path of source s2: one idea a model, a 3x3 chain around one 1x1 transition."""
    setup = first("six-models/setup", batch_size=128)
    skeleton = step(setup, "six-models/skeleton",
                    "a network under 8,000 parameters: narrow layers, one transition, "
                    "global average pooling instead of a wide last layer")
    batchnorm = step(skeleton, "six-models/batchnorm",
                     "batch normalization after every convolution but the last, so that training starts at once")
    dropout = step(batchnorm, "six-models/dropout",
                   "dropout of 0.1 after every unit, against the gap between training and test accuracy")
    augmentation = step(dropout, "six-models/augmentation", transforms=because(
        (RandomRotation(7, fill=1), *PLAIN), "digits in the test set lean by a few degrees too"))
    steplr = step(augmentation, "six-models/steplr",
                  "no normalization or dropout on the first layer, a linear "
                  "transition, and batch normalization moved after ReLU",
                  schedule=because(StepLR(step_size=6, gamma=0.1), "smaller updates once the large ones stop paying"))
    return setup, skeleton, batchnorm, dropout, augmentation, steplr


def three_modules():
    """The path of source s0: pooling early, then a schedule, then augmentation."""
    basic = first("three-modules/basic", batch_size=64)
    dropout = step(basic, "three-modules/dropout",
                   "a light dropout of 0.025, against the gap between training and test accuracy")
    early_pooling = step(dropout, "three-modules/early-pooling",
                         "pooling and transition one convolution earlier; the widths change in the same step")
    steplr = step(early_pooling, "three-modules/steplr", "dropout set to 0", schedule=because(
        StepLR(step_size=6, gamma=0.3), "smaller updates once the large ones stop paying"))
    cycle = OneCycleLR(max_lr=0.017, epochs=15, steps_per_epoch=938)
    onecycle = step(steplr, "three-modules/onecycle",
                    optimizer=because(SGD(0.017, momentum=0.9), "the cycle's peak"),
                    schedule=because(replace(cycle, per="epoch"),
                                     "meant as one cycle; advanced once an epoch, it stays at its start"))
    onecycle_corrected = step(onecycle, "three-modules/onecycle-corrected",
                              schedule=because(cycle, "the same cycle, advanced with every batch"))
    crop = RandomApply((CenterCrop(24), Resize(28)), p=0.1)
    augmentation = step(steplr, "three-modules/augmentation", transforms=because(
        (crop, *PLAIN, RandomRotation(5, fill=0)), "a tenth of the digits enlarged, all of them turned a little; "
        "turned after normalization, so that the corners fill with grey"))
    fill_black = because((crop, RandomRotation(5, fill=0), *PLAIN),
                         "turned before normalization: the corners fill with black")
    augmentation_corrected = step(augmentation, "three-modules/augmentation-corrected", transforms=fill_black)
    reduced = step(augmentation, "three-modules/reduced", "one layer narrower: fewer parameters")
    reduced_corrected = step(reduced, "three-modules/reduced-corrected", transforms=fill_black)
    return (basic, dropout, early_pooling, steplr, onecycle, onecycle_corrected,
            augmentation, augmentation_corrected, reduced, reduced_corrected)


def three_steps():
    """The path of source s1: a 7x7 last kernel, then pooling instead of it, then a plateau schedule."""
    batchnorm = first("three-steps/batchnorm", batch_size=128, epochs=20)
    regularization = step(batchnorm, "three-steps/regularization",
                          "global average pooling instead of the 7x7 kernel, its parameters "
                          "spent on a wider layer; dropout of 0.25 at two places")
    final = step(regularization, "three-steps/pooling-and-plateau",
                 "pooling after two 3x3 convolutions instead of three, a light dropout "
                 "after nearly every layer, the class scores after the pooling",
                 transforms=because((RandomRotation(15, fill=0), *PLAIN), "digits lean"),
                 schedule=because(ReduceLROnPlateau(factor=0.1, patience=2),
                                  "smaller updates when the test loss stops falling"),
                 epochs=because(15, "the limit of the exercise"))
    return batchnorm, regularization, final


def same_padding():
    """The path of source s3: every 3x3 convolution padded, two max pools, batch size 32."""
    skeleton = first("same-padding/skeleton", batch_size=32)
    lighter = step(skeleton, "same-padding/lighter", "the same layers with few channels")
    batchnorm = step(lighter, "same-padding/batchnorm",
                     "batch normalization at the end of every layer, after ReLU and pooling")
    dropout = step(batchnorm, "same-padding/dropout", "dropout of 0.01 between convolution and ReLU")
    augmentation = step(dropout, "same-padding/augmentation", transforms=because(
        (RandomRotation(7, fill=0), RandomPerspective(0.3, p=0.5, fill=0), *PLAIN),
        "small turns, and half of the digits seen at an angle"))
    plateau = step(augmentation, "same-padding/plateau", schedule=because(
        ReduceLROnPlateau(factor=0.5, patience=0), "half the learning rate whenever the test loss does not fall"))
    return skeleton, lighter, batchnorm, dropout, augmentation, plateau


def drill_down():
    """The path of source s4: the same large set-up, the smallest skeleton, the best ending."""
    setup = Experiment("drill-down/setup", NETWORK["six-models/setup"], PLAIN, 128, SGD(0.01, momentum=0.9))
    skeleton = step(setup, "drill-down/skeleton", "a light network with global average pooling")
    batchnorm = step(skeleton, "drill-down/batchnorm", "batch normalization everywhere, even on the class scores; "
                     "the last layer becomes a 3x3 convolution")
    dropout = step(batchnorm, "drill-down/dropout",
                   "dropout of 0.1 in every unit, between normalization and ReLU")
    fully_connected = step(dropout, "drill-down/fully-connected", "a 1x1 layer for the classes after the pooling, "
                           "a wider layer before it, and less dropout (0.03)")
    augmentation = step(fully_connected, "drill-down/augmentation", transforms=because(
        (RandomRotation(6, fill=1), RandomAffine(7, translate=(0.1, 0.1), scale=(0.8, 1.2), shear=10),
         ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1), *PLAIN),
        "turned, shifted, scaled, sheared, brighter and darker digits"))
    onecycle = step(augmentation, "drill-down/onecycle",
                    "a second 1x1 layer after the pooling, batch normalization after ReLU",
                    optimizer=because(SGD(0.015, momentum=0.7), "the cycle's peak; the cycle sets the momentum itself"),
                    schedule=because(OneCycleLR(max_lr=0.015, epochs=15, steps_per_epoch=469),
                                     "one cycle: large updates in the middle, tiny ones at the end"))
    quoted = Experiment("drill-down/skeleton-13160", NETWORK["drill-down/skeleton-13160"], PLAIN, 128,
                        SGD(0.015, momentum=0.9))
    return setup, skeleton, batchnorm, dropout, fully_connected, augmentation, onecycle, quoted


PATHS: dict[str, tuple[Experiment, ...]] = {
    "six-models": six_models(),
    "drill-down": drill_down(),
    "three-modules": three_modules(),
    "three-steps": three_steps(),
    "same-padding": same_padding(),
}

OWN_PATHS: dict[str, tuple[Experiment, ...]] = {
}  # of your course, say: listed, trained, verified and told like the others; what is said of the five stays theirs

ALL_PATHS = PATHS | OWN_PATHS

FINALS = ("six-models/steplr", "drill-down/onecycle", "three-modules/reduced", "three-steps/pooling-and-plateau",
          "same-padding/plateau")  # the network that each project hands in

STEPS: dict[str, Experiment] = {e.name: e for steps in PATHS.values() for e in steps}

CHEAPER = STEPS["three-modules/reduced"].then(
    "beyond/cheaper-network",
    architecture=because(CHAMPIONS["16 of 5x5 with stride 2, 16 16 16"],
                         "a stride of 2 in the first layer: no convolution over maps of full size"))
HE_SKELETON = step(STEPS["six-models/skeleton"], "beyond/skeleton-he", initialization=because(
    "he", "weights of variance 2/n: the start that works, without normalization"))
LADDER = {  # the rungs of benchmarks/ladder.py: what is new on each
    "three-modules/reduced": "a plain loop, DataLoader with two workers",
    "beyond/cheaper-network": "a cheaper network",
    "beyond/searched-recipe": "the recipe of the search",
    "beyond/fastest": "less augmentation, fewer epochs",
    "beyond/faster": "fewer pixels, batches twice as large"}

OWN_STEPS = {e.name: e for steps in OWN_PATHS.values() for e in steps}
EXPERIMENTS: dict[str, Experiment] = STEPS | OWN_STEPS | {
    e.name: e for e in (*BEYOND, CHEAPER, HE_SKELETON, *CELLS.values())}  # with those of the studies: all_experiments


def all_experiments() -> dict[str, Experiment]:
    """Every experiment there is: those of this room, then those that the studies train of their own."""
    return {**EXPERIMENTS, **{name: e for name, e in _of_studies().items() if name not in EXPERIMENTS}}


@cache
def _of_studies() -> dict[str, Experiment]:
    """The ``EXPERIMENTS`` of the studies, which are found by looking into ``studies/``."""
    doors = (resolve_name(f"mnist_lib.studies.{file.parent.name}") for file in sorted(STUDIES.glob("*/__init__.py")))
    return {name: e for study in doors for name, e in getattr(study, "EXPERIMENTS", {}).items()}


def experiment(name: str | Experiment) -> Experiment:
    """The experiment of that name; ``KeyError`` has the nearest names, or all there are."""
    if isinstance(name, Experiment):
        return name
    found = EXPERIMENTS.get(name) or all_experiments().get(name)
    if found is None:
        raise KeyError(unknown("experiment", name, all_experiments()))
    return found


def recorded_as(step: str | Experiment) -> str:
    """The name under which the runs of a step are kept: the first step with its fingerprint.

    Two paths begin with the same network trained in the same way; it is trained once.
    """
    step = experiment(step)
    return next((e.name for e in EXPERIMENTS.values() if e.fingerprint == step.fingerprint), step.name)
