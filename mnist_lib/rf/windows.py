"""How a spatial layer reads the intervals: each output depends on its taps (``taps.py``)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch

from .intervals import NOTHING, STILL, Intervals, collapsed
from .steps import goes_on, through
from .taps import Taps, inside, window


def read(spans: Intervals, dim: int, reach: Taps) -> Intervals:
    """The intervals of a spatial layer along one dimension: output i depends on its taps."""
    dim %= len(spans.shape)
    size = spans.shape[dim]
    if reach is window(size, 1):
        return spans  # each output reads the input in its place
    bounds = tuple(_read(part, dim + 1, size, reach, axis[dim]) for part, axis in zip(spans.bounds, spans.steps))
    steps = tuple(axis[:dim] + (through(axis[dim], reach.period),) + axis[dim + 1:] for axis in spans.steps)
    shape = spans.shape[:dim] + (reach.size,) + spans.shape[dim + 1:]
    return Intervals(shape, bounds, steps)


def _read(bounds, dim, size, reach, step):
    plan = _plan(reach, size, step)
    constant = bounds.shape[dim] == 1 < size
    if constant:
        if step == STILL and plan.all_read:
            return bounds  # nothing changes along this dimension, and every output reads something
        bounds = bounds.expand(*(size if d == dim else n for d, n in enumerate(bounds.shape)))
    wide = [1] * (bounds.dim() + 1)
    wide[dim], wide[dim + 1] = plan.exact.shape
    real = _gather(bounds[:2], dim, plan.exact)
    if plan.missing is not None:
        real = real.masked_fill(plan.missing.reshape(wide), NOTHING)
    law = _gather(bounds[2:], dim, plan.near)
    if plan.moved is not None:
        law = torch.where(law == NOTHING, law, law + plan.moved.reshape(2, *wide[1:]))
    if step is None:  # no law to go on by: what is outside does not count
        if plan.outside is not None:
            law = law.masked_fill(plan.outside.reshape(wide), NOTHING)
    elif size > step[0] and plan.moved is not None:  # lines that do not follow the law end at the border
        straight = goes_on(bounds[2:], dim, step)
        if not straight.all():
            edge = _gather(bounds[2:], dim, plan.edge)
            law = torch.where(straight.unsqueeze(dim + 1), law, edge)
    if plan.absent is not None:
        law = law.masked_fill(plan.absent.reshape(wide), NOTHING)
    result = torch.cat((real, law)).amin(dim + 1)
    return collapsed(result, dim, dim + 1) if constant else result


def _gather(bounds, dim, places):
    return bounds.index_select(dim, places.flatten()).unflatten(dim, places.shape)


@dataclass(frozen=True)
class _Plan:
    """Where each output reads, by output and tap; what is None is nowhere the case."""

    exact: torch.Tensor  # where taps really land
    missing: torch.Tensor | None  # which land nowhere
    near: torch.Tensor  # the input whose interval tells the tap's by formula,
    moved: torch.Tensor | None  # and how many pixels further on: (2, outputs, taps), both ends
    edge: torch.Tensor  # the nearest input
    outside: torch.Tensor | None  # which taps are outside the map by formula
    absent: torch.Tensor | None  # which taps an output does not have
    all_read: bool  # whether every output reads something


@lru_cache(maxsize=512)
def _plan(reach, size, step):
    taps = [list(reach.taps(i)) for i in range(reach.size)]
    most = max(1, *(len(t) for t in taps))
    absent = torch.tensor([[j >= len(t) for j in range(most)] for t in taps])
    formula = torch.tensor([t + [t[-1] if t else 0] * (most - len(t)) for t in taps])
    exact = torch.tensor([[-1 if (real := inside(tap, size, reach.border)) is None else real
                           for tap in t] + [-1] * (most - len(t)) for t in taps])
    units, pixels = step or STILL
    turns = torch.div(formula, units, rounding_mode="floor")
    base = formula - turns * units
    base = torch.where(base >= size, size - 1, base)  # where the map is shorter than one period
    outside = (formula < 0) | (formula >= size)
    near = torch.where(outside, base, formula)
    moved = torch.div((formula - near) * pixels, units, rounding_mode="floor").to(torch.int32)
    return _Plan(exact.clamp(min=0), _any(exact < 0), near, torch.stack((moved, -moved)) if moved.any() else None,
                 formula.clamp(0, size - 1), _any(outside), _any(absent), bool((exact >= 0).any(1).all()))


def _any(mask):
    return mask if mask.any() else None


def read_all(spans: Intervals, reaches) -> Intervals:
    """The intervals after one reach for each of the last dimensions; None leaves a dimension alone."""
    for dim, reach in zip(range(-len(reaches), 0), reaches):
        if reach is not None:
            spans = read(spans, dim, reach)
    return spans
