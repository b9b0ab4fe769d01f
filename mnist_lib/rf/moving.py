"""Intervals behind views and shuffles along single dimensions: what is stored by factors stays so."""

from __future__ import annotations

from dataclasses import replace
from math import gcd, prod

import torch

from .factors import by_factors, joined, places, stored
from .intervals import Intervals, collapsed, dropped, narrowed, nothing
from .steps import STILL, common, found_steps, through


def permuted(spans: Intervals, order) -> Intervals:
    """The dimensions in another order."""
    parts, split = by_factors(spans)
    where = [0, *places(split, order)]
    return Intervals(tuple(spans.shape[d] for d in order),
                  stored([part.permute(where) for part in parts], tuple(split[d] for d in order)),
                  tuple(tuple(axis[d] for d in order) for axis in spans.steps),
                  None if spans.off is None else spans.off.expand(spans.shape).permute(order), spans.off_kind)


def unsqueezed(spans: Intervals, dim: int) -> Intervals:
    """With a new dimension of size 1."""
    parts, split = by_factors(spans)
    at = sum(map(len, split[:dim])) + 1
    return Intervals((*spans.shape[:dim], 1, *spans.shape[dim:]),
                  stored([part.unsqueeze(at) for part in parts], (*split[:dim], (1,), *split[dim:])),
                  tuple((*axis[:dim], STILL, *axis[dim:]) for axis in spans.steps),
                  None if spans.off is None else spans.off.expand(spans.shape).unsqueeze(dim), spans.off_kind)


def sliced(spans: Intervals, dim: int, start: int, size: int, step: int = 1) -> Intervals:
    """``size`` elements along a dimension from ``start``, each ``step`` further on."""
    if size == spans.shape[dim]:
        return spans
    if not size:
        return nothing((*spans.shape[:dim], 0, *spans.shape[dim + 1:]), len(spans.steps))
    parts, split = by_factors(spans)
    inner = prod(split[dim][1:])
    still = all(part.shape[p] == 1 for part in parts for p in places(split, [dim]))
    if still or not (step == 1 and start % inner == size % inner == 0):
        parts, split = joined(parts, split, [dim])
        inner = 1
    at = places(split, [dim])[0]
    end = (start + (size - 1) * step) // inner + 1
    parts = [p if p.shape[at] == 1 else p[(slice(None),) * at + (slice(start // inner, end, step),)] for p in parts]
    factors = (size // inner, *split[dim][1:])
    steps = tuple((*axis[:dim], through(axis[dim], (1, step)), *axis[dim + 1:]) for axis in spans.steps)
    off = spans.off
    if off is not None:
        off = off.expand(spans.shape)[(slice(None),) * dim + (slice(start, start + (size - 1) * step + 1, step),)]
    return replace(spans, shape=(*spans.shape[:dim], size, *spans.shape[dim + 1:]), steps=steps, off=off,
                   bounds=stored(parts, (*split[:dim], factors, *split[dim + 1:])))


def selected(spans: Intervals, dim: int, index: int) -> Intervals:
    """One element along a dimension, which is gone then."""
    parts, split = by_factors(spans)
    index %= spans.shape[dim]
    off = None if spans.off is None else spans.off.expand(spans.shape).select(dim, index)
    for at, n in reversed(list(zip(places(split, [dim]), split[dim]))):
        index, digit = divmod(index, n)
        parts = [part if part.shape[at] == 1 else part.narrow(at, digit, 1) for part in parts]
    split = (*split[:dim], (1,) * len(split[dim]), *split[dim + 1:])
    shape = (*spans.shape[:dim], 1, *spans.shape[dim + 1:])
    gone = dropped(Intervals(shape, stored(parts, split), spans.steps), [dim])
    return gone if off is None else replace(gone, off=off, off_kind=spans.off_kind)


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
    dim, shape = dim % len(shape), tuple(shape)
    sizes = [spans.shape[dim] for spans in all_spans]
    inner = gcd(*sizes)
    pieces = [joined(*by_factors(spans), [dim]) for spans in all_spans]
    if len({(*split[:dim], *split[dim + 1:]) for _, split in pieces}) > 1:  # other factors: multiplied out
        pieces = [joined(*piece, range(len(shape))) for piece in pieces]
    split = pieces[0][1]
    at, = places(split, [dim])
    if inner > 1 and all(part.shape[at] == 1 for parts, _ in pieces for part in parts):
        factors, counts = (sum(sizes) // inner, inner), [n // inner for n in sizes]
        pieces = [([part.unsqueeze(at + 1) for part in parts], None) for parts, _ in pieces]
    else:
        factors, counts = (sum(sizes),), sizes
    split, result = (*split[:dim], factors, *split[dim + 1:]), []
    for each in zip(*(parts for parts, _ in pieces)):
        full = [max(part.shape[d] for part in each) for d in range(each[0].dim())]
        wide = [part.expand(*full[:at], count if part.shape[at] == 1 else part.shape[at], *full[at + 1:])
                for part, count in zip(each, counts)]
        result.append(collapsed(torch.cat(wide, at), at, at + 1))
    bounds = stored(result, split)
    found = found_steps(shape, bounds, [axis for spans in all_spans for axis in spans.steps])
    steps = []
    for axis, guesses in enumerate(found):
        laws = [common(each) for each in zip(*(spans.steps[axis] for spans in all_spans))]
        laws[dim] = STILL if all(spans.steps[axis][dim] == STILL for spans in all_spans) else guesses[dim]
        steps.append(tuple(laws))
    return Intervals(shape, bounds, tuple(steps))

