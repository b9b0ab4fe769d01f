"""Which intervals belong to which tensor, through views and writes in place.

Intervals are kept by storage, not by tensor: all views of one piece of memory read from the same
entry, and a write through one of them is seen by the others, whatever number type they read it as.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch.multiprocessing.reductions import StorageWeakRef

from .factors import by_factors
from .geometry import ReceptiveFieldError
from .intervals import NOTHING, Intervals, broadcast, collapsed, found_steps, reduce, union


@dataclass
class Entry:
    """What is known of one storage.

    ``views``: by place in memory. ``dense``: a line of memory for each number of the intervals, once
    a part of it was written; what is in ``views`` is then only read from there. ``granule``: the
    bytes that one element of a line stands for.
    """

    alive: StorageWeakRef
    views: dict = field(default_factory=dict)
    dense: list | None = None
    granule: int = 0
    known: tuple = ()


class Memory:
    """The intervals of all living tensors that depend on the image; no tensor is kept alive."""

    def __init__(self, axes=2):
        self.axes = axes  # of the image, or of all inputs together
        self._entries: dict[int, Entry] = {}
        self._clean_at = 1000

    def get(self, tensor: torch.Tensor) -> Intervals | None:
        """The intervals of a tensor; None for one that does not depend on the image."""
        entry = self._entries.get(key_of(tensor))
        if entry is None or not tensor.numel():
            return None
        place = _place(tensor)
        if place not in entry.views:
            if place[1] is None or any(strides is None for _, strides, *_ in entry.views):
                return _of_sparse(entry, place)
            _thicken(entry, tensor)
            entry.views[place] = _look(entry, place)
        return None if _constant(entry.views[place]) else entry.views[place]

    def in_parts(self, tensor: torch.Tensor) -> bool:
        """Whether a tensor's memory was written in parts, so that its views need not be worked out ahead."""
        entry = self._entries.get(key_of(tensor))
        return entry is not None and entry.dense is not None

    def put(self, tensor: torch.Tensor, spans: Intervals) -> None:
        """Note the intervals of a new tensor or of a new view."""
        self._check(spans)
        self._entry(tensor).views[_place(tensor)] = spans
        if len(self._entries) > self._clean_at:
            self._entries = {key: entry for key, entry in self._entries.items() if not entry.alive.expired()}
            self._clean_at = 2 * len(self._entries) + 1000

    def write(self, tensor: torch.Tensor, spans: Intervals) -> None:
        """Note the intervals of a tensor that was written in place, for all views of its memory."""
        self._check(spans)
        place, entry = _place(tensor), self._entry(tensor)
        if place[1] is None or _covers(tensor) and set(entry.views) <= {place}:
            entry.views, entry.dense, entry.known = {place: spans}, None, ()
            return
        _thicken(entry, tensor, len(spans.bounds))
        for line, bounds in zip(entry.dense, spans.bounds):
            for memory, part in zip(line, bounds):
                _strided(memory, place, entry.granule).copy_(part.expand(spans.shape).unsqueeze(-1))
        entry.known = (*entry.known, *(step for axis in spans.steps for step in axis if step not in entry.known))
        entry.views = {place: spans}

    def _entry(self, tensor):
        key = key_of(tensor)
        if key not in self._entries:
            self._entries[key] = Entry(weakly(tensor))
        return self._entries[key]

    def _check(self, spans):
        if not len(spans.bounds) == len(spans.steps) == self.axes:
            raise ReceptiveFieldError(f"a rule gives intervals along {len(spans.bounds)} axes, but the input has "
                                      f"{self.axes}: make them from call.intervals and call.nothing")


def has_memory(tensor) -> bool:
    """Whether a tensor has a storage of its own or shares one; sparse ones have that of their values."""
    return key_of(tensor) is not None


def key_of(tensor) -> int | None:
    """What identifies a tensor's memory; None where it has none.

    No other memory gets the number while the tensor lives, or a ``weakly`` of it; a run's ``Journal`` keeps one of
    each.
    """
    try:
        return (tensor if tensor.layout is torch.strided else holder(tensor)).untyped_storage()._cdata
    except (NotImplementedError, RuntimeError, ValueError):  # sparse in a way of its own, or a lazy layer's
        return None


def weakly(tensor) -> StorageWeakRef:
    """Keeps a tensor's number from being given to another, and not its values."""
    return StorageWeakRef(holder(tensor).untyped_storage())


def holder(tensor):
    """The tensor in whose memory the numbers lie."""
    if tensor.layout is torch.strided:
        return tensor
    return tensor._values() if tensor.layout is torch.sparse_coo else tensor.values()


def _place(tensor):
    """Shape, strides, offset and bytes of an element; no strides for a sparse tensor.

    The stride of a dimension of size 1 says nothing and counts as 0.
    """
    if tensor.layout is not torch.strided:
        return tuple(tensor.shape), None, 0, 0
    strides = tuple(stride if n > 1 else 0 for n, stride in zip(tensor.shape, tensor.stride()))
    return tuple(tensor.shape), strides, tensor.storage_offset(), tensor.element_size()


def _strided(memory, place, granule):
    """A line of memory as a view reads it, with a last dimension for the granules of one element."""
    shape, strides, offset, size = place
    times = size // granule
    return memory.as_strided((*shape, times), (*(s * times for s in strides), 1), offset * times)


def _constant(spans):
    parts, _ = by_factors(spans)
    return all(part.numel() == 4 and int(part.min()) == NOTHING for part in parts)


def _covers(tensor):
    return tensor.numel() * tensor.element_size() == tensor.untyped_storage().nbytes()


def _of_sparse(entry, place):
    """A sparse tensor's numbers, or another view of it: each may be any of those that are there."""
    parts = [reduce(spans, range(len(spans.shape)), False) for spans in entry.views.values()]
    return broadcast(union((), parts), place[0])


def _thicken(entry, tensor, axes=None):
    """Give an entry its lines of memory, fine enough for the tensor's number type."""
    sizes = [place[3] for place in entry.views] + [tensor.element_size()]
    granule = min(sizes + [entry.granule] * bool(entry.granule))
    if entry.dense is not None and entry.granule == granule:
        return
    elements = tensor.untyped_storage().nbytes() // granule
    if entry.dense is not None:
        times = entry.granule // granule
        entry.dense = [[memory.repeat_interleave(times) for memory in line] for line in entry.dense]
        entry.granule = granule
        return
    axes = axes or len(next(iter(entry.views.values())).bounds)
    entry.dense = [[torch.full((elements,), NOTHING, dtype=torch.int32) for _ in range(4)] for _ in range(axes)]
    entry.granule = granule
    for place, spans in entry.views.items():
        for line, bounds in zip(entry.dense, spans.bounds):
            for memory, part in zip(line, bounds):
                _strided(memory, place, granule).copy_(part.expand(spans.shape).unsqueeze(-1))
    entry.known = tuple({step for spans in entry.views.values() for axis in spans.steps for step in axis})


def _look(entry, place):
    bounds = tuple(collapsed(torch.stack([_strided(memory, place, entry.granule).amin(-1) for memory in line]), 1)
                   for line in entry.dense)
    return Intervals(place[0], bounds, found_steps(place[0], bounds, (entry.known,)))
