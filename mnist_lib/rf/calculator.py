"""``receptive_field``: the receptive-field table of any torch network, from what it really executes.

The network runs once, in evaluation mode, on a batch of one; ``tracer.py`` watches every
operation, and here the steps become rows. Batch normalization in evaluation mode mixes
nothing; instance, layer and group normalization mix the units they average over; so does
whatever else the network computes. Chapter: ``book/receptive-field.md``.
"""

from __future__ import annotations

import random
import sys
from contextlib import ExitStack, contextmanager, nullcontext
from unittest import mock

import torch

from .chain import field_of_layers
from .geometry import ReceptiveFieldError
from .inputs import run_on
from .rows import rows_of
from .rules.registry import UnknownOperation, rule
from .table import Table

__all__ = ["ReceptiveFieldError", "UnknownOperation", "left_as_found", "receptive_field", "rule"]


def receptive_field(network, input_size=None, *, inputs=None, title=None) -> Table:
    """The receptive-field table of a network.

    ``network`` is any ``torch.nn.Module``, or a plain list of ``mnist_lib.rf.layers`` records, or
    an ``Architecture``, which knows its own size. ``input_size`` is the image's, channels first:
    (C, L) of a sequence, (C, H, W), or (C, D, H, W) of a volume; (L,) where tokens go into an
    embedding. Two numbers are (C, L) where the network's first convolution (or pooling, padding,
    normalization) is one-dimensional; else (H, W), with the channels that the first convolution
    takes. ``inputs`` are several: a dict of such sizes or of example tensors, batch first, by the
    names of the forward's arguments; the table then has a field in each.
    The network runs once, as in evaluation, and is left exactly as it was.

    Raises UnknownOperation where an operation has no rule (the message shows how to register
    one), ReceptiveFieldError where the network cannot be run on such an input or a map shrinks
    to nothing (the message names the layer), ValueError for an input size that is none.
    """
    if not isinstance(network, torch.nn.Module):
        if callable(network) and not hasattr(network, "layers"):
            raise TypeError(f"receptive_field takes a torch module, a list of layers or an architecture, not "
                            f"{network!r}; wrap a function in a module, or call the class to build one")
        if inputs is not None:
            raise ValueError("a list of layers has one input: give its input_size instead of inputs")
        return field_of_layers(network, input_size, title)
    network = getattr(network, "_orig_mod", network)  # a compiled network follows the one it was made from
    with left_as_found(network), torch.no_grad(), _in_single_operations():
        space, tensors = run_on(network, input_size, inputs)
        follower = _followed(network, space, tensors)
        rows, blocks = rows_of(follower.open[0], space)
    convention = "as in evaluation: batch normalization mixes no pixels"
    if tensors[0].is_meta:
        convention += "; a network without values (meta device): masks count as dense"
    return Table(title or type(network).__name__, _sizes(space), tuple(rows), tuple(blocks), convention, space,
                 follower.unused())


def _followed(network, space, tensors):
    """The follower of a network that has run once; errors name the layer."""
    from .tracer import Follower

    follower = Follower(network)
    try:
        with torch.device("meta") if tensors[0].is_meta else nullcontext():
            follower.run(space, tensors)
    except ReceptiveFieldError as error:
        if isinstance(error, UnknownOperation) or follower.error is None:
            raise
        raise ReceptiveFieldError(f"in {follower.failed_in or type(network).__name__}: {error}") from error
    except Exception as error:
        shape = f", whose input has shape {tuple(follower.failed_on)}" if follower.failed_on else ""
        raise ReceptiveFieldError(f"the network cannot be run on {_sizes(space)}: it stops in "
                                  f"{follower.failed_in or type(network).__name__}{shape}: {error}") from error
    if follower.open[0].result is None:
        raise ReceptiveFieldError(f"{type(network).__name__} returns nothing that depends on the image")
    return follower


def _sizes(space):
    """The size of the one input, or of each by its name."""
    sizes = {each.name: each.size for each in space.inputs}
    return sizes if len(sizes) > 1 else space.inputs[0].size


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


@contextmanager
def left_as_found(network):
    """Evaluation mode for as long as it lasts; then everything is as it was, also after an error.

    That is: each module's mode, attributes and hooks, and the random state of torch, numpy and
    Python. (What a forward writes into parameters and buffers, the follower puts back.)
    """
    modules = list(network.modules())
    attributes = [(m, dict(vars(m)), {k: v.copy() for k, v in vars(m).items()
                                      if isinstance(v, (dict, list, set))}) for m in modules]
    state, numpy = random.getstate(), sys.modules.get("numpy")
    numpy_state = numpy.random.get_state() if numpy else None
    devices = {p.device.index for p in network.parameters() if p.is_cuda}
    with ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(devices=sorted(devices)))
        try:
            for module in modules:
                module.__dict__["training"] = False
            yield
        finally:
            random.setstate(state)
            if numpy:
                numpy.random.set_state(numpy_state)
            for module, values, contents in attributes:
                vars(module).clear()
                vars(module).update(values)
                for name, content in contents.items():
                    _refill(values[name], content)


def _refill(container, content):
    """Give a dict, list or set its content back, if it changed."""
    if isinstance(container, list):
        if len(container) != len(content) or any(a is not b for a, b in zip(container, content)):
            container[:] = content
    elif isinstance(container, set):
        if container != content:
            container.clear()
            container.update(content)
    elif list(container) != list(content) or any(container[k] is not content[k] for k in content):
        container.clear()
        container.update(content)
