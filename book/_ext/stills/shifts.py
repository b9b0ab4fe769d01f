"""Shifts: a test digit at each level of each shift, and what the networks get right there, with intervals."""

from __future__ import annotations

from .chart import Axis, Chart, element, near, svg

OPTIONS: dict[str, str] = {}
ROOM, BROAD = 120, False
SCRIPTS = ()
DIGIT, SHIFT, LEVEL = 0, "blurred", 3  # the test image, and what is there at first
SIDE, ROW, AROUND, LEFT = 150, 26, 62, 300  # pixels: the digit, a row, what stands around the rows, and the names' edge
SHADES = "0123456789abcdef"


def data(options: dict[str, str]) -> dict:
    """Shifts with their levels, the digit in each (a hexadecimal shade a pixel), and for each network and level
    [accuracy, low, high] in per cent; level 0 is clean."""
    from mnist_lib.data import mnist
    from mnist_lib.studies.shifts import analysis as travel
    from mnist_lib.studies.shifts import plan as declared
    from mnist_lib.studies.shifts.transforms import SHIFTS, shifted

    image = mnist("test").images[DIGIT : DIGIT + 1]
    networks = []
    for name in travel.SHOWN:
        cells = [
            [
                [round(v, 4) for v in (travel.accuracy(name, s, level), *travel.accuracy_interval(name, s, level))]
                for level in range(6)
            ]
            for s in SHIFTS
        ]
        networks.append({"name": travel.label(name), "seeds": len(travel.of(name)), "cells": cells,
                         "augmented": name != declared.PLAIN_NETWORK})  # fmt: skip
    return {
        "shift": list(SHIFTS).index(SHIFT),
        "level": LEVEL,
        "shifts": [{"name": s.name, "what": s.what, "unit": s.unit, "levels": s.levels} for s in SHIFTS.values()],
        "digits": [
            ["".join(SHADES[round(v / 17)] for v in shifted(image, s, k, [DIGIT]).flatten().tolist()) for k in range(6)]
            for s in SHIFTS
        ],
        "networks": networks,
    }


def still(data: dict) -> str:
    shift, level, networks = data["shifts"][data["shift"]], data["level"], data["networks"]
    chart = Chart(
        AROUND + ROW * len(networks),
        Axis(0, 100, label="accuracy (%)"),
        Axis(len(networks) - 0.4, -0.6, ticks=()),
        f"{shift['name']}, level {level}: {shift['levels'][level - 1]:g} {shift['unit']}",
        left=LEFT,
        top=28,
    )
    for i, network in enumerate(networks):
        value, low, high = network["cells"][data["shift"]][level]
        colour = f"var(--figure-{'blue' if network['augmented'] else 'red'})"
        chart.add(element("text", network["name"], x=LEFT - 8, y=near(chart.y(i) + 4), text_anchor="end"))
        chart.line([(low, i), (high, i)], stroke=colour, stroke_width=2)
        at = {"cx": near(chart.x(value)), "cy": near(chart.y(i))}
        chart.add(element("circle", class_="touch-dot", r=4.8, fill=colour, **at))
    squares = "".join(
        element("rect", x=i % 28, y=i // 28, width=1.03, height=1.03, opacity=round(int(v, 16) / 15, 2))
        for i, v in enumerate(data["digits"][data["shift"]][level])
        if v != "0"
    )
    digit = (
        f'<g transform="translate(0 34) scale({near(SIDE / 28)})" fill="var(--figure-ink)">{squares}'
        '<rect width="28" height="28" fill="none" stroke="var(--figure-soft)" stroke-width="0.12"/></g>'
    )
    best = max(networks, key=lambda one: one["cells"][data["shift"]][level][0])
    return svg(
        chart.width,
        chart.height,
        f"A handwritten 7, {shift['name']}, and beside it a row for each of {len(networks)} networks with its accuracy "
        f"on such images and an interval; {best['name']} is the highest.",
        "".join(chart.drawn) + digit,
    )
