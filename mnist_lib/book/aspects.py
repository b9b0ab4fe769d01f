"""In which aspects two experiments differ, in a word each: "dropout", "channels", "training images".

A step named after one idea often changes several; the audit and the worth of ideas both ask here.
"""

from __future__ import annotations

from ..experiments import Experiment, experiment
from ..networks import Architecture, flat_layers

UNIT = ("batchnorm", "relu", "dropout")


def units(architecture: Architecture) -> list[list[str]]:
    """What follows each convolution up to the next one: names of layers, and for dropout its rate."""
    after: list[list[str]] = []
    for _, layer in flat_layers(architecture):
        if layer.op == "conv":
            after.append([])
        elif layer.op in UNIT and after and not (layer.op == "dropout" and not layer.p):
            after[-1].append(f"dropout {layer.p:g}" if layer.op == "dropout" else layer.op)
    return after


def aspects(step: str) -> list[str]:
    """What a step changes from the one before it, in the words that a heading would use."""
    now = experiment(step)
    return between(experiment(now.before), now)


def between(before: Experiment, now: Experiment) -> list[str]:
    """In which aspects two experiments differ: layers, units, training."""
    names = {"transforms": "training images", "schedule": "learning-rate schedule", "optimizer": "optimizer",
             "epochs": "number of epochs", "batch_size": "batch size"}
    found = [names[c.setting] for c in now.changes_since(before) if c.setting in names]
    layers = [[layer for _, layer in flat_layers(e.architecture)] for e in (before, now)]
    convs = [[layer for layer in of if layer.op == "conv"] for of in layers]
    both = [units(e.architecture) for e in (before, now)]

    def differ(read) -> bool:
        """Over the layers that both networks have."""
        return any(read(a) != read(b) for a, b in zip(*convs))

    def units_differ(read) -> bool:
        return any(read(a) != read(b) for a, b in zip(*both))

    def order(unit):
        return [op for op in unit if not op.startswith("dropout")]

    pools = [[layer.op for layer in of if "avg_pool" in layer.op] for of in layers]
    spatial = [[layer for layer in of if layer.op in ("conv", "max_pool")] for of in layers]
    places = [[[before.kernel for before in of[:place]] for place, layer in enumerate(of) if layer.op == "max_pool"]
              for of in spatial]  # the kernels in front of each max pooling
    tests = {
        "number of layers": len(convs[0]) != len(convs[1]),
        "kernels": differ(lambda c: c.kernel),
        "channels": differ(lambda c: c.channels),
        "order of the layers": places[0] != places[1],
        "pooling": pools[0] != pools[1],
        "batch normalization": units_differ(lambda unit: "batchnorm" in unit),
        "ReLU": units_differ(lambda unit: "relu" in unit),
        "dropout": units_differ(lambda unit: sorted(op for op in unit if op.startswith("dropout"))),
        "order within the unit": any(sorted(order(a)) == sorted(order(b)) and order(a) != order(b)
                                     for a, b in zip(*both)),
    }
    return [name for name, changed in tests.items() if changed] + found
