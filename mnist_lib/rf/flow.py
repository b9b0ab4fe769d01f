"""Which step reads which other's numbers, while a network runs: the edges of its graph.

Tensors are known by their memory, as in ``storage.py``: a view belongs to the step that took it, a
write in place to all who look at that memory afterwards.
"""

from __future__ import annotations

from .rules.registry import flat_tensors
from .storage import key_of


class Flow:
    """The makers of all living tensors; a maker is a step, or the number of an input."""

    def __init__(self, follows=True):
        self._follows = follows  # a second run's graph is the first one's
        self._made: dict = {}  # storage -> {place in it, or None for all of it: its maker}

    def begin(self, tensors):
        """The network's inputs, by their numbers."""
        for number, tensor in enumerate(tensors):
            self._put(tensor, number)

    def note(self, step, tree, output=(), mutated=()):
        """A step reads the tensors of ``tree``, and makes or overwrites others."""
        if not self._follows:
            return
        for tensor in flat_tensors(tree):
            maker = self._maker(tensor)
            if maker is not None and maker is not step:
                step.reads[id(maker) if not isinstance(maker, int) else -1 - maker] = maker
        for tensor in flat_tensors(output):
            self._put(tensor, step)
        for tensor in mutated:
            self._made[key_of(tensor)] = {None: step}
        self._made.pop(None, None)  # what has no memory of its own

    def _put(self, tensor, maker):
        key = key_of(tensor)
        if key is not None:
            self._made.setdefault(key, {})[_place(tensor)] = maker

    def _maker(self, tensor):
        places = self._made.get(key_of(tensor))
        if not places:
            return None
        if len(places) == 1:
            return next(iter(places.values()))
        found = places.get(_place(tensor))
        return next(reversed(places.values())) if found is None else found


def _place(tensor):
    try:
        return tensor.storage_offset(), tensor.shape, tensor.stride()
    except RuntimeError:  # sparse: in all of its memory
        return None
