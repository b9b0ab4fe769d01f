"""Bits a weight: the weights of a trained network, where they lie on a grid of so many bits, and what that costs."""

from __future__ import annotations

from .chart import Axis, Chart

OPTIONS: dict[str, str] = {}
ROOM, BROAD = 110, False
SCRIPTS = ()
BINS, HEIGHT, FIRST = 64, 260, 4  # bins of the weights in float, pixels, and the bits that are there at first


def data(options: dict[str, str]) -> dict:
    """For each network of seed 0: counts of its weights, each over the largest of its channel, in BINS from -1 to 1;
    and for each width its bytes, the counts on the grid from the lowest value on, and [mean accuracy as text, so
    that it is rounded once, trainings] rounded and tuned, null where not recorded."""
    from mnist_lib.studies.little import analysis as little
    from mnist_lib.studies.little import bits_plan as bits
    from mnist_lib.studies.little import bits_quantize as quantize
    from mnist_lib.studies.little import pages as little_pages
    from mnist_lib.training import records, trained

    def accuracy(name, width, tuned):
        found = [one.accuracy for one in little.versions(name, width, tuned=tuned)]
        return [f"{sum(found) / len(found):.2f}", len(found)] if found else None

    networks = []
    for name in bits.NETWORKS:
        folded = quantize.folded(trained(records.load(records.path(name, 0))))
        layers = [conv.weight.detach() for conv in quantize.convolutions(folded).values()]
        shares = [w / quantize.on_grid(w, 2).scale for w in layers]  # at 2 bits the scale is the largest
        counts = sum(share.flatten().clamp(-1, 1).histc(BINS, -1, 1) for share in shares)
        widths = []
        for width in (bits.FLOAT, *bits.WIDTHS):
            most = 2 ** (width - 1) - 1
            codes = [quantize.on_grid(w, width).codes.flatten().long() + most for w in layers if width < bits.FLOAT]
            grid = sum(code.bincount(minlength=2 * most + 1) for code in codes).tolist() if codes else None
            widths.append({"bits": width, "bytes": len(quantize.to_bytes(folded, width)), "grid": grid,
                           "rounded": accuracy(name, width, False), "tuned": accuracy(name, width, True)})  # fmt: skip
        networks.append({"name": little_pages.NAMES[name], "weights": [int(n) for n in counts], "widths": widths})
    return {"network": 0, "width": [one["bits"] for one in networks[0]["widths"]].index(FIRST), "networks": networks}


def still(data: dict) -> str:
    network = data["networks"][data["network"]]
    one, total = network["widths"][data["width"]], sum(network["weights"])
    weights, grid = [100 * n / total for n in network["weights"]], [100 * n / total for n in one["grid"] or []]
    chart = Chart(
        HEIGHT,
        Axis(-1.05, 1.05, ticks=(-1, -0.5, 0, 0.5, 1), label="weight, over the largest of its channel"),
        Axis(0, 1.05 * max(weights + grid)),
        f"{network['name']}, {one['bits']} bits: share of the weights (%)",
    )
    for i, share in enumerate(weights):
        chart.rect((2 * i / BINS - 1, 2 * (i + 1) / BINS - 1), (0, share), fill="var(--figure-soft)", fill_opacity=0.45)
    most = len(grid) // 2
    for i, share in enumerate(grid):
        at = (i - most) / most
        chart.line([(at, 0), (at, share)], stroke="var(--figure-blue)", stroke_width=2 if most > 15 else 4)
    return chart.svg(
        f"The weights of the {network['name']} network in float, a grey heap around zero, and upright lines where "
        f"they lie on the {len(grid)} values of the grid, the longest in the middle."
    )
