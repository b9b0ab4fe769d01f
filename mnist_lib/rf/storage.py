"""Which intervals belong to which tensor, through views and writes in place.

Intervals are kept by storage, not by tensor: all views of one piece of memory read from the same
entry, and a write through one of them is seen by the others, whatever number type they read it as.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch.multiprocessing.reductions import StorageWeakRef

from .geometry import ReceptiveFieldError
from .intervals import Intervals, found_steps, whole
from .patchwork import Boxed, Lines, boxed, empty_lines

_OFTEN = 8  # new tensors between two looks at which are gone


@dataclass
class Entry:
    """What is known of one storage.

    ``views``: by place in memory. ``parts``: the intervals of all of the memory, once a part of it was
    written (``patchwork.py``); what is in ``views`` is then only read from there. ``known``: the steps it was
    written with.
    """

    alive: StorageWeakRef
    views: dict = field(default_factory=dict)
    parts: Boxed | Lines | None = None
    known: tuple = ()


class Memory:
    """The intervals of all living tensors that depend on the image; no tensor is kept alive."""

    def __init__(self, axes=2):
        self.axes = axes  # of the image, or of all inputs together
        self._entries: dict[int, Entry] = {}
        self._clean_at = _OFTEN

    def get(self, tensor: torch.Tensor) -> Intervals | None:
        """The intervals of a tensor; None for one that does not depend on the image."""
        entry = self._entries.get(key_of(tensor))
        if entry is None or not tensor.numel():
            return None
        place = _place(tensor)
        if place not in entry.views:
            if place[1] is None or any(strides is None for _, strides, *_ in entry.views):
                return _of_sparse(entry, place)
            _take_apart(entry, tensor, place)
            bounds = entry.parts.read(place)
            entry.views[place] = Intervals(place[0], bounds, found_steps(place[0], bounds, (entry.known,)))
        spans = entry.views[place]
        return None if spans.constant else spans

    def in_parts(self, tensor: torch.Tensor) -> bool:
        """Whether a tensor's memory was written in parts, so that its views need not be worked out ahead."""
        entry = self._entries.get(key_of(tensor))
        return entry is not None and entry.parts is not None

    def put(self, tensor: torch.Tensor, spans: Intervals) -> None:
        """Note the intervals of a new tensor or of a new view."""
        self._check(spans)
        self._entry(tensor).views[_place(tensor)] = spans
        if len(self._entries) > self._clean_at:
            self._entries = {key: entry for key, entry in self._entries.items() if not entry.alive.expired()}
            self._clean_at = len(self._entries) * 9 // 8 + _OFTEN

    def write(self, tensor: torch.Tensor, spans: Intervals) -> None:
        """Note the intervals of a tensor that was written in place, for all views of its memory."""
        self._check(spans)
        place, entry = _place(tensor), self._entry(tensor)
        if place[1] is None or _covers(tensor) and set(entry.views) <= {place}:
            entry.views, entry.parts, entry.known = {place: spans}, None, ()
            return
        _take_apart(entry, tensor, place, len(spans.bounds))
        entry.parts.write(place, spans)
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
    shape, strides = tuple(tensor.shape), tensor.stride()
    if 1 in shape:
        strides = tuple([stride if n > 1 else 0 for n, stride in zip(shape, strides)])
    return shape, strides, tensor.storage_offset(), tensor.element_size()


def _covers(tensor):
    return tensor.numel() * tensor.element_size() == tensor.untyped_storage().nbytes()


def _of_sparse(entry, place):
    """A sparse tensor's numbers, or another view of it: each may be any of those that are there."""
    return whole(entry.views.values(), place[0])


def _take_apart(entry, tensor, place, axes=None):
    """Give an entry its parts, such that a view at a place can be read and written."""
    nbytes = tensor.untyped_storage().nbytes()
    if entry.parts is None:
        axes = axes or len(next(iter(entry.views.values())).bounds)
        entry.parts = _whole(entry, place, nbytes, axes)
        for each, spans in entry.views.items():
            entry.parts.write(each, spans)
        entry.known = tuple({step for spans in entry.views.values() for axis in spans.steps for step in axis})
    if isinstance(entry.parts, Boxed) and entry.parts.box(place) is None:
        entry.parts = entry.parts.lines()
    if isinstance(entry.parts, Lines) and place[3] < entry.parts.granule:
        entry.parts = entry.parts.finer(place[3])


def _whole(entry, place, nbytes, axes):
    """Empty parts that all known views fit into."""
    every = [*entry.views, place]
    for each in every:
        found = boxed(each, nbytes, axes)
        if found is not None and all(found.box(other) is not None for other in every):
            return found
    granule = min(each[3] for each in every)
    return empty_lines(nbytes // granule, granule, axes)
