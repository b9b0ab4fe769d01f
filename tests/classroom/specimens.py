"""Submissions to grade: honest ones, mistaken ones, and such that try to do harm or to cheat.

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


def ok(code):
    return Specimen("graded", "", HEAD + code)


def no(told, code):
    return Specimen("failed", told, HEAD + code)


def at_load(told, line):
    """The plain network, and something that happens when the file is loaded."""
    return no(told, PLAIN + "\n" + line + "\n")


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
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\\x1b[31m\\x00\\u202e`|*_#\\n</td></table>"

SPECIMENS = {
    "plain": ok(PLAIN),
    "copy-a": ok(RESIDUAL + "\nwidths = [6, 6, 10]\ntotal = sum(widths)\n"),
    "copy-b": ok(RESIDUAL.replace("stem", "first").replace("body", "second") + "\nws = [6, 6, 10]\nall_of = sum(ws)\n"),
    "<b>bold</b> & \u202e name\x07": ok(PLAIN + "\n# a name with markup\n"),
    "softmax": no("logits", PLAIN.replace("self.layers(x)", "self.layers(x).softmax(1)")),
    "infinite-at-load": at_load("longer than", "while True: pass"),
    "exits": at_load("status 3", "import os\nos._exit(3)"),
    "writes-in-c": at_load("", "import ctypes\nctypes.CDLL(None).system(b'rm -rf @VICTIM@/results; touch @VICTIM@/c')\n"
                           "import os; os._exit(4)"),
    "deletes-results": at_load("No such file", "import shutil\nshutil.rmtree('@VICTIM@/results')"),
    "forged": at_load("", "import os\nopen('result.json', 'w').write('[' * 100_000)\n"
                      "open('predictions', 'wb').write(b'x' * 1000)\nos._exit(0)"),
    "bad-notebook": Specimen("failed", "cell 2, line 3: ValueError: boom", notebook(
        HEAD, PLAIN.replace("super()", "raise ValueError('boom')\n        super()").lstrip()), ".ipynb"),
    "not-python": Specimen("failed", "not Python", "Dear teacher, my network is ready :-)\n"),
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
