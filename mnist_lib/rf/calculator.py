"""``receptive_field``: the receptive-field table of any torch network, from what it really executes.

The network runs once, in evaluation mode, on a batch of one; ``tracer.py`` watches every
operation, and here the steps become rows. Batch normalization in evaluation mode mixes
nothing; instance, layer and group normalization mix the units they average over; so does
whatever else the network computes. Chapter: ``book/receptive-field.md``.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager, nullcontext
from unittest import mock

import torch
from torch.utils._pytree import tree_flatten, tree_unflatten

from .chain import field_of_layers, image_size
from .geometry import ReceptiveFieldError
from .rows import rows_of
from .rules.registry import UnknownOperation, rule
from .snapshot import left_as_found
from .table import Table

__all__ = ["ReceptiveFieldError", "UnknownOperation", "receptive_field", "rule"]


def receptive_field(network, input_size=None, *, title=None) -> Table:
    """The receptive-field table of a network.

    ``network`` is any ``torch.nn.Module`` that takes one image batch, or a plain list of
    ``mnist_lib.rf.layers`` records, or an ``Architecture``. ``input_size`` is (C, H, W); for
    (H, W) the channels are those the network's first convolution takes. An architecture knows
    its own. The network runs once, as in evaluation, and is left exactly as it was.

    Raises UnknownOperation where an operation has no rule (the message shows how to register
    one), ReceptiveFieldError where the network cannot be run on such an input or a map shrinks
    to nothing (the message names the layer), ValueError for an input size that is none.
    """
    if not isinstance(network, torch.nn.Module):
        if callable(network) and not hasattr(network, "layers"):
            raise TypeError(f"receptive_field takes a torch module, a list of layers or an architecture, not "
                            f"{network!r}; wrap a function in a module, or call the class to build one")
        return field_of_layers(network, input_size, title)
    network = getattr(network, "_orig_mod", network)  # a compiled network follows the one it was made from
    if input_size is None:
        raise ValueError("input_size is needed: (channels, height, width)")
    size = image_size(input_size)
    if len(tuple(input_size)) == 2:
        size = (_channels_of(network), *size[1:])
    from .interpreter import Interpreter
    from .repeat import confirm, drawn_outside
    from .tracer import Tracer

    with torch.no_grad(), _in_single_operations():
        with left_as_found(network) as snapshot:
            image, context = _image(network, size)
            tracer = Tracer(network, Interpreter(network), snapshot.tensors)
            drew = drawn_outside(snapshot)
            with context:
                _run(tracer, image, size)
            drew = drew()
        root = tracer.open[0]
        if root.result is None:
            confirm(network, tracer, image, drew)
            raise ReceptiveFieldError(f"{type(network).__name__} returns nothing that depends on the image")
        confirm(network, tracer, image, drew)
        rows, blocks = rows_of(root, size[1:])
    convention = "as in evaluation: batch normalization mixes no pixels"
    if image.is_meta:
        convention += "; a network without values (meta device): masks count as dense"
    return Table(title or type(network).__name__, size, tuple(rows), tuple(blocks), convention)


def _run(tracer, image, size):
    """The network's first run; errors name the module in which it stops."""
    name = type(tracer.network).__name__
    try:
        tracer.run(image)
    except ReceptiveFieldError as error:
        if isinstance(error, UnknownOperation) or tracer.error is None:
            raise
        raise ReceptiveFieldError(f"in {tracer.failed_in or name}: {error}") from error
    except Exception as error:
        shape = f", whose input has shape {tuple(tracer.failed_on)}" if tracer.failed_on else ""
        raise ReceptiveFieldError(f"the network cannot be run on {size}: it stops in "
                                  f"{tracer.failed_in or name}{shape}: {error}") from error


@contextmanager
def _in_single_operations():
    """Attention, recurrent layers and compiled parts run as the products and sums they are made of."""
    with ExitStack() as stack:
        stack.callback(torch._C._set_mkldnn_enabled, torch._C._get_mkldnn_enabled())
        torch._C._set_mkldnn_enabled(False)  # (torch.backends.mkldnn.flags warns of what it does not touch)
        if "torch._dynamo" not in sys.modules:  # nothing is compiled yet, and loading the compiler takes seconds
            stack.enter_context(mock.patch.object(torch, "compile", _uncompiled))
        elif hasattr(torch.compiler, "set_stance"):
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        if hasattr(torch, "cond"):
            stack.enter_context(mock.patch.object(torch, "cond", _both_branches))
        try:
            from torch.nn.attention import SDPBackend, sdpa_kernel
        except ImportError:  # torch before 2.3
            pass
        else:
            stack.enter_context(sdpa_kernel(SDPBackend.MATH))
        yield


def _uncompiled(model=None, **_):
    """``torch.compile`` as it is called and as it decorates, without compiling."""
    return (lambda decorated: decorated) if model is None else model


def _both_branches(pred, true_fn, false_fn, operands=()):
    """``torch.cond``: both branches, and element by element one or the other's result."""
    if not isinstance(pred, torch.Tensor):
        return (true_fn if pred else false_fn)(*operands)
    one, spec = tree_flatten(true_fn(*operands))
    other, _ = tree_flatten(false_fn(*operands))
    return tree_unflatten([torch.where(pred, a, b) for a, b in zip(one, other)], spec)


def _channels_of(network) -> int:
    for module in network.modules():
        if isinstance(module, torch.nn.modules.conv._ConvNd):
            return module.in_channels
    return 1


def _image(network, size):
    """A batch of one for the network: of its dtype, on its device; and the context to run it in."""
    values = [p for p in (*network.parameters(), *network.buffers())]
    if any(torch.nn.parameter.is_lazy(p) for p in values):
        raise ReceptiveFieldError("the network has lazy layers whose shapes are not known yet: run it once "
                                  "on an image, then ask again")
    first = next((p for p in values if p.is_floating_point()), torch.empty(0))
    if first.is_meta:
        return torch.empty(1, *size, dtype=first.dtype, device="meta"), torch.device("meta")
    image = torch.rand(1, *size, generator=torch.Generator().manual_seed(0))
    return image.to(first.device, first.dtype), nullcontext()
