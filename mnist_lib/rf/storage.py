"""Which shadow belongs to which tensor, through views and writes in place.

Shadows are kept by storage, not by tensor: all views of one piece of memory read from the same
entry, and a write through one of them is seen by the others.
"""

from __future__ import annotations

import torch
from torch.multiprocessing.reductions import StorageWeakRef

from .factors import by_factors
from .geometry import ReceptiveFieldError
from .intervals import NOTHING, Shadow, collapsed, found_steps


class Memory:
    """The shadows of all living tensors that depend on the image; no tensor is kept alive."""

    def __init__(self, axes=2):
        self.axes = axes  # of the image, or of all inputs together
        self._entries = {}
        self._clean_at = 1000

    def get(self, tensor: torch.Tensor) -> Shadow | None:
        """The shadow of a tensor; None for one that does not depend on the image."""
        views = self._entries.get(key_of(tensor))
        if not views or not tensor.numel():
            return None
        place = _layout(tensor)
        if place not in views:
            views[place] = _look(_dense(views, tensor, self.axes), place)
        return None if _constant(views[place]) else views[place]

    def put(self, tensor: torch.Tensor, shadow: Shadow) -> None:
        """Note the shadow of a new tensor or of a new view."""
        self._check(shadow)
        self._entries.setdefault(key_of(tensor), {})[_layout(tensor)] = shadow
        if len(self._entries) > self._clean_at:
            self._entries = {key: views for key, views in self._entries.items() if not key.expired()}
            self._clean_at = 2 * len(self._entries) + 1000

    def write(self, tensor: torch.Tensor, shadow: Shadow) -> None:
        """Note the shadow of a tensor that was written in place, for all views of its memory."""
        self._check(shadow)
        place = _layout(tensor)
        views = self._entries.get(key_of(tensor), {})
        if _covers(tensor) and set(views) <= {place}:
            views = {}
        else:
            dense = _dense(views, tensor, self.axes)
            for line, bounds in zip(dense[0], shadow.bounds):
                for memory, part in zip(line, bounds):
                    memory.as_strided(*place).copy_(part.expand(shadow.shape))
            whole = (tuple(dense[0][0][0].shape), (1,), 0)
            views = {whole: _look(dense, whole)}
        self._entries[key_of(tensor)] = {**views, place: shadow}

    def _check(self, shadow):
        if not len(shadow.bounds) == len(shadow.steps) == self.axes:
            raise ReceptiveFieldError(f"a rule gives intervals along {len(shadow.bounds)} axes, but the input has "
                                      f"{self.axes}: make its shadows from call.shadow and call.nothing")


def key_of(tensor) -> StorageWeakRef:
    """What identifies a tensor's memory, as long as it lives and not longer."""
    return StorageWeakRef(tensor.untyped_storage())


def _layout(tensor):
    """Shape, strides and offset; the stride of a dimension of size 1 says nothing and counts as 0."""
    strides = tuple(stride if n > 1 else 0 for n, stride in zip(tensor.shape, tensor.stride()))
    return tuple(tensor.shape), strides, tensor.storage_offset()


def _constant(shadow):
    parts, _ = by_factors(shadow)
    return all(b.numel() == 4 and int(b.min()) == NOTHING for b in parts)


def _covers(tensor):
    return tensor.numel() * tensor.element_size() == tensor.untyped_storage().nbytes()


def _dense(views, tensor, axes):
    """Each axis's bounds, four lines each, for every element of the memory; and the steps in use."""
    elements = tensor.untyped_storage().nbytes() // tensor.element_size()
    lines = [[torch.full((elements,), NOTHING, dtype=torch.int32) for _ in range(4)]
             for _ in range(axes)]
    for place, shadow in views.items():
        for line, bounds in zip(lines, shadow.bounds):
            for memory, part in zip(line, bounds):
                memory.as_strided(*place).copy_(part.expand(shadow.shape))
    known = [step for shadow in views.values() for axis in shadow.steps for step in axis]
    return lines, (tuple(known),)


def _look(dense, place):
    lines, known = dense
    bounds = tuple(collapsed(torch.stack([memory.as_strided(*place) for memory in line]), 1) for line in lines)
    return Shadow(place[0], bounds, found_steps(place[0], bounds, known))
