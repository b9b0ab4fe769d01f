"""Training images: for each number of them and each network the accuracies, and the interval of their mean."""

ROOM = 60


def data() -> dict:
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
