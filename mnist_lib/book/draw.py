"""Figures that a page draws from descriptions and records: networks, budgets, learning curves, kernels, spreads.

Each call returns a :class:`Figure`: SVG for a wide page and for a phone, in light and dark, with its words.
A notebook shows it too. ``caption`` is HTML, and its bold start says the finding::

    draw.network("six-models/batchnorm", caption="<b>7,448 of 8,000.</b> Conv 7 spends nearly a third.")
"""

import base64
import re
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

import torch
from torch import nn

from ..data import mnist
from ..experiments import Experiment, experiment
from ..networks import build
from ..rf import receptive_field
from ..training import Run, trained
from . import budget as budgets
from . import charts, drawing, pictograms
from .once import once
from .probe import sample
from .sources import source
from .summaries import recorded

DIGIT = 1  # the test image under the squares: a 2 that every one of the champion's trainings reads
IMAGE = (1, 28, 28)
LIGHT = (
    "--paper:#fff;--wash:#f2f5f8;--line:#d3dae2;--line-2:#6f7d8c;--ink:#15202d;--ink-2:#4b5968;--net:#1b5fc1;"
    "--net-2:#cfe0f8;--on-net:#fff;--student:#9a2b7c;--before:#6c7987;--field:#e8a900;--field-ink:#7c5600;"
    "--pos:#c0400f;--neg:#0b7269;--screen:#0e151e;--screen-line:#334252;--sans:sans-serif"
)
WORDS = {
    "batchnorm": "batch normalization",
    "setup": "set-up",
    "steplr": "a falling rate",
    "onecycle": "one cycle",
    "fully-connected": "fully connected",
    "early-pooling": "early pooling",
    "plateau": "a rate that waits",
    "pooling-and-plateau": "pooling, and a rate that waits",
    "champion": "the champion",
}


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption."""

    body: str
    caption: str = ""
    kind: str = ""

    def _repr_html_(self) -> str:
        """The figure; the page takes the style sheet and the second copy of the digit away again."""
        words = f"<figcaption>{self.caption}</figcaption>" if self.caption else ""
        return (
            f'<style class="drawn-style">.drawn{{{LIGHT};background:#fff;max-width:42.5rem}}{style()}</style>{symbol()}'
            f'<figure class="drawn {self.kind}">{self.body}{words}</figure>'
        )

    def __repr__(self) -> str:
        label = re.search(r'aria-label="([^"]*)"', self.body)
        return " ".join(filter(None, (re.sub("<[^>]+>", "", self.caption), label[1] if label else "")))


def title(name: str) -> str:
    """A step's name in words: "batch normalization" for "six-models/batchnorm"."""
    step = name.partition("/")[2] or name
    stem, _, corrected = step.partition("-corrected")
    return WORDS.get(stem, stem.replace("-", " ")) + (", corrected" if step != stem else "")


@cache
def style() -> str:
    """The style sheet of all drawings, for a notebook."""
    return Path(drawing.__file__).with_suffix(".css").read_text(encoding="utf-8")


@cache
def symbol() -> str:
    """The digit that all squares lie on, once, to be used by name."""
    pixels = mnist("test").images[DIGIT, 0].tolist()
    return (
        f'<svg class="drawn-digit" width="0" height="0" style="position:absolute" aria-hidden="true"><symbol '
        f'id="{drawing.DIGIT}" viewBox="0 0 28 28"><image href="{png(pixels)}" width="28" height="28" '
        f'style="image-rendering:pixelated"/></symbol></svg>'
    )


def png(pixels: list[list[int]]) -> str:
    """A picture (H, W) of 0 to 255 as the address of a PNG: white ink, as much of it as the number says."""
    rows = b"".join(b"\0" + b"".join(bytes((255, value)) for value in row) for row in pixels)
    head = struct.pack(">IIBBBBB", len(pixels[0]), len(pixels), 8, 4, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n"
    for kind, chunk in ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")):
        data += struct.pack(">I", len(chunk)) + kind + chunk + struct.pack(">I", zlib.crc32(kind + chunk))
    return "data:image/png;base64," + base64.b64encode(data).decode()


def named(what: str | Experiment) -> tuple[drawing.Drawn, str]:
    """What is to be drawn of a step, and its name in words."""
    step = experiment(what)
    return drawing.drawn(receptive_field(step.architecture)), title(step.name)


# The figures -----------------------------------------------------------------------------------


def network(what, *, caption: str = "", budget: bool = True) -> Figure:
    """A network layer by layer, with what one number of each layer sees, and its budget bar.

    ``what`` is a step's name, or an experiment.
    """
    net, name = named(what)
    bar = budgets.budget(net, f"Parameter budget of {name}") if budget else ""
    return Figure(drawing.network(net, f"The network of {name}") + bar, caption)


def budget(what, *, caption: str = "") -> Figure:
    """The budget bar alone: a segment a layer, and the limit."""
    net, name = named(what)
    return Figure(budgets.budget(net, f"Parameter budget of {name}"), caption)


def wrong(runs: list[Run]) -> list[list[int]]:
    """How many of the 10,000 test images each run has wrong after each epoch."""
    return [[10_000 - epoch.test_correct for epoch in run.epochs] for run in runs]


def mistakes(name: str, *, before: str = "", student: bool = False, caption: str = "") -> Figure:
    """Learning curves: images wrong of 10,000 after each epoch, our trainings as a band and their mean.

    ``before`` names a step whose mean stands beside them in grey; ``student`` adds the log of the student's training.
    """
    ours = wrong(recorded(name))
    if not ours:
        raise LookupError(f"no training of {name} is recorded")
    log = source(name).log if student and source(name) else None
    theirs = [round(100 * (100 - accuracy)) for accuracy in log.test_accuracy] if log else []
    earlier = wrong(recorded(before)) if before else []
    return Figure(charts.mistakes(ours, theirs, earlier, title(name), title(before) if before else ""), caption)


def way(names: list[str], *, caption: str = "") -> Figure:
    """A line of steps: the parameters of each as a bar, each of its trainings as a dot."""
    steps = [
        (title(name).capitalize(), named(name)[0].parameters, [each[-1] for each in wrong(recorded(name))])
        for name in names
    ]
    return Figure(charts.way(steps), caption)


def kernels(name: str, *, seed: int = 0, caption: str = "") -> Figure:
    """The kernels of a trained network's first layer: weights above and below zero, the more the larger."""
    run = next(run for run in recorded(name) if run.seed == seed)
    first = next(layer for layer in trained(run).modules() if isinstance(layer, nn.Conv2d))
    return Figure(pictograms.kernels(first.weight.detach()[:, 0].tolist(), title(name)), caption)


def field(what, *, caption: str = "") -> Figure:
    """The receptive field growing over a digit, layer by layer; with reduced motion all squares at once."""
    net, name = named(what)
    return Figure(pictograms.field(net.layers[1:], name), caption, "growing")


def spread(names: list[str], *, caption: str = "") -> Figure:
    """How widely the numbers spread in each layer before any training, for several networks: a shape a layer."""
    return Figure(
        pictograms.spread(
            [
                (title(name), once(lambda name=name: spreads(name), "draw.spreads", name, experiment(name).fingerprint))
                for name in names
            ]
        ),
        caption,
    )


@torch.no_grad()
def spreads(name: str, images: int = 512) -> list[float]:
    """The standard deviation of what each convolution but the last hands on, before ReLU and after its normalization.

    Of seed 0 before training, in training mode, on the first 512 training images.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = build(experiment(name).architecture).train()
        found: list[float] = []

        def keep(layer, _, output):
            if isinstance(layer, nn.BatchNorm2d):
                found.pop()  # the convolution's, which it brings to size
            found.append(output.std().item())

        for layer in network.modules():
            if isinstance(layer, (nn.Conv2d, nn.BatchNorm2d)):
                layer.register_forward_hook(keep)
        network(sample(images)[0])
    return found[:-1]


def facts(*pairs: tuple[str, str]) -> Figure:
    """A row of large numbers, each with what it counts."""
    return Figure(
        '<div class="facts">'
        + "".join(f"<p><b>{escape(number)}</b> {escape(words)}</p>" for number, words in pairs)
        + "</div>"
    )
