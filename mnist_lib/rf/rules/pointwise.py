"""What operations element by element depend on, and what they say of elements that are surely zero.

Most just take the union of their inputs. A product with a mask, minus infinity added to a score,
a choice by a condition that is no part of the image: these cut off. A very low number is only marked, and
judged where it reaches a softmax (``softmax.py``).
"""

from __future__ import annotations

from dataclasses import replace

import torch

from .. import intervals
from ..intervals import NOTHING, Intervals
from .registry import Call, built_in

#: What they make of minus infinity, or of anything near, is zero.
_VANISHING = ("exp", "exp2", "sigmoid", "relu", "softplus")
VERY_LOW = -50.0  # added to a score, or put in its place: perhaps a mask


def elementwise(call: Call) -> Intervals | None:
    """The rule of all operations that PyTorch tags as pointwise."""
    special = {"mul": _product, "div": _quotient, "add": _sum, "sub": _sum, "where": _where,
               "masked_fill": _masked_fill, "neg": _carried, "clone": _carried,
               **dict.fromkeys(_VANISHING, _vanished)}.get(call.name)
    found = special(call) if special else None
    return call.same() if found is None else found


built_in("masked_fill", "where", "softplus")(elementwise)


def masked_zero(call, *tensors):
    """Where a product is surely zero, for constants among its factors; None if nowhere, or everywhere."""
    zero = None
    for tensor in tensors:
        known = call.sure_zeros(tensor)
        if known is not None and tensor.numel() > 1:
            zero = fitted(known, call.shape) if zero is None else zero | fitted(known, call.shape)
    return None if zero is None or bool(zero.all()) else zero


def fitted(mask, shape):
    """A mask as large as the output."""
    return mask.reshape((1,) * (len(shape) - mask.dim()) + mask.shape).expand(shape)


def without(spans, mask, kind):
    """The intervals with nothing where the mask says so."""
    mask = fitted(mask, spans.shape)
    small = intervals.narrowed(mask)
    bounds = tuple(intervals.collapsed(b.masked_fill(small, NOTHING), 1) for b in spans.bounds)
    return replace(spans, bounds=bounds, off=mask, off_kind=kind)


def marks(call, tensors):
    """Where one of the tensors was marked as low; None if nowhere."""
    found = None
    for tensor in tensors:
        before = call.lookup(tensor) if isinstance(tensor, torch.Tensor) else None
        if before is not None and before.off_kind == "low":
            mask = fitted(before.off.expand(before.shape), call.shape)
            found = mask if found is None else found | mask
    return found


def _carried(call, *tensors):
    """The union, which stays marked as low where a tensor was."""
    low = marks(call, tensors or call.args)
    return None if low is None else replace(call.same(), off=low, off_kind="low")


def _product(call):
    zero = masked_zero(call, *[t for t in call.args[:2] if isinstance(t, torch.Tensor)])
    was = [call.lookup(t) for t in call.args[:2] if isinstance(t, torch.Tensor)]
    for before in was:
        if before is not None and before.off_kind == "zero":
            off = fitted(before.off.expand(before.shape), call.shape)
            zero = off if zero is None else zero | off
    return _carried(call) if zero is None else without(call.same(), zero, "zero")


def _quotient(call):
    before = call.lookup(call.args[0]) if isinstance(call.args[0], torch.Tensor) else None
    if before is not None and before.off_kind == "zero":
        return without(call.same(), fitted(before.off.expand(before.shape), call.shape), "zero")
    return _carried(call)


def _sum(call):
    sign = call.get("alpha", 1) * (-1 if call.name == "sub" else 1)
    return added_low(call, call.same(), call.args[:1], marks(call, call.args[:2]), call.args[1:2], sign)


def added_low(call, result, terms, low=None, others=(), sign=1):
    """Intervals of a sum, marked where a constant term is very low; where it is minus infinity nothing is left.

    ``others`` are terms that count times ``sign``.
    """
    for times, tensor in [*((1, t) for t in terms), *((sign, t) for t in others)]:
        if isinstance(tensor, torch.Tensor) and tensor.is_floating_point() and call.fixed(tensor):
            added = fitted((tensor * times).cpu(), call.shape)
            below = added.abs() >= -VERY_LOW  # what is very high may be turned around
            if not bool(below.any()) or bool(below.all()):
                continue
            low = below if low is None else low | below
            infinite = added == -torch.inf
            result = without(result, infinite, "low") if bool(infinite.any()) else result
    return result if low is None else replace(result, off=low, off_kind="low")


def _where(call):
    return _chosen(call, *call.args[:3])


def _masked_fill(call):
    source, mask, value = call.args[:3]
    return _chosen(call, mask, value, source)


def _chosen(call, condition, one, other):
    """One where a condition that is no part of the image says so, the other elsewhere."""
    if not call.fixed(condition):
        return None
    condition = condition.cpu()
    parts = [intervals.broadcast(call.intervals(t) if isinstance(t, torch.Tensor) else call.nothing(()), call.shape)
             for t in (one, other)]
    result = intervals.union(call.shape, parts)
    bounds = tuple(intervals.collapsed(torch.where(condition, a, b), 1) for a, b in
                   zip(parts[0].bounds, parts[1].bounds))
    low = [fitted(p.off.expand(p.shape), call.shape) & fitted(c, call.shape)
           for p, c in zip(parts, (condition, ~condition)) if p.off_kind == "low"]
    return _marked(call, replace(result, bounds=bounds), ((one, condition), (other, ~condition)), low)


def _marked(call, result, choices, low=()):
    """Note which elements a constant of zero, or a very low one, was put in the place of."""
    zero, low = None, list(low)
    for value, mask in choices:
        if isinstance(value, torch.Tensor) and not call.fixed(value) or not mask.any() or mask.all():
            continue
        value = fitted(torch.as_tensor(value).cpu(), call.shape)
        mask = fitted(mask, call.shape)
        if bool((mask & (value == 0)).any()):
            zero = mask & (value == 0) if zero is None else zero | mask & (value == 0)
        if bool((mask & (value <= VERY_LOW)).any()):
            low.append(mask & (value <= VERY_LOW))
    if low:
        return replace(result, off=torch.stack([m.expand(call.shape) for m in low]).any(0), off_kind="low")
    return replace(result, off=zero, off_kind="zero" if zero is not None else "")


def _vanished(call):
    source = call.args[0]
    low = marks(call, [source])
    if low is None or source.is_meta:
        return None
    low = low & (source.detach() < -1000).cpu()
    return without(call.same(), low, "zero") if bool(low.any()) and not bool(low.all()) else None
