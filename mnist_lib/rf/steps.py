"""How a field moves along a map: so many units on, it has moved so many pixels.

Such a law holds for every map that a convolution makes; what stands in another order
(tokens, windows) has none. See ``Intervals.steps`` in ``intervals.py``.
"""

from __future__ import annotations

from math import gcd, lcm

import torch

NOTHING = 1 << 29  # as first pixel, and as minus the last one: the empty interval
STILL = (1, 0)  # the step of a dimension along which the field stays where it is


def common(parts):
    """The step of a union along one dimension: the first that moves; None if one has no law."""
    moving = [step for step in parts if step != STILL]
    if not moving or None in moving:
        return None if moving else STILL
    units, pixels = moving[0]
    for other in moving[1:]:
        if other[0] * pixels == other[1] * units:
            units, pixels = lcm(units, other[0]), pixels * lcm(units, other[0]) // units
    return units, pixels


def scaled(step, n):
    """The step between windows of n units each."""
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


def goes_on(law, dim, step):
    """For each line along ``dim``: does every interval lie one ``step`` ahead? An empty one follows an empty one."""
    units, pixels = step
    first, second = (law.narrow(dim, at, law.shape[dim] - units) for at in (0, units))
    ahead = torch.tensor([pixels, -pixels]).reshape(2, *(1,) * (law.dim() - 1))
    return ((second - first == ahead) | ((first == NOTHING) & (second == NOTHING))).all(dim, keepdim=True)


def found_steps(shape, bounds, known=()):
    """The steps that the intervals themselves show; None where they follow no law."""
    periods = sorted({1, 2, 3, 4, *(s[0] for axis in known for s in axis if s)})
    return tuple(tuple(_found(part[2:], d + 1, n, periods) for d, n in enumerate(shape)) for part in bounds)


def _found(law, dim, size, periods):
    if law.shape[dim] == 1:
        return STILL
    line = law[tuple(slice(None) if d in (0, dim) else slice(0, 1) for d in range(law.dim()))]
    for units in periods:
        if size > units and _pixels(line, dim, units) is not None:  # one line tells most of them apart
            pixels = _pixels(law, dim, units)
            if pixels or pixels == 0 and units == 1:
                return units, pixels
    return None


def _pixels(law, dim, units):
    """By how many pixels all intervals move from one unit to that ``units`` on, but empty ones; None if they differ."""
    first, second = (law.narrow(dim, at, law.shape[dim] - units) for at in (0, units))
    ahead = (second - first) * torch.tensor([1, -1], dtype=law.dtype).reshape(2, *(1,) * (law.dim() - 1))
    empty = (first == NOTHING) | (second == NOTHING)
    low, high = ahead.masked_fill(empty, NOTHING).amin(), ahead.masked_fill(empty, -NOTHING).amax()
    return int(low) if low == high else 0 if low > high else None
