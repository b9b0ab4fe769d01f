"""Where the units of a traced tensor stand: its geometry and its exact fields, along each axis of the image."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import torch

from .factors import by_factors, joined, places
from .geometry import Geometry, whole
from .intervals import NOTHING, STILL, Intervals
from .row import Extent, Extents
from .space import Space
from .steps import goes_on


def spatial_dims(spans: Intervals, space: Space, hint=None) -> list[int]:
    """The dimensions of a tensor along which its units stand: those of the inputs' axes, in order.

    Where units see all alike along some of them, ``hint`` has those that the layer is known to have.
    """
    moving = {d for axis in spans.steps for d, step in enumerate(axis) if step != STILL}
    if hint and (moving < set(hint) or len(spans.shape) == 2 and moving == set(hint)):
        return list(hint)
    found = [_dims_of(spans, list(group), each.size) for group, each in zip(space.groups, space.inputs) if group]
    if len(found) == 1:
        return found[0]
    return sorted({d for dims in found for d in dims})


def _dims_of(spans, axes, size):
    rank, count, steps = len(spans.shape), len(axes), [spans.steps[axis] for axis in axes]
    if rank < 3 and not (rank == 2 and count == len(size) and spans.shape[1] == size[-1]):
        return []  # one vector; a sequence of numbers is its own map
    per_axis = [[d for d, step in enumerate(axis) if step != STILL] for axis in steps]
    if rank == count + 2:  # channels made of pixels, as in space-to-depth: the longest way is the map's
        per_axis = [_longest(dims, axis, spans.shape) for dims, axis in zip(per_axis, steps)]
    found = sorted({d for dims in per_axis for d in dims})
    if rank == count + 2 and set(found) <= set(range(2, rank)):
        found = list(range(2, rank))
    if all(len(dims) == 1 for dims in per_axis) and len({dims[0] for dims in per_axis}) == count:
        return [dims[0] for dims in per_axis]
    return found


def _longest(dims, steps, shape):
    ways = {d: steps[d][1] / steps[d][0] * shape[d] for d in dims if steps[d]}
    return [max(ways, key=ways.get)] if ways else dims


def channels_of(spans: Intervals, dims) -> int:
    """The number of a tensor's elements for each of its units."""
    return prod(n for d, n in enumerate(spans.shape) if d and d not in dims)


def geometry_of(spans: Intervals, axis: int, space: Space, dims=None) -> Geometry:
    """The geometry of a tensor along one axis; jump None where its units stand in no line."""
    dims = spatial_dims(spans, space) if dims is None else dims
    parts, split = by_factors(spans)
    law, steps = _of_units(parts[axis][2:], split, dims), spans.steps[axis]
    field = int(torch.where(law[0] == NOTHING, 0, 1 - law[1] - law[0]).max())
    moving = [d for d in dims if steps[d] != STILL]
    mates = space.mates(axis)
    shared = any(spans.steps[mate][d] != STILL for mate in mates for d in moving)  # tokens: one way through all axes
    if len(moving) != 1 or shared or steps[moving[0]] is None or steps[moving[0]][1] <= 0:
        return Geometry(_size(spans, axis, space, dims, moving), None, field, None)
    return _line(law, split, moving[0], spans.shape[moving[0]], steps[moving[0]], field)


def _of_units(bounds, split, dims):
    """The union over everything but the units' dimensions."""
    others = [p for p in places(split, [d for d in range(len(split)) if d not in dims]) if bounds.shape[p] > 1]
    return bounds.amin(others, keepdim=True) if others else bounds


def _size(spans, axis, space, dims, moving):
    """The number of units along an axis along which they stand in no line."""
    place = next(group.index(axis) for group in space.groups if axis in group)
    if len(dims) == 1 + len(space.mates(axis)) > 1:
        return spans.shape[dims[place]]
    return prod(spans.shape[d] for d in moving or dims)


def _line(law, split, dim, size, step, field) -> Geometry:
    """The geometry of units that stand in a line along one dimension, ``step`` after ``step``."""
    units, pixels = step
    jump = whole(Fraction(pixels, units))
    here = places(split, [dim])
    others = [p for p in range(1, law.dim()) if p not in here and law.shape[p] > 1]
    law, split = joined((law.amin(others, keepdim=True) if others else law,), split, [dim])
    line = law[0].flatten(1)
    constant = line.shape[1] == 1 < size
    line = line.expand(2, size)
    if size > units and not goes_on(line, 1, step).all():
        units = size  # no law for all of them: every unit's own interval
    seen = [(i, a, -b) for i, (a, b) in enumerate(line[:, :units].T.tolist()) if a != NOTHING]
    if not seen or constant:  # where all see the same, the units' grid is left, not their centres
        return Geometry(size, jump, field, None)
    start = sum(Fraction(a + b + 1, 2) - i * jump for i, a, b in seen) / len(seen)
    return Geometry(size, jump, field, float(start), _phases(seen, units, size, jump) if units > 1 else ())


def _phases(seen, units, size, jump):
    """The interval of each unit of one period, also of those that the map is too short to have."""
    found = {i: (a, b) for i, a, b in seen}
    for i in range(size, units):
        ahead = int(jump * (i - size + 1))
        found[i] = tuple(end + ahead for end in found.get(size - 1, seen[-1][1:]))
    return tuple(found.get(i) for i in range(units))


def extents_of(spans: Intervals, dims) -> Extents:
    """The exact fields of all units."""
    parts, split = by_factors(spans)
    kept = places(split, dims)
    others = [p for p in range(1, parts[0].dim()) if p not in kept] if parts else []
    axes, made_of = [], tuple(split[d] for d in dims)
    made_of = made_of if any(len(factors) > 1 for factors in made_of) else ()
    for part in parts:
        exact = _of_units(part[:2], split, dims).permute(0, *kept, *others)
        exact = exact.reshape(exact.shape[:1 + len(kept)])
        first, last = exact.reshape(2, -1).tolist()
        axes.append(Extent(tuple(exact.shape[1:]), tuple(first), tuple(-end for end in last), made_of))
    return Extents(tuple(axes))
