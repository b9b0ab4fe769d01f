"""What every number inside a network depends on: intervals that travel along with a tensor.

A :class:`Shadow` gives, for each element of a tensor and each axis of the image, the first and
last pixel it depends on. Moving elements moves their intervals, everything else takes unions,
and spatial layers read the taps of ``taps.py``. Two intervals are kept:

* the exact one, which ends at the image's border, as padding carries no pixel;
* the one by formula, which goes on outside (an element of padding stands for the pixels that
  would be there), as in ``geometry.py``. Its width is the receptive field.

Elements that share their intervals are stored once: a dimension along which nothing changes
has size 1 in ``bounds``. ``steps`` says how the formula goes on along each dimension.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import gcd, lcm

import torch

NOTHING = 1 << 29  # as first pixel, and as minus the last one: the empty interval
STILL = (1, 0)  # the step of a dimension along which the field stays where it is


@dataclass(frozen=True)
class Shadow:
    """The dependencies of one tensor.

    ``bounds``: for each image axis a tensor (4, *shape), sizes 1 where constant: first pixel,
    minus the last pixel, and both by formula. Minus, so that every union is a minimum.
    ``steps``: for each image axis and dimension (units, pixels), so many units on the field
    has moved so many pixels; None where no such law holds.
    ``off``: elements that are surely 0 ("zero") or that a softmax will surely turn into 0
    ("low"), as attention masks make them; None if there are none.
    """

    shape: tuple[int, ...]
    bounds: tuple[torch.Tensor, torch.Tensor]
    steps: tuple[tuple, tuple]
    off: torch.Tensor | None = None
    off_kind: str = ""


def of_image(shape) -> Shadow:
    """The shadow of an image batch (N, C, H, W): every pixel depends on itself."""
    bounds, steps = [], []
    for dim in (2, 3):
        line = torch.arange(shape[dim], dtype=torch.int32)
        line = torch.stack((line, -line, line, -line))
        bounds.append(line.reshape(4, *(shape[dim] if d == dim else 1 for d in range(4))))
        steps.append(tuple((1, 1) if d == dim else STILL for d in range(4)))
    return Shadow(tuple(shape), tuple(bounds), tuple(steps))


def nothing(shape) -> Shadow:
    """The shadow of a constant."""
    empty = torch.full((4, *(1 for _ in shape)), NOTHING, dtype=torch.int32)
    return Shadow(tuple(shape), (empty, empty), ((STILL,) * len(shape),) * 2)


def union(shape, shadows) -> Shadow:
    """Element by element, all that any of the shadows depends on; broadcasts to ``shape``."""
    shape = tuple(shape)
    if len(shadows) == 1 and shadows[0].shape == shape and shadows[0].off is None:
        return shadows[0]
    shadows = [broadcast(shadow, shape) for shadow in shadows]
    bounds, steps = [], []
    for axis in (0, 1):
        total = shadows[0].bounds[axis]
        for shadow in shadows[1:]:
            constant = [d for d, (n, m) in enumerate(zip(total.shape, shadow.bounds[axis].shape)) if n != m]
            total = torch.minimum(total, shadow.bounds[axis])
            for d in constant:  # a global part leaves no difference between the units
                total = collapsed(total, d, d + 1)
        bounds.append(total)
        steps.append(tuple(_common(parts) for parts in zip(*(s.steps[axis] for s in shadows))))
    return Shadow(shape, tuple(bounds), tuple(steps))


def broadcast(shadow: Shadow, shape) -> Shadow:
    """The shadow of the same tensor expanded to ``shape``."""
    shape, extra = tuple(shape), len(shape) - len(shadow.shape)
    if shape == shadow.shape:
        return shadow
    old = (1,) * extra + shadow.shape
    bounds = tuple(b.reshape(4, *(1,) * extra, *b.shape[1:]) for b in shadow.bounds)
    steps = tuple((STILL,) * extra + axis for axis in shadow.steps)
    steps = tuple(tuple(s if a == b else STILL for s, a, b in zip(axis, old, shape)) for axis in steps)
    off = shadow.off
    return replace(shadow, shape=shape, bounds=bounds, steps=steps,
                   off=None if off is None else off.reshape(*(1,) * extra, *off.shape))


def _common(parts):
    """The step of a union along one dimension: the first that moves; None if one has no law."""
    moving = [step for step in parts if step != STILL]
    if not moving or None in moving:
        return None if moving else STILL
    units, pixels = moving[0]
    for other in moving[1:]:
        if other[0] * pixels == other[1] * units:
            units, pixels = lcm(units, other[0]), pixels * lcm(units, other[0]) // units
    return units, pixels


def reduce(shadow: Shadow, dims, keepdim: bool) -> Shadow:
    """Every element depends on all elements along ``dims``: sums, means, norms.

    Kept dimensions count as one window over the whole map, so that its jump is that of a
    pooling layer of the same size.
    """
    rank = len(shadow.shape)
    dims = sorted(d % rank for d in dims) if rank else []
    shape = tuple(1 if d in dims else n for d, n in enumerate(shadow.shape))
    bounds, steps = [], []
    for axis in (0, 1):
        total = shadow.bounds[axis]
        for d in dims:
            total = total.amin(d + 1, keepdim=True)
        bounds.append(total)
        steps.append(tuple(step if d not in dims else (STILL if step is None else _scaled(step, n))
                           for d, (step, n) in enumerate(zip(shadow.steps[axis], shadow.shape))))
    whole = Shadow(shape, tuple(bounds), tuple(steps))
    return whole if keepdim else dropped(whole, dims)


def dropped(shadow: Shadow, dims) -> Shadow:
    """Without the given dimensions, each of size 1."""
    keep = [d for d in range(len(shadow.shape)) if d not in dims]
    return Shadow(tuple(shadow.shape[d] for d in keep),
                  tuple(b.reshape(4, *(b.shape[d + 1] for d in keep)) for b in shadow.bounds),
                  tuple(tuple(axis[d] for d in keep) for axis in shadow.steps))


def spread(shadow: Shadow, dims) -> Shadow:
    """Every element depends on all elements along ``dims``; the shape stays: normalizations."""
    bounds = []
    for total in shadow.bounds:
        for d in dims:
            total = total.amin(d % len(shadow.shape) + 1, keepdim=True)
        bounds.append(total)
    return replace(shadow, bounds=tuple(bounds), off=None, off_kind="")


def running(shadow: Shadow, dim: int) -> Shadow:
    """Every element depends on itself and all before it along ``dim``: cumulative sums."""
    bounds = tuple(b.cummin(dim % len(shadow.shape) + 1).values for b in shadow.bounds)
    steps = tuple(tuple(None if d == dim % len(shadow.shape) and s != STILL else s
                        for d, s in enumerate(axis)) for axis in shadow.steps)
    return Shadow(shadow.shape, bounds, steps)


def _scaled(step, n):
    units, pixels = step
    shared = gcd(units, n)
    return units // shared, pixels * n // shared


def through(step, period):
    """The step behind a layer: a outputs on, its taps are b inputs on."""
    if step is None or step == STILL:
        return step
    outputs, inputs = period
    units, pixels = step
    shared = gcd(units, inputs)
    return outputs * units // shared, pixels * inputs // shared


def moved(shadow: Shadow, function, steps=None) -> Shadow:
    """The shadow behind ``function``, which only moves elements (views, concatenation, ...).

    ``function`` maps a tensor of ``shadow.shape`` to the output. ``steps``, where the caller
    knows them, are those of the output; otherwise they are found from the moved intervals.
    """
    bounds = tuple(collapsed(torch.stack([_narrowed(function(part.expand(shadow.shape))) for part in axis]), 1)
                   for axis in shadow.bounds)
    off = None if shadow.off is None else collapsed(function(shadow.off.expand(shadow.shape)), 0)
    shape = tuple(function(torch.empty(1).expand(shadow.shape)).shape)
    return Shadow(shape, bounds, steps or found_steps(shape, bounds, shadow.steps), off, shadow.off_kind)


def _narrowed(tensor):
    """The tensor with size 1 along every dimension that is one number repeated in memory."""
    for d, stride in enumerate(tensor.stride()):
        tensor = tensor.narrow(d, 0, 1) if stride == 0 < tensor.shape[d] else tensor
    return tensor


def collapsed(tensor, lead, end=None):
    """The tensor with size 1 along every dimension from ``lead`` to ``end`` where nothing changes."""
    for d in range(lead, end or tensor.dim()):
        if tensor.shape[d] > 1:
            first = tensor.narrow(d, 0, 1)
            if tensor.stride(d) == 0 or bool((tensor == first).all()):
                tensor = first
    return tensor


def goes_on(law, dim, step):
    """For each line along ``dim``: does every interval lie one ``step`` ahead? An empty one follows an empty one."""
    units, pixels = step
    first, second = (law.narrow(dim, at, law.shape[dim] - units) for at in (0, units))
    ahead = torch.tensor([pixels, -pixels]).reshape(2, *(1,) * (law.dim() - 1))
    return ((second - first == ahead) | ((first == NOTHING) & (second == NOTHING))).all(dim, keepdim=True)


def found_steps(shape, bounds, known=()):
    """The steps that the intervals themselves show; None where they follow no law."""
    periods = sorted({1, 2, 3, 4, *(s[0] for axis in known for s in axis if s)})
    return tuple(tuple(_found(axis[2:], d + 1, n, periods) for d, n in enumerate(shape)) for axis in bounds)


def _found(law, dim, size, periods):
    if law.shape[dim] == 1:
        return STILL
    sign = torch.tensor([1, -1]).reshape(2, *(1,) * (law.dim() - 1))
    for units in periods:
        if size > units:
            first, second = law.narrow(dim, 0, size - units), law.narrow(dim, units, size - units)
            ahead = ((second - first) * sign)[(first != NOTHING) & (second != NOTHING)]
            if ahead.numel() and bool((ahead == ahead[0]).all()):
                pixels = int(ahead[0])
                if pixels or units == 1:
                    return units, pixels
    return None
