"""Training images: for each number of them and each network the accuracies, and the interval of their mean."""

from __future__ import annotations

from .chart import Axis, Chart, element, near

OPTIONS: dict[str, str] = {}
ROOM, BROAD = 60, False
SCRIPTS = ()
ROW, AROUND, LEFT = 44, 66, 110  # pixels: a row, what stands around the rows, and the names' edge
COLOURS = ("blue", "red", "green")


def data(options: dict[str, str]) -> dict:
    """Sizes, and for each network and size {values, low, high, told}: accuracies in per cent by seed; low and high are
    null of fewer than three; their mean and both as text, rounded once; null where nothing is recorded or asked."""
    from mnist_lib.studies.little import analysis as little
    from mnist_lib.studies.little import pages as little_pages

    networks = []
    for name, label in little_pages.NAMES.items():
        cells = []
        for images in little_pages.SIZES:
            runs = little.curve(name).get(images)
            values = little.accuracies(runs or [])
            missed = [[index for index, _ in run.misclassified] for run in runs or []]
            around = little.interval(values, missed)
            low, high = (round(v, 4) for v in around) if around else (None, None)
            told = f"{sum(values) / len(values):.2f} %" if runs else ""
            told += f" ({around.low:.2f} to {around.high:.2f})" if around else ""
            cells.append({"values": [round(v, 2) for v in values], "low": low, "high": high, "told": told}
                         if runs else None)  # fmt: skip
        networks.append({"name": label, "cells": cells})
    sizes = list(little_pages.SIZES)
    first = next((i for i in range(len(sizes)) if networks[0]["cells"][i]), len(sizes) - 1)
    return {"sizes": sizes, "at": first, "networks": networks}


def span(data: dict, at: int) -> tuple[float, float]:
    """The range of accuracies that is drawn for a number of images: whole halves of a point around all of them."""
    found = [v for one in data["networks"] if (cell := one["cells"][at])
             for v in (*cell["values"], *(e for e in (cell["low"], cell["high"]) if e is not None))]  # fmt: skip
    if not found:
        return 98.0, 100.0
    low, high = int(2 * min(found) - 0.2) / 2, int(2 * max(found) + 1.2) / 2
    return low, max(high, low + 0.5)


def still(data: dict) -> str:
    at, networks = data["at"], data["networks"]
    chart = Chart(
        AROUND + ROW * len(networks),
        Axis(*span(data, at), label="test accuracy (%)"),
        Axis(len(networks) - 0.4, -0.6, ticks=()),
        f"{data['sizes'][at]:,} training images",
        left=LEFT,
        top=28,
    )
    for i, network in enumerate(networks):
        cell, colour = network["cells"][at], f"var(--figure-{COLOURS[i]})"
        chart.add(element("text", network["name"], x=LEFT - 8, y=near(chart.y(i) + 4), text_anchor="end"))
        if not cell:
            continue
        if cell["low"] is not None:
            chart.line([(cell["low"], i), (cell["high"], i)], stroke=colour, stroke_width=7, stroke_opacity=0.3)
        for value in cell["values"]:
            dot = {"cx": near(chart.x(value)), "cy": near(chart.y(i)), "fill": colour, "fill_opacity": 0.7}
            chart.add(element("circle", class_="touch-dot", r=4.8, **dot))
    return chart.svg(
        f"A row for each of {len(networks)} networks trained on {data['sizes'][at]:,} images, with a dot for each "
        "training at its test accuracy and a bar for the interval of their mean."
    )
