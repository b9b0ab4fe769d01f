"""Batch normalization: the values of one channel of a recorded network, before it and after."""

from functools import cache

ROOM = 150
STEP, LAYER = "six-models/batchnorm", "block2.batchnorm2"
IMAGES, KEPT = 64, 600  # test images that are put through, and values of a channel that are kept


@cache
def data() -> dict:
    """One channel's values for a batch of test images, and the scale and shift that were learned for it."""
    import torch

    from mnist_lib.book.summaries import recorded
    from mnist_lib.data import mnist
    from mnist_lib.training import trained

    network, seen = trained(next(run for run in recorded(STEP) if run.seed == 0)), []
    layer = network.get_submodule(LAYER)
    hook = layer.register_forward_hook(lambda _, given, __: seen.append(given[0]))
    images = (mnist("test").images[:IMAGES].float() / 255 - 0.1307) / 0.3081
    with torch.no_grad():
        network(images)
    hook.remove()
    before = seen[0].transpose(0, 1).flatten(1)  # (channels, values)
    channel = int((before.mean(1).abs() / before.std(1)).argmax())  # the one that has most to be moved
    values = before[channel, :: before.shape[1] // KEPT][:KEPT]
    return {"step": STEP, "layer": LAYER, "values": [round(v, 3) for v in values.tolist()],
            "scale": round(layer.weight[channel].item(), 3), "shift": round(layer.bias[channel].item(), 3)}
