"""Gradient descent in a long valley: sixty updates with a learning rate and a momentum."""

from __future__ import annotations

from .chart import Axis, Chart

OPTIONS: dict[str, str] = {}
HEIGHT, ROOM = 300, 80
STEEP, START = 50, (10.0, 1.0)


def walk(rate: float, momentum: float, updates: int) -> list[tuple[float, float]]:
    """The places that updates visit: v = momentum v + gradient, w = w - rate v."""
    w, v, places = START, (0.0, 0.0), [START]
    for _ in range(updates):
        v = tuple(momentum * last + slope * at for last, slope, at in zip(v, (1, STEEP), w, strict=True))
        w = tuple(at - rate * by for at, by in zip(w, v, strict=True))
        places.append(w)
    return places


def data(options: dict[str, str]) -> dict:
    """What the sliders begin with."""
    return {"rate": 0.015, "momentum": 0.0, "updates": 60}


def still(data: dict) -> str:
    chart = Chart(HEIGHT, Axis(-11, 11, ticks=(-10, -5, 0, 5, 10), label="the flat direction a"),
                  Axis(-2.2, 2.2, ticks=(-2, -1, 0, 1, 2)), "the steep direction b", left=30)
    chart.line(walk(data["rate"], data["momentum"], data["updates"]), class_="touch-test", stroke_width=1.5)
    return chart.svg("A walk into a long valley: without momentum it drops to the floor at once, then crawls along it; "
                     "after sixty updates it is still on its way to the middle.")
