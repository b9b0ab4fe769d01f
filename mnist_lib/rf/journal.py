"""What a run executed, so that two runs can be compared: the guard against lost dependencies.

Whatever leaves the followed operations (as a number, through numpy, a file, another thread) and comes
back looks like a constant. But a constant is the same for every image. So the network runs again on
another image, and every operation, number and tensor that comes from nowhere must be as before; and of the tensors
that it has made itself, the same ones must go in. ``repeat.py`` does the running.
"""

from __future__ import annotations

import ctypes
import zlib
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

import torch

from .storage import holder, key_of, weakly

_MUCH = 2**28  # bytes of new tensors between two times that memory is given back
_OFTEN = 8  # new tensors between two looks at which are gone
_PLAIN = {int, float, bool, str, complex, type(None)}


@dataclass(frozen=True)
class Entry:
    """One operation: its name, the module it ran in, all its arguments but followed values."""

    name: str
    place: str  # qualified name of the innermost module
    arguments: tuple

    @property
    def what(self) -> tuple[str, str]:
        """The operation and where it ran, whatever it was given."""
        return self.name, self.place


class Journal:
    """The operations of one run, in order."""

    def __init__(self, tensors, others=()):
        self.entries: list[Entry] = []
        self._explained = {key_of(t): None for t in tensors}
        self._made: dict = {}  # of this run's tensors, which come and go
        self._numbers = {key: -1 - place for place, key in enumerate(self._explained)}  # by which runs are compared
        self._next = 0
        self._others = others  # they forget the numbers of memory that is gone, before other tensors get them
        self._clean_at, self._grown = _OFTEN, 0
        self.trusting = False  # a rule of the user's was applied, who may know more of sizes
        self._blank: set = set()  # memory that was only set aside, and may be filled out of sight

    def note(self, name, place, args, kwargs, written=(), looks_only=False) -> None:
        """An operation that is about to run; ``looks_only``: it makes a view and reads no value."""
        skip = {id(t) for t in written}
        self.entries.append(Entry(name, place, (self._described(args, skip, looks_only),
                                                self._described(kwargs, skip, looks_only))))
        for tensor in written:
            self._blank.discard(key_of(tensor))
            self._explain(tensor)

    def made(self, tensors, blank=False, inside=False) -> None:
        """Tensors that an operation has returned.

        ``blank``: with nothing in them yet; ``inside`` of something that a rule speaks for, where runs may differ.
        """
        for tensor in tensors:
            if blank:
                self._blank.add(key_of(tensor))
            self._explain(tensor, inside)

    def ruled(self, tensors) -> None:
        """What comes of something that a rule speaks for, whatever happened in there."""
        for tensor in tensors:
            self._numbers.pop(key_of(tensor), None)
            self._explain(tensor)

    def enters(self, place, tensors, called="") -> None:
        """A module that is called, and tensors that it is called with; or what the network returns."""
        marks = [self._mark(t) for t in tensors]
        given = [("tensor", (), None, self._which(t), mark) for t, mark in zip(tensors, marks)]
        self.entries.append(Entry(f"(call {called})", place, tuple(given)))

    def _which(self, tensor):
        """Which of the run's tensors it is, or which view of one."""
        number = self._numbers.get(key_of(tensor))
        if self.trusting or tensor.layout is not torch.strided or tensor.is_nested:
            return number
        return number, tensor.storage_offset(), tensor.stride()

    def _explain(self, tensor, inside=False):
        key = key_of(tensor)
        if key is not None and not inside and key not in self._numbers:
            self._numbers[key] = self._next
            self._next += 1
        if key is not None and key not in self._explained and key not in self._made:
            self._made[key] = weakly(tensor)
            self._grown += tensor.numel() * tensor.element_size()
            if len(self._made) > self._clean_at:
                self._clean()

    def _clean(self):
        """Let go of what is gone: its place in memory would else stay between those that are used again."""
        gone = {key for key, alive in self._made.items() if alive.expired()}
        for other in self._others:
            other.forget(gone)
        self._blank -= gone
        for key in gone:
            del self._made[key]
            self._numbers.pop(key, None)
        self._clean_at = len(self._made) * 9 // 8 + _OFTEN
        if self._grown > _MUCH:
            self._grown = 0
            give_back()

    def _described(self, tree, skip, looks_only):
        if isinstance(tree, torch.Tensor):
            mark = None if looks_only or id(tree) in skip else self._mark(tree)
            shape = () if self.trusting or tree.is_nested else tree.shape
            return ("tensor", shape, tree.dtype, self._which(tree), mark)
        if type(tree) in _PLAIN:
            return tree if tree == tree else "nan"
        if isinstance(tree, (list, tuple)):
            return tuple(self._described(part, skip, looks_only) for part in tree)
        if isinstance(tree, dict):
            return tuple((key, self._described(part, skip, looks_only)) for key, part in tree.items())
        return str(type(tree))

    def _mark(self, tensor):
        """A checksum of values that no operation of this run has made; None for others."""
        key = key_of(tensor)
        made = key in self._explained or key in self._made
        if key is None or made and key not in self._blank or tensor.is_meta or tensor.is_quantized:
            return None
        self._explain(tensor)
        self._blank.discard(key)
        values = holder(tensor).untyped_storage()
        line = torch.empty(0, dtype=torch.uint8, device=tensor.device).set_(values)
        return zlib.crc32(line.cpu().numpy()) if len(line) else 0


def give_back() -> None:
    """Give freed memory back to the system, where glibc keeps it: it lies in pieces between small things in use."""
    trim = _trim()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _trim():
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library
        return None


def difference(one: Journal, other: Journal, cut_short=False) -> int | None:
    """The first entry in which two runs differ; None if they are the same.

    ``cut_short``: the other run stopped with an error, and only what it did until then counts.
    """
    for place, (a, b) in enumerate(zip(one.entries, other.entries)):
        if a != b:
            return place
    if len(one.entries) != len(other.entries) and not (cut_short and len(other.entries) < len(one.entries)):
        return min(len(one.entries), len(other.entries))
    return None


def constant_changed(one: Journal, other: Journal) -> int | None:
    """The first entry of ``one`` that the other run has, too, with another constant; None if there is none.

    Runs may execute different things: what both do is laid side by side.
    """
    ours, theirs = ([(*entry.what, _constants(entry.arguments)) for entry in run.entries] for run in (one, other))
    start, most = 0, min(len(ours), len(theirs))
    while start < most and ours[start] == theirs[start]:
        start += 1
    end = 0
    while end < most - start and ours[-1 - end] == theirs[-1 - end]:
        end += 1
    ours, theirs = ours[start:len(ours) - end], theirs[start:len(theirs) - end]
    for kind, a, b, c, d in SequenceMatcher(None, ours, theirs).get_opcodes():
        if kind == "replace":
            names = [[entry[:2] for entry in part] for part in (ours[a:b], theirs[c:d])]
            for place, _, size in SequenceMatcher(None, *names).get_matching_blocks():
                if size:
                    return start + a + place
    return None


def _constants(tree):
    """The numbers among arguments, and checksums of what comes from nowhere, in order; not which tensors they are."""
    if not isinstance(tree, tuple):
        return () if tree is None or isinstance(tree, str) else (tree,)
    if len(tree) == 5 and tree[0] == "tensor":
        return _constants(tree[4])
    return tuple(found for part in tree for found in _constants(part))
