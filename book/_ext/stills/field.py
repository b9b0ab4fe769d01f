"""The receptive field of a unit, on a digit: the calculator's drawing with the page's own networks."""

from __future__ import annotations

from .chart import element, near, svg

OPTIONS = {"show": "network", "network": "six-models/steplr"}
HEIGHT, ROOM = 330, 270
SCRIPTS = (
    "parts/windows",
    "calculator/geometry",
    "calculator/dependence",
    "calculator/layers",
    "calculator/network",
    "calculator/export",
    "calculator/controls",
    "calculator/stage",
    "calculator/maps",
    "calculator/drawing",
)
DIGIT = 7
PAPER = 238  # grey of the paper below a digit, as stage.js has it


def lists(options: dict[str, str]) -> list[tuple[str, tuple[int, int, int], list, int]]:
    """(name, input size, layers, number of the map to look at first) of each list that the figure offers."""
    from mnist_lib.experiments import EXPERIMENTS
    from mnist_lib.networks import ARCHITECTURES, flat_layers
    from mnist_lib.rf import conv, max_pool

    def of(name: str) -> tuple:
        architecture = ARCHITECTURES.get(name) or EXPERIMENTS[name].architecture
        return name, architecture.input_size, [layer for _, layer in flat_layers(architecture)]

    size = (1, 28, 28)
    if options["show"] == "dilation":
        return [
            ("dilations " + ", ".join(map(str, ds)), size, [conv(8, 3, dilation=d) for d in ds], 3)
            for ds in ((2, 2, 2), (1, 2, 4), (1, 1, 1))
        ]
    if options["show"] == "padding":
        padded = [conv(8, 3, padding=1)] * 3 + [max_pool(2)] + [conv(8, 3, padding=1)] * 3
        plain = [conv(8, 3)] * 3 + [max_pool(2)] + [conv(8, 3)] * 3
        return [("padding 1", size, padded, 7), ("no padding", size, plain, 7)]
    if options["show"] == "stride":
        return [
            (name, size, layers, len(layers))
            for name, layers in (
                ("pooling first", [max_pool(2), conv(8, 3), conv(8, 3)]),
                ("in the middle", [conv(8, 3), max_pool(2), conv(8, 3)]),
                ("pooling last", [conv(8, 3), conv(8, 3), max_pool(2)]),
            )
        ]
    if options["show"] != "network":
        raise ValueError(f"the figure 'field' shows network, dilation, padding or stride, not {options['show']!r}")
    if options["network"] not in {**ARCHITECTURES, **EXPERIMENTS}:
        raise ValueError(f"there is no network {options['network']!r}; there are {', '.join(ARCHITECTURES)}")
    return [(*of(options["network"]), 0)]


def data(options: dict[str, str]) -> dict:
    """The lists as the calculator's page has them, the unit that is looked at first, and a digit."""
    import calculator

    from mnist_lib.rf import receptive_field

    found = []
    for name, size, layers, level in lists(options):
        rows = [row for row in receptive_field(layers, size) if not row.plain]
        level = level or max(i for i, row in enumerate(rows, 1) if row.n_out > 1)
        corner = options["show"] == "padding"
        unit = [0, 0] if corner else [rows[level - 1].n_out // 2] * 2
        table = receptive_field(layers, size)
        inside = table.interval(rows[level - 1].name, tuple(unit))
        found.append(
            {
                "name": name,
                "layers": calculator.page_layers(layers),
                "unit": [level, *unit],
                "input": dict(zip(("channels", "height", "width"), map(str, size), strict=True)),
                "inside": [list(axis) for axis in inside],
                "field": rows[level - 1].r_out,
                "whole": [list(axis.sees(i)) for axis, i in zip(rows[level - 1].output, unit, strict=True)],
            }
        )
    digit = next(d for d in calculator.digits() if d["label"] == DIGIT)
    return {"lists": found, "digit": digit}


def still(data: dict) -> str:
    import base64

    first, pixels = data["lists"][0], base64.b64decode(data["digit"]["pixels"])
    (top, bottom), (left, right) = first["inside"]
    (high, low), (west, east) = first["whole"]
    over = max(0, -high, -west, low - 27, east - 27)
    unit = (HEIGHT - 8) / (28 + 2 * over)
    parts = [element("rect", width=28, height=28, fill="#eeeeee")]
    for i, value in enumerate(pixels):
        if value > 20:
            grey = round(PAPER * (1 - value / 255))
            parts.append(
                f'<rect x="{i % 28}" y="{i // 28}" width="1.03" height="1.03" fill="#{grey:02x}{grey:02x}{grey:02x}"/>'
            )
    look = {"fill": "none", "stroke": "var(--figure-red)", "stroke_width": 0.35}
    if (over, first["whole"]) != (0, first["inside"]):
        parts.append(
            element(
                "rect", x=west, y=high, width=east - west + 1, height=low - high + 1, stroke_dasharray="0.8 0.6", **look
            )
        )
    parts.append(element("rect", x=left, y=top, width=right - left + 1, height=bottom - top + 1, **look))
    level, row, column = first["unit"]
    words = (
        f"A handwritten {DIGIT} with a frame around what unit ({row}, {column}) after layer {level} "
        f"of {first['name']} sees: rows {top} to {bottom} and columns {left} to {right}."
    )
    corner = near(over * unit + 4)
    moved = f'<g transform="translate({corner} {corner}) scale({near(unit)})">{"".join(parts)}</g>'
    return svg(HEIGHT, HEIGHT, words, moved)
