"""What an input size means to a network: told by its layers, and where they say nothing, by what it runs on."""

from __future__ import annotations

import torch

from .inputs import example, first_layer, named_inputs
from .repetition import Repetition
from .snapshot import left_as_found
from .space import Space, image_size, of_size
from .tracer import Tracer


def run_on(network, input_size=None, inputs=None) -> tuple[Space, list[torch.Tensor]]:
    """What a network is run on: the space of its one image, or of several inputs, and a tensor for each.

    Raises ValueError where neither size nor inputs are given, or both, or they are none.
    """
    if (input_size is None) == (inputs is None):
        raise ValueError("input_size is needed, (channels, height, width), or inputs, one of the two")
    if inputs is not None:
        return named_inputs(network, inputs)
    size = _size_of(network, input_size)
    return of_size(size), [example(network, size)]


def _size_of(network, input_size) -> tuple[int, ...]:
    """What an input size means to the network: where its layers do not say it, what the network can be run on."""
    dimension, channels = first_layer(network)
    try:
        size = image_size(input_size, dimension, channels)
    except ValueError:
        given = tuple(input_size) if isinstance(input_size, (tuple, list)) else ()
        if len(given) == 4 and dimension in (1, 2) and runs(network, given):
            return given  # volumes that it takes apart
        if len(given) == 1 and dimension is None and not runs(network, given, False) and runs(network, given):
            return given  # tokens without an embedding
        raise
    if len(size) == 3 and len(tuple(input_size)) == 2 and not dimension:
        sequence = tuple(input_size)
        plane = any(p.dim() == 4 for p in network.parameters())
        options = [size, sequence] if plane else [sequence, size]
        return next((each for each in options if runs(network, each)), size)
    return size


def runs(network, size, tokens=True) -> bool:
    """Whether a network can be run on an input of a size; it is left as it was."""
    tensor = example(network, size)
    with left_as_found(network) as snapshot, torch.no_grad():
        try:
            Tracer(network, Repetition((), 1), snapshot.tensors).run(
                of_size(size), [tensor if tokens else tensor.float()])
        except Exception:
            return False
    return True
