"""The intervals of a memory that was written in parts, through views.

``Boxed`` keeps them in the shape of the tensor that fills the memory, with size 1 along what makes no
difference: a hundred writes to single rows or channels cost as much as there are rows or channels. For
views that are no boxes of that shape, and for others' number types, ``Lines`` has one number for each place.

A place is (shape, strides, offset, bytes of an element), as ``storage.py`` has it.
"""

from __future__ import annotations

import torch

from .intervals import NOTHING, collapsed


def boxed(place, nbytes, axes):
    """An empty ``Boxed`` of the shape of a view that fills the memory; None where it does not."""
    shape, strides, offset, size = place
    sides = sorted(((stride, n) for stride, n in zip(strides, shape) if n > 1), reverse=True)
    filled = 1
    for stride, n in reversed(sides):
        if stride != filled:
            return None
        filled *= n
    if offset or filled * size != nbytes:
        return None
    return Boxed([n for _, n in sides], [stride for stride, _ in sides], size, axes)


class Boxed:
    """For each axis of the image a tensor (4, *sizes), in the order of memory, with size 1 where nothing changes."""

    def __init__(self, sizes, strides, size, axes):
        self.sizes, self.strides, self.size = sizes, strides, size
        self._axes = [torch.full((4, *(1,) * len(sizes)), NOTHING, dtype=torch.int32) for _ in range(axes)]

    def box(self, place):
        """For each dimension here (start, step, count), and for each of the view's which it is; None for no box."""
        shape, strides, rest, size = place
        if size != self.size:
            return None
        taken = []
        for n, stride in zip(self.sizes, self.strides):
            start, rest = divmod(rest, stride)
            if start >= n:
                return None
            taken.append((start, 1, 1))
        order = []
        for n, stride in zip(shape, strides):
            if n == 1 or stride == 0:
                order.append(None)
                continue
            dim = next((d for d, s in enumerate(self.strides) if s <= stride), None)
            if dim is None or dim in order or stride % self.strides[dim]:
                return None
            start, step = taken[dim][0], stride // self.strides[dim]
            if start + (n - 1) * step >= self.sizes[dim]:
                return None
            taken[dim] = (start, step, n)
            order.append(dim)
        return taken, order

    def read(self, place) -> tuple:
        """The bounds of a view that is a box."""
        taken, order = self.box(place)
        return tuple(self._seen(axis, taken, order) for axis in self._axes)

    def _seen(self, axis, taken, order):
        part = axis[_index(axis, taken)]
        dims = [d for d in order if d is not None]
        rest = [d for d in range(len(self.sizes)) if d not in dims]
        part = part.permute(0, *(d + 1 for d in (*dims, *rest))).flatten(len(dims))  # the rest are of size 1
        part = part if dims else part.reshape(4)
        for place, dim in enumerate(order):
            part = part.unsqueeze(place + 1) if dim is None else part
        return collapsed(part, 1).clone()

    def write(self, place, spans) -> None:
        """Put the intervals of a view that is a box into their places."""
        taken, order = self.box(place)
        inverse = [order.index(d) if d in order else None for d in range(len(self.sizes))]
        for number, part in enumerate(spans.bounds):
            old = self._axes[number]
            kept = [i for i in range(len(order)) if order[i] is None]
            for i in reversed(kept):
                part = part.select(i + 1, 0)
            left = [i for i in range(len(order)) if i not in kept]
            part = part.permute(0, *(left.index(i) + 1 for i in inverse if i is not None))
            for d, i in enumerate(inverse):
                part = part.unsqueeze(d + 1) if i is None else part
            wide = [n if part.shape[d + 1] > 1 or old.shape[d + 1] > 1 or taken[d][2] < n else 1
                    for d, n in enumerate(self.sizes)]
            if list(old.shape[1:]) != wide:
                old = self._axes[number] = old.expand(4, *wide).clone()
            old[_index(old, taken)] = part

    def lines(self) -> Lines:
        """The same as one number for each place."""
        return Lines([[torch.empty(self.sizes, dtype=torch.int32).copy_(part).flatten() for part in axis]
                      for axis in self._axes], self.size)


def _index(axis, taken):
    return (slice(None), *(slice(None) if n == 1 else slice(start, start + (count - 1) * step + 1, step)
                           for n, (start, step, count) in zip(axis.shape[1:], taken)))


class Lines:
    """For each axis and each of the four bounds one line of memory; ``granule``: the bytes that a number stands for."""

    def __init__(self, lines, granule):
        self._lines, self.granule = lines, granule

    def finer(self, granule) -> Lines:
        """With so many bytes for each number."""
        times = self.granule // granule
        return Lines([[memory.repeat_interleave(times) for memory in line] for line in self._lines], granule)

    def read(self, place) -> tuple:
        """The bounds of any view."""
        return tuple(collapsed(torch.stack([self._view(memory, place).amin(-1) for memory in line]), 1).clone()
                     for line in self._lines)

    def write(self, place, spans) -> None:
        """Put the intervals of any view into their places."""
        for line, bounds in zip(self._lines, spans.bounds):
            for memory, part in zip(line, bounds):
                self._view(memory, place).copy_(part.expand(spans.shape).unsqueeze(-1))

    def _view(self, memory, place):
        """A line as a view reads it, with a last dimension for the granules of one element."""
        shape, strides, offset, size = place
        times = size // self.granule
        return memory.as_strided((*shape, times), (*(s * times for s in strides), 1), offset * times)


def empty_lines(elements, granule, axes) -> Lines:
    """Of a memory on which nothing depends."""
    nothing = torch.full((elements,), NOTHING, dtype=torch.int32)
    return Lines([[nothing.clone() for _ in range(4)] for _ in range(axes)], granule)
