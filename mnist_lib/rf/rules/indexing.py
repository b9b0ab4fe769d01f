"""Rules of reading and writing at places that are told by numbers: indexing, gather, scatter, sorting's indices.

Where the places are constants, the intervals are moved just as the values are. Where they are learned or
come from the image, they may be any along the dimensions they index. Where chance draws
them, there is no rule.
"""

from __future__ import annotations

import torch

from .. import intervals, moving
from ..intervals import Intervals, found_steps
from .registry import built_in


def _drawn(call, tensors):
    return any(call.lookup(t) is None and call.origin(t) == "random" for t in tensors)


def anywhere(call):
    """``x[i, j]``: places that are no constants may be any along the dimensions they index."""
    source, indices = call.args[0], list(call.args[1])
    given = [t for t in indices if t is not None]
    if _drawn(call, given) or any(t.dtype in (torch.bool, torch.uint8) and not call.fixed(t) for t in given):
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
    if _drawn(call, [index]):
        return NotImplemented
    places = moving.unsqueezed(call.intervals(index), index.dim())
    parts = [places]
    if call.lookup(weight) is not None:
        parts.append(intervals.reduce(call.intervals(weight), [0], False))
    return intervals.union(call.shape, parts)


@built_in("_embedding_bag", "_embedding_bag_forward_only")
def _(call):
    """Sums of tokens: of the bags that the offsets tell, where these are constant, else any."""
    weight, index, offsets = call.args[:3]
    if _drawn(call, [index, offsets]):
        return NotImplemented
    parts = [intervals.reduce(call.intervals(weight), range(weight.dim()), False)]
    weights = call.get("per_sample_weights")
    tokens = intervals.union(index.shape, [call.intervals(t) for t in (index, weights) if t is not None])
    if not call.fixed(offsets) or not offsets.numel():
        parts += [intervals.reduce(part, range(len(part.shape)), False) for part in
                  (tokens, call.intervals(offsets))]
        whole = intervals.union((), parts)
        return [intervals.broadcast(whole, t.shape) for t in call.outputs]
    starts = offsets.tolist() + [len(index)] * (len(call.outputs[0]) - len(offsets) + 1)
    bags = [moving.sliced(tokens, 0, a, max(a, z) - a) for a, z in zip(starts, starts[1:])]
    bags = [intervals.reduce(bag, [0], True) if bag.shape[0] else call.nothing((1,)) for bag in bags]
    each = moving.concatenated(bags, 0, (len(bags),))
    result = intervals.union(call.shape, [moving.unsqueezed(each, 1), *parts])
    whole = intervals.reduce(tokens, [0], False)
    return [result] + [intervals.broadcast(whole, t.shape) for t in call.outputs[1:]]


@built_in("gather", "take_along_dim")
def _(call):
    source, dim, index = call.args[0], call.get("dim"), call.get("index", call.get("indices"))
    if _drawn(call, [index]):
        return NotImplemented
    if call.fixed(index) and call.lookup(source) is not None:
        return intervals.moved(call.intervals(source), lambda t: t.gather(dim, index.cpu()))
    read = intervals.reduce(call.intervals(source), [dim], True)
    read = _cropped(read, [n if d == dim % len(call.shape) else m for d, (n, m) in
                           enumerate(zip(read.shape, call.shape))])
    return intervals.union(call.shape, [read, call.intervals(index)])


def _cropped(spans, shape):
    for dim, size in enumerate(shape):
        spans = moving.sliced(spans, dim, 0, size) if spans.shape[dim] != size else spans
    return spans


@built_in("take")
def _(call):
    index = call.args[1]
    if _drawn(call, [index]):
        return NotImplemented
    whole = intervals.reduce(call.intervals(call.args[0]), range(call.args[0].dim()), False)
    return intervals.union(call.shape, [whole, call.intervals(index)])


@built_in("scatter", "scatter_add", "scatter_reduce")
def _(call):
    """``dim``, ``index`` and what is put there, a number or a tensor."""
    source, dim, index, value = *call.args[:3], call.get("src", call.get("value"))
    value = value if isinstance(value, torch.Tensor) else None
    if _drawn(call, [index]):
        return NotImplemented
    parts = [call.intervals(t) for t in (index, value) if t is not None and call.lookup(t) is not None]
    replacing = call.name == "scatter" and call.get("reduce") is None
    if call.fixed(index):
        put = call.intervals(value) if value is not None else call.nothing(index.shape)
        return _placed(call, source, put, lambda into, part: into.scatter(dim, index.cpu(), _corner(part, index.shape))
                       if replacing else into.scatter_reduce(dim, index.cpu(), _corner(part, index.shape), "amin"))
    parts = [intervals.reduce(part, range(len(part.shape)) if part.shape != call.shape and any(
        n != m for d, (n, m) in enumerate(zip(part.shape, call.shape)) if d != dim % len(call.shape)) else [dim], True)
        for part in parts]
    return intervals.union(call.shape, [call.intervals(source), *parts])


def _corner(part, shape):
    return part[tuple(slice(0, n) for n in shape)]


def _placed(call, source, put, function):
    """Intervals written into those of ``source`` by a function of both."""
    into = call.intervals(source)
    bounds = []
    for one, other in zip(into.bounds, put.bounds):
        lines = [function(a.expand(into.shape).contiguous(), b.expand(put.shape).contiguous())
                 for a, b in zip(one, other)]
        bounds.append(intervals.collapsed(torch.stack(lines), 1))
    return Intervals(call.shape, tuple(bounds), found_steps(call.shape, bounds, [*into.steps, *put.steps]))


@built_in("index_add", "index_reduce", "index_copy")
def _(call):
    source, dim, index, put = call.args[:4]
    if _drawn(call, [index]):
        return NotImplemented
    if call.fixed(index):
        where = index.cpu().flatten()

        def written(into, part):
            if call.name == "index_copy":
                return into.index_copy(dim, where, part)
            return into.index_reduce(dim, where, part, "amin")
        return _placed(call, source, call.intervals(put), written)
    parts = [intervals.reduce(call.intervals(put), [dim], True)]
    if call.lookup(index) is not None:
        whole = intervals.reduce(call.intervals(index), range(index.dim()), False)
        parts.append(whole)
    return intervals.union(call.shape, [call.intervals(source), *parts])


@built_in("index_fill")
def _(call):
    source, dim, index, value = call.args[:4]
    if _drawn(call, [index]):
        return NotImplemented
    put = call.intervals(value) if isinstance(value, torch.Tensor) else call.nothing(())
    if not call.fixed(index):
        parts = [intervals.reduce(call.intervals(t), range(t.dim()), False) for t in (index, value)
                 if isinstance(t, torch.Tensor)]
        return intervals.union(call.shape, [call.intervals(source), *parts])
    shape = [n if d != dim % source.dim() else len(index.flatten()) for d, n in enumerate(source.shape)]
    return _placed(call, source, intervals.broadcast(put, shape),
                   lambda into, part: into.index_copy(dim, index.cpu().flatten(), part))


@built_in("index_put", "_unsafe_index_put", "_index_put_impl")
def _(call):
    """``x[i, j] = v``."""
    source, indices, value = call.args[0], list(call.args[1]), call.args[2]
    given = [t for t in indices if t is not None]
    if _drawn(call, given):
        return NotImplemented
    if all(map(call.fixed, given)):
        places = torch.ops.aten.index(torch.empty(1).expand(source.shape), [_cpu(t) for t in indices]).shape
        index = [_cpu(t) for t in indices]

        def written(into, part):
            if not call.get("accumulate"):
                return torch.ops.aten.index_put(into, index, part)
            marks = torch.arange(into.numel()).reshape(into.shape)
            flat = torch.ops.aten.index(marks, index).flatten()
            return into.flatten().scatter_reduce(0, flat, part.flatten(), "amin").reshape(into.shape)
        return _placed(call, source, intervals.broadcast(call.intervals(value), places), written)
    if all(t.dtype is torch.bool for t in given) and value.numel() == 1:  # a mask from the image
        mask, lead = given[0], indices.index(given[0])
        if len(given) == 1:
            rest = source.dim() - lead - mask.dim()
            one = intervals.reshaped(call.intervals(mask), (*(1,) * lead, *mask.shape, *(1,) * rest))
            some = intervals.reduce(call.intervals(value), range(value.dim()), False)
            return intervals.union(call.shape, [call.intervals(source), one, some])
    parts = [intervals.reduce(call.intervals(t), range(t.dim()), False) for t in (*given, value)
             if call.lookup(t) is not None]
    return intervals.union(call.shape, [call.intervals(source), *parts])


def _cpu(index):
    return None if index is None else index.cpu()


@built_in("put")
def _(call):
    source, index, put = call.args[:3]
    if call.fixed(index) and not call.get("accumulate"):
        return _placed(call, source, call.intervals(put), lambda into, part: into.put(index.cpu(), part))
    return call.whole() if not _drawn(call, [index]) else NotImplemented


@built_in("masked_select")
def _(call):
    """How many there are is known of a constant mask only."""
    source, mask = call.args[:2]
    if not call.fixed(mask):
        return NotImplemented
    wide = intervals.broadcast(call.intervals(source), torch.broadcast_shapes(source.shape, mask.shape))
    return intervals.moved(wide, lambda t: t.masked_select(mask.cpu()))


@built_in("masked_scatter")
def _(call):
    source, mask, put = call.args[:3]
    if call.fixed(mask):
        mask = mask.cpu()
        return _placed(call, source, call.intervals(put), lambda into, part: into.masked_scatter(mask, part))
    parts = [intervals.reduce(call.intervals(t), range(t.dim()), False) for t in (put, mask)]
    return intervals.union(call.shape, [call.intervals(source), *parts])


@built_in("slice_scatter", "select_scatter", "diagonal_scatter", "as_strided_scatter")
def _(call):
    source, put = call.args[:2]
    function, rest = getattr(torch.ops.aten, call.name), call.args[2:]
    return _placed(call, source, call.intervals(put), lambda into, part: function(into, part, *rest, **call.kwargs))
