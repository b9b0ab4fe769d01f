"""Intervals of a memory that is written in parts, held to a model with one entry for each element."""

import random

import pytest
import torch

from mnist_lib.rf.intervals import NOTHING, Intervals
from mnist_lib.rf.storage import Memory

SHAPES = ((3, 4, 5), (2, 1, 3, 4), (12,), ())


def view_of(base, rng):
    """A view of a tensor, by a few random steps: most are boxes of it, some run across its dimensions."""
    view = base
    for _ in range(rng.randrange(4)):
        kind = rng.choice(("select", "slice", "transpose", "flatten", "expand", "unsqueeze", "diagonal"))
        dim = rng.randrange(view.dim()) if view.dim() else 0
        if kind == "unsqueeze":
            view = view.unsqueeze(dim)
        elif kind == "expand":
            view = view.expand(2, *view.shape)
        elif not view.dim():
            continue
        elif kind == "select":
            view = view.select(dim, rng.randrange(view.shape[dim]))
        elif kind == "slice":
            start = rng.randrange(view.shape[dim])
            view = view[(slice(None),) * dim + (slice(start, None, rng.choice((1, 2))),)]
        elif kind == "transpose":
            view = view.transpose(dim, 0)
        elif kind == "diagonal" and view.dim() > 1:
            view = view.diagonal(0, 0, 1)
        elif kind == "flatten" and view.is_contiguous():
            view = view.flatten()
    return view


def some_intervals(shape, rng, axes):
    """Random ones, constant along some dimensions."""
    bounds = []
    for _ in range(axes):
        sizes = [n if rng.random() < 0.5 else 1 for n in shape]
        first = torch.tensor([rng.randrange(9) for _ in range(max(1, torch.Size(sizes).numel()))], dtype=torch.int32)
        part = torch.stack((first, -first - 1, first - 1, -first - 3)).reshape(4, *sizes)
        bounds.append(torch.full_like(part, NOTHING) if rng.random() < 0.2 else part)
    return Intervals(tuple(shape), tuple(bounds), ((None,) * len(shape),) * axes)


@pytest.mark.parametrize("seed", range(60))
def test_what_is_read_is_what_was_written_last(seed):
    rng = random.Random(seed)
    axes = rng.choice((1, 2))
    base = torch.zeros(rng.choice(SHAPES), dtype=rng.choice((torch.float32, torch.float64)))
    base = base.permute(rng.sample(range(base.dim()), base.dim()))
    memory, model = Memory(axes), torch.full((axes, 4, *base.shape), NOTHING, dtype=torch.int32)
    numbers = torch.arange(base.numel()).as_strided(base.shape, base.stride())  # each element by its place in memory
    model = model.reshape(axes, 4, -1)
    for step in range(8):
        view = view_of(base, rng)
        at = numbers.as_strided(view.shape, view.stride(), view.storage_offset())
        if step == 0 or rng.random() < 0.6 and at.unique().numel() == at.numel():
            view, at = (base, numbers) if step == 0 else (view, at)
            spans = some_intervals(view.shape, rng, axes)
            memory.write(view, spans)
            for axis, part in enumerate(spans.bounds):
                model[axis][:, at.flatten()] = part.expand(4, *view.shape).reshape(4, -1)
        found = memory.get(view)
        for axis in range(axes):
            expected = model[axis][:, at]
            if found is None:
                assert (model[:, :, at.flatten()] == NOTHING).all()
            else:
                assert torch.equal(found.bounds[axis].expand(4, *view.shape), expected)


@pytest.mark.parametrize("other", [torch.int32, torch.uint8, torch.float64])
def test_another_number_type_sees_what_overlaps(other):
    base = torch.zeros(4, 6)
    memory = Memory(1)
    rows = torch.arange(4, dtype=torch.int32).reshape(4, 1)
    memory.put(base, Intervals((4, 6), (torch.stack((rows, -rows, rows, -rows)),), ((None, None),)))
    memory.write(base[2], Intervals((6,), (torch.tensor([9, -9, 9, -9], dtype=torch.int32).reshape(4, 1),), ((None,),)))
    seen = memory.get(base.view(other))
    assert seen.bounds[0][0].expand(seen.shape)[:, 0].tolist() == [0, 1, 9, 3]
