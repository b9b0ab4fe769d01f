"""Small pictures of :mod:`mnist_lib.book.draw` as SVG: trained kernels, a growing field, spreads by layer."""

import math
from collections.abc import Sequence

from . import drawing
from .drawing import TALL, WIDE, both, line, path, svg, text


def kernels(weights: list[list[list[float]]], name: str) -> str:
    """Kernels (n, k, k) as pictures: vermilion above zero, teal below, the more the larger; with a key."""
    largest = max(abs(value) for kernel in weights for row in kernel for value in row)
    label = f"The {len(weights)} kernels of the first layer of {name}, trained; weights up to {largest:.2f}."
    draw = []
    for width, columns in ((WIDE, min(len(weights), 8)), (TALL, 4)):
        pitch = width / columns
        side, rows = min(pitch - 18, 68), -(-len(weights) // columns)
        body = []
        for i, kernel in enumerate(weights):
            left, top = i % columns * pitch + (pitch - side) / 2, i // columns * (side + 34)
            body += _kernel(kernel, left, top, side, largest)
            body.append(text(left + side / 2, top + side + 17, i + 1, "small num"))
        at = rows * (side + 34) + 8
        body += [
            f'<rect x="0" y="{at}" width="14" height="14" class="pos"/>',
            text(20, at + 12, "above zero", "small", "start"),
            f'<rect x="110" y="{at}" width="14" height="14" class="neg"/>',
            text(130, at + 12, "below zero", "small", "start"),
        ]
        draw.append(svg("wide" if width == WIDE else "tall", width, at + 20, label, body))
    return both(*draw)


def _kernel(kernel, left, top, side, largest) -> list[str]:
    """One kernel: a square a weight on a ground, as large as the weight is."""
    cell, body = (
        side / len(kernel),
        [f'<rect x="{left:.1f}" y="{top:.1f}" width="{side:.1f}" height="{side:.1f}" class="track"/>'],
    )
    for y, row in enumerate(kernel):
        for x, value in enumerate(row):
            of = cell * math.sqrt(abs(value) / largest) * 0.94
            body.append(
                f'<rect x="{left + (x + 0.5) * cell - of / 2:.1f}" y="{top + (y + 0.5) * cell - of / 2:.1f}" '
                f'width="{of:.1f}" height="{of:.1f}" class="{"pos" if value > 0 else "neg"}"/>'
            )
    return body


def field(layers: Sequence[drawing.Layer], name: str, seconds: float = 1.6) -> str:
    """The squares that one number of each layer has seen, on a digit; one after the other where motion is welcome."""
    steps = [layer for i, layer in enumerate(layers) if i == 0 or layer.field > layers[i - 1].field]
    said = [f"{layer.field} × {layer.field} pixels, after {layer.name}" for layer in steps]
    part, run = 100 / len(steps), seconds * len(steps)
    body = [
        '<rect width="28" height="28" class="screen" stroke-width=".1"/>',
        f'<use href="#{drawing.DIGIT}" width="28" height="28"/>',
    ]
    for i, layer in enumerate(steps):
        side = min(layer.field, 28)
        at = 14 - side / 2
        body.append(
            f'<rect x="{at}" y="{at}" width="{side}" height="{side}" class="field lit" style="--d:{i * seconds:.1f}s" '
            'vector-effect="non-scaling-stroke"/>'
        )
    sizes = ", ".join(str(layer.field) for layer in steps)
    lines = "".join(f'<span class="lit" style="--d:{i * seconds:.1f}s">{words}</span>' for i, words in enumerate(said))
    label = f"What one number of {name} sees of a digit: " + "; ".join(said) + "."
    move = (
        f".lit{{animation:lit {run:.1f}s steps(1) infinite;animation-delay:var(--d);opacity:0}}"
        f"@keyframes lit{{0%,{part - 0.01:.2f}%{{opacity:1}}{part:.2f}%,100%{{opacity:0}}}}"
    )
    return (
        f"<style>@media (prefers-reduced-motion:no-preference){{{move}}}</style>{svg('pic', 28, 28, label, body)}"
        f'<p class="sees" aria-hidden="true">{lines}<span class="still">{sizes} '
        "pixels, layer by layer</span></p>"
    )


def spread(rows: list[tuple[str, list[float]]]) -> str:
    """A shape for each layer of each network, as wide as the layer's standard deviation."""
    label = " ".join(
        f"{name}: standard deviation {', '.join(f'{value:.2g}' for value in values)}." for name, values in rows
    )
    return both(
        *(_spread(width, rows, f"How widely the numbers spread, layer by layer. {label}") for width in (WIDE, TALL))
    )


def _spread(width, rows, label, high: int = 118) -> str:
    wide, pitch, body = width == WIDE, high + 46, []
    largest = max(max(values) for _, values in rows)
    for r, (name, values) in enumerate(rows):
        step, top = width / len(values), r * pitch
        middle = top + 24 + high / 2
        body += [text(0, top + 16, name, "op", "start"), path(f"M0 {middle}H{width}", "hair")]
        for i, value in enumerate(values):
            x, half, sd = step * (i + 0.5), step * 0.42, max(value / largest * high / 6.4, 0.35)
            points = [(half * math.exp(-((z / 10) ** 2) / 2), -z / 10 * sd) for z in range(-30, 31, 2)]
            body += [
                line(
                    [(x + a, middle + b) for a, b in points] + [(x - a, middle + b) for a, b in reversed(points)],
                    "shape net" if r == len(rows) - 1 else "shape before",
                    True,
                ),
                text(x, top + 24 + high + 8, f"{value:.2f}" if value >= 0.095 else f"{value:.3f}", "small num"),
            ]
            if r == len(rows) - 1:
                body.append(text(x, len(rows) * pitch + 14, f"conv {i + 1}" if wide else i + 1, "small num"))
    return svg("wide" if wide else "tall", width, len(rows) * pitch + 18, label, body)
