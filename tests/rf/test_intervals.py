"""Intervals with size 1 where nothing changes say of every element what full ones say, whatever views come."""

from math import prod

import torch
from hypothesis import given
from hypothesis import strategies as st

from mnist_lib.rf import intervals, moving
from mnist_lib.rf.intervals import NOTHING, Intervals, groups_of


def plain(spans):
    """For each axis every element's four numbers, (4, *shape)."""
    return [part.expand(4, *spans.shape) for part in spans.bounds]


@st.composite
def other_shape(draw, shape):
    """The same number of elements by other dimensions."""
    factors = []
    for n in shape:
        for p in (2, 3, 5):
            while n % p == 0:
                factors, n = [*factors, p], n // p
        factors += [n] if n > 1 else []
    shape, left = [], draw(st.permutations(factors)) if draw(st.booleans()) else factors
    while left:
        many = draw(st.integers(1, len(left)))
        shape, left = [*shape, prod(left[:many])], left[many:]
    for _ in range(draw(st.integers(0, 1))):
        shape.insert(draw(st.integers(0, len(shape))), 1)
    return tuple(shape) or (1,)


def step(data, spans, dense):
    """One view, shuffle or union, on the intervals and on the plain numbers."""
    shape, rank = spans.shape, len(spans.shape)
    kind = data.draw(st.sampled_from(["reshape", "permute", "slice", "select", "unsqueeze", "expand", "roll", "cat",
                                      "union", "reduce", "spread"]))
    dim = data.draw(st.integers(0, rank - 1)) if rank else None
    if kind == "reshape" or not rank:
        new = data.draw(other_shape(shape))
        return intervals.reshaped(spans, new), [d.reshape(4, *new) for d in dense]
    if kind == "permute":
        order = data.draw(st.permutations(range(rank)))
        return moving.permuted(spans, order), [d.permute(0, *(o + 1 for o in order)) for d in dense]
    if kind == "slice":
        start, by = data.draw(st.integers(0, shape[dim] - 1)), data.draw(st.integers(1, 2))
        size = data.draw(st.integers(1, (shape[dim] - start - 1) // by + 1))
        index = (slice(None),) * (dim + 1) + (slice(start, start + (size - 1) * by + 1, by),)
        return moving.sliced(spans, dim, start, size, by), [d[index] for d in dense]
    if kind == "select":
        index = data.draw(st.integers(-shape[dim], shape[dim] - 1))
        return moving.selected(spans, dim, index), [d.select(dim + 1, index) for d in dense]
    if kind == "unsqueeze":
        return moving.unsqueezed(spans, dim), [d.unsqueeze(dim + 1) for d in dense]
    if kind == "expand":
        lead = data.draw(st.integers(1, 3))
        return intervals.broadcast(spans, (lead, *shape)), [d[:, None].expand(4, lead, *shape) for d in dense]
    if kind == "roll":
        by = data.draw(st.integers(-3, 3))
        return (moving.moved_along(spans, [dim], lambda t: t.roll(by, dim), shape),
                [d.roll(by, dim + 1) for d in dense])
    if kind == "cat":
        turned = moving.moved_along(spans, [dim], lambda t: t.flip(dim), shape)
        new = (*shape[:dim], 2 * shape[dim], *shape[dim + 1:])
        return (moving.concatenated([spans, turned], dim, new),
                [torch.cat([d, d.flip(dim + 1)], dim + 1) for d in dense])
    if kind == "union":
        turned = moving.moved_along(spans, [dim], lambda t: t.flip(dim), shape)
        return intervals.union(shape, [spans, turned]), [torch.minimum(d, d.flip(dim + 1)) for d in dense]
    if kind == "reduce":
        keep = data.draw(st.booleans())
        return intervals.reduce(spans, [dim], keep), [d.amin(dim + 1, keepdim=keep) for d in dense]
    return intervals.spread(spans, [dim]), [d.amin(dim + 1, keepdim=True).expand(d.shape) for d in dense]


@given(st.data())
def test_any_views_one_after_another(data):
    sizes = data.draw(st.lists(st.sampled_from([1, 2, 3, 4, 6]), min_size=1, max_size=3))
    spans = intervals.of_image((1, data.draw(st.integers(1, 4)), *sizes))
    dense = plain(spans)
    for _ in range(data.draw(st.integers(1, 6))):
        if prod(spans.shape) > 2000:
            break
        spans, dense = step(data, spans, dense)
        assert spans.shape == tuple(dense[0].shape[1:])
        assert all(m in (1, n) for part in spans.bounds for m, n in zip(part.shape[1:], spans.shape, strict=True))
        assert all(torch.equal(one, other) for one, other in zip(plain(spans), dense, strict=True))


def test_dimensions_along_which_nothing_changes_stay_small():
    tokens = intervals.reshaped(intervals.of_image((1, 48, 8, 6)), (1, 3, 16, 48))
    assert [part.shape for part in tokens.bounds] == [(4, 1, 1, 1, 48)] * 2
    back = intervals.reshaped(tokens, (1, 48, 4, 2, 6))
    assert [part.shape for part in back.bounds] == [(4, 1, 1, 4, 2, 1), (4, 1, 1, 1, 1, 6)]


def test_groups_of_dimensions():
    assert groups_of((2, 3, 4), (6, 2, 2)) == [([0, 1], [0]), ([2], [1, 2])]
    assert groups_of((1, 5), (5, 1)) == [([0, 1], [0]), ([], [1])]


def test_nothing_has_as_many_axes_as_asked():
    assert len(intervals.nothing((2, 3), 3).bounds) == 3
    one, other = intervals.of_inputs([(1, 2, 5), (1, 1, 4, 6)], [(2,), (2, 3)])
    assert isinstance(one, Intervals) and len(one.bounds) == len(other.bounds) == 3
    assert int(one.bounds[1].min()) == NOTHING and other.bounds[2].shape == (4, 1, 1, 1, 6)
