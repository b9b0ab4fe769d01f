"""Which elements of a constant are surely zero, whatever training makes of the parameters.

Structure is what cannot change: the values of buffers and constants. A kernel times a mask has the mask's
zeros; a kernel behind a ReLU has none that training could not move. So the zeros of what
is made of parameters are followed from constants, and never read off today's values.
"""

from __future__ import annotations

import torch

from ..storage import has_memory, key_of
from .registry import flat_tensors

#: f(0) = 0, element by element.
_KEEPING = {"abs", "neg", "sign", "sqrt", "square", "relu", "tanh", "sin", "tan", "asin", "atan", "sinh", "asinh",
            "erf", "expm1", "round", "floor", "ceil", "trunc", "leaky_relu", "gelu", "silu", "clone", "detach",
            "_to_copy", "alias", "contiguous", "lift_fresh", "positive", "_conj", "elu", "hardshrink", "softshrink"}
#: Sums of products, and shuffles: which results are surely zero can be asked of the operation itself.
_LINEAR = {"mul", "mm", "bmm", "sum", "cat", "stack", "flip", "roll", "repeat", "index_select", "index", "permute",
           "reshape", "_unsafe_view", "expand", "constant_pad_nd", "tril", "triu", "convolution", "diagonal_copy",
           "repeat_interleave", "gather", "diag_embed", "cumsum", "amax", "unfold_copy", "block_diag", "kron"}


class Zeros:
    """The sure zeros of tensors that are made of parameters, by their memory, so that views share them."""

    def __init__(self, origin):
        self._origin = origin
        self._lines: dict = {}

    def of(self, tensor) -> torch.Tensor | None:
        """True where the tensor is surely zero; None where nothing is known to be."""
        if tensor.layout is not torch.strided:
            tensor = tensor.to_dense()
        if tensor.is_meta or not tensor.numel():
            return None
        if self._origin(tensor) == "constant":
            zero = tensor.dequantize() == 0 if tensor.is_quantized else tensor == 0
        else:
            line = self._lines.get(key_of(tensor))
            if line is None or line[1] != tensor.element_size():
                return None
            zero = line[0].as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())
        return zero.cpu() if bool(zero.any()) else None

    def follow(self, function, args, kwargs, outputs, mutated) -> None:
        """Note the sure zeros of what an operation has made of parameters."""
        if function.is_view:
            return
        name = function._schema.name.removeprefix("aten::")
        name = name.rstrip("_") if mutated else name
        inputs = [t for t in flat_tensors((args, kwargs)) if not any(t is m for m in mutated)]
        known = any(self.of(t) is not None for t in flat_tensors((args, kwargs)))
        zero = self._after(name, function, args, kwargs) if known or name in ("fill", "zero") else None
        for tensor in mutated or outputs[:1]:
            if has_memory(tensor) and tensor.layout is torch.strided and not tensor.is_meta:
                self._write(tensor, zero, inputs)

    def _write(self, tensor, zero, inputs):
        key = key_of(tensor)
        elements = tensor.untyped_storage().nbytes() // tensor.element_size()
        line = self._lines.get(key)
        if zero is None and line is None:
            return
        if line is None or line[1] != tensor.element_size():
            line = (torch.zeros(elements, dtype=torch.bool), tensor.element_size())
        part = line[0].as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())
        part.copy_(torch.zeros((), dtype=torch.bool) if zero is None else zero.reshape(zero.shape).expand(tensor.shape))
        self._lines[key] = line

    def _after(self, name, function, args, kwargs):
        if name in ("zero",):
            return torch.ones((), dtype=torch.bool)
        if name == "fill":
            value = args[1]
            return torch.tensor(not isinstance(value, torch.Tensor) and value == 0)
        first = self._any(args[0]) if isinstance(args[0], torch.Tensor) else None
        if name in _KEEPING or name == "div" and not (isinstance(args[1], torch.Tensor) and args[1].numel() == 0):
            return first if name != "div" else first.expand(torch.broadcast_shapes(
                first.shape, getattr(args[1], "shape", ())))
        if name == "copy":
            return self._any(args[1])
        if name in ("add", "sub", "maximum", "minimum") and isinstance(args[1], torch.Tensor):
            return first & self._any(args[1])
        if name == "where":
            return self._chosen(*args[:3])
        if name == "masked_fill":
            return self._chosen(args[1], args[2], args[0])
        if name == "_weight_norm_interface":
            return first
        return self._asked(function, args, kwargs) if name in _LINEAR else None

    def _any(self, value):
        """The sure zeros of a tensor or number; all False where none are known."""
        if not isinstance(value, torch.Tensor):
            return torch.tensor(value == 0)
        zero = self.of(value)
        return torch.zeros(value.shape, dtype=torch.bool) if zero is None else zero

    def _chosen(self, condition, one, other):
        if self._origin(condition) != "constant":
            return self._any(one) & self._any(other)
        return torch.where(condition.cpu(), self._any(one), self._any(other))

    def _asked(self, function, args, kwargs):
        """The operation on ones where the arguments may be something else than zero."""
        def indicator(tree):
            if isinstance(tree, torch.Tensor):
                return (~self._any(tree)).float() if tree.is_floating_point() else tree.cpu()
            if isinstance(tree, (list, tuple)):
                return [indicator(part) for part in tree]
            return tree
        made = flat_tensors(_in_new_memory(function)(*indicator(args), **{k: indicator(v) for k, v in kwargs.items()}))
        return made[0] == 0


def _in_new_memory(function):
    """The operator that does the same without writing to its first argument."""
    if not function._schema.is_mutable:
        return function
    return getattr(torch.ops.aten, function._schema.name.removeprefix("aten::").rstrip("_"))
