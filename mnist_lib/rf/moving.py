"""Shadows behind views and shuffles along single dimensions: what is stored by factors stays so."""

from __future__ import annotations

from dataclasses import replace
from math import gcd, prod

import torch

from .factors import by_factors, joined, places, stored
from .intervals import Shadow, collapsed, dropped, narrowed, nothing
from .steps import STILL, common, found_steps, through


def permuted(shadow: Shadow, order) -> Shadow:
    """The dimensions in another order."""
    parts, split = by_factors(shadow)
    where = [0, *places(split, order)]
    return Shadow(tuple(shadow.shape[d] for d in order),
                  stored([part.permute(where) for part in parts], tuple(split[d] for d in order)),
                  tuple(tuple(axis[d] for d in order) for axis in shadow.steps),
                  None if shadow.off is None else shadow.off.expand(shadow.shape).permute(order), shadow.off_kind)


def unsqueezed(shadow: Shadow, dim: int) -> Shadow:
    """With a new dimension of size 1."""
    parts, split = by_factors(shadow)
    at = sum(map(len, split[:dim])) + 1
    return Shadow((*shadow.shape[:dim], 1, *shadow.shape[dim:]),
                  stored([part.unsqueeze(at) for part in parts], (*split[:dim], (1,), *split[dim:])),
                  tuple((*axis[:dim], STILL, *axis[dim:]) for axis in shadow.steps),
                  None if shadow.off is None else shadow.off.expand(shadow.shape).unsqueeze(dim), shadow.off_kind)


def sliced(shadow: Shadow, dim: int, start: int, size: int, step: int = 1) -> Shadow:
    """``size`` elements along a dimension from ``start``, each ``step`` further on."""
    if size == shadow.shape[dim]:
        return shadow
    if not size:
        return nothing((*shadow.shape[:dim], 0, *shadow.shape[dim + 1:]), len(shadow.steps))
    parts, split = by_factors(shadow)
    inner = prod(split[dim][1:])
    still = all(part.shape[p] == 1 for part in parts for p in places(split, [dim]))
    if still or not (step == 1 and start % inner == size % inner == 0):
        parts, split = joined(parts, split, [dim])
        inner = 1
    at = places(split, [dim])[0]
    end = (start + (size - 1) * step) // inner + 1
    parts = [p if p.shape[at] == 1 else p[(slice(None),) * at + (slice(start // inner, end, step),)] for p in parts]
    factors = (size // inner, *split[dim][1:])
    steps = tuple((*axis[:dim], through(axis[dim], (1, step)), *axis[dim + 1:]) for axis in shadow.steps)
    off = shadow.off
    if off is not None:
        off = off.expand(shadow.shape)[(slice(None),) * dim + (slice(start, start + (size - 1) * step + 1, step),)]
    return replace(shadow, shape=(*shadow.shape[:dim], size, *shadow.shape[dim + 1:]), steps=steps, off=off,
                   bounds=stored(parts, (*split[:dim], factors, *split[dim + 1:])))


def selected(shadow: Shadow, dim: int, index: int) -> Shadow:
    """One element along a dimension, which is gone then."""
    parts, split = by_factors(shadow)
    index %= shadow.shape[dim]
    off = None if shadow.off is None else shadow.off.expand(shadow.shape).select(dim, index)
    for at, n in reversed(list(zip(places(split, [dim]), split[dim]))):
        index, digit = divmod(index, n)
        parts = [part if part.shape[at] == 1 else part.narrow(at, digit, 1) for part in parts]
    split = (*split[:dim], (1,) * len(split[dim]), *split[dim + 1:])
    shape = (*shadow.shape[:dim], 1, *shadow.shape[dim + 1:])
    gone = dropped(Shadow(shape, stored(parts, split), shadow.steps), [dim])
    return gone if off is None else replace(gone, off=off, off_kind=shadow.off_kind)


def moved_along(shadow: Shadow, dims, function, shape) -> Shadow:
    """The shadow behind a shuffle that leaves all dimensions but ``dims`` alone.

    ``function`` is given the bounds with size 1 along other dimensions where nothing changes;
    what it does to them it must do whatever their size.
    """
    bounds = []
    for part in shadow.bounds:
        if len(dims) != 1 or len(shape) != len(shadow.shape) or part.shape[dims[0] + 1] > 1:
            part = part.expand(4, *(n if d in dims else size
                                    for d, (n, size) in enumerate(zip(shadow.shape, part.shape[1:]))))
            part = collapsed(torch.stack([narrowed(function(line)) for line in part]), 1)
        bounds.append(part)
    off = None if shadow.off is None else collapsed(function(shadow.off.expand(shadow.shape)), 0)
    return Shadow(tuple(shape), tuple(bounds), found_steps(shape, bounds, shadow.steps), off, shadow.off_kind)


def concatenated(shadows, dim: int, shape) -> Shadow:
    """One shadow behind the other along ``dim``."""
    dim, shape = dim % len(shape), tuple(shape)
    sizes = [shadow.shape[dim] for shadow in shadows]
    inner = gcd(*sizes)
    pieces = [joined(*by_factors(shadow), [dim]) for shadow in shadows]
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
    found = found_steps(shape, bounds, [axis for shadow in shadows for axis in shadow.steps])
    steps = []
    for axis, guesses in enumerate(found):
        laws = [common(each) for each in zip(*(shadow.steps[axis] for shadow in shadows))]
        laws[dim] = STILL if all(shadow.steps[axis][dim] == STILL for shadow in shadows) else guesses[dim]
        steps.append(tuple(laws))
    return Shadow(shape, bounds, tuple(steps))

