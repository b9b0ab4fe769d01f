"""Rules of reading and writing at places that are told by numbers: indexing, gather, scatter, sorting's indices.

Where the places are constants, the intervals are moved just as the values are. Where they are learned or
come from the image, they may be any along the dimensions they index. Where chance draws
them, there is no rule.
"""

from __future__ import annotations

import torch

from .. import intervals, moving
from ..intervals import NOTHING, Intervals, found_steps
from .registry import built_in


def drawn(call, tensors):
    """Whether chance draws some tensors."""
    return any(call.lookup(t) is None and call.origin(t) == "random" for t in tensors)


def anywhere(call):
    """``x[i, j]``: places that are no constants may be any along the dimensions they index."""
    source, indices = call.args[0], list(call.args[1])
    given = [t for t in indices if t is not None]
    if drawn(call, given) or any(t.dtype in (torch.bool, torch.uint8) and not call.fixed(t) for t in given):
        return NotImplemented
    indexed = [d for d, t in enumerate(indices) if t is not None]
    read = intervals.reduce(call.intervals(source), indexed, False)
    places = torch.broadcast_shapes(*(t.shape for t in given))
    apart = indexed != list(range(indexed[0], indexed[-1] + 1))
    first = 0 if apart else indexed[0]
    rest = len(call.shape) - first - len(places)
    read = intervals.reshaped(read, (*read.shape[:first], *(1,) * len(places), *read.shape[first:]))
    parts = [read]
    for index in given:
        one = intervals.broadcast(call.intervals(index), places)
        parts.append(intervals.reshaped(one, (*(1,) * first, *places, *(1,) * rest)))
    return intervals.union(call.shape, parts)


@built_in("embedding")
def _(call):
    weight, index = call.args[:2]
    if drawn(call, [index]):
        return NotImplemented
    places = moving.unsqueezed(call.intervals(index), index.dim())
    parts = [places]
    if call.lookup(weight) is not None:
        parts.append(intervals.reduce(call.intervals(weight), [0], False))
    return intervals.union(call.shape, parts)


@built_in("_embedding_bag", "_embedding_bag_forward_only")
def _(call):
    """Sums of tokens, each of any."""
    if drawn(call, call.args[1:3]):
        return NotImplemented
    return [intervals.whole(map(call.intervals, call.traced), t.shape) for t in call.outputs]


#: What an operation calls that which it puts somewhere.
_VALUES = ("src", "source", "value", "values")


@built_in("scatter", "scatter_add", "scatter_reduce", "index_add", "index_reduce", "index_copy", "index_fill",
          "index_put", "_unsafe_index_put", "_index_put_impl", "put", "masked_scatter", "slice_scatter",
          "select_scatter", "diagonal_scatter", "as_strided_scatter")
def _(call):
    """``x[i, j] = v`` and the like: the intervals are put at the same places; where these are not known, anywhere."""
    source, value = call.args[0], next(v for v in map(call.get, _VALUES) if v is not None)
    places = [t for t in call.tensors if t is not source and t is not value]
    if drawn(call, places):
        return NotImplemented
    if all(map(call.fixed, places)):
        return _placed(call, source, value)
    rest = [t for t in (*places, value) if isinstance(t, torch.Tensor) and call.lookup(t) is not None]
    if "index_put" in call.name and _is_mask(call.args[1], value):  # from the image
        lead, mask = next((d, t) for d, t in enumerate(call.args[1]) if t is not None)
        behind = (1,) * (source.dim() - lead - mask.dim())
        parts = [intervals.reshaped(call.intervals(mask), (*(1,) * lead, *mask.shape, *behind))]
        rest = [t for t in rest if t is not mask]
    else:
        parts = []
    parts += [_spread(call, t, source) for t in rest]
    return intervals.union(call.shape, [call.intervals(source), *parts])


def _is_mask(indices, value):
    given = [t for t in indices if t is not None]
    return len(given) == 1 and given[0].dtype is torch.bool and (
        not isinstance(value, torch.Tensor) or value.numel() == 1)


def _spread(call, tensor, source):
    """What may be put anywhere; only along one dimension, where the operation has one and the others fit."""
    dim, before = call.get("dim"), call.intervals(tensor)
    if isinstance(dim, int) and tensor.dim() == source.dim():
        dim %= source.dim()
        if all(n == m for d, (n, m) in enumerate(zip(tensor.shape, source.shape)) if d != dim):
            return intervals.reduce(before, [dim], True)
    return intervals.reduce(before, range(tensor.dim()), False)


def _placed(call, source, value):
    """The operation itself, on the intervals; what it adds to what is there, both stay."""
    into, bounds = call.intervals(source), []
    put = call.intervals(value) if isinstance(value, torch.Tensor) else None
    for number, one in enumerate(into.bounds):
        lines = [_put(call, a.expand(into.shape).contiguous(),
                      NOTHING if put is None else put.bounds[number][k].expand(put.shape).contiguous())
                 for k, a in enumerate(one)]
        bounds.append(intervals.collapsed(torch.stack(lines), 1))
    known = [*into.steps, *(put.steps if put is not None else ())]
    return Intervals(call.shape, tuple(bounds), found_steps(call.shape, bounds, known))


def _put(call, into, part):
    """The bounds ``part`` put into others, in the place of the value."""
    def filled(leaf, name=""):
        if isinstance(leaf, (list, tuple)):
            return [filled(each) for each in leaf]
        return part if name in _VALUES else leaf.cpu() if isinstance(leaf, torch.Tensor) else leaf

    args = [filled(each, name) for each, name in zip(call.args[1:], call.parameter_names[1:])]
    kwargs = {name: filled(each, name) for name, each in call.kwargs.items()}
    if call.name.startswith("scatter") and (call.name != "scatter" or call.get("reduce") is not None):
        part = part[tuple(slice(0, n) for n in args[1].shape)] if isinstance(part, torch.Tensor) else torch.full(
            args[1].shape, part, dtype=into.dtype)
        return into.scatter_reduce(args[0], args[1], part, "amin")
    if call.name in ("index_add", "index_reduce"):
        return into.index_reduce(args[0], args[1].flatten(), part, "amin")
    if call.get("accumulate"):
        at = torch.arange(into.numel()).reshape(into.shape)
        at = at.take(args[0]) if call.name == "put" else torch.ops.aten.index(at, args[0])
        flat = part.expand(at.shape).flatten() if isinstance(part, torch.Tensor) else part
        return into.flatten().scatter_reduce(0, at.flatten(), flat, "amin").reshape(into.shape)
    return getattr(torch.ops.aten, call.name)(into, *args, **kwargs)
