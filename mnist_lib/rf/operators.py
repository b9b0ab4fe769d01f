"""What following a network needs to know about PyTorch's operators, and how it complains of unknown ones."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch.overrides import resolve_name

from .rules.attention import ATTENTION, without_attending
from .rules.registry import UnknownOperation, flat_tensors

#: Functions that hand out the numbers of a tensor as something else than tensors.
ARRAYS = {"numpy", "__array__", "tolist", "__dlpack__", "to_dlpack"}
#: Operators that return a number, or yes or no.
READINGS = {"_local_scalar_dense", "equal", "item", "is_nonzero", "allclose"}
#: What takes nearly all of a forward's time. The values are not needed: what a network does with values
#: of the image is watched by ``repeat.py``, for which any other will do.
COSTLY = {"convolution", "mm", "addmm", "bmm", "baddbmm", ATTENTION}
_UNTOLD = {"native_batch_norm", "cudnn_batch_norm", "miopen_batch_norm"}  # in training they write what they average
_WORTH_SKIPPING = 200_000  # multiply-adds
_LINE = 4099  # random numbers: a prime, so that rows of a map differ


def without_computing(function, args, kwargs, filler):
    """Random numbers of the shape and layout that a costly operation returns; None where it must be run.

    They are positive and near one, so that roots, logarithms and tests for finite numbers go well.
    """
    if function.overloadpacket.__name__ == ATTENTION:
        return without_attending(args, filler.fill)

    def described(value):
        return value.to("meta") if isinstance(value, torch.Tensor) else value

    try:
        shape = function(*map(described, args), **{k: described(v) for k, v in kwargs.items()})
        if min(shape.shape, default=1) < 1 or shape.is_meta and args[0].is_meta:
            return None
        if shape.numel() * _terms(function, args) < _WORTH_SKIPPING:
            return None
        if function.overloadpacket.__name__ == "convolution" and not args[6]:
            image, weight, groups = args[0], args[1], args[8]
            if image.shape[1 - (image.dim() < weight.dim())] != weight.shape[1] * groups:
                return None  # to have PyTorch say it
        made = torch.empty_strided(shape.shape, shape.stride(), dtype=shape.dtype, device=args[0].device)
        return filler.fill(made)
    except Exception:  # whatever it is, the operation itself will say it better
        return None


def _terms(function, args):
    """How many products each output of a costly operation is a sum of."""
    if function.overloadpacket.__name__ == "convolution":
        return args[1][0].numel()
    return args[1 if function.overloadpacket.__name__ in ("addmm", "baddbmm") else 0].shape[-1]


class Filler:
    """Fills tensors with random numbers: one line of them, from another place on each time, over and over."""

    def __init__(self, seed):
        line = torch.rand(_LINE, generator=torch.Generator().manual_seed(seed)).add_(0.5)
        self._twice, self._start = torch.cat((line, line)), 0

    def fill(self, tensor):
        """The tensor, which has been filled."""
        self._start = (self._start + 977) % _LINE
        line = self._twice[self._start:self._start + _LINE]
        if not _dense(tensor) and tensor.dim() != 1:
            return tensor.fill_(float(line[0]))
        flat = tensor.as_strided((tensor.numel(),), (1,)) if _dense(tensor) else tensor
        whole = len(flat) // _LINE
        flat[:whole * _LINE].view(whole, _LINE).copy_(line)
        flat[whole * _LINE:].copy_(line[:len(flat) - whole * _LINE])
        return tensor


def _dense(tensor):
    return tensor.untyped_storage().nbytes() == tensor.numel() * tensor.element_size()


def named_arguments(function, args, kwargs) -> dict:
    """The arguments of an operator's call by the names of its schema."""
    named = zip(function._schema.arguments, args)
    return {a.name: kwargs.get(a.name, a.default_value) for a in function._schema.arguments} | {
        a.name: value for a, value in named}


@lru_cache(maxsize=1024)
def _written_names(function):
    return [a.name for a in function._schema.arguments if a.alias_info is not None and a.alias_info.is_write]


def mutated_by(function, args, kwargs) -> list[torch.Tensor]:
    """The tensors that an operation writes to."""
    writes = _written_names(function)
    given = named_arguments(function, args, kwargs) if writes else {}
    written = [tensor for name in writes for tensor in flat_tensors(given[name])]
    if function.overloadpacket.__name__ in _UNTOLD and len(args) > 5 and args[5] is True:
        written += flat_tensors(args[3:5])  # running statistics; the schema does not say so
    return written


def base_name(function) -> str:
    """An operator's name without overload; with its library's in front unless it is one of PyTorch's own."""
    library, _, name = function._schema.name.partition("::")
    return name if library == "aten" else f"{library}::{name}"


def name_of(function) -> str:
    """A function's name as one writes it: torch.nn.functional.grid_sample, aten.grid_sampler_2d."""
    if isinstance(function, torch._ops.OpOverload):
        return str(function.overloadpacket)
    try:
        return resolve_name(function) or f"{function.__module__}.{function.__qualname__}"
    except AttributeError:
        return getattr(function, "__name__", str(function))


def unknown_operation(called, function, step) -> UnknownOperation:
    """The error for an operation without a rule, which the network called as ``called``."""
    plain = getattr(called, "__name__", "")
    is_operator = isinstance(called, torch._ops.OpOverload)
    unnamed = "nested" in plain or "_VariableFunctionsClass" in name_of(called)  # one cannot write it, or not mend it
    by_module = (plain.startswith("__") or plain in ARRAYS or unnamed or is_operator and not called._schema.returns
                 or isinstance(called, torch._ops.HigherOrderOperator)
                 or torch.Tag.dynamic_output_shape in getattr(function, "tags", ())
                 or (base_name(called) if is_operator else plain) in READINGS)
    return UnknownOperation(explanation(called, function, step, "what its outputs depend on is not known", by_module))


def explanation(called, function, step, why, by_module) -> str:
    """What to say of an operation without a rule: ``called`` by the network, executed as ``function``.

    ``by_module``: the rule to register is one for the whole module in which it happens.
    """
    name = name_of(called)
    inner = f" (operator {function})" if function is not None and function is not called else ""
    if not by_module:
        operators = (torch._ops.OpOverload, torch._ops.OpOverloadPacket)
        target = f"torch.ops.{name}" if isinstance(called, operators) else name
        imports = target.partition(".")[0]
        more = f"    import {imports}\n" if imports.isidentifier() else ""
        return (f"no rule for {name}{inner}, called in {where(step)}: {why}. Register one:\n\n{more}"
                f"    from mnist_lib import rule\n\n    @rule({target})\n{_BODY}")
    return f"no rule for {name}{inner}, called in {where(step)}: {why}. {advice(step)}"


def where(step) -> str:
    """A module as a message names it."""
    return f"{step.name!r} ({step.op})" if step.name else f"the network itself ({step.op})"


def advice(step) -> str:
    """How to register a rule for a module."""
    module = f"network.get_submodule({step.name!r})" if step.name else "network"
    return ("Register a rule for what the module does as a whole:\n\n    from mnist_lib import rule\n\n"
            f"    @rule(type({module}))\n{_BODY}{alternative(step.module) if not step.name else ''}")


def alternative(network) -> str:
    """A part of a network that can be asked for in its place, such as a detector's backbone; "" without one."""
    parts = getattr(network, "named_children", dict)()
    name = next((n for n, part in parts if any(True for _ in part.children()) and any(True for _ in part.parameters())
                 and n.isidentifier()), "")
    return f"\nOr ask for the part that makes the maps: receptive_field(network.{name}, ...).\n" if name else ""


_BODY = ("    def _(call):\n"
         "        return call.whole()  # or call.same(), call.window(kernel, stride, padding, dilation)\n")
