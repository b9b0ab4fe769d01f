"""From the steps of a network's run to the rows of its table."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

import torch

from .factors import by_factors
from .geometry import Geometry
from .graph import graph_of
from .intervals import Intervals
from .maps import channels_of, extents_of, geometry_of, spatial_dims
from .row import Row, output_name
from .rules.registry import listed
from .space import AXES, Space

LOOP = 16  # calls of the same names one after another, beyond which they are one row
_MERGES = {"add", "iadd", "radd", "sub", "isub", "rsub", "mul", "imul", "rmul", "div", "truediv", "cat", "concat",
           "concatenate", "stack", "maximum", "minimum", "max", "min", "lerp", "addcmul", "where"}
_WHOLE = {1: "sequence", 2: "image", 3: "volume"}
_SHORTER = {"batch_norm": "batchnorm", "convolution": "conv", "max_pool2d_with_indices": "max_pool",
            "native_batch_norm": "batchnorm", "_adaptive_avg_pool": "adaptive_avg_pool", "addmm": "linear",
            "native_layer_norm": "layer_norm", "native_group_norm": "group_norm", "_softmax": "softmax"}


def rows_of(step, space: Space) -> dict:
    """A table's rows, in execution order, those of the modules that contain others, of the outputs, and the graph."""
    made, blocks, maps = [], [], Maps(space, step)
    _open(step, made, blocks)  # the last block is the network itself, whose name is empty
    made, blocks = folded(made), folded(blocks)
    rows, around = ([_row(group, maps, use) for group, use in zip(groups, _uses(groups))] for groups in (made, blocks))
    parts = [row for group in (*made, *blocks) if group[-1] is not step for row in _outputs(group[-1], maps)]
    return dict(rows=tuple(rows), blocks=tuple(around), outputs=tuple(_outputs(step, maps)), parts=tuple(parts),
                graph=graph_of(step, made, blocks))


def folded(steps) -> list[list]:
    """Steps, each by itself; those of a loop that repeats the same names often, all calls of a name together."""
    names, groups, place = [step.name for step in steps], [], 0
    if max(Counter(names).values(), default=0) <= LOOP:
        return [[step] for step in steps]
    while place < len(names):
        period, end = _repeating(names, place)
        rounds = [steps[place + k:end:period] for k in range(period)]
        loop = {group[0].name: group for group in rounds}
        plain = len(loop) == period and end > place + 1
        while plain and groups and len(groups[-1]) == 1 and groups[-1][0].name in loop:
            first = groups.pop()  # its first round lacks a step, as of a state that is still empty
            loop[first[0].name] = first + loop[first[0].name]
        groups += loop.values() if len(loop) == period else rounds
        place = end
    return groups


def _repeating(names, start):
    """The period and the end of a loop's names from one on; (1, the next) where none begins there."""
    places = (i for i in range(start + 1, len(names)) if names[i] == names[start])
    for again in islice(places, 4):
        period, end = again - start, again
        while end < len(names) and names[end] == names[end - period]:
            end += 1
        if end - start > period * LOOP:
            return period, end
    return 1, start + 1


def _uses(groups):
    """For each group of steps, which use of its name it is, of how many, and how often it repeats."""
    totals, so_far = Counter(group[-1].name for group in groups), Counter()
    for group in groups:
        name = group[-1].name
        so_far[name] += 1
        yield so_far[name], totals[name], len(group)


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


class Maps:
    """Where the units of each map stand, and what they see: worked out once, as most rows share theirs."""

    def __init__(self, space, root):
        self.space, self.batch = space, root.source.shape[0] if root.source and root.source.shape else 1
        self._known: dict = {}
        self._dims: dict = {}  # of a shape, the dimensions along which its units stood where they were seen to

    def of(self, spans, step=None):
        """(geometries, extents, dims, channels) of what a step has made."""
        if id(spans) not in self._known:
            dims = spatial_dims(spans, self.space, self._hint(spans, step))
            self._dims[spans.shape] = dims
            geometries = tuple(geometry_of(spans, axis, self.space, dims) for axis in range(len(self.space.pixels)))
            self._known[id(spans)] = (geometries, extents_of(spans, dims), tuple(dims), channels_of(spans, dims))
        return self._known[id(spans)]

    def _hint(self, spans, step):
        """The dimensions of the units by the layer that made them, a map of the same shape, or the one it read."""
        rank, module = len(spans.shape), step.module if step else None
        if isinstance(module, torch.nn.modules.conv._ConvNd):
            return range(2, rank)
        if isinstance(module, (torch.nn.Linear, torch.nn.LayerNorm, torch.nn.RNNBase)):
            inner = len(getattr(module, "normalized_shape", "1"))
            own = list(range(1, rank - inner))
            return own if spans.shape[:1] == (self.batch,) else [d for d in (0, *own) if spans.shape[d] > 1]
        if spans.shape in self._dims or step is None or step.source is None:
            return self._dims.get(spans.shape)
        source, dims = step.source.shape, self.of(step.source)[2]
        if len(source) == rank and dims and all(source[d] == spans.shape[d] for d in dims):
            return dims
        places = [d for d in range(rank) if len(dims) == 1 and spans.shape[d] == source[dims[0]] > 1]
        return places if len(places) == 1 and (rank > 2 or places == [0]) else None  # as many, packed or padded


def _row(group, maps, use) -> Row:
    step = group[-1]
    before, _, _, ch_in = maps.of(step.source)
    after, extents, dims, ch_out = maps.of(step.result, step)
    details, measured = _details(step), "measured" in step.details
    plain = (not measured and all(map(_unmoved, before, after)) and ch_in == ch_out and not step.multiply_adds
             and "kernel" not in details and not (step.op in _MERGES and len(step.merged) > 1))
    return Row(step.name, _operation(step), before, after, extents, tuple(step.result.shape[d] for d in dims),
               ch_in, ch_out, *use, dims=dims, parameters=sum(s.parameters for s in group),
               multiply_adds=sum(s.multiply_adds for s in group),
               notes=(*("measured",) * measured, *_notes(step, maps, extents)), plain=plain, **details)


def _outputs(step, maps):
    """A row for each map that a module returns by a key; the network's own keys stand alone."""
    before, _, _, ch_in = maps.of(step.source)
    for key, spans in step.results if len(step.results) > 1 or not step.name else ():
        after, extents, dims, ch_out = maps.of(spans)
        yield Row(output_name(step.name, key), "output", before, after, extents, tuple(spans.shape[d] for d in dims),
                  ch_in, ch_out, dims=dims, notes=(*_off_centre(after, maps.space), *_whole(extents, maps.space)))


def _off_centre(geometries, space):
    """A note where a map's middle is not its image's: above or left of it, where negative."""
    notes = []
    for group, each in zip(space.groups, space.inputs):
        found = {}
        for axis, name, pixels in zip(group, AXES[each.axes], each.pixels):
            g = geometries[axis]
            apart = 0 if g.start is None or g.jump is None else g.start + (g.size - 1) * g.jump / 2 - pixels / 2
            if apart:
                found[name] = f"off centre by {float(apart):g}"
        notes += _by_axis(found, each, space)
    return notes


def _by_axis(found, each, space):
    """What is said of axes, once where it is the same of all."""
    of = f" of {each.name}" if len(space.inputs) > 1 else ""
    if len(found) == each.axes and len(set(found.values())) == 1:
        return [next(iter(found.values())) + of]
    return [f"{text} in {name}{of}" for name, text in found.items()]


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


def _notes(step, maps, extents) -> tuple[str, ...]:
    notes, space = [], maps.space
    if step.op in _MERGES and len(step.merged) > 1:
        for group, each in zip(space.groups, space.inputs):
            apart = {name: _misalignment(step.merged, axis, maps) for axis, name in zip(group, AXES[each.axes])}
            notes += _by_axis({name: f"misaligned by {d:g}" for name, d in apart.items() if d}, each, space)
    return (*notes, *_whole(extents, space))


def _whole(extents, space):
    """A note for each input of which every unit sees all."""
    for group, each in zip(space.groups, space.inputs):
        if group and all(min(e.first) == max(e.first) == 0 and min(e.last) == max(e.last) == n - 1
                         for e, n in zip((extents.axes[axis] for axis in group), each.pixels)):
            yield f"whole {each.name if len(space.inputs) > 1 else _WHOLE[each.axes]}"


def _misalignment(all_spans, axis, maps) -> float:
    """The largest distance between the centres of the units that are brought together."""
    lines = []
    for spans in {id(spans): spans for spans in all_spans}.values():
        geometry = maps.of(spans)[0][axis]
        if geometry.start is not None:  # None: in no line, or without centres of their own
            lines.append(geometry)
    largest = max((g.size for g in lines), default=0)
    lines = [g for g in lines if g.size == largest]
    return max((a.misalignment(b) for i, a in enumerate(lines) for b in lines[:i]), default=0.0)
