"""What public receptive-field calculators say of networks that people use, beside ours and a measured width.

    python -m benchmarks.tools            # prints the table
    python -m benchmarks.tools --record   # and writes results/benchmarks/tools.json

Each is asked for the width of the field of the last map of a network's feature extractor. The truth is
measured: columns of an image, wider than any field, are made NaN, and a search finds the outermost
columns that reach the central unit. The calculators are those of ``benchmarks.calculators``, in the
same versions, installed into a folder that is thrown away afterwards; but for receptivefield, which measures
by gradients and wants images of thousands of pixels a side for these networks.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import logging
import tempfile
import warnings

import torch
from torch import nn

from mnist_lib import receptive_field
from mnist_lib.data import import_torchvision
from mnist_lib.files import write_atomically
from mnist_lib.training import root

from .calculators import PACKAGES, Named, install

HEIGHT = 96  # of the images; only widths are compared
_DROPPED = {"avgpool", "fc", "dropout", "aux1", "aux2", "AuxLogits", "classifier"}


def networks() -> dict:
    """How each network's feature extractor is built, and how wide an image has to be for its whole field."""
    models = import_torchvision().models

    def features(name, **more):
        return lambda: getattr(models, name)(weights=None, **more).features

    def children(name, **more):
        return lambda: nn.Sequential(*(module for part, module in getattr(models, name)(weights=None, **more)
                                       .named_children() if part not in _DROPPED))

    quiet = dict(init_weights=False)
    return {
        "alexnet": (features("alexnet"), 512),
        "squeezenet1_1": (features("squeezenet1_1"), 512),
        "shufflenet_v2_x1_0": (children("shufflenet_v2_x1_0"), 1024),
        "resnet18": (children("resnet18"), 1024),
        "mobilenet_v2": (features("mobilenet_v2"), 1024),
        "mnasnet1_0": (lambda: models.mnasnet1_0(weights=None).layers, 1024),
        "googlenet": (children("googlenet", **quiet), 1600),
        "efficientnet_b0": (features("efficientnet_b0"), 1600),
        "resnet50": (children("resnet50"), 1024),
        "vgg16": (features("vgg16"), 512),
        "inception_v3": (children("inception_v3", **quiet), 2600),
        "resnet50, dilated": (children("resnet50", replace_stride_with_dilation=[False, True, True]), 1600),
        "densenet121": (features("densenet121"), 2600),
        "convnext_tiny": (features("convnext_tiny"), 1600),
        "swin_t": (features("swin_t"), 1600),
    }


def truth(network, width) -> int:
    """The width of the central unit's field, by NaNs in single columns; the whole image's where it sees all."""
    image = torch.rand(1, 3, HEIGHT, width, generator=torch.Generator().manual_seed(1))

    def reaches(column):
        spoilt = image.clone()
        spoilt[..., column] = float("nan")
        with torch.no_grad():
            output = network(spoilt)
        if network.channels_last:
            output = output.permute(0, 3, 1, 2)
        return bool(output[..., output.shape[-1] // 2].isnan().any())

    start = next(c for c in sorted(range(0, width, 8), key=lambda c: abs(c - width // 2)) if reaches(c))
    return _end(reaches, start, width - 1) - _end(reaches, start, 0) + 1


def _end(reaches, inside, edge) -> int:
    """The outermost column between ``inside`` and ``edge`` that reaches the unit."""
    if reaches(edge):
        return edge
    while abs(edge - inside) > 1:
        middle = (inside + edge) // 2
        inside, edge = (middle, edge) if reaches(middle) else (inside, middle)
    return inside


def ours(network, width):
    """The width of the central unit's field, clipped to the image as the measured one is."""
    left, right = receptive_field(Named(network), (3, HEIGHT, width)).interval("network")[1]
    return right - left + 1


def torchscan(network, width):
    """The field that torchscan's summary shows in its last line."""
    return int(importlib.import_module("torchscan").crawl_module(network, (3, 224, 224))["layers"][-1]["rf"])


def rf_calc(network, width):
    """The last line of rf-calc's table, which it reads off the printed module."""
    return int(importlib.import_module("rf_calc").receptive_field(network, 224)["Receptive_field"].iloc[-1]
               .split("*")[-1])


CALCULATORS = {"mnist_lib": ours, "torchscan": torchscan, "rf-calc": rf_calc}


def ask(calculator, network, width, expected) -> dict:
    """What one calculator says of one network, and whether it is so."""
    torch.manual_seed(0)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = calculator(network, width)
    except Exception as error:  # whatever a foreign program raises is its answer
        return {"says": type(error).__name__, "right": False}
    return {"says": found, "right": found == expected}


def compare(entries):
    """A row for each network, as soon as it is known: its name, the measured width, what each calculator says."""
    logging.disable(logging.INFO)
    for name, (build, width) in entries.items():
        torch.manual_seed(0)
        network = build().eval()
        network.channels_last = name.startswith("swin")
        expected = truth(network, width)
        yield {"network": name, "field": expected, "image": width, "whole": expected == width,
               **{who: ask(calculator, network, width, expected) for who, calculator in CALCULATORS.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="only networks whose name contains one of these")
    parser.add_argument("--record", action="store_true", help="write results/benchmarks/tools.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    entries = {name: entry for name, entry in networks().items()
               if not options.names or any(part in name for part in options.names)}
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        install(folder)
        for row in compare(entries):
            rows.append(row)
            print(f"{row['network']:20} {row['field']:5}  " + "  ".join(
                f"{who} {row[who]['says']}{'' if row[who]['right'] else ' (wrong)'}" for who in CALCULATORS),
                flush=True)
            if options.record:
                _write(rows)
    print(", ".join(f"{who} {count} of {len(rows)}" for who, count in _counts(rows).items()))


def _counts(rows) -> dict:
    return {who: sum(row[who]["right"] for row in rows) for who in CALCULATORS}


def _write(rows) -> None:
    """The record of the rows so far."""
    asked = [each for each in PACKAGES if not each.startswith("receptivefield")]
    record = {"packages": asked, "torch": torch.__version__, "torchvision": import_torchvision().__version__,
              "right": _counts(rows), "rows": rows}
    write_atomically(root() / "benchmarks" / "tools.json", (json.dumps(record, indent=1) + "\n").encode())


if __name__ == "__main__":
    main()
