"""Shifts: a test digit at each level of each shift, and what the networks get right there, with intervals."""

ROOM = 120
DIGIT, SHIFT, LEVEL = 0, "blurred", 3  # the test image, and what is there at first
SHADES = "0123456789abcdef"


def data() -> dict:
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
