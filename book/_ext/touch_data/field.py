"""The receptive field of a unit, on a digit: the calculator's drawing with the page's own networks."""

ROOM = 270
SCRIPTS = ("parts/windows", "parts/pictures", *(f"calculator/{name}" for name in (
    "geometry", "dependence", "layers", "network", "export", "controls", "stage", "maps", "drawing")))
DIGIT, SIZE = 7, (1, 28, 28)


def lists(show: str, network: str) -> list[tuple[str, tuple[int, int, int], list, int]]:
    """(name, input size, layers, number of the map to look at first) of each list that the figure offers."""
    from mnist_lib.experiments import EXPERIMENTS
    from mnist_lib.networks import ARCHITECTURES, flat_layers
    from mnist_lib.rf import conv, max_pool

    if show == "network":
        architecture = ARCHITECTURES.get(network) or EXPERIMENTS[network].architecture
        return [(network, architecture.input_size, [layer for _, layer in flat_layers(architecture)], 0)]
    kernels = [conv(8, 3), conv(8, 3)]
    return {
        "dilation": [("dilations " + ", ".join(map(str, ds)), SIZE, [conv(8, 3, dilation=d) for d in ds], 3)
                     for ds in ((2, 2, 2), (1, 2, 4), (1, 1, 1))],
        "padding": [(name, SIZE, [*[conv(8, 3, padding=p)] * 3, max_pool(2), *[conv(8, 3, padding=p)] * 3], 7)
                    for name, p in (("padding 1", 1), ("no padding", 0))],
        "stride": [(name, SIZE, [*kernels[:i], max_pool(2), *kernels[i:]], 3)
                   for i, name in enumerate(("pooling first", "in the middle", "pooling last"))],
    }[show]


def data(show: str = "network", network: str = "six-models/steplr") -> dict:
    """The lists as the calculator's page has them, the unit that is looked at first, and a digit."""
    import calculator

    from mnist_lib.rf import receptive_field

    found = []
    for name, size, layers, level in lists(show, network):
        rows = [row for row in receptive_field(layers, size) if not row.plain]
        level = level or max(i for i, row in enumerate(rows, 1) if row.n_out > 1)
        unit = [0, 0] if show == "padding" else [rows[level - 1].n_out // 2] * 2
        found.append({"name": name, "layers": calculator.page_layers(layers), "unit": [level, *unit],
                      "input": dict(zip(("channels", "height", "width"), map(str, size), strict=True))})
    return {"lists": found, "digit": next(d for d in calculator.digits() if d["label"] == DIGIT)}
