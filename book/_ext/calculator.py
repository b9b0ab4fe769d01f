"""The data and the scripts of the page ``book/yours/calculator.md``, for ``learning.py``.

The page starts from the networks of the book. They are taken from the library's registry when the
book is built and stand with the page's scripts in ``_static/calculator/all.js``, with one test digit of each
class, so that the page needs no request and works from a file. It is loaded on this page alone.
"""

import base64
import json
from pathlib import Path

from bundle import PARTS, STATIC, bundle

PAGE = "book/yours/calculator"
OWN = ("geometry", "dependence", "layers", "network", "address", "export", "controls", "start", "card", "editor",
       "results", "stage", "maps", "drawing", "page")  # each stands on those before it
TYPES = {"conv": "conv", "conv_transpose": "tconv", "max_pool": "max", "avg_pool": "avg", "global_avg_pool": "global"}
FOLLOWING = ("relu", "batchnorm", "dropout")  # what moves nothing stands behind the layer it follows


def page_layers(layers) -> list[dict]:
    """The library's layers as the page's: texts a setting, and what moves nothing behind its layer.

    Raises ValueError for a layer that the page does not know.
    """
    found: list[dict] = []
    for layer in layers:
        if layer.op in FOLLOWING and found:
            word = f"dropout({layer.p:g})" if layer.op == "dropout" else layer.op
            found[-1]["then"] = f"{found[-1]['then']} {word}".strip()
        elif layer.op in TYPES:
            found.append(_settings(layer))
        else:
            raise ValueError(f"the calculator's page has no layer {layer.op!r} at this place: add it to "
                             "book/_static/calculator/layers.js and to TYPES")
    return found


def _settings(layer) -> dict:
    record = {"type": TYPES[layer.op], "then": "", "bias": layer.bias, "ceil": layer.ceil_mode}
    if layer.op == "global_avg_pool":
        return record
    record.update(kernel=_text(layer.kernel), padding=_text(layer.padding),
                  stride="" if "pool" in layer.op and layer.stride == layer.kernel else _text(layer.stride))
    if layer.op != "avg_pool":
        record["dilation"] = _text(layer.dilation)
    if layer.op in ("conv", "conv_transpose"):
        record["channels"] = str(layer.channels)
    if layer.op == "conv_transpose":
        record["outputPadding"] = _text(layer.output_padding)
    return record


def _text(size) -> str:
    return "x".join(map(str, size)) if isinstance(size, tuple) else str(size)


def presets() -> list[dict]:
    """Every network the page offers: {name, group, input, layers}, those of the book first.

    The others, from ``famous.json``, are as they were published. A fully connected layer is written as the convolution
    it is: its kernel as large as the map.
    """
    from mnist_lib.networks import ARCHITECTURES, flat_layers

    found = [(name, name.partition("/")[0], of.input_size, page_layers(layer for _, layer in flat_layers(of)))
             for name, of in ARCHITECTURES.items()]
    others = json.loads(Path(__file__).with_name("famous.json").read_text(encoding="utf-8"))
    found += [(of["name"], "well-known networks", of["input"], of["layers"]) for of in others]
    return [{"name": name, "group": group, "layers": layers,
             "input": dict(zip(("channels", "height", "width"), map(str, size), strict=True))}
            for name, group, size, layers in found]


def digits() -> list[dict]:
    """The first test digit of each class: {label, index, pixels}, the 784 bytes in base64."""
    from mnist_lib.data import mnist

    test = mnist("test")
    indices = [test.labels.tolist().index(label) for label in range(10)]
    return [{"label": label, "index": index,
             "pixels": base64.b64encode(test.images[index].numpy().tobytes()).decode()}
            for label, index in enumerate(indices)]


def script() -> str:
    """All that the page runs, its data first."""
    data = ("/* Made by book/_ext/calculator.py from the library's registry when the book is built. */\n"
            "(function (calculator) {\n"
            f"  calculator.presets = {json.dumps(presets())};\n"
            f"  calculator.digits = {json.dumps(digits())};\n"
            "})((window.fieldCalculator = window.fieldCalculator || {}));\n")
    return data + bundle(STATIC, (*PARTS, *(f"calculator/{name}" for name in OWN)))
