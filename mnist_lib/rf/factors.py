"""Intervals stored by the factors of a tensor's dimensions, so that views of views cost next to nothing.

A map of 56 × 56 units read as 3,136 tokens has 56 different rows, not 3,136. Its bounds are
therefore kept as they were, and the dimension of tokens is noted as made of the factors (56, 56).
A ``split`` lists for each dimension its factors, whose product is the dimension's size; a
``part``, the bounds along one axis of the image, has a dimension for each factor behind its
first one, of size 1 where nothing changes along it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import prod

import torch

Split = tuple[tuple[int, ...], ...]


class Factored(Sequence):
    """The bounds of the intervals, stored by factors; read by index they are plain: a dimension each."""

    def __init__(self, parts, split: Split):
        self.parts, self.split = tuple(parts), split

    @cached_property
    def _plain(self):
        return joined(self.parts, self.split, range(len(self.split)))[0]

    def __len__(self):
        return len(self.parts)

    def __getitem__(self, axis):
        return self._plain[axis]


def by_factors(spans) -> tuple[tuple[torch.Tensor, ...], Split]:
    """The intervals's parts and their split."""
    bounds = spans.bounds
    if isinstance(bounds, Factored):
        return bounds.parts, bounds.split
    return tuple(bounds), tuple((n,) for n in spans.shape)


def stored(parts, split: Split):
    """Bounds from parts: plain where each dimension has one factor, and no more factors than needed."""
    groups, place = [], 1
    for factors in split:
        kept: list[list] = []  # of the dimension: [size, whether any part changes along it]
        for n in factors:
            moves = any(part.shape[place] > 1 for part in parts)
            place += 1
            if n > 1 and kept and not moves and not kept[-1][1]:
                kept[-1][0] *= n
            elif n > 1:
                kept.append([n, moves])
        groups.append(tuple(n for n, _ in kept) or (1,))
    groups = tuple(groups)
    if groups != split:
        parts = tuple(_reshaped(part, split, groups) for part in parts)
    return Factored(parts, groups) if any(len(factors) > 1 for factors in groups) else tuple(parts)


def _reshaped(part, split, groups):
    """The part with factors of size 1 and joints between constant factors taken out."""
    sizes, place = [], 1
    for factors, kept in zip(split, groups):
        here = [(n, part.shape[place + i]) for i, n in enumerate(factors) if n > 1]
        place += len(factors)
        for n in kept:
            size, covered = 1, 1
            while here and covered < n:
                covered, size = covered * here[0][0], size * here[0][1]
                here.pop(0)
            sizes.append(size)
    return part.reshape(part.shape[0], *sizes)


def joined(parts, split: Split, dims):
    """The parts with the factors of ``dims`` multiplied out, and the new split."""
    dims = {d for d in dims if len(split[d]) > 1}
    if not dims:
        return tuple(parts), split
    result = []
    for part in parts:
        wide, sizes, place = list(part.shape), [part.shape[0]], 1
        for d, factors in enumerate(split):
            here = part.shape[place:place + len(factors)]
            if d in dims and max(here) > 1:
                wide[place:place + len(factors)] = factors
                here = (prod(factors),)
            elif d in dims:
                here = (1,)
            sizes += here
            place += len(factors)
        result.append(part.expand(wide).reshape(sizes))
    return tuple(result), tuple((prod(f),) if d in dims else f for d, f in enumerate(split))


def places(split: Split, dims) -> list[int]:
    """The dimensions of a part that belong to some dimensions of the tensor."""
    starts, place = [], 1
    for factors in split:
        starts.append(range(place, place + len(factors)))
        place += len(factors)
    return [p for d in dims for p in starts[d]]


def refined(one, other) -> tuple[int, ...] | None:
    """The coarsest factors that both lists can be cut into; None if their joints cross."""
    one, other, found = [n for n in one if n > 1], [n for n in other if n > 1], []
    while one and other:
        left, right = one[-1], other[-1]
        small, large = min(left, right), max(left, right)
        if large % small:
            return None
        found.append(small)
        for rest in (one, other):
            rest[-1] //= small
            if rest[-1] == 1:
                rest.pop()
    return tuple(reversed(found))


def cut(part, split: Split, finer: Split):
    """The part by a finer split of the same dimensions."""
    sizes, place = [part.shape[0]], 1
    for factors, wanted in zip(split, finer):
        sizes += _digits(part.shape[place:place + len(factors)], factors, wanted)
        place += len(factors)
    return part.reshape(sizes)


def _digits(here, factors, wanted):
    """Sizes for the wanted factors: those of a factor that changes, 1 for those of one that does not."""
    moving = [size > 1 for size, n in zip(here, factors) if n > 1]
    factors, sizes, left = [n for n in factors if n > 1], [], 1
    for n in wanted:
        if n > 1 and left == 1:
            left, moves = factors.pop(0), moving.pop(0)
        if n > 1:
            left //= n
        sizes.append(n if n > 1 and moves else 1)
    return sizes


def alike(all_spans):
    """The parts of several intervals of one shape by a common split: ([parts of each], split)."""
    pairs = [by_factors(spans) for spans in all_spans]
    if len({split for _, split in pairs}) == 1:
        return [parts for parts, _ in pairs], pairs[0][1]
    common, crossing = list(pairs[0][1]), set()
    for d, n in enumerate(all_spans[0].shape):
        for _, split in pairs[1:]:
            both = refined(common[d], split[d]) or ((1,) if n == 1 else None)
            if both is None:
                crossing.add(d)
                both = (n,)
            common[d] = both
        if d in crossing:
            common[d] = (n,)
    result = []
    for parts, split in pairs:
        parts, split = joined(parts, split, crossing)
        result.append(tuple(cut(part, split, tuple(common)) for part in parts))
    return result, tuple(common)


def viewed(parts, split: Split, shape):
    """The parts of a tensor read in another shape, in the same order of elements, and their split.

    Factors are multiplied out only where the new dimensions cut across them.
    """
    old = tuple(prod(factors) for factors in split)
    crossing = set()
    for ins, outs in groups_of(old, shape):
        flat = [n for d in ins for n in split[d]]
        if refined(flat, [shape[d] for d in outs]) is None:
            crossing.update(ins)
    if crossing:
        parts, split = _in_one(parts, split, groups_of(old, shape), crossing)
    flat = [n for factors in split for n in factors]
    finest, fresh = list(refined(flat, shape)), []
    for n in shape:
        factors, covered = [], 1
        while covered < n:
            factors.append(finest.pop(0))
            covered *= factors[-1]
        fresh.append(tuple(factors) or (1,))
    wanted = tuple(n for factors in fresh for n in factors)
    parts = tuple(cut(part, (tuple(flat),), (wanted,)) for part in parts)
    return parts, tuple(fresh)


def _in_one(parts, split, groups, crossing):
    """Each group of dimensions that is cut across as one dimension of one factor."""
    merged, results = [], []
    for ins, _ in groups:
        factors = [split[d] for d in ins]
        merged += [(prod(n for each in factors for n in each),)] if crossing.intersection(ins) else factors
    for part in parts:
        sizes, wide, place = [part.shape[0]], list(part.shape), 1
        for ins, _ in groups:
            factors = [n for d in ins for n in split[d]]
            end = place + len(factors)
            if crossing.intersection(ins) and max(part.shape[place:end]) > 1:
                wide[place:end] = factors
            sizes += [prod(wide[place:end])] if crossing.intersection(ins) else wide[place:end]
            place = end
        results.append(part.expand(wide).reshape(sizes))
    return tuple(results), tuple(merged)


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
