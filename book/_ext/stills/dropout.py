"""Dropout: the units of a layer, a mask over them, and the sum that stays on average."""

from __future__ import annotations

from .activations import STEP, normalized_layer
from .batchnorm import normalized
from .chart import Axis, Chart, near, svg

OPTIONS: dict[str, str] = {}
HEIGHT, ROOM = 330, 130
ABOVE, BELOW = 190, 140
UNITS = 20
P, MASK = 0.3, (1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 0)  # what is there at first


def data(options: dict[str, str]) -> dict:
    """Twenty values behind a ReLU, of the recorded network."""
    values = [v for v in normalized(normalized_layer()["values"]) if v > 0.1][:UNITS]
    return {"step": STEP, "p": P, "mask": list(MASK), "values": [round(v, 2) for v in values]}


def still(data: dict) -> str:
    values, mask, p = data["values"], data["mask"], data["p"]
    out = [v * kept / (1 - p) for v, kept in zip(values, mask, strict=True)]
    chart = Chart(
        ABOVE,
        Axis(0, len(values), ticks=()),
        Axis(0, max(values) * 2, count=3),
        "units: outlined before, filled after dropout",
    )
    for i, (before, after, kept) in enumerate(zip(values, out, mask, strict=True)):
        box(chart, i, after, 'fill="var(--figure-blue)"')
        box(
            chart,
            i,
            before,
            'fill="none" stroke="var(--figure-ink)" stroke-width="1.2"' + ("" if kept else ' stroke-dasharray="3 3"'),
        )
    below = Chart(BELOW, Axis(0, 2 * sum(values), count=6), Axis(0, 1, ticks=()), "their sum", left=8)
    below.line([(sum(values), 0), (sum(values), 1)], stroke="var(--figure-soft)", stroke_width=2)
    below.line([(sum(out), 0), (sum(out), 1)], stroke="var(--figure-blue)", stroke_width=3)
    return svg(
        640,
        HEIGHT,
        f"Bars for {len(values)} units. With p = {p:g}, {mask.count(0)} of them are zero and the others larger by "
        f"1 / (1 − p); below, a line for the sum before and one for the sum after.",
        f'{"".join(chart.drawn)}<g transform="translate(0 {ABOVE})">{"".join(below.drawn)}</g>',
    )


def box(chart: Chart, i: int, value: float, look: str) -> None:
    """The bar of a unit."""
    left, right = chart.x(i + 0.12), chart.x(i + 0.88)
    chart.add(f'<path d="M{near(left)} {chart.bottom}V{near(chart.y(value))}H{near(right)}V{chart.bottom}" {look}/>')
