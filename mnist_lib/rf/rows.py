"""From the steps of a network's run to the rows of its table."""

from __future__ import annotations

import re
from fractions import Fraction
from math import prod

import torch

from .geometry import Geometry, whole
from .intervals import NOTHING, STILL, Shadow
from .row import Extent, Extents, Row
from .steps import goes_on

_MERGES = {"add", "iadd", "radd", "sub", "isub", "rsub", "mul", "imul", "rmul", "div", "truediv", "cat", "concat",
           "concatenate", "stack", "maximum", "minimum", "max", "min", "lerp", "addcmul", "where"}
_SHORTER = {"batch_norm": "batchnorm", "conv_transpose": "conv_transpose"}


def rows_of(step, image) -> tuple[list[Row], list[Row]]:
    """The rows of a run, in execution order, and those of the modules that contain others."""
    made, blocks, known = [], [], {}
    _collect(step, made, blocks)
    step.parameters = step.multiply_adds = 0
    blocks.append(step)  # the network itself, whose name is empty
    return tuple([_row(s, image, *_use(s, i, steps), known) for i, s in enumerate(steps)]
                 for steps in (made, blocks))


def _use(step, place, steps):
    """Which use of its name a step is, and of how many."""
    uses = [i for i, other in enumerate(steps) if other.name == step.name]
    return uses.index(place) + 1, len(uses)


def _collect(step, rows, blocks):
    """One step a row, unless it is a module in which several things happen."""
    for inner in step.inside:
        if inner.module is None:
            rows.append(inner)
        elif not inner.children and (_from_torch(inner.module) or _moving(inner) <= 1):
            rows.append(_summed(inner))
        else:
            _collect(inner, rows, blocks)
            inner.parameters = inner.multiply_adds = 0  # its rows have them
            blocks.append(inner)


def _from_torch(module):
    return type(module).__module__.startswith("torch.nn.modules")


def _moving(step):
    """How many of the functions a module calls do something to the map."""
    return sum(bool(s.multiply_adds) or len(s.merged) > 1 or not _same(s.source, s.result) for s in step.inside)


def _same(one: Shadow, other: Shadow) -> bool:
    return one is other or (one.shape == other.shape and one.steps == other.steps and
                            all(a.shape == b.shape and torch.equal(a, b) for a, b in zip(one.bounds, other.bounds)))


def _summed(step):
    """A leaf module's step with what the functions inside it did."""
    for inner in step.inside:
        step.parameters += inner.parameters
        step.multiply_adds += inner.multiply_adds
        step.details = {**inner.details, **step.details}
        if len(step.inside) == 1:
            step.merged = inner.merged
    return step


def _described(shadow, known):
    """A shadow's geometries, extents, shape and channels: worked out once, as most rows share theirs."""
    if id(shadow) not in known:
        geometries = tuple(geometry_of(shadow, axis) for axis in (0, 1))
        known[id(shadow)] = (geometries, *extents_of(shadow), _channels(shadow))
    return known[id(shadow)]


def _row(step, image, call, calls, known) -> Row:
    before, _, _, ch_in = _described(step.source, known)
    after, extents, dims, ch_out = _described(step.result, known)
    shape = tuple(step.result.shape[d] for d in dims)
    details = {k: v for k, v in step.details.items() if k in ("kernel", "stride", "padding", "dilation")}
    if step.module is not None and _from_torch(step.module):
        for key, attribute in (("kernel", "kernel_size"), ("stride", "stride"), ("padding", "padding"),
                               ("dilation", "dilation")):
            if "kernel" in details and hasattr(step.module, attribute):
                value = getattr(step.module, attribute)
                value = (value, value) if isinstance(value, int) else value
                details[key] = value if value is not None else details[key]
    details = {k: v if isinstance(v, str) else tuple(v) * (2 if len(v) == 1 else 1) for k, v in details.items()}
    notes = _notes(step, image, extents)
    plain = (all(map(_unmoved, before, after)) and ch_in == ch_out and not step.multiply_adds
             and "kernel" not in details and not (step.op in _MERGES and len(step.merged) > 1))
    return Row(step.name, _operation(step), before, after, extents, shape, ch_in, ch_out, call, calls,
               dims=dims, parameters=step.parameters, multiply_adds=step.multiply_adds, notes=notes,
               plain=plain, **details)


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


def spatial_dims(shadow: Shadow) -> list[int]:
    """The dimensions of a tensor along which its units stand: those of the image's axes, in order."""
    rank = len(shadow.shape)
    if rank < 3:
        return []  # one vector
    per_axis = [[d for d, step in enumerate(axis) if step != STILL] for axis in shadow.steps]
    if rank == 4:  # channels made of pixels, as in space-to-depth: the longest way is the map's
        per_axis = [_longest(dims, axis, shadow.shape) for dims, axis in zip(per_axis, shadow.steps)]
    found = sorted({*per_axis[0], *per_axis[1]})
    if rank == 4 and set(found) <= {2, 3}:
        found = [2, 3]
    if len(per_axis[0]) == len(per_axis[1]) == 1 and per_axis[0] != per_axis[1]:
        return [per_axis[0][0], per_axis[1][0]]
    return found


def _longest(dims, steps, shape):
    ways = {d: steps[d][1] / steps[d][0] * shape[d] for d in dims if steps[d]}
    return [max(ways, key=ways.get)] if ways else dims


def _channels(shadow: Shadow) -> int:
    dims = spatial_dims(shadow)
    return prod(n for d, n in enumerate(shadow.shape) if d and d not in dims)


def geometry_of(shadow: Shadow, axis: int) -> Geometry:
    """The geometry of a tensor along one axis of the image; jump None where units are not in line."""
    dims = spatial_dims(shadow)
    law = shadow.bounds[axis][2:]
    others = [d + 1 for d in range(len(shadow.shape)) if d not in dims]
    law = law.amin(others, keepdim=True) if others else law
    width = torch.where(law[0] == NOTHING, 0, 1 - law[1] - law[0])
    field = int(width.max())
    steps = shadow.steps[axis]
    moving = [d for d in dims if steps[d] != STILL]
    size = prod(shadow.shape[d] for d in moving)
    shared = any(shadow.steps[1 - axis][d] != STILL for d in moving)  # tokens: one way through both axes
    if len(moving) != 1 or shared or steps[moving[0]] is None or steps[moving[0]][1] <= 0:
        size = shadow.shape[dims[axis]] if len(dims) == 2 else size
        return Geometry(size, None, field, None)
    dim, (units, pixels) = moving[0], steps[moving[0]]
    jump = whole(Fraction(pixels, units))
    line = law.amin([d + 1 for d in range(len(shadow.shape)) if d != dim], keepdim=False)
    line = line.expand(2, shadow.shape[dim])
    if size > units and not goes_on(line, 1, (units, pixels)).all():
        units = size  # no law for all of them: every unit's own interval
    seen = [(i, a, -b) for i, (a, b) in enumerate(line[:, :units].T.tolist()) if a != NOTHING]
    if not seen:
        return Geometry(size, jump, field, None)
    if law.shape[dim + 1] == 1 < size:
        return Geometry(size, jump, field, None)  # all see the same: the units' grid is left, not their centres
    start = sum(Fraction(a + b + 1, 2) - i * jump for i, a, b in seen) / len(seen)
    phases = ()
    if units > 1:
        places = {i: (a, b) for i, a, b in seen}
        for i in range(size, units):  # units that a whole period would have
            ahead = int(jump * (i - size + 1))
            places[i] = tuple(end + ahead for end in places.get(size - 1, seen[-1][1:]))
        phases = tuple(places.get(i) for i in range(units))
    return Geometry(size, jump, field, float(start), phases)


def extents_of(shadow: Shadow) -> tuple[Extents, tuple[int, ...]]:
    """The exact fields of all units, and the tensor's dimensions along which these stand."""
    dims = spatial_dims(shadow)
    axes = []
    for bounds in shadow.bounds:
        others = [d + 1 for d in range(len(shadow.shape)) if d not in dims]
        exact = bounds[:2].amin(others, keepdim=True) if others else bounds[:2]
        exact = exact.permute(0, *(d + 1 for d in dims), *others).flatten(len(dims) + 1 if others else 0)
        exact = exact.reshape(2, *(bounds.shape[d + 1] for d in dims))
        axes.append(Extent(tuple(exact.shape[1:]), tuple(exact[0].flatten().tolist()),
                           tuple((-exact[1]).flatten().tolist())))
    return Extents(tuple(axes)), tuple(dims)


def _notes(step, image, extents) -> tuple[str, ...]:
    notes = []
    if step.op in _MERGES and len(step.merged) > 1:
        for axis, name in enumerate(("height", "width")):
            apart = _misalignment(step.merged, axis)
            if apart:
                notes.append(f"misaligned by {apart:g} in {name}")
        if len(notes) == 2 and notes[0].replace("height", "width") == notes[1]:
            notes = [notes[0].replace(" in height", "")]
    if all(min(e.first) == max(e.first) == 0 and min(e.last) == max(e.last) == n - 1
           for e, n in zip(extents.axes, image)):
        notes.append("whole image")
    return tuple(notes)


def _misalignment(shadows, axis) -> float:
    """The largest distance between the centres of the units that are brought together."""
    lines = []
    for shadow in shadows:
        geometry = geometry_of(shadow, axis)
        if geometry.start is not None:  # None: in no line, or without centres of their own
            lines.append(geometry)
    largest = max((g.size for g in lines), default=0)
    lines = [g for g in lines if g.size == largest]
    return max((a.misalignment(b) for i, a in enumerate(lines) for b in lines[:i]), default=0.0)
