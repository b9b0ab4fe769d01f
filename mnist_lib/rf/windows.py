"""How a spatial layer reads the intervals: each output depends on its taps (``taps.py``)."""

from __future__ import annotations

from functools import lru_cache

import torch

from .factors import by_factors, joined, places, stored
from .intervals import NOTHING, STILL, Intervals, collapsed
from .steps import goes_on, through
from .taps import Taps, inside, window


def read(spans: Intervals, dim: int, reach: Taps) -> Intervals:
    """The intervals of a spatial layer along one dimension: output i depends on its taps."""
    dim %= len(spans.shape)
    size = spans.shape[dim]
    if reach is window(size, 1):
        return spans  # each output reads the input in its place
    parts, split = joined(*by_factors(spans), [dim])
    place, = places(split, [dim])
    parts = [_read(part, place, size, reach, axis[dim]) for part, axis in zip(parts, spans.steps)]
    steps = tuple(axis[:dim] + (through(axis[dim], reach.period),) + axis[dim + 1:] for axis in spans.steps)
    shape = spans.shape[:dim] + (reach.size,) + spans.shape[dim + 1:]
    return Intervals(shape, stored(parts, split[:dim] + ((reach.size,),) + split[dim + 1:]), steps)


def _read(bounds, dim, size, reach, step):
    exact, formula = _places(reach, size)
    constant = bounds.shape[dim] == 1 < size
    if constant:
        if step == STILL and bool((exact >= 0).any(1).all()):
            return bounds  # nothing changes along this dimension, and every output reads something
        bounds = bounds.expand(*(size if d == dim else n for d, n in enumerate(bounds.shape)))
    units, pixels = step or STILL
    turns = torch.div(formula, units, rounding_mode="floor")
    base = formula - turns * units
    short = base >= size  # the map is shorter than one period: its last unit stands in
    base = torch.where(short, size - 1, base)
    near = torch.where((formula >= 0) & (formula < size), formula, base)
    moved = (torch.div((formula - near) * pixels, units, rounding_mode="floor")).to(torch.int32)
    real = _gather(bounds[:2], dim, exact.clamp(min=0))
    wide = [1] * real.dim()
    wide[dim], wide[dim + 1] = exact.shape
    real = real.masked_fill((exact < 0).reshape(wide), NOTHING)
    law = _gather(bounds[2:], dim, near)
    sign = torch.tensor([1, -1], dtype=torch.int32).reshape(2, *(1,) * (law.dim() - 1))
    law = torch.where(law == NOTHING, law, law + sign * moved.reshape(wide))
    if step is None:  # no law to go on by: what is outside does not count
        outside = (formula < 0) | (formula >= size)
        law = law.masked_fill(outside.reshape(wide), NOTHING)
    elif size > units and moved.any():  # lines that do not follow the law end at the border
        straight = goes_on(bounds[2:], dim, step)
        if not straight.all():
            edge = _gather(bounds[2:], dim, formula.clamp(0, size - 1))
            law = torch.where(straight.unsqueeze(dim + 1), law, edge)
    absent = _absent(reach, size)
    if absent is not None:
        law = law.masked_fill(absent.reshape(wide), NOTHING)
    result = torch.cat((real, law)).amin(dim + 1)
    return collapsed(result, dim, dim + 1) if constant else result


def _gather(bounds, dim, places):
    return bounds.index_select(dim, places.flatten()).unflatten(dim, places.shape)


def _places(reach, size):
    """Two tensors (outputs, taps): where taps really land (-1: nowhere), and where by formula."""
    return _tables(reach, size)[:2]


def _absent(reach, size):
    return _tables(reach, size)[2]


@lru_cache(maxsize=256)
def _tables(reach, size):
    taps = [list(reach.taps(i)) for i in range(reach.size)]
    most = max(1, *(len(t) for t in taps))
    absent = torch.tensor([[j >= len(t) for j in range(most)] for t in taps])
    formula = torch.tensor([t + [t[-1] if t else 0] * (most - len(t)) for t in taps])
    exact = torch.tensor([[-1 if (real := inside(tap, size, reach.border)) is None else real
                           for tap in t] + [-1] * (most - len(t)) for t in taps])
    return exact, formula, absent if absent.any() else None


def read_all(spans: Intervals, reaches) -> Intervals:
    """The intervals after one reach for each of the last dimensions; None leaves a dimension alone."""
    for dim, reach in zip(range(-len(reaches), 0), reaches):
        if reach is not None:
            spans = read(spans, dim, reach)
    return spans
