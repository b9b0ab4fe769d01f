"""Which elements of a constant are surely zero, whatever training makes of the parameters.

Structure is what cannot change: the values of buffers and constants. A kernel times a mask has the mask's
zeros; a kernel behind a ReLU has none that training could not move. So where something with zeros is made of
parameters, it is made of other ones, too: of positive, of negative, of mixed random numbers. What is zero each
time, and in the same places, is surely zero. So is what a softmax makes of minus infinity.
"""

from __future__ import annotations

from itertools import count

import torch
from torch.utils._pytree import tree_map

from ..storage import has_memory, key_of
from .registry import flat_tensors

_DRAWS = 4
_LOW = -1e4  # zero behind a softmax


class Zeros:
    """What tensors that are made of parameters are with other parameters, by their memory, so that views share them."""

    def __init__(self, origin):
        self._origin = origin
        self._drawn: dict = {}  # memory -> its elements, for each draw
        self._seeds = count()

    def of(self, tensor) -> torch.Tensor | None:
        """True where the tensor is surely zero; None where nothing is known to be."""
        if tensor.layout is not torch.strided:
            tensor = tensor.to_dense()
        if tensor.is_meta or not tensor.numel():
            return None
        if self._origin(tensor) == "constant":
            zero = (tensor.dequantize() if tensor.is_quantized else tensor) == 0
        elif self._fits(tensor):
            zero, *others = (self._view(tensor, number) == 0 for number in range(_DRAWS))
            if not all(torch.equal(zero, other) for other in others):
                return None  # parameters decide which are
        else:
            return None
        return zero.cpu() if bool(zero.any()) else None

    def before(self, tensors) -> None:
        """Keep the values of constants that are about to be written to."""
        for tensor in tensors:
            if _plain(tensor) and not self._fits(tensor) and self._origin(tensor) == "constant":
                whole = torch.empty(0, dtype=tensor.dtype, device=tensor.device).set_(tensor.untyped_storage())
                self._drawn[key_of(tensor)] = [whole.clone() for _ in range(_DRAWS)]

    def follow(self, function, args, kwargs, outputs, mutated) -> None:
        """Do to other parameters what an operation has done to the network's, if it has made or may have made zeros."""
        if function.is_view or not mutated and not self._may_have_zeros(flat_tensors((args, kwargs)), outputs):
            return
        try:
            for tensor in flat_tensors((args, kwargs)):
                self._draw(tensor)
            for number in range(_DRAWS):
                args_, kwargs_ = tree_map(lambda leaf, n=number: self._view(leaf, n) if isinstance(
                    leaf, torch.Tensor) and self._fits(leaf) else leaf, (list(args), dict(kwargs)))
                found = flat_tensors(function(*args_, **kwargs_))
                for tensor, one in zip(outputs if not mutated else (), found):
                    if not number:
                        self._drawn[key_of(tensor)] = [tensor.new_ones(_elements(tensor)) for _ in range(_DRAWS)]
                    self._view(tensor, number).copy_(one)
        except Exception:  # whatever it cannot be done with: nothing is known then
            for tensor in outputs:
                self._drawn.pop(key_of(tensor), None)

    def _may_have_zeros(self, given, outputs):
        """Whether zeros were made: not where a parameter begins with nothing else, and meets no mask."""
        made = [t for t in outputs if _plain(t)]
        if all(bool((t == 0).all()) for t in made):
            return any(self._origin(t) == "constant" and _plain(t) and (t.is_floating_point() or t.dtype is torch.bool)
                       and bool((t == 0).any()) for t in given) or any(map(self._fits, given))
        return any(bool(((t == 0) | (t <= _LOW)).any()) for t in made)

    def _draw(self, tensor):
        """Random numbers in the place of what is learned, where none are known."""
        if self._origin(tensor) == "constant" or self._fits(tensor):
            return
        if not _plain(tensor) or not tensor.is_floating_point():
            raise ValueError("only numbers can be drawn")
        generator, size = torch.Generator().manual_seed(next(self._seeds)), _elements(tensor)
        values = [torch.randn(size, generator=generator) for _ in range(_DRAWS)]
        self._drawn[key_of(tensor)] = [each.to(tensor) for each in (
            values[0], values[1].abs() + 0.1, -values[2].abs() - 0.1, 3 * values[3])]

    def _fits(self, tensor):
        """Whether there are other values of a tensor's memory, of its size today and its dtype."""
        lines = self._drawn.get(key_of(tensor))
        return lines is not None and lines[0].dtype == tensor.dtype and len(lines[0]) >= _elements(tensor)

    def _view(self, tensor, number):
        return self._drawn[key_of(tensor)][number].as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())


def _plain(tensor):
    return has_memory(tensor) and tensor.layout is torch.strided and not tensor.is_meta and not (
        tensor.is_quantized or tensor.is_complex() or tensor.is_nested)


def _elements(tensor):
    return tensor.untyped_storage().nbytes() // tensor.element_size()
