"""Intervals behind views and shuffles along single dimensions."""

from __future__ import annotations

from dataclasses import replace

import torch

from .intervals import Intervals, collapsed, dropped, narrowed, nothing
from .steps import STILL, common, found_steps, through


def permuted(spans: Intervals, order) -> Intervals:
    """The dimensions in another order."""
    where = [0, *(d + 1 for d in order)]
    return Intervals(tuple(spans.shape[d] for d in order), tuple(part.permute(where) for part in spans.bounds),
                     tuple(tuple(axis[d] for d in order) for axis in spans.steps),
                     None if spans.off is None else spans.off.expand(spans.shape).permute(order), spans.off_kind)


def unsqueezed(spans: Intervals, dim: int) -> Intervals:
    """With a new dimension of size 1."""
    return Intervals((*spans.shape[:dim], 1, *spans.shape[dim:]),
                     tuple(part.unsqueeze(dim + 1) for part in spans.bounds),
                     tuple((*axis[:dim], STILL, *axis[dim:]) for axis in spans.steps),
                     None if spans.off is None else spans.off.expand(spans.shape).unsqueeze(dim), spans.off_kind)


def sliced(spans: Intervals, dim: int, start: int, size: int, step: int = 1) -> Intervals:
    """``size`` elements along a dimension from ``start``, each ``step`` further on."""
    if size == spans.shape[dim]:
        return spans
    if not size:
        return nothing((*spans.shape[:dim], 0, *spans.shape[dim + 1:]), len(spans.steps))
    taken = slice(start, start + (size - 1) * step + 1, step)
    bounds = tuple(p if p.shape[dim + 1] == 1 else p[(slice(None),) * (dim + 1) + (taken,)] for p in spans.bounds)
    steps = tuple((*axis[:dim], through(axis[dim], (1, step)), *axis[dim + 1:]) for axis in spans.steps)
    off = None if spans.off is None else spans.off.expand(spans.shape)[(slice(None),) * dim + (taken,)]
    return replace(spans, shape=(*spans.shape[:dim], size, *spans.shape[dim + 1:]), bounds=bounds, steps=steps, off=off)


def selected(spans: Intervals, dim: int, index: int) -> Intervals:
    """One element along a dimension, which is gone then."""
    one = sliced(spans, dim, index % spans.shape[dim], 1)
    gone = dropped(one, [dim])
    off = None if one.off is None else one.off.expand(one.shape).squeeze(dim)
    return replace(gone, off=off, off_kind=spans.off_kind)


def moved_along(spans: Intervals, dims, function, shape) -> Intervals:
    """The intervals behind a shuffle that leaves all dimensions but ``dims`` alone.

    ``function`` is given the bounds with size 1 along other dimensions where nothing changes;
    what it does to them it must do whatever their size.
    """
    bounds = []
    for part in spans.bounds:
        if len(dims) != 1 or len(shape) != len(spans.shape) or part.shape[dims[0] + 1] > 1:
            part = part.expand(4, *(n if d in dims else size
                                    for d, (n, size) in enumerate(zip(spans.shape, part.shape[1:]))))
            part = collapsed(torch.stack([narrowed(function(line)) for line in part]), 1)
        bounds.append(part)
    off = None if spans.off is None else collapsed(function(spans.off.expand(spans.shape)), 0)
    return Intervals(tuple(shape), tuple(bounds), found_steps(shape, bounds, spans.steps), off, spans.off_kind)


def concatenated(all_spans, dim: int, shape) -> Intervals:
    """One intervals behind the other along ``dim``."""
    dim, shape, bounds = dim % len(shape), tuple(shape), []
    for parts in zip(*(spans.bounds for spans in all_spans)):
        full = [max(sizes) for sizes in zip(*(part.shape for part in parts))]
        wide = [part.expand(*full[:dim + 1], spans.shape[dim], *full[dim + 2:])
                for part, spans in zip(parts, all_spans)]
        bounds.append(collapsed(torch.cat(wide, dim + 1), dim + 1, dim + 2))
    found = found_steps(shape, bounds, [axis for spans in all_spans for axis in spans.steps])
    steps = []
    for axis, guesses in enumerate(found):
        laws = [common(each) for each in zip(*(spans.steps[axis] for spans in all_spans))]
        laws[dim] = STILL if all(spans.steps[axis][dim] == STILL for spans in all_spans) else guesses[dim]
        steps.append(tuple(laws))
    return Intervals(shape, tuple(bounds), tuple(steps))
