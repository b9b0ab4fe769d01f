"""The facts about the five source projects, as test data, and how they map to our names."""

from functools import lru_cache
from pathlib import Path

import yaml

STEP = {
    "s0-1-basic": "three-modules/basic", "s0-2-dropout": "three-modules/dropout",
    "s0-3-transition": "three-modules/early-pooling", "s0-4-steplr": "three-modules/steplr",
    "s0-5-onecycle": "three-modules/onecycle", "s0-6-augment": "three-modules/augmentation",
    "s0-7-reduced": "three-modules/reduced",
    "s1-1-bn": "three-steps/batchnorm", "s1-2-gap": "three-steps/regularization",
    "s1-3-final": "three-steps/pooling-and-plateau",
    "s2-1-setup": "six-models/setup", "s2-2-skeleton": "six-models/skeleton",
    "s2-3-bn": "six-models/batchnorm", "s2-4-dropout": "six-models/dropout",
    "s2-5-augment": "six-models/augmentation", "s2-6-steplr": "six-models/steplr",
    "s3-1-skeleton": "same-padding/skeleton", "s3-2-light": "same-padding/lighter",
    "s3-3-bn": "same-padding/batchnorm", "s3-4-dropout": "same-padding/dropout",
    "s3-5-augment": "same-padding/augmentation", "s3-6-plateau": "same-padding/plateau",
    "s4-0-setup": "drill-down/setup", "s4-1-skeleton": "drill-down/skeleton",
    "s4-2-bn": "drill-down/batchnorm", "s4-3-dropout": "drill-down/dropout",
    "s4-4-fc": "drill-down/fully-connected", "s4-5-augment": "drill-down/augmentation",
    "s4-6-onecycle": "drill-down/onecycle", "s4-1h-skeleton-13160": "drill-down/skeleton-13160",
}


@lru_cache
def facts() -> dict[str, dict]:
    """Every record of the fact sheet, by our name of the step."""
    text = (Path(__file__).parent / "experiments.yaml").read_text()
    return {STEP[e["id"]]: e for e in yaml.load(text, Loader=yaml.CSafeLoader)["experiments"]}
