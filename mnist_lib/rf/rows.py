"""From the steps of a network's run to the rows of its table."""

from __future__ import annotations

import re
from collections import Counter

import torch

from .factors import by_factors
from .geometry import Geometry
from .graph import Graph, graph_of
from .intervals import Intervals
from .maps import channels_of, extents_of, geometry_of, spatial_dims
from .row import Row
from .rules.registry import listed
from .space import AXES, Space

_MERGES = {"add", "iadd", "radd", "sub", "isub", "rsub", "mul", "imul", "rmul", "div", "truediv", "cat", "concat",
           "concatenate", "stack", "maximum", "minimum", "max", "min", "lerp", "addcmul", "where"}
_WHOLE = {1: "sequence", 2: "image", 3: "volume"}
_SHORTER = {"batch_norm": "batchnorm", "convolution": "conv", "max_pool2d_with_indices": "max_pool",
            "native_batch_norm": "batchnorm", "_adaptive_avg_pool": "adaptive_avg_pool", "addmm": "linear",
            "native_layer_norm": "layer_norm", "native_group_norm": "group_norm", "_softmax": "softmax"}


def rows_of(step, space: Space) -> tuple[list[Row], list[Row], Graph]:
    """The rows of a run, in execution order, those of the modules that contain others, and their graph."""
    made, blocks, known = [], [], {}
    _open(step, made, blocks)  # the last block is the network itself, whose name is empty
    rows, around = ([_row(s, space, use, known) for s, use in zip(steps, _uses(steps))] for steps in (made, blocks))
    return rows, around, graph_of(step, made, blocks)


def _uses(steps):
    """For each step, which use of its name it is, and of how many."""
    totals, so_far = Counter(step.name for step in steps), Counter()
    for step in steps:
        so_far[step.name] += 1
        yield so_far[step.name], totals[step.name]


def _collect(step, rows, blocks):
    """One step a row, unless it is a module in which several things happen."""
    for inner in step.inside:
        if inner.module is None:
            rows.append(inner)
        elif not inner.children and (_from_torch(inner.module) or _moving(inner) <= 1):
            rows.append(_summed(inner))
        else:
            _open(inner, rows, blocks)


def _open(block, rows, blocks):
    """The rows of a module that has several; parameters that none of them used go to the first."""
    first, own = len(rows), block.parameters + block.waiting
    _collect(block, rows, blocks)
    block.multiply_adds = block.parameters = 0  # its rows have them
    if len(rows) > first:
        rows[first].parameters += own
    elif own:
        block.parameters = own
        rows.append(block)
        return
    blocks.append(block)


def _from_torch(module):
    return type(module).__module__.startswith("torch.nn.modules")


def _moving(step):
    """How many of the functions a module calls do something to the map."""
    return sum(bool(s.multiply_adds) or len(s.merged) > 1 or not _same(s.source, s.result) for s in step.inside)


def _same(one: Intervals, other: Intervals) -> bool:
    if one is other or one.bounds is other.bounds:
        return True
    if one.shape != other.shape or one.steps != other.steps:
        return False
    (ours, split), (theirs, others) = by_factors(one), by_factors(other)
    return split == others and all(a.shape == b.shape and torch.equal(a, b) for a, b in zip(ours, theirs))


def _summed(step):
    """A leaf module's step with what the functions inside it did."""
    step.parameters += step.waiting
    for inner in step.inside:
        step.parameters += inner.parameters
        step.multiply_adds += inner.multiply_adds
        step.details = {**inner.details, **step.details}
        if len(step.inside) == 1:
            step.merged = inner.merged
    return step


def _described(spans, space, known):
    """The intervals's geometries, extents, dims and channels: worked out once, as most rows share theirs."""
    if id(spans) not in known:
        dims = spatial_dims(spans, space)
        geometries = tuple(geometry_of(spans, axis, space, dims) for axis in range(len(space.pixels)))
        known[id(spans)] = (geometries, extents_of(spans, dims), tuple(dims), channels_of(spans, dims))
    return known[id(spans)]


def _row(step, space, use, known) -> Row:
    before, _, _, ch_in = _described(step.source, space, known)
    after, extents, dims, ch_out = _described(step.result, space, known)
    details = _details(step)
    plain = (all(map(_unmoved, before, after)) and ch_in == ch_out and not step.multiply_adds
             and "kernel" not in details and not (step.op in _MERGES and len(step.merged) > 1))
    return Row(step.name, _operation(step), before, after, extents, tuple(step.result.shape[d] for d in dims),
               ch_in, ch_out, *use, dims=dims, parameters=step.parameters, multiply_adds=step.multiply_adds,
               notes=_notes(step, space, extents, known), plain=plain, **details)


def _details(step):
    """The settings to show: those of the operation, or as a module of PyTorch's own was given them."""
    details = {k: v for k, v in step.details.items() if k in ("kernel", "stride", "padding", "dilation")}
    if step.module is not None and _from_torch(step.module) and "kernel" in details:
        for key, attribute in (("kernel", "kernel_size"), ("stride", "stride"), ("padding", "padding"),
                               ("dilation", "dilation")):
            value = getattr(step.module, attribute, None)
            details[key] = details[key] if value is None else value
    count = max(1, len(step.source.shape) - 2)  # PyTorch runs some one-dimensional layers as those of one row
    return {k: v if isinstance(v, str) else listed(v, count)[-count:] for k, v in details.items()}


def _unmoved(before: Geometry, after: Geometry) -> bool:
    """Whether a layer leaves a map as it is, or only drops its dimensions of size 1."""
    return before == after or (after.jump is None and (before.size, before.field) == (after.size, after.field))


def _operation(step) -> str:
    """The short name of an operation: conv, max_pool, batchnorm, ...; other classes as they are called."""
    if step.module is not None and not _from_torch(step.module):
        return step.op
    name = step.op
    if step.module is not None:
        activation = type(step.module).__module__.endswith("activation") and len(name) < 12
        name = name.lower() if activation else re.sub(r"(?<=[a-z\d])(?=[A-Z])", "_", name).lower()
    name = re.sub(r"_?(?<!\d)[123]d$", "", name)
    return _SHORTER.get(name, name)


def _notes(step, space, extents, known) -> tuple[str, ...]:
    notes, several = [], len(space.inputs) > 1
    for group, each in zip(space.groups, space.inputs):
        of = f" of {each.name}" if several else ""
        if step.op in _MERGES and len(step.merged) > 1:
            notes += _apart(step, group, AXES[each.axes], space, known, of)
        if group and all(min(e.first) == max(e.first) == 0 and min(e.last) == max(e.last) == n - 1
                         for e, n in zip((extents.axes[axis] for axis in group), each.pixels)):
            notes.append(f"whole {each.name if several else _WHOLE[each.axes]}")
    return tuple(notes)


def _apart(step, group, names, space, known, of):
    """A note for each axis along which the units brought together look at other places."""
    found = {}
    for axis, name in zip(group, names):
        apart = _misalignment(step.merged, axis, space, known)
        if apart:
            found[name] = f"misaligned by {apart:g}"
    if len(found) == len(names) and len(set(found.values())) == 1:
        return [next(iter(found.values())) + of]
    return [f"{text} in {name}{of}" for name, text in found.items()]


def _misalignment(all_spans, axis, space, known) -> float:
    """The largest distance between the centres of the units that are brought together."""
    lines = []
    for spans in {id(spans): spans for spans in all_spans}.values():
        geometry = _described(spans, space, known)[0][axis]
        if geometry.start is not None:  # None: in no line, or without centres of their own
            lines.append(geometry)
    largest = max((g.size for g in lines), default=0)
    lines = [g for g in lines if g.size == largest]
    return max((a.misalignment(b) for i, a in enumerate(lines) for b in lines[:i]), default=0.0)
