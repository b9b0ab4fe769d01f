"""Global average pooling: the parameters of a dense head against the side of the map before it."""

from __future__ import annotations

from .chart import Axis, Chart, element

OPTIONS: dict[str, str] = {}
HEIGHT, ROOM = 270, 80
SIDES = range(1, 15)
MOST = 20_000  # parameters of the picture
SIDE, CHANNELS, CLASSES, BUDGET = 7, 16, 10, 8000


def dense(side: int, channels: int) -> int:
    """Parameters of a fully connected layer over the whole map, with biases."""
    return side * side * channels * CLASSES + CLASSES


def averaged(channels: int) -> int:
    """The same behind a global average: one number a channel is left."""
    return dense(1, channels)


def data(options: dict[str, str]) -> dict:
    """What the sliders begin with, and the budget of the book."""
    return {"side": SIDE, "channels": CHANNELS, "classes": CLASSES, "budget": BUDGET, "most": max(SIDES)}


def still(data: dict) -> str:
    side, channels, budget = data["side"], data["channels"], data["budget"]
    chart = Chart(
        HEIGHT,
        Axis(1, max(SIDES), ticks=SIDES, label="side of the last map"),
        Axis(0, MOST, ticks=(0, 5000, 10_000, 15_000, 20_000), name=lambda v: f"{v:,.0f}"),
        "parameters of the head",
        left=56,
    )
    chart.line([(1, budget), (max(SIDES), budget)], class_="touch-rule")
    shown = [(float(s), float(dense(s, channels))) for s in SIDES if dense(s, channels) <= MOST]
    (last, under), over = shown[-1], dense(len(shown) + 1, channels)
    shown.append((last + (MOST - under) / (over - under), float(MOST)))  # where the line leaves the picture
    chart.line(shown, class_="touch-train", stroke_width=2.5)
    chart.line([(s, averaged(channels)) for s in SIDES], class_="touch-test", stroke_width=2.5)
    for count, colour in ((dense(side, channels), "red"), (averaged(channels), "blue")):
        place = {"cx": chart.x(side), "cy": chart.y(count), "r": 5}
        chart.add(element("circle", class_="touch-dot", fill=f"var(--figure-{colour})", **place))
    return chart.svg(
        f"Parameters against the side of the map, for {channels} channels: those of a dense layer rise with the square "
        f"of it, through the line of {budget:,}; those after a global average stay at {averaged(channels)}."
    )
