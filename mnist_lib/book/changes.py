"""In what two experiments differ: in a word each ("dropout", "channels"), and setting by setting with the reasons.

A step named after one idea often changes several; the audit and the worth of ideas both ask here.
"""

import dataclasses
from collections.abc import Sequence
from difflib import SequenceMatcher

from ..experiments import OPTIONS, Experiment, experiment
from ..networks import Architecture, count_parameters, flat_layers
from ..rf import Layer, pair
from .tables import PageTable

NAMES = {"architecture": "network", "transforms": "training images", "batch_size": "batch size",
         "optimizer": "optimizer", "schedule": "learning-rate schedule", "epochs": "number of epochs",
         "label_smoothing": "label smoothing", "averaging": "averaging of the weights", "held_out": "images held out",
         "initialization": "initial weights", "images": "images trained on", "data_set": "data set"}
COMPARED = ("data_set", "transforms", "schedule", "optimizer", "epochs", "batch_size")  # in a word each
UNIT = ("batchnorm", "relu", "dropout")


def settings(step: str | Experiment) -> PageTable:
    """What a step is trained with, setting by setting; those at their defaults are left out."""
    step = experiment(step)
    rows = [("network", _describe_network(step.architecture)),
            *((name, describe(getattr(step, s))) for s, name in NAMES.items()
              if s != "architecture" and getattr(step, s) != OPTIONS.get(s))]
    return PageTable(f"What {step.name} starts with", ("setting", "value"), tuple(rows))


def rows(before: Experiment, now: Experiment) -> list[tuple[str, str, str, str]]:
    """(setting, before, after, why) for all that differs between two experiments; a change's first has the reason."""
    found = []
    for change in now.changes_since(before):
        parts = _network_changes(change.before, change.after) if change.setting == "architecture" else [
            (NAMES[change.setting], *(_told(change.setting, value) for value in (change.before, change.after)))]
        found += [(*part, change.why if i == 0 else "") for i, part in enumerate(parts)]
    return found


def _told(setting: str, value) -> str:
    return "all" if setting == "images" and not value else describe(value)


def _network_changes(before: Architecture, after: Architecture):
    """(what, before, after) for all that differs between two networks, outermost first."""
    rows = [("network: parameters", f"{count_parameters(before):,}", f"{count_parameters(after):,}")]
    if before.unit != after.unit:
        rows.append(("network: unit", unit(before.unit), unit(after.unit)))
    if before.dropout != after.dropout:
        rows.append(("network: dropout probability", *(f"{a.dropout:g}" if a.dropout else "none"
                                                       for a in (before, after))))
    old, new = dict(before.blocks), dict(after.blocks)
    for block in [*new, *(b for b in old if b not in new)]:
        if old.get(block) != new.get(block):
            rows.append((f"network: {block}", *_differing(old.get(block), new.get(block))))
    return rows


def _differing(before: tuple[Layer, ...] | None, after: tuple[Layer, ...] | None) -> tuple[str, str]:
    """Two versions of a block without the layers that they share: what is left of each, a line a layer.

    Where only the order differs, all of both.
    """
    if before is None or after is None:
        return _block(before), _block(after)
    old, new = (_block(block).split("\n") for block in (before, after))
    kept: tuple[list[str], list[str]] = ([], [])
    for kind, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            kept[0].extend(old[first:last])
            kept[1].extend(new[start:end])
    if kept[0] == kept[1]:
        kept = (old, new)
    return "\n".join(kept[0]) or "–", "\n".join(kept[1]) or "–"


def _describe_network(network: Architecture) -> str:
    return "\n".join([f"{count_parameters(network):,} parameters; unit: {unit(network.unit)}",
                      *(f"{name}: " + _block(layers).replace("\n", "; ") for name, layers in network.blocks)])


def unit(unit: str) -> str:
    return " → ".join(unit.split())


def _block(layers: tuple[Layer, ...] | None) -> str:
    return "none" if layers is None else "\n".join(map(_layer, layers))


def _layer(layer: Layer) -> str:
    """A layer in a few words: "3×3 convolution, 16 channels, padding 1"."""
    size = "×".join(map(str, pair(layer.kernel)))
    if layer.op not in ("conv", "conv_transpose"):
        return {"max_pool": f"{size} max pooling", "avg_pool": f"{size} average pooling",
                "global_avg_pool": "global average pooling",
                "crop": f"crop by {layer.padding} on each side".replace("-", "")}.get(layer.op, layer.op)
    extra = [f"padding {layer.padding}"] if layer.padding else []
    extra += ["bias"] if layer.bias else []
    extra += [f"shared weights {layer.shared}"] if layer.shared else []
    extra += [f"unit: {unit(layer.unit)}"] if layer.unit else []
    return ", ".join([f"{size} convolution", f"{layer.channels} channels", *extra])


def describe(value) -> str:
    """A setting as a page shows it: defaults are left out, a tuple has a line for each part."""
    if isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
        return "\n".join(describe(v) for v in value)
    if dataclasses.is_dataclass(value):
        given = [f"{f.name.replace('_', ' ')} {describe(getattr(value, f.name))}"
                 for f in dataclasses.fields(value) if f.default is dataclasses.MISSING
                 or getattr(value, f.name) != f.default]
        return type(value).__name__ + (f" ({', '.join(given)})" if given else "")
    if isinstance(value, tuple) and len(value) == 2 and value[0] == -value[1]:
        return f"±{value[1]:g}"
    if isinstance(value, float):
        return f"{value:g}"
    return "constant" if value is None else str(value)


def shapes(before: Experiment, now: Experiment, why: str) -> list[tuple[str, str, str, str]]:
    """How two networks that share no block differ, in numbers: parameters, convolutions, channels, poolings."""
    def told(step: Experiment) -> dict[str, str]:
        layers = [layer for _, layer in flat_layers(step.architecture)]
        convs = [layer for layer in layers if layer.op == "conv"]
        hidden = sorted({layer.channels for layer in convs[:-1]})
        return {"parameters": f"{count_parameters(step.architecture):,}", "convolutions": str(len(convs)),
                "channels": f"{hidden[0]:,} to {hidden[-1]:,}",
                "max poolings": str(sum(layer.op == "max_pool" for layer in layers)),
                "average before the classes": "yes" if any("avg_pool" in layer.op for layer in layers) else "no"}

    old, new = told(before), told(now)
    return [(key, old[key], new[key], why if key == "parameters" else "") for key in old if old[key] != new[key]]


def in_words(text: str) -> str:
    """A cell of the changes in a reader's words: "network: block1" is "block 1"."""
    for old, new in (("network: ", ""), (" → ", ", "), ("batchnorm", "batch norm"), ("relu", "ReLU"),
                     ("block1", "block 1"), ("block2", "block 2"), ("block3", "block 3"), ("pool1", "pooling 1"),
                     ("pool2", "pooling 2"), ("gap", "average"),
                     ("number of epochs", "epochs"), ("learning-rate schedule", "learning rate")):
        text = text.replace(old, new)
    return text


def images(transforms: Sequence) -> str:
    """What is done to the training images, in words: "turned by up to 7°"."""
    told, normalized = [], False
    for change in transforms:
        kind = type(change).__name__
        normalized |= kind == "Normalize"
        if kind == "RandomRotation":
            told.append(f"turned by up to {change.degrees[1]:g}°{', corners grey' * normalized}")
        elif kind == "RandomAffine":
            told.append("turned again, sheared, shifted by up to a tenth, scaled")
        elif kind == "ColorJitter":
            told.append("brighter or darker")
        elif kind == "RandomPerspective":
            told.append("half of them in perspective")
        elif kind == "RandomApply":
            told.append("one in ten enlarged")
    return ", ".join(told) or "as they are"


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
    found = [NAMES[c.setting] for c in now.changes_since(before) if c.setting in COMPARED]
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
