"""Batch normalization: the values of one channel before it and after, as histograms."""

from __future__ import annotations

from statistics import fmean, pvariance

from .activations import STEP, normalized_layer
from .chart import Axis, Chart, near, svg

OPTIONS: dict[str, str] = {}
HEIGHT, ROOM = 340, 150
EACH = 170
LOW, HIGH, BINS = -6.0, 6.0, 60
EPS = 1e-5


def data(options: dict[str, str]) -> dict:
    """One channel's values for a batch of test images, and the scale and shift that were learned for it."""
    return {"step": STEP, **normalized_layer()}


def normalized(values: list[float], scale: float = 1, shift: float = 0) -> list[float]:
    """(v - mean) / sqrt(variance + eps) times scale plus shift, over these values."""
    mean, deviation = fmean(values), (pvariance(values) + EPS) ** 0.5
    return [(v - mean) / deviation * scale + shift for v in values]


def counts(values: list[float]) -> list[int]:
    """How many values fall into each bin; what lies outside of the picture into none."""
    found = [0] * BINS
    for v in values:
        if LOW <= v < HIGH:
            found[int((v - LOW) / (HIGH - LOW) * BINS)] += 1
    return found


def histogram(chart: Chart, values: list[float], colour: str) -> None:
    """Bars as one path."""
    wide = (HIGH - LOW) / BINS
    d = "".join(
        f"M{near(chart.x(LOW + i * wide))} {chart.bottom}V{near(chart.y(count))}H{near(chart.x(LOW + (i + 1) * wide))}"
        f"V{chart.bottom}z"
        for i, count in enumerate(counts(values))
        if count
    )
    chart.add(f'<path d="{d}" fill="var(--figure-{colour})" stroke="var(--figure-ground)" stroke-width="0.5"/>')


def still(data: dict) -> str:
    parts = []
    for name, values, colour in (
        ("before: one channel of a batch", data["values"], "red"),
        ("after: mean = shift, deviation = scale", normalized(data["values"]), "blue"),
    ):
        most = max(counts(values)) * 1.05
        chart = Chart(
            EACH, Axis(LOW, HIGH, ticks=range(-6, 7, 2), name="{:g}".format), Axis(0, most, ticks=()), name, left=8
        )
        histogram(chart, values, colour)
        parts.append("".join(chart.drawn))
    return svg(
        640,
        HEIGHT,
        "Two histograms of the same values on the same axis. Before the normalization they lie to one side "
        "and are spread; after it they lie around zero with a standard deviation of one.",
        f'{parts[0]}<g transform="translate(0 {EACH})">{parts[1]}</g>',
    )
