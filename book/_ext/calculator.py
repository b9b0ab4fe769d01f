"""The data and the scripts of the page ``book/yours/calculator.md``, for ``learning.py``.

The page starts from the networks of the book. They are taken from the library's registry when the
book is built and stand with the page's scripts in ``_static/calculator/all.js``, with one test digit of each
class, so that the page needs no request and works from a file. It is loaded on this page alone.
"""

import base64
import json

from bundle import PARTS, STATIC, bundle

PAGE = "book/yours/calculator"
OWN = ("geometry", "dependence", "layers", "network", "address", "export", "controls", "start", "card", "editor",
       "results", "stage", "maps", "drawing", "page")  # each stands on those before it
TYPES = {"conv": "conv", "conv_transpose": "tconv", "max_pool": "max", "avg_pool": "avg", "global_avg_pool": "global"}
FOLLOWING = ("relu", "batchnorm", "dropout")  # what moves nothing stands behind the layer it follows


def famous() -> list[tuple[str, tuple[int, int, int], list]]:
    """(name, input size, layers) of the networks that are not the book's, as they were published.

    A fully connected layer is written as the convolution it is: its kernel as large as the map.
    """
    from mnist_lib.rf import avg_pool, conv, dropout, max_pool, relu

    def dense(channels, kernel=1):
        return [conv(channels, kernel, bias=True), relu(), dropout(0.5)]

    vgg = []
    for block in ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512)):
        for channels in block:
            vgg += [conv(channels, 3, padding=1, bias=True), relu()]
        vgg.append(max_pool(2))
    return [
        # LeCun et al. 1998, section II.B: C1, S2, C3, S4, C5, F6, output.
        ("LeNet-5", (1, 32, 32), [
            conv(6, 5, bias=True), avg_pool(2), conv(16, 5, bias=True), avg_pool(2),
            conv(120, 5, bias=True), conv(84, 1, bias=True), conv(10, 1, bias=True)]),
        # Krizhevsky et al. 2012, section 3.5; the first map of 55 x 55 takes images of 227 pixels.
        ("AlexNet", (3, 227, 227), [
            conv(96, 11, 4, bias=True), relu(), max_pool(3, 2),
            conv(256, 5, padding=2, bias=True), relu(), max_pool(3, 2),
            conv(384, 3, padding=1, bias=True), relu(), conv(384, 3, padding=1, bias=True), relu(),
            conv(256, 3, padding=1, bias=True), relu(), max_pool(3, 2),
            *dense(4096, 6), *dense(4096), conv(1000, 1, bias=True)]),
        # Simonyan and Zisserman 2015, table 1, configuration D.
        ("VGG-16", (3, 224, 224), [*vgg, *dense(4096, 7), *dense(4096), conv(1000, 1, bias=True)]),
    ]


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
    """Every network the page offers: {name, group, input, layers}, those of the book first."""
    from mnist_lib.networks import ARCHITECTURES, flat_layers

    found = [(name, name.partition("/")[0], architecture.input_size, [layer for _, layer in flat_layers(architecture)])
             for name, architecture in ARCHITECTURES.items()]
    found += [(name, "well-known networks", size, layers) for name, size, layers in famous()]
    return [{"name": name, "group": group, "layers": page_layers(layers),
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


def data() -> str:
    """The JavaScript that hands ``presets`` and ``digits`` to the page."""
    return ("/* Made by book/_ext/calculator.py from the library's registry when the book is built. */\n"
            "(function (calculator) {\n"
            f"  calculator.presets = {json.dumps(presets())};\n"
            f"  calculator.digits = {json.dumps(digits())};\n"
            "})((window.fieldCalculator = window.fieldCalculator || {}));\n")


def script() -> str:
    """All that the page runs, its data first."""
    return data() + bundle(STATIC, (*PARTS, *(f"calculator/{name}" for name in OWN)))
