"""Which elements of a constant are surely zero, whatever training makes of the parameters.

Structure is what cannot change: the values of buffers and constants. A kernel times a mask has the mask's
zeros; a kernel behind a ReLU has none that training could not move. So the zeros of what
is made of parameters are followed from constants, and never read off today's values. So is
minus infinity, which a softmax or an exponential turns into zero.
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
           "reshape", "_unsafe_view", "expand", "convolution", "diagonal_copy", "repeat_interleave", "gather",
           "cumsum", "amax", "unfold_copy", "kron", "rot90"}
#: Shuffles that leave zeros where they put nothing.
_PUTTING = {"constant_pad_nd", "tril", "triu", "diag_embed", "block_diag", "scatter", "scatter_add", "index_put",
            "index_copy", "index_add", "slice_scatter", "select_scatter", "diagonal_scatter", "masked_scatter"}
_EXPONENTIAL = {"exp", "sigmoid", "softplus", "exp2"}
_SOFTMAX = {"_softmax", "_safe_softmax", "softmax"}
_ZERO, _INFINITE, _LOW = 1, 2, 3
_VERY_LOW = -1e4


class Zeros:
    """The sure zeros of tensors that are made of parameters, by their memory, so that views share them.

    A number for each element: 1 where it is surely zero, 2 where it is surely minus infinity,
    3 where it is a very low constant, or a parameter with one added.
    """

    def __init__(self, origin):
        self._origin = origin
        self._lines: dict = {}

    def of(self, tensor) -> torch.Tensor | None:
        """True where the tensor is surely zero; None where nothing is known to be."""
        known = self._known(tensor)
        zero = None if known is None else (known == _ZERO).cpu()
        return zero if zero is not None and bool(zero.any()) else None

    def _known(self, tensor):
        """What is known of each element; None where nothing is of any."""
        if tensor.layout is not torch.strided:
            tensor = tensor.to_dense()
        if tensor.is_meta or not tensor.numel():
            return None
        if self._origin(tensor) == "constant":
            return _read_off(tensor)
        line = self._lines.get(key_of(tensor))
        if line is None or not _lies_in(tensor, line):
            return None
        return line[0].as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())

    def before(self, tensors) -> None:
        """Note what is known of constants that are about to be written to."""
        for tensor in tensors:
            if has_memory(tensor) and tensor.layout is torch.strided and not tensor.is_meta and \
                    self._origin(tensor) == "constant" and not tensor.is_quantized:
                whole = torch.empty(0, dtype=tensor.dtype, device=tensor.device).set_(tensor.untyped_storage())
                self._lines[key_of(tensor)] = (_read_off(whole).cpu(), tensor.element_size())

    def follow(self, function, args, kwargs, outputs, mutated) -> None:
        """Note the sure zeros of what an operation has made of parameters."""
        if function.is_view:
            return
        name = function._schema.name.removeprefix("aten::")
        name = name.rstrip("_") if mutated else name
        known = any(self._knows(t) for t in flat_tensors((args, kwargs)))
        known = known or name in _PUTTING or name in ("fill", "zero", "masked_fill", "where")
        found = self._after(name, function, args, kwargs) if known else None
        for tensor in mutated or outputs[:1]:
            if has_memory(tensor) and tensor.layout is torch.strided and not tensor.is_meta:
                self._write(tensor, found)

    def forget(self, keys) -> None:
        """Let go of memory that is gone."""
        for key in keys:
            self._lines.pop(key, None)

    def _knows(self, tensor):
        known = self._known(tensor)
        return known is not None and bool(known.any())

    def _write(self, tensor, found):
        key = key_of(tensor)
        elements = tensor.untyped_storage().nbytes() // tensor.element_size()
        line = self._lines.get(key)
        if found is None and line is None:
            return
        if line is None or not _lies_in(tensor, line):
            line = (torch.zeros(elements, dtype=torch.uint8), tensor.element_size())
        part = line[0].as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())
        part.copy_(torch.zeros((), dtype=torch.uint8) if found is None else found.expand(tensor.shape))
        self._lines[key] = line

    def _after(self, name, function, args, kwargs):
        if name == "zero":
            return torch.ones((), dtype=torch.uint8)
        if name == "fill":
            return self._any(args[1])
        if name == "copy":
            return self._any(args[1])
        if name == "where":
            return self._chosen(*args[:3])
        if name == "masked_fill":
            return self._chosen(args[1], args[2], args[0])
        if name == "addcmul":
            zero = [self._any(t) == _ZERO for t in args[:3]]
            return (zero[0] & (zero[1] | zero[2])).to(torch.uint8)
        if name in ("add", "sub", "maximum", "minimum") and isinstance(args[1], torch.Tensor):
            return self._of_sum(name, args[0], args[1], kwargs.get("alpha", 1))
        if name in _LINEAR or name in _PUTTING:
            return self._asked(function, args, kwargs)
        first = self._any(args[0]) if isinstance(args[0], torch.Tensor) else None
        if first is None:
            return None
        infinite = (first == _INFINITE) | (first == _LOW)
        if name in _EXPONENTIAL:
            return infinite.to(torch.uint8)
        if name in _SOFTMAX:  # of nothing but minus infinity it is no number
            return (infinite & ~infinite.all(args[1], keepdim=True)).to(torch.uint8)
        if name == "div" and not (isinstance(args[1], torch.Tensor) and args[1].numel() == 0):
            return (first * (first == _ZERO)).expand(torch.broadcast_shapes(
                first.shape, getattr(args[1], "shape", ())))
        kept = ("_weight_norm_interface", "clone", "_to_copy", "detach", "contiguous")
        return first if name in kept else first * (first == _ZERO) if name in _KEEPING else None

    def _any(self, value):
        """What is known of a tensor or number; zeros where nothing is."""
        if not isinstance(value, torch.Tensor):
            return _read_off(torch.tensor(value))
        known = self._known(value)
        return torch.zeros(value.shape, dtype=torch.uint8) if known is None else known.cpu()

    def _of_sum(self, name, left, right, alpha):
        """Of a sum, the smaller or the larger: zero where both are, minus infinity where what is added is."""
        one, other = self._any(left), self._any(right)
        found = ((one == _ZERO) & (other == _ZERO)).to(torch.uint8) * _ZERO
        if name == "add" and alpha == 1:
            infinite = (one == _INFINITE) | (other == _INFINITE)
            constant = [not isinstance(t, torch.Tensor) or self._origin(t) == "constant" for t in (left, right)]
            low = (one == _LOW) & (not constant[1]) | (other == _LOW) & (not constant[0])
            found = found + infinite.to(torch.uint8) * _INFINITE + (low & ~infinite).to(torch.uint8) * _LOW
        return found

    def _chosen(self, condition, one, other):
        one, other = self._any(one), self._any(other)
        if self._origin(condition) != "constant":
            return one * (one == other)
        return torch.where(condition.cpu(), one, other)

    def _asked(self, function, args, kwargs):
        """The operation on ones where the arguments may be something else than zero."""
        def indicator(tree):
            if isinstance(tree, torch.Tensor):
                return (self._any(tree) != _ZERO).float() if tree.is_floating_point() else tree.cpu()
            if isinstance(tree, (list, tuple)):
                return [indicator(part) for part in tree]
            return tree
        made = flat_tensors(_in_new_memory(function)(*indicator(args), **{k: indicator(v) for k, v in kwargs.items()}))
        return (made[0] == 0).to(torch.uint8)


def _lies_in(tensor, line):
    """Whether what is known of a memory is of its size today, in elements of this size."""
    return line[1] == tensor.element_size() and len(line[0]) * line[1] >= tensor.untyped_storage().nbytes()


def _read_off(tensor):
    """What a constant's values tell."""
    values = tensor.dequantize() if tensor.is_quantized else tensor
    known = (values == 0).to(torch.uint8) * _ZERO
    if values.is_floating_point():
        known[values <= _VERY_LOW] = _LOW
        known[values == -torch.inf] = _INFINITE
    return known


def _in_new_memory(function):
    """The operator that does the same without writing to its first argument."""
    if not function._schema.is_mutable:
        return function
    return getattr(torch.ops.aten, function._schema.name.removeprefix("aten::").rstrip("_"))
