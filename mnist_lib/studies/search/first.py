"""The first searches: the rounds that found the champion, the smallest and the fastest network."""

from __future__ import annotations

import dataclasses

from ...experiments import (
    CHAMPIONS,
    DEEPER,
    MEDIUM,
    QUICK,
    SMALL,
    STRONG,
    WEAK,
    Experiment,
    first_champion,
    searched_recipe,
)
from .spaces import Candidates, Least, Round, Search

ENOUGH = 99.48  # per cent of the held-out images: the rule's 99.40, and a margin for seeds, epochs and luck


def varied(best: Experiment, setting: str, values: dict) -> Candidates:
    """The best so far with each of the labelled values for one setting."""
    return {label: dataclasses.replace(best, **{setting: value}) for label, value in values.items()}


def tuned(best: Experiment, setting: str, *values: float) -> Candidates:
    """The best so far with each of the values for one setting of its optimizer."""
    return varied(best, "optimizer", {f"{v:g}": dataclasses.replace(best.optimizer, **{setting: v}) for v in values})


AUGMENTATIONS = {
    "weak: rotation 10, shift 5 %, scale 10 %, shear 5": WEAK,
    "medium: rotation 10, shift 10 %, scale 10 %": MEDIUM,
    "strong: rotation 15, shift 10 %, scale 15 %, shear 10": STRONG}

CHAMPION = Search(
    "champion",
    dataclasses.replace(
        first_champion, name="beyond/champion", architecture=CHAMPIONS["8 16, 1x1 to 8, pool, 16 16 16"],
        transforms=MEDIUM, optimizer=dataclasses.replace(first_champion.optimizer, learning_rate=0.1)),
    (
        Round("Which network?", lambda best: varied(best, "architecture", CHAMPIONS)),
        Round("How much augmentation?", lambda best: varied(best, "transforms", AUGMENTATIONS)),
        Round("Which largest learning rate?", lambda best: tuned(best, "learning_rate", 0.05, 0.1, 0.2)),
        Round("The best rate lies at the edge of the space: is a higher one better?",
              lambda best: tuned(best, "learning_rate", 0.2, 0.4)),
        Round("What is a pixel between pixels?", lambda best: varied(best, "transforms", {
            way: (dataclasses.replace(best.transforms[0], interpolation=way), *best.transforms[1:])
            for way in ("nearest", "bilinear")})),
        Round("Are more layers behind the pooling better?", lambda best: varied(best, "architecture", DEEPER)),
        Round("Two settings may be good only together: deeper, and with less augmentation?",
              lambda best: {"the best so far": best} | {
                  f"{label}; weak changes": dataclasses.replace(best, architecture=DEEPER[label], transforms=WEAK)
                  for label in ("8 8, pool, 14 14 14 14", "8 8, pool, 12 12 16 16", "10 10, pool, 14 14 14 14")}),
        Round("Are more and smaller steps better?", lambda best: varied(best, "batch_size", {
            f"batches of {size}": size for size in (64, 128)})),
    ))

SMALLEST = Search(
    "smallest",
    dataclasses.replace(first_champion, name="beyond/smallest", architecture=SMALL["8 8, pool, 10 12 12"]),
    (
        Round("How much augmentation can a small network take?",
              lambda best: varied(best, "transforms", AUGMENTATIONS)),
        Round("Which is the smallest network that is good enough?",
              lambda best: varied(best, "architecture", SMALL), Least("parameters", ENOUGH)),
    ))

SEARCHED_RECIPE = Search(
    "searched-recipe",
    dataclasses.replace(first_champion, name="beyond/searched-recipe", transforms=MEDIUM,
                        architecture=CHAMPIONS["16 of 5x5 with stride 2, 16 16 16"]),
    (
        Round("How much augmentation?", lambda best: varied(best, "transforms", AUGMENTATIONS)),
        Round("Is a second layer in front better?", lambda best: varied(best, "architecture", QUICK)),
        Round("How much weight decay?", lambda best: tuned(best, "weight_decay", 0, 1e-4, 5e-4, 2e-3)),
        Round("How few epochs are enough?", lambda best: varied(best, "epochs", {
            f"{epochs} epochs": epochs for epochs in (9, 12, 15)}), Least("epochs", ENOUGH)),
    ))

FEWEST = Search(
    "fewest-epochs",
    dataclasses.replace(searched_recipe, name="beyond/fastest", transforms=WEAK),
    (Round("With less augmentation, how few epochs are enough?", lambda best: varied(best, "epochs", {
        f"epochs: {epochs}": epochs for epochs in (5, 6, 8, 10)}), Least("epochs", 99.44)),),
    last=3)

FASTEST_99 = Search(
    "fastest-99",
    dataclasses.replace(searched_recipe, name="beyond/fastest-99", transforms=WEAK),
    (Round("How few epochs are enough for 99.0 %?", lambda best: varied(best, "epochs", {
        f"epochs: {epochs}": epochs for epochs in (1, 2, 3, 4, 5)}), Least("epochs", 99.05)),),
    last=1)

FIRST_SEARCHES = (CHAMPION, SMALLEST, SEARCHED_RECIPE, FEWEST, FASTEST_99)
