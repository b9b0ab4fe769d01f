"""Ways out of the followed operations: numbers and arrays that a network reads out of a tensor.

What comes of them cannot be followed, so it is tried out: ``repeat.py`` has the network read other
values than it would, and looks whether it then executes anything else.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .modes import silence


@dataclass(frozen=True)
class Exit:
    """One reading: the function that was called, the step of its module, and what it reads: image or chance."""

    number: int
    called: object
    step: object
    reads: str
    decided: bool | None = None  # what was read, where it is a yes or no


class Exits:
    """The readings of one run, in order; ``alter`` maps some of their numbers to what is read instead, or how else."""

    def __init__(self, alter=None):
        self.alter = alter or {}
        self.seen: list[Exit] = []
        self._count = 0
        self._arrays: list = []  # tensors whose memory was handed out, and their values then

    def leave(self, value, called, step, reads):
        """A number on its way out: itself, or another."""
        number, self._count = self._count, self._count + 1
        if number in self.alter:
            value = _other(value, self.alter[number])
        if reads:
            self.seen.append(Exit(number, called, step, reads, value if isinstance(value, bool) else None))
        return value

    def altered(self, tensor):
        """A tensor on its way out as an array: itself, or a copy with other values."""
        how = self.alter.get(self._count)
        if how is None or not tensor.numel():
            return tensor
        with silence():
            if tensor.dtype is torch.bool:
                return ~tensor
            if not tensor.is_floating_point():
                return tensor + 1 if how == "up" else (tensor - 1).clamp(min=0)
            return {"up": tensor + 1000, "down": -tensor - 1000, "far": tensor + 1e9}.get(how, tensor * 0)

    def left(self, called, step, reads, tensor=None):
        """An array that is out."""
        if reads:
            self.seen.append(Exit(self._count, called, step, reads))
            if tensor is not None and getattr(called, "__name__", "") != "tolist":
                self._arrays.append((tensor, tensor._version, tensor.clone()))
        self._count += 1

    def written(self) -> bool:
        """Whether the memory of a tensor that was handed out as an array was written to from there."""
        return any(tensor._version == version and not torch.equal(tensor.nan_to_num(), values.nan_to_num())
                   for tensor, version, values in self._arrays)


def _other(value, how):
    """Another number in the place of one."""
    if isinstance(value, bool):
        return how if isinstance(how, bool) else not value
    if isinstance(value, int):
        return {"up": value + 1, "down": max(value - 1, 0), "far": value + 1000}.get(how, 0)
    return {"up": value + 1000, "down": -value - 1000, "far": value + 1e9}.get(how, 0.0)
