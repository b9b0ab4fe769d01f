"""What every number inside a network depends on: intervals that travel along with a tensor.

A :class:`Intervals` gives, for each element of a tensor and each axis of the image, the first and
last pixel it depends on. Moving elements moves their intervals (``moving.py``), everything else
takes unions, and spatial layers read the taps of ``taps.py``. Two intervals are kept:

* the exact one, which ends at the image's border, as padding carries no pixel;
* the one by formula, which goes on outside (an element of padding stands for the pixels that
  would be there), as in ``geometry.py``. Its width is the receptive field.

An image has as many axes as it has: one for a sequence, three for a volume; several inputs
have the axes of each, one after another. Elements that share their intervals are stored once: a
dimension along which nothing changes has size 1 in ``bounds``. ``steps`` says how the formula
goes on along each dimension.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from functools import reduce as fold

import torch

from .steps import NOTHING, STILL, common, found_steps, scaled, through

__all__ = ["NOTHING", "STILL", "Intervals", "broadcast", "collapsed", "dropped", "found_steps", "groups_of",
           "moved", "narrowed", "nothing", "of_image", "of_inputs", "reduce", "reshaped", "running", "spread",
           "through", "union", "whole"]


@dataclass(frozen=True)
class Intervals:
    """The dependencies of one tensor.

    ``bounds``: for each image axis a tensor (4, *shape), sizes 1 where constant: first pixel,
    minus the last pixel, and both by formula. Minus, so that every union is a minimum.
    ``steps``: for each image axis and dimension (units, pixels), so many units on the field
    has moved so many pixels; None where no such law holds.
    ``off``: elements that are surely 0 ("zero") or that a softmax will surely turn into 0
    ("low"), as attention masks make them; None if there are none.
    """

    shape: tuple[int, ...]
    bounds: Sequence[torch.Tensor]
    steps: tuple[tuple, ...]
    off: torch.Tensor | None = None
    off_kind: str = ""

    @cached_property
    def constant(self) -> bool:
        """Whether no element depends on anything."""
        return all(part.numel() == 4 and int(part.min()) == NOTHING for part in self.bounds)


def of_image(shape) -> Intervals:
    """The intervals of an image batch (N, C, ...): every pixel depends on itself, in all channels."""
    return of_inputs([shape], [range(2, len(shape))])[0]


def of_inputs(shapes, dims) -> list[Intervals]:
    """The intervals of a network's inputs; ``dims`` are, for each, the dimensions that are its axes.

    Along the axes of another input an element depends on nothing.
    """
    owners = [(i, dim) for i, own in enumerate(dims) for dim in own]
    found = []
    for i, shape in enumerate(shapes):
        bounds, steps = [], []
        for owner, dim in owners:
            if owner == i:
                line = torch.arange(shape[dim], dtype=torch.int32)
                line = torch.stack((line, -line, line, -line))
                bounds.append(line.reshape(4, *(shape[dim] if d == dim else 1 for d in range(len(shape)))))
            else:
                bounds.append(_empty(len(shape)))
            steps.append(tuple((1, 1) if owner == i and d == dim else STILL for d in range(len(shape))))
        found.append(Intervals(tuple(shape), tuple(bounds), tuple(steps)))
    return found


def nothing(shape, axes=2) -> Intervals:
    """The intervals of a constant; ``axes`` is the number of the image's (``call.nothing`` knows it)."""
    return Intervals(tuple(shape), (_empty(len(shape)),) * axes, ((STILL,) * len(shape),) * axes)


def _empty(rank):
    return torch.full((4, *(1,) * rank), NOTHING, dtype=torch.int32)


def union(shape, all_spans) -> Intervals:
    """Element by element, all that any of the intervals depends on; broadcasts to ``shape``."""
    shape = tuple(shape)
    all_spans = [broadcast(spans, shape) for spans in all_spans]
    distinct = list({id(spans.bounds): spans for spans in all_spans}.values())
    if len(distinct) == 1:
        one = distinct[0]
        return one if one.off is None else replace(one, off=None, off_kind="")
    totals = tuple(fold(_smaller, each) for each in zip(*(spans.bounds for spans in distinct)))
    steps = tuple(tuple(map(common, zip(*each))) for each in zip(*(s.steps for s in distinct)))
    return Intervals(shape, totals, steps)


def _smaller(total, part):
    constant = [d for d, (n, m) in enumerate(zip(total.shape, part.shape)) if n != m]
    total = torch.minimum(total, part)
    for d in constant:  # a global part leaves no difference between the units
        total = collapsed(total, d, d + 1)
    return total


def broadcast(spans: Intervals, shape) -> Intervals:
    """The intervals of the same tensor expanded to ``shape``."""
    shape, extra = tuple(shape), len(shape) - len(spans.shape)
    if shape == spans.shape:
        return spans
    bounds = tuple(b.reshape(4, *(1,) * extra, *b.shape[1:]) for b in spans.bounds)
    old = (1,) * extra + spans.shape
    steps = tuple((STILL,) * extra + axis for axis in spans.steps)
    steps = tuple(tuple(s if a == b else STILL for s, a, b in zip(axis, old, shape)) for axis in steps)
    off = spans.off
    return replace(spans, shape=shape, bounds=bounds, steps=steps,
                   off=None if off is None else off.reshape(*(1,) * extra, *off.shape))


def reduce(spans: Intervals, dims, keepdim: bool) -> Intervals:
    """Every element depends on all elements along ``dims``: sums, means, norms.

    Kept dimensions count as one window over the whole map, so that its jump is that of a
    pooling layer of the same size.
    """
    rank = len(spans.shape)
    dims = sorted(d % rank for d in dims) if rank else []
    shape = tuple(1 if d in dims else n for d, n in enumerate(spans.shape))
    bounds = tuple(_least(part, dims) for part in spans.bounds)
    steps = tuple(tuple(step if d not in dims else (STILL if step is None else scaled(step, n))
                        for d, (step, n) in enumerate(zip(axis, spans.shape))) for axis in spans.steps)
    kept = Intervals(shape, bounds, steps)
    return kept if keepdim else dropped(kept, dims)


def whole(all_spans, shape) -> Intervals:
    """For each element of a shape all that any element of any of the intervals depends on."""
    return broadcast(union((), [reduce(spans, range(len(spans.shape)), False) for spans in all_spans]), shape)


def _least(part, dims):
    dims = [d + 1 for d in dims if part.shape[d + 1] > 1]
    return part.amin(dims, keepdim=True) if dims else part


def dropped(spans: Intervals, dims) -> Intervals:
    """Without the given dimensions, each of size 1."""
    keep = [d for d in range(len(spans.shape)) if d not in dims]
    if len(keep) == len(spans.shape):
        return spans
    return Intervals(tuple(spans.shape[d] for d in keep),
                     tuple(b.reshape(4, *(b.shape[d + 1] for d in keep)) for b in spans.bounds),
                     tuple(tuple(axis[d] for d in keep) for axis in spans.steps))


def spread(spans: Intervals, dims) -> Intervals:
    """Every element depends on all elements along ``dims``; the shape stays: normalizations."""
    dims = {d % len(spans.shape) for d in dims} if spans.shape else ()
    return replace(spans, bounds=tuple(_least(part, dims) for part in spans.bounds), off=None, off_kind="")


def running(spans: Intervals, dim: int) -> Intervals:
    """Every element depends on itself and all before it along ``dim``: cumulative sums."""
    if not spans.shape:
        return spans
    dim %= len(spans.shape)
    steps = tuple(tuple(None if d == dim and s != STILL else s for d, s in enumerate(axis)) for axis in spans.steps)
    return Intervals(spans.shape, tuple(b.cummin(dim + 1).values for b in spans.bounds), steps)


def reshaped(spans: Intervals, shape) -> Intervals:
    """The same elements in the same order in another shape; ``steps`` are found anew."""
    groups = groups_of(spans.shape, shape)
    bounds = tuple(_viewed(part, spans.shape, shape, groups) for part in spans.bounds)
    off = None if spans.off is None else collapsed(spans.off.expand(spans.shape).reshape(shape), 0)
    return Intervals(tuple(shape), bounds, ((STILL,) * len(shape),) * len(bounds), off, spans.off_kind)


def _viewed(part, old, new, groups):
    """The bounds along one axis in another shape; what is constant along all dimensions of a group stays so."""
    wide, sizes = [4], [4]
    for ins, outs in groups:
        moves = any(part.shape[d + 1] > 1 for d in ins)
        wide += [old[d] if moves else 1 for d in ins]
        sizes += [new[d] if moves else 1 for d in outs]
    return collapsed(part.expand(wide).reshape(sizes), 1)


def groups_of(old, new) -> list[tuple[list[int], list[int]]]:
    """The smallest runs of dimensions of two shapes that hold the same elements: (old ones, new ones)."""
    groups, i, j = [], 0, 0
    while i < len(old) or j < len(new):
        ins, outs, left, right = [], [], 1, 1
        if i < len(old):
            ins, left, i = [i], old[i], i + 1
        if j < len(new):
            outs, right, j = [j], new[j], j + 1
        while left != right:
            if left < right:
                left, ins, i = left * old[i], [*ins, i], i + 1
            else:
                right, outs, j = right * new[j], [*outs, j], j + 1
        groups.append((ins, outs))
    return groups


def moved(spans: Intervals, function, steps=None) -> Intervals:
    """The intervals behind ``function``, which only moves elements (views, concatenation, ...).

    ``function`` maps a tensor of ``intervals.shape`` to the output. ``steps``, where the caller
    knows them, are those of the output; otherwise they are found from the moved intervals.
    """
    bounds = tuple(collapsed(torch.stack([narrowed(function(part.expand(spans.shape))) for part in axis]), 1)
                   for axis in spans.bounds)
    off = None if spans.off is None else collapsed(function(spans.off.expand(spans.shape)), 0)
    shape = tuple(function(torch.empty(()).expand(spans.shape)).shape)
    return Intervals(shape, bounds, steps or found_steps(shape, bounds, spans.steps), off, spans.off_kind)


def narrowed(tensor):
    """The tensor with size 1 along every dimension that is one number repeated in memory."""
    for d, stride in enumerate(tensor.stride()):
        tensor = tensor.narrow(d, 0, 1) if stride == 0 < tensor.shape[d] else tensor
    return tensor


def collapsed(tensor, lead, end=None):
    """The tensor with size 1 along every dimension from ``lead`` to ``end`` where nothing changes."""
    for d in range(lead, tensor.dim() if end is None else end):
        if tensor.shape[d] > 1:
            first = tensor.narrow(d, 0, 1)
            if tensor.stride(d) == 0 or bool((tensor == first).all()):
                tensor = first
    return tensor
