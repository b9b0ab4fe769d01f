"""What following a network needs to know about PyTorch's operators, and how it complains of unknown ones."""

from __future__ import annotations

import torch
from torch.overrides import resolve_name

from .rules.registry import flat_tensors

#: Ways out of the graph: what they return no longer tells where it came from.
EXITS = {"item", "tolist", "numpy", "__array__", "__dlpack__", "__bool__", "__float__", "__int__", "__index__",
         "data_ptr"}
#: What takes nearly all of a forward's time. Their values are not needed: a network whose flow
#: depends on values of the image is refused, so that zeros of the right shape do.
COSTLY = {"convolution", "mm", "addmm", "bmm", "baddbmm"}


def without_computing(function, args, kwargs):
    """Zeros of the shape and layout that an operation returns; None where it must be run to tell."""
    def described(value):
        return value.to("meta") if isinstance(value, torch.Tensor) else value

    if function.overloadpacket.__name__ == "convolution":
        image, weight, groups = args[0], args[1], args[8]
        if image.shape[1 - (image.dim() < weight.dim())] != weight.shape[1] * groups and not args[6]:
            return None  # to have PyTorch say it
    try:
        shape = function(*map(described, args), **{k: described(v) for k, v in kwargs.items()})
        if min(shape.shape, default=1) < 1:
            return None
        return torch.empty_strided(shape.shape, shape.stride(), dtype=shape.dtype, device=args[0].device).zero_()
    except Exception:  # whatever it is, the operation itself will say it better
        return None


def has_memory(tensor) -> bool:
    """Whether a tensor has a storage of its own or shares one (sparse ones have none)."""
    try:
        tensor.untyped_storage()
        return True
    except (NotImplementedError, RuntimeError):
        return False


def mutated_by(function, args, kwargs) -> list[torch.Tensor]:
    """The tensors that an operation writes to."""
    written = []
    for place, argument in enumerate(function._schema.arguments):
        if argument.alias_info is not None and argument.alias_info.is_write:
            value = kwargs.get(argument.name, args[place] if place < len(args) else None)
            written += flat_tensors(value)
    return written


def name_of(function) -> str:
    """A function's name as one writes it: torch.nn.functional.grid_sample, aten.grid_sampler_2d."""
    if isinstance(function, torch._ops.OpOverload):
        return str(function.overloadpacket)
    try:
        return resolve_name(function) or f"{function.__module__}.{function.__qualname__}"
    except AttributeError:
        return getattr(function, "__name__", str(function))


def explanation(called, function, step, exit) -> str:
    """What to say of an operation without a rule: ``called`` by the network, executed as ``function``."""
    name = name_of(called)
    inner = f" (operator {function})" if function is not None and function is not called else ""
    where = f"{step.name!r} ({step.op})" if step.name else f"the network itself ({step.op})"
    why = ("it takes values of the image out of the graph" if exit else
           "what its outputs depend on is not known")
    register = f"torch.ops.{name}" if isinstance(called, torch._ops.OpOverload) else name
    return (f"no rule for {name}{inner}, called in {where}: {why}. Register one:\n\n"
            f"    from mnist_lib import rule\n\n    @rule({register})\n    def _(call):\n"
            "        return call.whole()  # or call.same(), call.window(kernel, stride, padding, dilation)\n")
