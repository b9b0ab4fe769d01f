"""One number of a map, added up from all maps before it: the champion's first convolution behind its pooling."""

from __future__ import annotations

from .chart import Axis, Chart, element

OPTIONS = {"step": "beyond/champion", "digit": "7"}
HEIGHT, ROOM = 240, 110
AT, OUT, MAP = (4, 5), 2, 1  # the place, the map that comes out and the map whose products are told at first
KERNEL = 3


def data(options: dict[str, str]) -> dict:
    """The maps in front of the convolution for one test digit and its kernels, to two decimals."""
    import torch
    from torch import nn

    from mnist_lib.book.summaries import recorded
    from mnist_lib.data import mnist
    from mnist_lib.training import trained

    network = trained(next(run for run in recorded(options["step"]) if run.seed == 0))
    modules = list(network.modules())
    pool = next(i for i, layer in enumerate(modules) if isinstance(layer, nn.MaxPool2d))
    layer = next(m for m in modules[pool:] if isinstance(m, nn.Conv2d))
    test, read = mnist("test"), []
    image = test.images[(test.labels == int(options["digit"])).nonzero()[0, 0]][None].float() / 255
    hook = layer.register_forward_hook(lambda _, given, out: read.append(given[0][0]))
    with torch.no_grad():
        network((image - 0.1307) / 0.3081)
    hook.remove()
    maps, kernels = ([[round(v, 2) for v in part.flatten().tolist()] for part in parts] for parts in (
        read[0], layer.weight.detach().flatten(0, 1)))
    count = len(maps)
    return {"maps": maps, "side": read[0].shape[-1], "at": list(AT), "out": OUT, "map": MAP,
            "kernels": [kernels[i:i + count] for i in range(0, len(kernels), count)]}


def sums(data: dict) -> list[float]:
    """The nine products of each map at the place where the figure begins, added up."""
    (row, column), side, kernels = data["at"], data["side"], data["kernels"][data["out"]]
    return [sum(of[(row + i // KERNEL) * side + column + i % KERNEL] * weight for i, weight in enumerate(kernel))
            for of, kernel in zip(data["maps"], kernels, strict=True)]


def still(data: dict) -> str:
    parts = sums(data)
    ends = [sum(parts[:i]) for i in range(len(parts) + 1)]
    low, high = min(ends), max(ends)
    chart = Chart(HEIGHT, Axis(low - 0.1, high + 0.1), Axis(len(parts) + 0.5, 0.5, ticks=range(1, len(parts) + 1)),
                  "eight sums of nine products, one after the other", left=26)
    for i, value in enumerate(parts):
        chart.rect((ends[i], ends[i + 1]), (i + 0.7, i + 1.3), class_="touch-pos" if value > 0 else "touch-neg")
    chart.add(element("path", class_="touch-cursor", d=f"M{chart.x(ends[-1]):.1f} {chart.top}V{chart.bottom}"))
    return chart.svg("One number of a map of the champion: eight bars, one for each map it reads, each beginning where "
                     f"the one before ends, and the last ending at {ends[-1]:.2f}.")
