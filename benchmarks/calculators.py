"""Receptive-field calculators side by side: ours and the public ones that install from PyPI.

    python -m benchmarks.calculators            # prints the table
    python -m benchmarks.calculators --record   # and writes results/benchmarks/calculators.json

The others are installed into a folder of their own that is thrown away afterwards; nothing of
this project imports them. Each is asked for the receptive field of one unit of the last map,
for small networks that each have one thing in them. The truth is measured by perturbation
(``mnist_lib.rf.brute_force``), on an image large enough for the whole field.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import logging
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from mnist_lib import measure, receptive_field
from mnist_lib.files import write_atomically
from mnist_lib.training import root

# What is installed, pinned. torchscan 0.2 reports the field of each layer by itself only.
PACKAGES = ("torchscan==0.1.2", "receptivefield==0.5.0", "rf-calc==0.0.7", "tabulate==0.9.0")
SIZE = (3, 64, 64)


class Calls(nn.Module):
    """A network given as a function of itself and the image."""

    def __init__(self, run, **layers):
        super().__init__()
        self.run = run
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, x):
        return self.run(self, x)


def conv(inputs=4, kernel=3, **settings):
    """A convolution to four channels."""
    return nn.Conv2d(inputs, 4, kernel, **settings)


def cases() -> dict:
    """Small networks by what is in them."""
    chain = nn.Sequential
    return {
        "two convolutions": lambda: chain(conv(3), conv()),
        "pooling": lambda: chain(conv(3), nn.MaxPool2d(2), conv()),
        "stride": lambda: chain(conv(3, stride=2), conv(stride=2), conv()),
        "batch norm, ReLU, dropout": lambda: chain(conv(3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(), conv()),
        "dilation": lambda: chain(conv(3, dilation=2), conv(dilation=3)),
        "dilated pooling": lambda: chain(conv(3), nn.MaxPool2d(2, 1, dilation=3), conv()),
        "padding": lambda: chain(conv(3, padding=1), conv(padding=1)),
        "1x1 convolution": lambda: chain(conv(3), conv(kernel=1), conv()),
        "asymmetric kernel": lambda: chain(conv(3, (1, 5)), conv()),
        "overlapping average pooling": lambda: chain(conv(3), nn.AvgPool2d(3, 2), conv()),
        "registered in another order": lambda: Calls(
            lambda m, x: m.second(m.first(x)), second=conv(kernel=1, stride=2), first=conv(3, 5)),
        "a layer used twice": lambda: Calls(lambda m, x: m.again(m.again(m.first(x))), first=conv(3), again=conv()),
        "functional pooling": lambda: Calls(lambda m, x: m.b(F.max_pool2d(m.a(x), 2)), a=conv(3), b=conv()),
        "residual sum": lambda: Calls(
            lambda m, x: m.a(x) + m.c(m.b(m.a(x))), a=conv(3), b=conv(padding=1), c=conv(padding=1)),
        "concatenation": lambda: Calls(lambda m, x: torch.cat([m.a(x), m.b(x)], 1), a=conv(3, padding=1),
                                       b=conv(3, 7, padding=3)),
        "transposed convolution": lambda: chain(conv(3, stride=2), nn.ConvTranspose2d(4, 4, 4, 2, 1), conv()),
        "up-sampling": lambda: chain(conv(3, stride=2), nn.Upsample(scale_factor=2), conv()),
        "global average pooling": lambda: chain(conv(3), nn.AdaptiveAvgPool2d(1), conv(kernel=1)),
        "mean over height and width": lambda: Calls(lambda m, x: m.a(x).mean((2, 3), keepdim=True), a=conv(3)),
        "squeeze and excitation": lambda: Calls(
            lambda m, x: m.a(x) * torch.sigmoid(m.g(m.a(x).mean((2, 3), keepdim=True))), a=conv(3), g=conv(kernel=1)),
    }


def truth(build) -> tuple[int, int]:
    """Height and width of the central unit's field, by perturbation of every pixel."""
    network = Named(build())
    (top, bottom), (left, right) = measure(network, SIZE, "network")
    return bottom - top + 1, right - left + 1


class Named(nn.Module):
    """A network under one name, so that its output can be asked for."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return self.network(x)


def ours(build):
    """The clipped field of the central unit, as ``mnist_lib`` has it."""
    (top, bottom), (left, right) = receptive_field(Named(build()), SIZE).interval("network")
    return bottom - top + 1, right - left + 1


def torchscan(build):
    """The field that torchscan's summary shows in its last line."""
    return int(importlib.import_module("torchscan").crawl_module(build(), SIZE)["layers"][-1]["rf"])


def receptivefield(build):
    """The size that receptivefield estimates from gradients; it wants ``feature_maps`` in the module."""
    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.network = build().eval()

        def forward(self, x):
            y = self.network(x)
            self.feature_maps = [y]
            return y

    pytorch = importlib.import_module("receptivefield.pytorch")
    found = pytorch.PytorchReceptiveField(Module).compute(input_shape=(SIZE[2], SIZE[1], SIZE[0]))
    return int(found[0].rf.size.h), int(found[0].rf.size.w)


def rf_calc(build):
    """The last line of rf-calc's table, which it reads off the printed module."""
    table = importlib.import_module("rf_calc").receptive_field(build(), SIZE[1])
    return tuple(map(int, table["Receptive_field"].iloc[-1].split("*")))


CALCULATORS = {"mnist_lib": ours, "torchscan": torchscan, "receptivefield": receptivefield, "rf-calc": rf_calc}


def ask(calculator, build, expected) -> dict:
    """What one calculator says of one network, and whether it is so."""
    torch.manual_seed(0)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = calculator(build)
    except Exception as error:  # whatever a foreign program raises is its answer
        return {"says": type(error).__name__, "right": False}
    pair = found if isinstance(found, tuple) else (found, found)
    return {"says": "×".join(map(str, dict.fromkeys(pair))), "right": tuple(pair) == tuple(expected)}


def compare() -> list[dict]:
    """A row for each network: its name, the measured field, what each calculator says."""
    logging.disable(logging.INFO)
    rows = []
    for name, build in cases().items():
        torch.manual_seed(0)
        expected = truth(build)
        rows.append({"network": name, "field": "×".join(map(str, dict.fromkeys(expected))),
                     **{who: ask(calculator, build, expected) for who, calculator in CALCULATORS.items()}})
    return rows


def install(folder) -> None:
    """The other calculators, into a folder of their own; by a pip that still takes the metadata of all of them."""
    to = ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]
    pip = Path(folder) / "pip"
    subprocess.run([sys.executable, "-m", "pip", *to, str(pip), "pip==24.0"], check=True)
    subprocess.run([sys.executable, str(pip / "pip"), *to, str(Path(folder) / "packages"), *PACKAGES], check=True)
    sys.path.append(str(Path(folder) / "packages"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help="write results/benchmarks/calculators.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        install(folder)
        rows = compare()
    for row in rows:
        answers = "  ".join(f"{who} {row[who]['says']}{'' if row[who]['right'] else ' (wrong)'}" for who in CALCULATORS)
        print(f"{row['network']:28} {row['field']:>6}  {answers}")
    counts = {who: sum(row[who]["right"] for row in rows) for who in CALCULATORS}
    print(", ".join(f"{who} {count} of {len(rows)}" for who, count in counts.items()))
    if options.record:
        record = {"packages": PACKAGES, "input": SIZE, "torch": torch.__version__, "right": counts, "rows": rows}
        write_atomically(Path(root()) / "benchmarks" / "calculators.json",
                         (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode())


if __name__ == "__main__":
    main()
