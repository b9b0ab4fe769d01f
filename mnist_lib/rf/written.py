"""What a forward writes into the network's own tensors, and how it is undone."""

from __future__ import annotations

import torch

from .storage import has_memory, key_of


class Written:
    """The network's own memory, and the old values of what its forward writes to."""

    def __init__(self, tensors):
        self._own = {key_of(t) for t in tensors if has_memory(t)}
        self._old: dict = {}

    def before(self, tensor: torch.Tensor) -> None:
        """Keep the values of a tensor of the network's before something is written to it."""
        key = key_of(tensor)
        if key in self._own and key not in self._old:
            bytes_ = torch.empty(0, dtype=torch.uint8, device=tensor.device).set_(tensor.untyped_storage())
            self._old[key] = (bytes_, bytes_.clone())

    def put_back(self) -> None:
        """Undo what the forward wrote."""
        for bytes_, values in self._old.values():
            bytes_.copy_(values)
