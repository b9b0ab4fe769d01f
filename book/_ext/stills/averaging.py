"""Averaged weights: one weight that walks down a noisy slope, and the moving average that follows it."""

from __future__ import annotations

import math

from .chart import Axis, Chart

OPTIONS: dict[str, str] = {}
HEIGHT, ROOM = 260, 90
UPDATES, START, RATE, MEMORY = 400, 3.0, 0.2, 50


def data(options: dict[str, str]) -> dict:
    """The noise of every update, the same for every setting, and the settings that are there at first."""
    import torch

    noise = torch.randn(UPDATES, generator=torch.Generator().manual_seed(1))
    return {"noise": [round(n, 2) for n in noise.tolist()], "start": START, "rate": RATE, "memory": MEMORY}


def walked(noise: list[float], start: float, rate: float, memory: float) -> tuple[list[float], list[float]]:
    """The weight on the slope of w² / 2, and its average over so many updates, after each update."""
    w = average = start
    weights, averages = [], []
    for n in noise:
        w -= rate * (w + n)
        average += (w - average) / memory
        weights.append(w)
        averages.append(average)
    return weights, averages


def distance(values: list[float]) -> float:
    """The root mean square distance from the bottom over the second half of the walk."""
    late = values[len(values) // 2:]
    return math.sqrt(sum(v * v for v in late) / len(late))


def still(data: dict) -> str:
    weights, averages = walked(data["noise"], data["start"], data["rate"], data["memory"])
    chart = Chart(HEIGHT, Axis(0, UPDATES, label="update", count=4), Axis(-2, 3, ticks=(-2, -1, 0, 1, 2, 3)),
                  "distance from the bottom")
    chart.line(enumerate(weights), stroke="var(--figure-soft)", stroke_width=1.2)
    chart.line(enumerate(averages), stroke="var(--figure-blue)", stroke_width=3)
    return chart.svg(
        f"A thin line that wanders around zero, on average {distance(weights):.2f} away from it, and a thick line, its "
        f"moving average, that comes down later and then is {distance(averages):.2f} away."
    )
