"""Draws a network from its receptive-field table, layer by layer; ``budget.py`` draws what it spends.

Everything is SVG in two layouts: ``wide`` (680 units) and ``tall`` (320 units, for a phone); ``drawing.css`` shows the
one that fits and gives the colours, by role, for light and dark. What is said to a screen reader stands in the label.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ..rf import Table

WIDE, TALL = 680, 320
MOST = 11  # layers in one row of the wide drawing
OPS = {
    "conv": "conv",
    "max_pool": "max pool",
    "avg_pool": "average",
    "global_avg_pool": "average",
    "adaptive_avg_pool": "average",
    "linear": "linear",
}
DIGIT = "drawn-digit"  # the symbol of the digit under the squares; the page has it once


@dataclass(frozen=True)
class Layer:
    """A layer as it is drawn: name and kernel, the maps it hands on, what one of its numbers sees, its parameters."""

    name: str
    kernel: str
    channels: int
    size: int
    field: int
    parameters: int

    @property
    def shape(self) -> str:
        """Channels, height and width: "8×26×26"."""
        return f"{self.channels}×{self.size}×{self.size}"


@dataclass(frozen=True)
class Drawn:
    """A network as it is drawn; the parameters of normalizations are counted apart."""

    layers: tuple[Layer, ...]
    norms: int
    norm_parameters: int

    @property
    def parameters(self) -> int:
        """All parameters, those of normalizations too."""
        return sum(layer.parameters for layer in self.layers) + self.norm_parameters

    @property
    def words(self) -> str:
        """All numbers of the drawing, to be read aloud."""
        layers = "; ".join(
            f"{layer.name} {layer.kernel}".strip() + f": {layer.shape.replace('×', ' by ')}, "
            f"sees {layer.field} pixels, {layer.parameters:,} parameters"
            for layer in self.layers
        )
        return layers + (f"; {self.norms} normalizations: {self.norm_parameters:,} parameters" if self.norms else "")


def drawn(table: Table) -> Drawn:
    """What a table's network looks like: convolutions, poolings and linear layers, and a sum of the normalizations."""
    rows = table.to_dict(plain=True)["rows"]
    layers = [Layer("image", "", rows[0]["ch_in"] or 1, _side(rows[0]["n_in"]), 1, 0)]
    norms, norm_parameters, count = 0, 0, {}
    for row in rows:
        if "norm" in row["op"]:
            norms += 1
            norm_parameters += row["parameters"] or 0
        elif row["op"] in OPS or row["parameters"]:
            name = OPS.get(row["op"], row["op"].replace("_", " "))
            if row["op"] in ("conv", "linear"):
                count[name] = count.get(name, 0) + 1
                name += f" {count[name]}"
            layers.append(
                Layer(
                    name,
                    _kernel(row),
                    row["ch_out"] or 1,
                    _side(row["n_out"]),
                    _side(row["r_image"]),
                    row["parameters"] or 0,
                )
            )
    return Drawn(tuple(layers), norms, norm_parameters)


def _side(value) -> int:
    """One number for a side that may differ by axis or be unknown."""
    return max(map(_side, value)) if isinstance(value, (list, tuple)) else int(value or 1)


def _kernel(row: dict) -> str:
    """A layer's kernel and stride: "3×3", "3×3 /2"; empty without one."""
    if not row["kernel"]:
        return ""
    side, stride = _side(row["kernel"]), _side(row["stride"])
    return f"{side}×{side}" + (f" /{stride}" if stride > 1 and row["op"] == "conv" else "")


# SVG -------------------------------------------------------------------------------------------


def text(x: float, y: float, words: object, kind: str = "", anchor: str = "middle") -> str:
    """A text of an SVG; ``kind`` are its classes."""
    return f'<text x="{x:.4g}" y="{y:.4g}" class="{kind}" text-anchor="{anchor}">{escape(str(words))}</text>'


def path(data: str, kind: str) -> str:
    """A path of a class."""
    return f'<path d="{data}" class="{kind}"/>'


def line(points: Sequence[tuple[float, float]], kind: str, closed: bool = False) -> str:
    """A path through points."""
    return path("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z" * closed, kind)


def svg(layout: str, width: float, height: float, label: str, body: Sequence[str]) -> str:
    """An SVG in a layout, with what a screen reader says of it."""
    return (
        f'<svg class="drawing {layout}" viewBox="0 0 {width} {height:.0f}" role="img" '
        f'aria-label="{escape(label)}">{"".join(body)}</svg>'
    )


def both(wide: str, tall: str, kind: str = "") -> str:
    """The two layouts of a drawing, of which the page shows the one that fits."""
    return f'<div class="fit {kind}">{wide}{tall}</div>'


# The network -----------------------------------------------------------------------------------


def network(net: Drawn, title: str) -> str:
    """The layers one after the other: what each is, what it costs, how large its maps are, what one number sees."""
    label = f"{title}, layer by layer. {net.words}."
    return both(_wide(net, label), _tall(net, label), "net")


def _pile(layer: Layer, x: float, y: float, unit: float) -> tuple[str, float, float]:
    """Maps as a pile of sheets, as wide as the map, as many as the channels have binary digits; its left and right."""
    side, count, off = 6 + min(layer.size, 28) * unit, max(1, round(math.log2(layer.channels))), 2.6
    left, top = x - (side + (count - 1) * off) / 2, y - (side - (count - 1) * off) / 2
    sheets = [
        f'<rect x="{left + i * off:.1f}" y="{top - i * off:.1f}" width="{side:.1f}" height="{side:.1f}" rx="1" '
        f'class="sheet"/>'
        for i in reversed(range(count))
    ]
    return "".join(sheets), left, left + side + (count - 1) * off


def seen(layer: Layer, x: float, y: float, side: float) -> str:
    """The image, and the square of it that one number of a layer has seen."""
    square = side / 28 * min(28, layer.field)
    at = (side - square) / 2
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{side:.1f}" height="{side:.1f}" class="screen"/>'
        f'<use href="#{DIGIT}" x="{x:.1f}" y="{y:.1f}" width="{side:.1f}" height="{side:.1f}"/>'
        f'<rect x="{x + at:.1f}" y="{y + at:.1f}" width="{square:.1f}" height="{square:.1f}" class="field"/>'
    )


def _wide(net: Drawn, label: str, width: int = WIDE) -> str:
    rows = -(-len(net.layers) // MOST)
    each = -(-len(net.layers) // rows)
    body, high = [], 250
    for row in range(rows):
        body += _columns(net.layers[row * each : (row + 1) * each], width / each, row * (high + 16), row, width)
    return svg("wide", width, rows * (high + 16) - 16, label, body)


def _columns(layers: Sequence[Layer], step: float, top: float, row: int, width: int) -> list[str]:
    """One row of the wide drawing, a column a layer."""
    body, last, side = [], 0 if row else None, min(44, step - 12)
    for i, layer in enumerate(layers):
        x = step * (i + 0.5)
        pile, left, right = _pile(layer, x, top + 90, min(1.35, (step - 20) / 28))
        if last is not None:
            body.append(path(f"M{last + 2:.1f} {top + 90}H{left - 2:.1f}", "flow"))
        last = right
        body += [
            text(x, top + 14, layer.name, "op"),
            text(x, top + 29, layer.kernel, "small num"),
            text(x, top + 45, f"{layer.parameters:,}", "cost num") if layer.parameters else "",
            pile,
            text(x, top + 138, f"{layer.channels}×", "small num"),
            text(x, top + 152, f"{layer.size}×{layer.size}", "small num"),
            seen(layer, x - side / 2, top + 186, side),
            text(x, top + 186 + side + 16, layer.field, "fieldtext num"),
        ]
    return [
        *body,
        path(f"M0 {top + 164}H{width}", "hair"),
        text(
            0,
            top + 179,
            "above each pile its parameters; below, how many pixels wide one number sees",
            "small",
            "start",
        ),
    ]


def _tall(net: Drawn, label: str, width: int = TALL, row: int = 56) -> str:
    body = [
        text(64, 14, "layer and maps", "small", "start"),
        text(172, 14, "sees, pixels", "small", "start"),
        text(width, 14, "param.", "small", "end"),
    ]
    for i, layer in enumerate(net.layers):
        y = 22 + row * i
        body += [
            path(f"M0 {y}H{width}", "hair"),
            _pile(layer, 28, y + row / 2, 1.1)[0],
            text(64, y + 25, f"{layer.name} {layer.kernel}".strip(), "op", "start"),
            text(64, y + 43, layer.shape, "small num", "start"),
            seen(layer, 172, y + 6, 44),
            text(224, y + 33, layer.field, "fieldtext num", "start"),
            text(width, y + 33, f"{layer.parameters:,}" if layer.parameters else "–", "num", "end"),
        ]
    return svg("tall", width, 24 + row * len(net.layers), label, body)


# The budget ------------------------------------------------------------------------------------
