"""The figures that answer back, a file each, named as in ``{touch} NAME``: what a figure's script gets to draw.

    data       (options) -> plain JSON; its parameters are the directive's options, with their usual values
    ROOM       the height of the controls on a desktop, in pixels, kept free until they come
    SCRIPTS    which scripts of ``book/_static`` it needs besides the shared ones, without ".js" (may be left out)

Everything comes from the records and the library when the page is written. ``book/_static/touch/NAME.js`` draws it:
on the page, and before, when the book is built (``book/_ext/painting.py``).
"""


def network_of(step: str):
    """The network of a step's recorded training with seed 0."""
    from mnist_lib.book.summaries import recorded
    from mnist_lib.training import trained

    return trained(next(run for run in recorded(step) if run.seed == 0))


def entering(network, layer, images):
    """What a layer of a network is given for some images."""
    import torch

    given: list = []
    hook = layer.register_forward_hook(lambda _, values, __: given.extend(values))
    with torch.no_grad():
        network(images)
    hook.remove()
    return given[0]
