"""One number of a map, added up from all maps before it: the champion's first convolution behind its pooling."""

from . import entering, network_of

ROOM = 110
STEP, INDEX = "beyond/champion", 0  # the first test image, a 7
AT, OUT, MAP = (4, 5), 2, 1  # the place, the map that comes out and the map whose products are told at first


def data() -> dict:
    """The maps in front of the convolution for one test digit and its kernels, to two decimals."""
    from torch import nn

    from mnist_lib.book.probe import sample

    network = network_of(STEP)
    modules = list(network.modules())
    pool = next(i for i, layer in enumerate(modules) if isinstance(layer, nn.MaxPool2d))
    layer = next(m for m in modules[pool:] if isinstance(m, nn.Conv2d))
    read = entering(network, layer, sample(INDEX + 1, "test")[0][INDEX:])[0]
    maps, kernels = ([[round(v, 2) for v in part.flatten().tolist()] for part in parts] for parts in (
        read, layer.weight.detach().flatten(0, 1)))
    count = len(maps)
    return {"maps": maps, "side": read.shape[-1], "at": list(AT), "out": OUT, "map": MAP,
            "kernels": [kernels[i:i + count] for i in range(0, len(kernels), count)]}
