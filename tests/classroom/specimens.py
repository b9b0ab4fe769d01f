"""Forty submissions to grade: honest ones, mistaken ones, and such that try to do harm or to cheat.

``write(folder)`` writes all of them, ``write(folder, names)`` some. Each name has the state that it must end in
and a word that its author must be told.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

HEAD = """import torch
from torch import nn
from torch.nn import functional as F

from mnist_lib import Recipe

recipe = Recipe(epochs=2)
"""
SMALL = "nn.Conv2d(1, 4, 5, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 10)"
PLAIN = f"""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential({SMALL})

    def forward(self, x):
        return self.layers(x)
"""


class Specimen(NamedTuple):
    status: str
    told: str
    source: str | bytes
    suffix: str = ".py"


def ok(code, **more):
    return Specimen("graded", "", HEAD + code, **more)


def no(told, code, status="refused", **more):
    return Specimen(status, told, (HEAD + code) if isinstance(code, str) else code, **more)


def at_load(told, line, status="refused"):
    """The plain network, and something that happens when the file is loaded."""
    return no(told, PLAIN + "\n" + line + "\n", status)


def in_forward(told, line, status="refused"):
    return no(told, PLAIN.replace("return self.layers(x)", f"{line}\n        return self.layers(x)"), status)


def notebook(*cells):
    return json.dumps({"cells": [{"cell_type": "code", "source": [cell]} for cell in cells], "nbformat": 4,
                       "nbformat_minor": 5, "metadata": {}}).encode()


RESIDUAL = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.body = nn.Conv2d(1, 6, 5, stride=2), nn.Conv2d(6, 6, 3, padding=1)
        self.head = nn.Linear(6, 10)

    def forward(self, x):
        x = F.relu(self.stem(x))
        return self.head((x + F.relu(self.body(x))).mean((2, 3)))
"""
DEPTHWISE = """
def Net():
    return nn.Sequential(nn.Conv2d(1, 8, 5, stride=2), nn.BatchNorm2d(8), nn.ReLU(),
                         nn.Conv2d(8, 8, 3, groups=8), nn.Conv2d(8, 16, 1), nn.ReLU(),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))
"""
FUNCTIONAL = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(0.2 * torch.randn(6, 1, 5, 5))
        self.out = nn.Parameter(0.2 * torch.randn(10, 6 * 9))

    def forward(self, x):
        x = F.max_pool2d(F.relu(F.conv2d(x, self.weight, stride=2)), 4)
        return F.linear(x.view(len(x), -1), self.out)
"""
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\\x1b[31m\\x00\\u202e`|*_#\\n</td></table>"
ADAM = PLAIN + """
import functools
recipe = Recipe(epochs=2, optimizer=functools.partial(torch.optim.Adam, lr=0.01),
                schedule=lambda optimizer, steps: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps))
"""

SPECIMENS = {
    "plain": ok(PLAIN),
    "residual": ok(RESIDUAL),
    "depthwise": ok(DEPTHWISE),
    "functional": ok(FUNCTIONAL),
    "adam": ok(ADAM),
    "tanh": ok(PLAIN.replace("2), nn.ReLU()", "2), nn.Tanh()")),
    "copy-a": ok(RESIDUAL + "\nwidths = [6, 6, 10]\ntotal = sum(widths)\n"),
    "copy-b": ok(RESIDUAL.replace("stem", "first").replace("body", "second") + "\nws = [6, 6, 10]\nall_of = sum(ws)\n"),
    "notebook": Specimen("graded", "", notebook(
        "%matplotlib inline\n" + HEAD, PLAIN, "from mnist_lib import challenge\nchallenge(Net, recipe)"), ".ipynb"),
    "prints-a-little": ok(PLAIN + f'\nprint("{MARKUP}")\n'),
    "=cmd|calc": ok(PLAIN + "\n# a name that a spreadsheet would run\n"),
    "<b>bold</b> & \u202e name\x07": ok(PLAIN + "\n# a name with markup\n"),
    "batch-average": ok(PLAIN.replace("nn.ReLU()", "nn.BatchNorm2d(4), nn.ReLU()")),
    "too-many": no("1 too many", "def Net():  # 799 times 10, 10 biases and one slope: 8,001\n    return nn.Sequential("
                   "nn.Flatten(), nn.Unflatten(1, (1, 784)), nn.AdaptiveAvgPool1d(799), nn.Flatten(), "
                   "nn.Linear(799, 10), nn.PReLU())\n"),
    "softmax": no("logits", PLAIN.replace("self.layers(x)", "self.layers(x).softmax(1)"), "failed"),
    "wrong-shape": no("not (64, 10)", PLAIN.replace("16, 10", "16, 11"), "failed"),
    "not-finite": no("not finite", PLAIN.replace("self.layers(x)", "self.layers(x) / 0"), "failed"),
    "needs-arguments": no("default value", PLAIN.replace("__init__(self)", "__init__(self, width)"), "failed"),
    "no-network": no("call your network class Net", "x = 1\n", "failed"),
    "raises-markup": no("Bad", f'class Bad(Exception): pass\nraise Bad("{MARKUP}")\n', "failed"),
    "many-epochs": no("at most 15 epochs", PLAIN + "\nrecipe = Recipe(epochs=30)\n"),
    "infinite-loop": in_forward("longer than", "while True: pass", "failed"),
    "infinite-at-load": at_load("longer than", "while True: pass", "failed"),
    "fork-bomb": at_load("", "import os\nwhile True: os.fork()", "failed"),
    "fork-bomb-in-c": at_load("", "import ctypes\nlibc = ctypes.CDLL(None)\nwhile True: libc.fork()", "failed"),
    "memory": at_load("memory", "x = torch.ones(10_000_000_000)", "failed"),
    "exits": at_load("status 3", "import os\nos._exit(3)", "failed"),
    "test-set": at_load("", "from mnist_lib import mnist\nmnist('test')", "failed"),
    "test-file": at_load("No such file", "open('/somewhere/t10k-labels-idx1-ubyte.gz', 'rb')", "failed"),
    "writes-outside": at_load("No such file", "open('@VICTIM@/written', 'w').write('x')", "failed"),
    "writes-in-c": at_load("", "import ctypes\nctypes.CDLL(None).system(b'rm -rf @VICTIM@/results; touch @VICTIM@/c')\n"
                           "import os; os._exit(4)", "failed"),
    "deletes-results": at_load("No such file", "import shutil\nshutil.rmtree('@VICTIM@/results')", "failed"),
    "prints-a-gigabyte": at_load("printed more", "while True: print('x' * 1_000_000)", "failed"),
    "network": at_load("", "import socket\nsocket.create_connection(('192.0.2.1', 80), 5)", "failed"),
    "hidden-weights": no("belong to no module", PLAIN.replace("self.layers = ", "self.more = [torch.randn(10, 10, "
                         "requires_grad=True)]\n        self.layers = ").replace("self.layers(x)",
                                                                                 "self.layers(x) @ self.more[0]")),
    "fixed-weights": no("begins from random weights", PLAIN.replace(
        "\n    def forward", "\n        torch.manual_seed(5)\n        self.layers[4].reset_parameters()\n"
        "        self.layers[0].reset_parameters()\n\n    def forward")),
    "forged": at_load("", "import os\nopen('result.json', 'w').write('[' * 100_000)\n"
                      "open('predictions', 'wb').write(b'x' * 1000)\nos._exit(0)", "failed"),
    "bad-notebook": Specimen("failed", "cell 2, line 3: ValueError: boom", notebook(
        HEAD, PLAIN.replace("super()", "raise ValueError('boom')\n        super()").lstrip()), ".ipynb"),
    "not-python": Specimen("failed", "not Python", "Dear teacher, my network is ready :-)\n"),
    "binary": Specimen("failed", "not text", bytes(range(256)) * 40),
    "picture": Specimen("refused", "neither", b"\x89PNG\r\n", ".png"),
}


def write(folder: Path, victim: Path, names=None) -> None:
    """Write submissions; ``victim`` is a folder that some of them attack."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, specimen in SPECIMENS.items():
        if names is not None and name not in names:
            continue
        source = specimen.source.encode() if isinstance(specimen.source, str) else specimen.source
        file = folder / f"{name.replace('/', '∕')}{specimen.suffix}"
        file.write_bytes(source.replace(b"@VICTIM@", str(victim).encode()))
