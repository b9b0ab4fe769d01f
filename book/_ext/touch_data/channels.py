"""One number of a map, added up from all maps before it: the champion's first convolution behind its pooling."""

ROOM = 110
AT, OUT, MAP = (4, 5), 2, 1  # the place, the map that comes out and the map whose products are told at first


def data(step: str = "beyond/champion", digit: str = "7") -> dict:
    """The maps in front of the convolution for one test digit and its kernels, to two decimals."""
    import torch
    from torch import nn

    from mnist_lib.book.summaries import recorded
    from mnist_lib.data import mnist
    from mnist_lib.training import trained

    network = trained(next(run for run in recorded(step) if run.seed == 0))
    modules = list(network.modules())
    pool = next(i for i, layer in enumerate(modules) if isinstance(layer, nn.MaxPool2d))
    layer = next(m for m in modules[pool:] if isinstance(m, nn.Conv2d))
    test, read = mnist("test"), []
    image = test.images[(test.labels == int(digit)).nonzero()[0, 0]][None].float() / 255
    hook = layer.register_forward_hook(lambda _, given, out: read.append(given[0][0]))
    with torch.no_grad():
        network((image - 0.1307) / 0.3081)
    hook.remove()
    maps, kernels = ([[round(v, 2) for v in part.flatten().tolist()] for part in parts] for parts in (
        read[0], layer.weight.detach().flatten(0, 1)))
    count = len(maps)
    return {"maps": maps, "side": read[0].shape[-1], "at": list(AT), "out": OUT, "map": MAP,
            "kernels": [kernels[i:i + count] for i in range(0, len(kernels), count)]}
