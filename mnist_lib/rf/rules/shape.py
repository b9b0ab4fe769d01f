"""Rules of the operations that move, copy or cut elements: views, concatenation, indexing."""

from __future__ import annotations

import torch

from .. import intervals as shadows
from ..intervals import NOTHING, STILL, Shadow, found_steps
from .registry import Call, built_in, flat_tensors


def _moving(call: Call, source, function, steps=None):
    return shadows.moved(call.shadow(source), function, steps)


def _by_dims(shadow: Shadow, order):
    """Steps of a view that only reorders dimensions; None in ``order`` is a new one."""
    return tuple(tuple(STILL if d is None else axis[d] for d in order) for axis in shadow.steps)


@built_in("alias", "detach", "clone", "_to_copy", "lift_fresh", "lift_fresh_copy", "contiguous", "to", "positive",
          "detach_copy", "alias_copy", "native_dropout", "dropout", "alpha_dropout")
def _(call):
    return call.shadow(call.args[0])


@built_in("copy")
def _(call):
    return shadows.broadcast(call.shadow(call.args[1]), call.args[0].shape)


@built_in("zeros_like", "ones_like", "full_like", "empty_like", "rand_like", "randn_like", "randint_like",
          "new_empty", "new_zeros", "new_ones", "new_full", "new_empty_strided", "fill", "zero", "uniform",
          "normal", "bernoulli_like", "resize", "exponential", "random")
def _(call):
    return None if not call.traced else [shadows.nothing(t.shape) for t in call.outputs]


@built_in("permute", "permute_copy")
def _(call):
    source, order = call.args[0], [d % call.args[0].dim() for d in call.args[1]]
    return _moving(call, source, lambda t: t.permute(order), _by_dims(call.shadow(source), order))


@built_in("transpose", "t", "transpose_copy", "swapaxes", "numpy_T")
def _(call):
    source, rank = call.args[0], call.args[0].dim()
    one, other = (d % rank for d in call.args[1:3]) if len(call.args) > 2 else (0, rank - 1)
    order = list(range(rank))
    order[one], order[other] = order[other], order[one]
    return _moving(call, source, lambda t: t.permute(order), _by_dims(call.shadow(source), order))


@built_in("unsqueeze", "unsqueeze_copy")
def _(call):
    source = call.args[0]
    dim = call.args[1] % (source.dim() + 1)
    order = [*range(dim), None, *range(dim, source.dim())]
    return _moving(call, source, lambda t: t.unsqueeze(dim), _by_dims(call.shadow(source), order))


@built_in("squeeze", "squeeze_copy")
def _(call):
    source = call.args[0]
    asked = call.args[1] if len(call.args) > 1 else range(source.dim())
    asked = [d % source.dim() for d in ([asked] if isinstance(asked, int) else asked)] if source.dim() else []
    return shadows.dropped(call.shadow(source), [d for d in asked if source.shape[d] == 1])


@built_in("expand", "expand_copy")
def _(call):
    return shadows.broadcast(call.shadow(call.args[0]), call.shape)


@built_in("select", "select_copy")
def _(call):
    source, dim, index = call.args[:3]
    dim %= source.dim()
    order = [d for d in range(source.dim()) if d != dim]
    return _moving(call, source, lambda t: t.select(dim, index), _by_dims(call.shadow(source), order))


@built_in("slice", "slice_copy")
def _(call):
    source, dim = call.args[0], (call.get("dim", 0)) % call.args[0].dim()
    start, end, step = call.get("start"), call.get("end"), call.get("step", 1)
    before = call.shadow(source)
    steps = tuple(axis[:dim] + (shadows.through(axis[dim], (1, step)),) + axis[dim + 1:]
                  for axis in before.steps)
    return _moving(call, source, lambda t: torch.ops.aten.slice(t, dim, start, end, step), steps)


@built_in("view", "_unsafe_view", "reshape", "_reshape_alias", "view_copy", "_reshape_copy", "unflatten", "flatten")
def _(call):
    if not isinstance(call.args[1], (list, tuple)):  # another dtype: the elements are cut anew
        return NotImplemented
    source, shape = call.args[0], call.shape
    before = call.shadow(source)
    after = shadows.moved(before, lambda t: t.reshape(shape), ((STILL,) * len(shape),) * 2)
    found = found_steps(shape, after.bounds, before.steps)
    made_of = _sources(before.shape, shape)
    steps = tuple(tuple(axis[made_of[d][0]] if _untouched(d, made_of, before.shape, shape) else
                        STILL if all(axis[i] == STILL for i in made_of[d]) else guess
                        for d, guess in enumerate(guesses)) for axis, guesses in zip(before.steps, found))
    return Shadow(shape, after.bounds, steps, after.off, after.off_kind)


def _untouched(dim, made_of, old, new):
    return len(made_of[dim]) == 1 and old[made_of[dim][0]] == new[dim]


def _sources(old, new):
    """For each output dimension of a reshape, the input dimensions it is made of."""
    made, i, j = [[] for _ in new], 0, 0
    while i < len(old) and j < len(new):
        ins, outs, left, right = [i], [j], old[i], new[j]
        i, j = i + 1, j + 1
        while left != right:
            if left < right:
                left, ins, i = left * old[i], [*ins, i], i + 1
            else:
                right, outs, j = right * new[j], [*outs, j], j + 1
        for out in outs:
            made[out] = ins
    return made


@built_in("cat", "concat", "concatenate")
def _(call):
    tensors = [t for t in call.args[0] if t.dim() > 1 or t.numel()]
    return _joined([call.shadow(t) for t in tensors], call.get("dim", 0), call.shape)


@built_in("stack")
def _(call):
    dim = call.get("dim", 0) % len(call.shape)
    parts = []
    for tensor in call.args[0]:
        shadow = call.shadow(tensor)
        order = [*range(dim), None, *range(dim, tensor.dim())]
        parts.append(shadows.moved(shadow, lambda t: t.unsqueeze(dim), _by_dims(shadow, order)))
    return _joined(parts, dim, call.shape)


def _joined(parts, dim, shape):
    """The shadow of a concatenation along ``dim``."""
    dim %= len(shape)
    bounds = []
    for axis in (0, 1):
        pieces = [part.bounds[axis] for part in parts]
        full = [max(b.shape[d] for b in pieces) for d in range(len(shape) + 1)]
        pieces = [b.expand(*(p.shape[dim] if d == dim + 1 else n for d, n in enumerate(full)))
                  for b, p in zip(pieces, parts)]
        bounds.append(shadows.collapsed(torch.cat(pieces, dim + 1), 1))
    found = found_steps(shape, bounds, [axis for part in parts for axis in part.steps])
    steps = []
    for axis in (0, 1):
        common = [shadows._common(each) for each in zip(*(part.steps[axis] for part in parts))]
        along = STILL if all(part.steps[axis][dim] == STILL for part in parts) else found[axis][dim]
        steps.append(tuple(along if d == dim else step for d, step in enumerate(common)))
    return Shadow(tuple(shape), tuple(bounds), tuple(steps))


@built_in("split", "split_with_sizes", "chunk", "tensor_split", "unsafe_split", "unsafe_split_with_sizes",
          "unsafe_chunk", "split_copy", "split_with_sizes_copy")
def _(call):
    source, dim = call.args[0], call.get("dim", 0) % call.args[0].dim()
    before, start, parts = call.shadow(source), 0, []
    for output in call.outputs:
        size = output.shape[dim]
        parts.append(shadows.moved(before, lambda t, a=start, n=size: t.narrow(dim, a, n), before.steps))
        start += size
    return parts


@built_in("unbind", "unbind_copy")
def _(call):
    source, dim = call.args[0], call.get("dim", 0) % call.args[0].dim()
    before = call.shadow(source)
    steps = _by_dims(before, [d for d in range(source.dim()) if d != dim])
    return [shadows.moved(before, lambda t, i=i: t.select(dim, i), steps) for i in range(source.shape[dim])]


@built_in("flip", "roll", "repeat", "repeat_interleave", "unfold", "unfold_copy", "diagonal", "diagonal_copy",
          "index_select", "index", "_unsafe_index", "take_along_dim", "tile", "movedim", "rot90", "narrow",
          "channel_shuffle", "native_channel_shuffle", "tril", "triu", "pixel_shuffle", "pixel_unshuffle")
def _(call):
    indices = flat_tensors((call.args[1:], call.kwargs))
    if call.lookup(call.args[0]) is None or not all(map(call.fixed, indices)):
        return NotImplemented  # where it reads depends on the image, or on chance, or has no values to go by
    after = shadows.moved(call.shadow(call.args[0]), _in_place_of_first(call))
    return _keeping_steps(call, after)


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
    before, rank = call.shadow(call.args[0]), len(call.shape)
    if len(before.shape) != rank:
        return after
    law = None
    if call.name in ("pixel_shuffle", "pixel_unshuffle"):
        law = (call.args[1], 1) if call.name == "pixel_shuffle" else (1, call.args[1])
    steps = []
    for axis, found in zip(before.steps, after.steps):
        kept = [step if call.name in ("tril", "triu") or step == STILL else guess for step, guess in zip(axis, found)]
        if law:
            kept[-2:] = [shadows.through(step, law) for step in axis[-2:]]
        steps.append(tuple(kept))
    return Shadow(after.shape, after.bounds, tuple(steps), after.off, after.off_kind)


@built_in("embedding")
def _(call):
    weight, index = call.args[:2]
    if call.lookup(weight) is not None:
        return NotImplemented
    steps = tuple((*axis, STILL) for axis in call.shadow(index).steps)
    return shadows.broadcast(shadows.moved(call.shadow(index), lambda t: t.unsqueeze(-1), steps), call.shape)


@built_in("gather")
def _(call):
    source, dim, index = call.args[:3]
    if call.fixed(index) and call.lookup(source) is not None:
        return shadows.moved(call.shadow(source), lambda t: t.gather(dim, index.cpu()))
    read = shadows.reduce(call.shadow(source), [dim], True)
    return shadows.union(call.shape, [read, call.shadow(index)])


@built_in("slice_scatter", "select_scatter", "index_put", "_unsafe_index_put", "index_copy", "index_fill",
          "diagonal_scatter", "masked_scatter")
def _(call):
    places = [t for t in call.tensors[1:] if not t.is_floating_point()]
    if call.name == "masked_scatter" or call.get("accumulate") or not all(map(call.fixed, places)):
        return NotImplemented

    def swapped(tree, part):
        if isinstance(tree, torch.Tensor):
            if not tree.is_floating_point():
                return tree.cpu()
            shadow = call.shadow(tree)
            axis, k = part
            return shadow.bounds[axis][k].expand(shadow.shape).contiguous()
        if isinstance(tree, (list, tuple)):
            return [swapped(each, part) for each in tree]
        return NOTHING if call.name == "index_fill" and isinstance(tree, float) else tree

    function = getattr(torch.ops.aten, call.name)
    bounds = tuple(shadows.collapsed(torch.stack([function(*swapped(call.args, (axis, k))) for k in range(4)]), 1)
                   for axis in (0, 1))
    known = [axis for t in call.traced for axis in call.shadow(t).steps]
    return Shadow(call.shape, bounds, found_steps(call.shape, bounds, known))
