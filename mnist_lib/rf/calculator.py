"""``receptive_field``: the receptive-field table of any torch network, from what it really executes.

The network runs once, in evaluation mode, on a batch of one; ``tracer.py`` watches every
operation, and here the steps become rows. Batch normalization in evaluation mode mixes
nothing; instance, layer and group normalization mix the units they average over; so does
whatever else the network computes. Chapter: ``book/learn/receptive-field.md``.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from unittest import mock

import torch
from torch.utils._pytree import tree_flatten, tree_unflatten

from .chain import field_of_layers
from .geometry import ReceptiveFieldError
from .inputs import run_on, unlikely
from .operators import alternative
from .rules.registry import UnknownOperation, flat_tensors, rule
from .snapshot import left_as_found
from .table import Table

__all__ = ["ReceptiveFieldError", "UnknownOperation", "receptive_field", "rule"]


def receptive_field(network, input_size=None, *, inputs=None, title=None, layout="", dtype=None, device=None) -> Table:
    """The receptive-field table of a network.

    ``network`` is any ``torch.nn.Module``, or a plain list of ``mnist_lib.rf.layers`` records, or
    an ``Architecture``, which knows its own size. ``input_size`` is the image's, without the batch,
    channels first: (C, L) of a sequence, (C, H, W), or (C, D, H, W) of a volume; (L,) of tokens that
    go into an embedding, or of a sequence without channels. It is tried as it is given; where the
    network does not run on it, and its first convolution has as many dimensions as there are
    numbers, with the channels which that takes: (H, W).

    Instead of a size, in either place: a tensor, which has its batch; a list of sizes and tensors, in
    the order of the forward's arguments; a dict by their names; or these nested. Whatever else is in
    them (numbers, flags, None, tensors of no or one axis, as a timestep or the lengths of a batch)
    is passed on as it is: ``inputs={"sample": (3, 32, 32), "timestep": 5}``. The table has a field in
    each input. ``layout="TF"`` says that a size, and the tensor made of it, has time first and
    the features last, (N, T, F); "HWC" that of an image. ``dtype`` and ``device`` are those of the
    examples that are made of sizes: the network's own, if not given.

    The network runs as in evaluation, and is left exactly as it was.

    An operation without a rule is measured by changing its inputs, and its row says so. Raises
    UnknownOperation where that cannot be done and the output depends on it, or where another image or
    chance would lead to other fields (the message shows how to register a rule), ReceptiveFieldError where the
    network cannot be run on such an input or a map shrinks to nothing (the message names the layer),
    ValueError for an impossible input size.
    """
    if not isinstance(network, torch.nn.Module):
        if callable(network) and not hasattr(network, "layers"):
            raise TypeError(f"receptive_field takes a torch module, a list of layers or an architecture, not "
                            f"{network!r}; wrap a function in a module, or call the class to build one")
        if inputs is not None:
            raise ValueError("a list of layers has one input: give its input_size instead of inputs")
        return field_of_layers(network, input_size, title)
    network = getattr(network, "_orig_mod", network)  # a compiled network follows the one it was made from
    with torch.no_grad(), _in_single_operations(), _uncollected():
        runs, found = _followed(network, input_size, inputs, layout, dtype, device)
    space, convention = runs.space, ["as in evaluation: batch normalization mixes no pixels"]
    if runs.first.tensors[0].is_meta:
        convention.append("a network without values (meta device): masks count as dense")
    if runs.paths > 1:
        convention.append("what is executed differs from image to image, what is seen does not")
    convention += filter(None, [unlikely(network, space)])
    return Table(title or type(network).__name__, _sizes(space), convention="; ".join(convention),
                 space=replace(space, call=None), unused=runs.unused, **found)


def _followed(network, *given):
    """The runs of a network, and the table that all of them have."""
    from .chance import states
    from .interpreter import Interpreter
    from .repeat import Repeats
    from .tracer import Tracer

    with left_as_found(network) as snapshot:
        space, tensors = run_on(network, *given)
        tensors = [t if t.is_contiguous() else t.clone() for t in tensors]  # no memory in overlapping places
        tracer, before = Tracer(network, Interpreter(network), snapshot.tensors), states()
        with torch.device("meta") if tensors[0].is_meta else nullcontext():
            output = _run(tracer, space, [t.clone() for t in tensors])
        tracer.drew = tracer.interpreter.chance or bool(snapshot.generators) or states() != before
        runs = Repeats(network, tracer, space, tensors, snapshot)
        if not tensors[0].is_meta:
            snapshot.put_back()
            runs.confirm()
    if tracer.open[0].result is None:
        raise ReceptiveFieldError(_nothing(network, output))
    return runs, runs.first.rows


def _run(tracer, space, tensors):
    """The network's first run; errors name the module in which it stops."""
    name = type(tracer.network).__name__
    try:
        return tracer.run(space, tensors)
    except ReceptiveFieldError as error:
        if isinstance(error, UnknownOperation) or tracer.error is None:
            raise
        raise ReceptiveFieldError(f"in {tracer.failed_in or name}: {error}") from error
    except Exception as error:
        shape = f", whose input has shape {tuple(tracer.failed_on)}" if tracer.failed_on else ""
        raise ReceptiveFieldError(f"the network cannot be run on {_sizes(space)}: it stops in "
                                  f"{tracer.failed_in or name}{shape}: {error}") from error


def _nothing(network, output):
    """What to say of an output in which nothing is followed."""
    name, tensors = type(network).__name__, flat_tensors(output)
    if tensors and not any(t.numel() for t in tensors):
        return f"{name} returns only empty tensors for this input, as if it had found nothing.{alternative(network)}"
    if isinstance(output, Iterator):
        return (f"{name} returns a {type(output).__name__}, which computes when it is asked: wrap the network in a "
                f"module that returns a list of it")
    return f"{name} returns nothing that depends on the image"


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
        if hasattr(torch, "cond"):
            stack.enter_context(mock.patch.object(torch, "cond", _both_branches))
        for name in ("utils", "observer"):  # a check of PyTorch's own whether an observer has seen anything
            module = sys.modules.get(f"torch.ao.quantization.{name}")
            if hasattr(module, "check_min_max_valid"):
                stack.enter_context(mock.patch.object(module, "check_min_max_valid", lambda low, high: True))
        try:
            from torch.nn.attention import SDPBackend, sdpa_kernel
        except ImportError:  # torch before 2.3
            stack.enter_context(torch.backends.cuda.sdp_kernel(enable_flash=False, enable_mem_efficient=False))
        else:
            stack.enter_context(sdpa_kernel([SDPBackend.FLASH_ATTENTION, SDPBackend.MATH]))
        yield


@contextmanager
def _uncollected():
    """Cyclic garbage waits: looking for it among all that torch has loaded takes as long as a small network."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


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
