"""Batch normalization: the values of one channel of a recorded network, before it and after."""

from functools import cache

from . import entering, network_of

ROOM = 150
STEP, LAYER = "six-models/batchnorm", "block2.batchnorm2"
IMAGES, KEPT = 64, 600  # test images that are put through, and values of a channel that are kept


@cache
def data() -> dict:
    """One channel's values for a batch of test images, and the scale and shift that were learned for it."""
    from mnist_lib.book.probe import sample

    network = network_of(STEP)
    layer = network.get_submodule(LAYER)
    before = entering(network, layer, sample(IMAGES, "test")[0]).transpose(0, 1).flatten(1)  # (channels, values)
    channel = int((before.mean(1).abs() / before.std(1)).argmax())  # the one that has most to be moved
    values = before[channel, :: before.shape[1] // KEPT][:KEPT]
    return {"step": STEP, "layer": LAYER, "values": [round(v, 3) for v in values.tolist()],
            "scale": round(layer.weight[channel].item(), 3), "shift": round(layer.bias[channel].item(), 3)}
