"""Rules of the operations that move, copy or cut elements: views, concatenation, indexing."""

from __future__ import annotations

from dataclasses import replace

import torch

from .. import intervals, moving
from ..intervals import NOTHING, STILL, Intervals, found_steps
from .indexing import anywhere, drawn
from .registry import built_in, flat_tensors, listed


@built_in("alias", "detach", "clone", "_to_copy", "lift_fresh", "lift_fresh_copy", "contiguous", "to", "positive",
          "detach_copy", "alias_copy", "native_dropout", "dropout", "alpha_dropout")
def _(call):
    return call.intervals(call.args[0])


@built_in("copy")
def _(call):
    return intervals.broadcast(call.intervals(call.args[1]), call.args[0].shape)


@built_in("zeros_like", "ones_like", "full_like", "empty_like", "rand_like", "randn_like", "randint_like",
          "new_empty", "new_zeros", "new_ones", "new_full", "new_empty_strided", "zero", "uniform",
          "bernoulli_like", "exponential", "random", "geometric", "log_normal", "cauchy", "randint_like")
def _(call):
    return None if not call.traced else [call.nothing(t.shape) for t in call.outputs]


@built_in("fill")
def _(call):
    value = call.args[1]
    filled = call.intervals(value) if isinstance(value, torch.Tensor) else call.nothing(())
    return intervals.broadcast(filled, call.shape)


@built_in("permute", "permute_copy")
def _(call):
    source = call.args[0]
    return moving.permuted(call.intervals(source), [d % source.dim() for d in call.args[1]])


@built_in("transpose", "t", "transpose_copy", "swapaxes", "numpy_T")
def _(call):
    source, rank = call.args[0], call.args[0].dim()
    one, other = (d % rank for d in call.args[1:3]) if len(call.args) > 2 else (0, rank - 1)
    order = list(range(rank))
    order[one], order[other] = order[other], order[one]
    return moving.permuted(call.intervals(source), order)


@built_in("unsqueeze", "unsqueeze_copy")
def _(call):
    source = call.args[0]
    return moving.unsqueezed(call.intervals(source), call.args[1] % (source.dim() + 1))


@built_in("squeeze", "squeeze_copy")
def _(call):
    source = call.args[0]
    asked = call.args[1] if len(call.args) > 1 else range(source.dim())
    asked = [d % source.dim() for d in ([asked] if isinstance(asked, int) else asked)] if source.dim() else []
    return intervals.dropped(call.intervals(source), [d for d in asked if source.shape[d] == 1])


@built_in("expand", "expand_copy")
def _(call):
    return intervals.broadcast(call.intervals(call.args[0]), call.shape)


@built_in("select", "select_copy")
def _(call):
    source, dim, index = call.args[:3]
    return moving.selected(call.intervals(source), dim % source.dim(), index)


@built_in("slice", "slice_copy")
def _(call):
    source, dim = call.args[0], (call.get("dim", 0)) % call.args[0].dim()
    start, size = call.get("start") or 0, source.shape[dim]
    start = min(max(start + size if start < 0 else start, 0), size)
    return moving.sliced(call.intervals(source), dim, start, call.shape[dim], call.get("step", 1))


@built_in("view", "_unsafe_view", "reshape", "_reshape_alias", "view_copy", "_reshape_copy", "unflatten", "flatten")
def _(call):
    if not isinstance(call.args[1], (list, tuple)):  # another dtype: the elements are cut anew
        return []  # the memory knows
    shape = call.shape
    before = call.intervals(call.args[0])
    after = intervals.reshaped(before, shape)
    made_of = _sources(before.shape, shape)
    kept = [len(made_of[d]) == 1 and before.shape[made_of[d][0]] == n for d, n in enumerate(shape)]
    if all(kept):
        found = ((None,) * len(shape),) * len(before.steps)
    else:
        found = found_steps(shape, after.bounds, before.steps)
    steps = tuple(tuple(axis[made_of[d][0]] if kept[d] else
                        STILL if all(axis[i] == STILL for i in made_of[d]) else guess
                        for d, guess in enumerate(guesses)) for axis, guesses in zip(before.steps, found))
    return replace(after, steps=steps)


def _sources(old, new):
    """For each output dimension of a reshape, the input dimensions it is made of."""
    made = [[] for _ in new]
    for ins, outs in intervals.groups_of(old, new):
        for out in outs:
            made[out] = ins
    return made


@built_in("cat", "concat", "concatenate", "quantized::cat", "quantized::cat_relu")
def _(call):
    tensors = [t for t in call.args[0] if t.dim() > 1 or t.numel()]
    return moving.concatenated([call.intervals(t) for t in tensors], call.get("dim", 0), call.shape)


@built_in("stack")
def _(call):
    dim = call.get("dim", 0) % len(call.shape)
    return moving.concatenated([moving.unsqueezed(call.intervals(t), dim) for t in call.args[0]], dim, call.shape)


@built_in("split", "split_with_sizes", "chunk", "tensor_split", "unsafe_split", "unsafe_split_with_sizes",
          "unsafe_chunk", "split_copy", "split_with_sizes_copy")
def _(call):
    dim = call.get("dim", 0) % call.args[0].dim()
    before, start, parts = call.intervals(call.args[0]), 0, []
    for output in call.outputs:
        parts.append(moving.sliced(before, dim, start, output.shape[dim]))
        start += output.shape[dim]
    return parts


@built_in("unbind", "unbind_copy")
def _(call):
    source, dim = call.args[0], call.get("dim", 0) % call.args[0].dim()
    before = call.intervals(source)
    return [moving.selected(before, dim, i) for i in range(source.shape[dim])]


_AT_PLACES = ("gather", "take", "masked_select")


@built_in("flip", "roll", "repeat", "repeat_interleave", "unfold", "unfold_copy", "diagonal", "diagonal_copy",
          "index_select", "index", "_unsafe_index", *_AT_PLACES, "tile", "movedim", "rot90", "narrow",
          "channel_shuffle", "native_channel_shuffle", "tril", "triu", "pixel_shuffle", "pixel_unshuffle")
def _(call):
    indices = flat_tensors((call.args[1:], call.kwargs))
    if call.lookup(call.args[0]) is None or not all(map(call.fixed, indices)):
        return _anywhere(call, indices)
    before = call.intervals(call.args[0])
    if call.name in _AT_PLACES:
        return intervals.moved(before, _in_place_of_first(call))
    dims = _touched(call, before.shape)
    if dims is None:
        after = intervals.moved(before, _in_place_of_first(call))
    else:
        after = moving.moved_along(before, dims, _in_place_of_first(call), call.shape)
    return _keeping_steps(call, after)


def _anywhere(call, indices):
    """Where it reads is not known: it depends on the image, or on parameters. By chance there is no rule."""
    if call.name in ("index", "_unsafe_index"):
        return anywhere(call)
    if call.name not in ("index_select", "gather", "take") or drawn(call, indices):
        return NotImplemented
    source, index = call.args[0], call.args[1 if call.name == "take" else 2]
    if call.name == "take" or not source.dim():
        whole = intervals.reduce(call.intervals(source), range(source.dim()), False)
        return intervals.union(call.shape, [whole, call.intervals(index)])
    dim = call.args[1] % source.dim()
    read, places = intervals.reduce(call.intervals(source), [dim], True), call.intervals(index)
    if call.name == "index_select":
        places = intervals.reshaped(places, (*(1,) * dim, call.shape[dim], *(1,) * (len(call.shape) - dim - 1)))
    for other, size in enumerate(call.shape):
        read = read if other == dim else moving.sliced(read, other, 0, size)
    return intervals.union(call.shape, [read, places])


def _touched(call, shape):
    """The dimensions along which a shuffle moves anything, where only some are and they are known."""
    rank = len(shape)
    if not rank:
        return None
    if call.name in ("unfold", "unfold_copy", "index_select"):
        return [call.args[1] % rank]
    if call.name == "flip" or call.name == "roll" and call.get("dims"):
        return [d % rank for d in listed(call.get("dims"), 1)]
    if call.name in ("index", "_unsafe_index"):
        touched, dim = [], 0
        for index in call.args[1]:
            span = 1 if index is None or index.dtype not in (torch.bool, torch.uint8) else index.dim()
            touched += range(dim, dim + span) if index is not None else []
            dim += span
        return touched
    return None


def _in_place_of_first(call):
    """The operation as a function of its first argument, for the intervals instead of the values."""
    if call.name in ("tril", "triu"):
        kept = getattr(torch.ones(call.args[0].shape[-2:], dtype=torch.bool), call.name)(*call.args[1:])
        return lambda t: torch.where(kept, t, NOTHING)
    if call.name in ("pixel_shuffle", "pixel_unshuffle"):
        return lambda t: getattr(torch.nn.functional, call.name)(t.double(), call.args[1]).to(t.dtype)
    if call.name.endswith("channel_shuffle"):
        return lambda t: t.unflatten(1, (call.args[1], -1)).transpose(1, 2).flatten(1, 2)
    rest = [index.cpu() if isinstance(index, torch.Tensor) else index for index in call.args[1:]]
    rest = [[i.cpu() if isinstance(i, torch.Tensor) else i for i in part] if isinstance(part, (list, tuple)) else part
            for part in rest]
    return lambda t: call.function(t.contiguous(), *rest, **call.kwargs)


def _keeping_steps(call, after):
    """The steps of an output of the input's rank: scaled by shuffles, still where they were."""
    before, rank = call.intervals(call.args[0]), len(call.shape)
    if len(before.shape) != rank:
        return after
    law = None
    if call.name in ("pixel_shuffle", "pixel_unshuffle"):
        law = (call.args[1], 1) if call.name == "pixel_shuffle" else (1, call.args[1])
    steps = []
    for axis, found in zip(before.steps, after.steps):
        kept = [step if call.name in ("tril", "triu") or step == STILL else guess for step, guess in zip(axis, found)]
        if law:
            kept[-2:] = [intervals.through(step, law) for step in axis[-2:]]
        steps.append(tuple(kept))
    return Intervals(after.shape, after.bounds, tuple(steps), after.off, after.off_kind)
