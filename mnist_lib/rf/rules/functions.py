"""Rules of functions whose operators do not tell: numbers that PyTorch itself takes out and puts back."""

from __future__ import annotations

import torch

from .. import intervals, moving
from .registry import flat_tensors, function_rule


@function_rule("tensor", "as_tensor", "asarray", "new_tensor", "scalar_tensor")
def _(call):
    """A new tensor from one, or from numbers and tensors in lists."""
    data = call.args[1] if call.name == "new_tensor" and len(call.args) > 1 else call.args[0] if call.args else None
    data = call.kwargs.get("data", call.kwargs.get("obj")) if data is None else data
    if not any(call.lookup(t) is not None for t in flat_tensors(data)):
        return None
    return lambda call: _of(call, data)


def _of(call, data):
    if isinstance(data, torch.Tensor):
        return call.intervals(data)
    if not isinstance(data, (list, tuple)):
        return call.nothing(())
    parts = [moving.unsqueezed(_of(call, part), 0) for part in data]
    return moving.concatenated(parts, 0, (len(parts), *parts[0].shape[1:]))


@function_rule("full", "full_like", "new_full")
def _(call):
    """A tensor full of a number that is a tensor."""
    place = 1 if call.name != "new_full" else 2
    value = call.args[place] if len(call.args) > place else call.kwargs.get("fill_value")
    if not isinstance(value, torch.Tensor) or call.lookup(value) is None:
        return None
    return lambda call: intervals.whole([call.intervals(value)], call.shape)


@function_rule("__deepcopy__")
def _(call):
    return lambda call: call.same()


@function_rule("map_", "map2_", "apply_")
def _(call):
    """``x.map_(y, f)``: element by element, in place, by a function of Python's."""
    return lambda call: intervals.union(call.shape, [call.lookup(t) for t in call.traced])
