"""Numbers out of a recorded network for the figures on batch normalization and dropout."""

from __future__ import annotations

from functools import cache

STEP, LAYER = "six-models/batchnorm", "block2.batchnorm2"
IMAGES, KEPT = 64, 600  # test images that are put through, and values of a channel that are kept


@cache
def normalized_layer() -> dict:
    """What batch normalization gets in one channel, for a batch of test images, and what it learned for it.

    ``values`` are KEPT numbers before the normalization, ``scale`` and ``shift`` the channel's own, ``layer`` its name.
    """
    import torch

    from mnist_lib.book.summaries import recorded
    from mnist_lib.data import mnist
    from mnist_lib.training import trained

    run = next(run for run in recorded(STEP) if run.seed == 0)
    network, seen = trained(run), []
    layer = network.get_submodule(LAYER)
    hook = layer.register_forward_hook(lambda _, given, __: seen.append(given[0]))
    images = (mnist("test").images[:IMAGES].float() / 255 - 0.1307) / 0.3081
    with torch.no_grad():
        network(images)
    hook.remove()
    before = seen[0].transpose(0, 1).flatten(1)  # (channels, values)
    channel = int((before.mean(1).abs() / before.std(1)).argmax())  # the one that has most to be moved
    values = before[channel, :: before.shape[1] // KEPT][:KEPT]
    return {
        "values": [round(v, 3) for v in values.tolist()],
        "layer": LAYER,
        "scale": round(layer.weight[channel].item(), 3),
        "shift": round(layer.bias[channel].item(), 3),
    }
