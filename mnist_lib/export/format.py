"""The file of an exported network: a JSON document that a web page, or any program, can run.

Version 1 of the format is one object with these fields:

``format``, ``version``
    ``"mnist_lib network"`` and ``1``.
``name``, ``about``
    What the network is called, and a sentence on where it comes from.
``parameters``
    Its trainable parameters, as the layers hold them: a batch normalization's scale and shift count
    or not, its mean and variance never.
``input``, ``mean``, ``std``
    ``[1, 28, 28]``, and the two numbers that its images are normalized with: a pixel goes in as
    (ink - mean) / std, with ink from 0 (paper) to 1.
``layers``
    The layers in the order they run. Each has a ``type``, a ``name`` and the settings that
    SETTINGS lists for the type, lengths in pixels of its own input; a padding below 0 crops. A layer
    that was trained with the weights of an earlier one says that one's name as ``shared_with``; its
    weights are in the file again, and are not counted again.
``snapshots``
    One set of weights or more, in the order of the training, the last the final one: ``epoch``
    (or null), ``accuracy`` on the test set in per cent (or null), and ``weights``.
``seal``
    The SHA-256 of all other fields, as in a record (``training/schema.py``); files of before there
    were seals have none, and the page alone reads them.

``weights`` is base64 of little-endian float32: the tensors of all layers, one after another, in
the order of the layers and, within a layer, of ``tensor_shapes``. The last layer gives ten numbers,
one a digit.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from ..files import read_json, write_atomically
from ..training import schema

FORMAT, VERSION = "mnist_lib network", 1
INPUT = (1, 28, 28)
LARGEST = 1_000_000_000  # bytes of a file: sixteen sets of the most weights
MOST_NUMBERS = 8_000_000  # of one set of weights: its file has 43 MB, and a browser can hold it

Layer = dict  # "type", "name", and the settings of SETTINGS

_WINDOW = {"kernel": list, "stride": list, "padding": list}
#: The settings of each type of layer: lists are (height, width), or (top, bottom, left, right) in zero_pad.
SETTINGS: dict[str, dict[str, type]] = {
    "conv2d": {"in_channels": int, "out_channels": int, **_WINDOW, "dilation": list, "groups": int, "bias": bool},
    "linear": {"in_features": int, "out_features": int, "bias": bool},
    "batchnorm": {"channels": int, "eps": float},
    "max_pool": {**_WINDOW, "dilation": list, "ceil": bool},
    "avg_pool": {**_WINDOW, "count_padding": bool, "ceil": bool},
    "global_avg_pool": {}, "zero_pad": {"padding": list}, "flatten": {},
    "relu": {}, "leaky_relu": {"slope": float}, "prelu": {"channels": int}, "elu": {"alpha": float, "scale": float},
    "gelu": {"approximate": str}, "silu": {}, "sigmoid": {}, "tanh": {}, "hardswish": {},
    "hardtanh": {"low": float, "high": float}, "softmax": {}, "log_softmax": {},
}


@dataclass(frozen=True)
class Snapshot:
    """The weights at one moment: tensors layer by layer; epoch and accuracy (per cent) where known."""

    tensors: tuple[tuple[Tensor, ...], ...]
    epoch: int | None = None
    accuracy: float | None = None


@dataclass(frozen=True)
class Exported:
    """What an exported file says."""

    name: str
    about: str
    parameters: int
    mean: float
    std: float
    layers: tuple[Layer, ...]
    snapshots: tuple[Snapshot, ...]

    def run(self, images: Tensor, snapshot: int = -1) -> Tensor:
        """The result (N, 10) for normalized images (N, 1, 28, 28): of the layers as the file describes them."""
        with torch.no_grad():
            for layer, tensors in zip(self.layers, self.snapshots[snapshot].tensors):
                images = RUN[layer["type"]](layer, images, *tensors)
        return images


def tensor_shapes(layer: Layer) -> list[tuple[int, ...]]:
    """The shapes of a layer's tensors, in the order in which the weights hold them.

    A convolution has its weight (out, in / groups, height, width) and its bias, if any; a linear
    layer its weight (out, in) and bias; a batch normalization scale, shift, running mean and
    running variance; PReLU its slopes, one or one a channel.
    """
    kind = layer["type"]
    if kind == "conv2d":
        weight = (layer["out_channels"], layer["in_channels"] // layer["groups"], *layer["kernel"])
        return [weight, (layer["out_channels"],)] if layer["bias"] else [weight]
    if kind == "linear":
        weight = (layer["out_features"], layer["in_features"])
        return [weight, (layer["out_features"],)] if layer["bias"] else [weight]
    if kind == "batchnorm":
        return [(layer["channels"],)] * 4
    return [(layer["channels"],)] if kind == "prelu" else []


def parameter_range(layers: Sequence[Layer]) -> tuple[int, int]:
    """The fewest and the most parameters that layers can have been trained with.

    They differ by the scales and shifts of batch normalization, which may be fixed.
    """
    layers = [layer for layer in layers if "shared_with" not in layer]
    norms = sum(layer["channels"] for layer in layers if layer["type"] == "batchnorm")
    held = sum(prod(shape) for layer in layers for shape in tensor_shapes(layer))
    return held - 4 * norms, held - 2 * norms


def to_json(network: Exported) -> str:
    """The document as text, a layer and a snapshot a line."""
    head = {"format": FORMAT, "version": VERSION, "name": network.name, "about": network.about,
            "parameters": network.parameters, "input": list(INPUT), "mean": network.mean, "std": network.std}
    snapshots = [{"epoch": s.epoch, "accuracy": s.accuracy, "weights": _pack(s.tensors)} for s in network.snapshots]
    parts = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    for key, lines in (("layers", network.layers), ("snapshots", snapshots)):
        parts.append(f'"{key}": [\n' + ",\n".join("  " + json.dumps(line) for line in lines) + "\n]")
    seal = schema.seal_of(head | {"layers": list(network.layers), "snapshots": snapshots})
    return "{\n" + ",\n".join([*parts, f'"seal": "{seal}"']) + "\n}\n"


def write(network: Exported, file: Path | str, check: Callable[[Path], None] = lambda partial: None) -> Path:
    """Write the document, whole or not at all; ``check`` may still raise before it is in place."""
    file = Path(file)
    if not file.parent.is_dir():
        raise ValueError(f"there is no folder {file.parent}; make it first")
    write_atomically(file, to_json(network).encode(), check)
    return file


def read(file: Path | str) -> Exported:
    """The network of a file that this library wrote; ValueError says what is wrong where it is not, seal and all."""
    try:
        data = read_json(file, LARGEST)
        if not isinstance(data, dict) or (data.get("format"), data.get("version")) != (FORMAT, VERSION):
            raise ValueError(f"its format is not {FORMAT!r}, version {VERSION}")
        if data.get("seal") != schema.seal_of(data):
            raise ValueError("it was changed after it was written: its seal does not fit")
    except ValueError as error:  # UnicodeDecodeError is one
        raise ValueError(f"{file} is not an exported network: {error}; export it again") from error
    layers = tuple(data["layers"])
    snapshots = tuple(Snapshot(_unpack(layers, s["weights"]), s["epoch"], s["accuracy"]) for s in data["snapshots"])
    return Exported(data["name"], data["about"], data["parameters"], data["mean"], data["std"], layers, snapshots)


def _pack(tensors) -> str:
    flat = torch.cat([t.flatten() for layer in tensors for t in layer] or [torch.empty(0)])
    return base64.b64encode(flat.to("cpu", torch.float32).numpy().astype("<f4").tobytes()).decode("ascii")


def _unpack(layers, text: str) -> tuple[tuple[Tensor, ...], ...]:
    shapes = [tensor_shapes(layer) for layer in layers]
    flat = torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.float32) if text else torch.empty(0)
    pieces = iter(flat.split([prod(shape) for layer in shapes for shape in layer]) if text else ())
    return tuple(tuple(next(pieces).view(shape) for shape in layer) for layer in shapes)


RUN = {
    "conv2d": lambda s, x, weight, bias=None: F.conv2d(x, weight, bias, s["stride"], s["padding"], s["dilation"],
                                                       s["groups"]),
    "linear": lambda s, x, weight, bias=None: F.linear(x, weight, bias),
    "batchnorm": lambda s, x, weight, bias, mean, variance: F.batch_norm(x, mean, variance, weight, bias, eps=s["eps"]),
    "max_pool": lambda s, x: F.max_pool2d(x, s["kernel"], s["stride"], s["padding"], s["dilation"], s["ceil"]),
    "avg_pool": lambda s, x: F.avg_pool2d(x, s["kernel"], s["stride"], s["padding"], s["ceil"], s["count_padding"]),
    "global_avg_pool": lambda s, x: x.mean((2, 3), keepdim=True),
    "zero_pad": lambda s, x: F.pad(x, [s["padding"][i] for i in (2, 3, 0, 1)]),
    "flatten": lambda s, x: x.flatten(1),
    "relu": lambda s, x: F.relu(x),
    "leaky_relu": lambda s, x: F.leaky_relu(x, s["slope"]),
    "prelu": lambda s, x, slope: F.prelu(x, slope),
    "elu": lambda s, x: s["scale"] * F.elu(x, s["alpha"]),
    "gelu": lambda s, x: F.gelu(x, approximate=s["approximate"]),
    "silu": lambda s, x: F.silu(x),
    "sigmoid": lambda s, x: torch.sigmoid(x),
    "tanh": lambda s, x: torch.tanh(x),
    "hardswish": lambda s, x: F.hardswish(x),
    "hardtanh": lambda s, x: F.hardtanh(x, s["low"], s["high"]),
    "softmax": lambda s, x: F.softmax(x, 1),
    "log_softmax": lambda s, x: F.log_softmax(x, 1),
}
