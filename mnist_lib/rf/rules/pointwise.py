"""What operations element by element depend on, and what they say of elements that are surely zero.

Most just take the union of their inputs. A product with a mask, a very low number added to a
score before a softmax, a choice by a condition that is no part of the image: these cut off.
"""

from __future__ import annotations

from dataclasses import replace

import torch

from .. import intervals as shadows
from ..intervals import NOTHING, Shadow
from .registry import Call

VERY_LOW = -50.0  # added to a score, or put in its place, before a softmax: nothing is left of it


def elementwise(call: Call) -> Shadow | None:
    """The rule of all operations that PyTorch tags as pointwise."""
    special = {"mul": _masked_product, "div": _scaled, "add": _masked_sum, "sub": _masked_sum,
               "where": _where, "masked_fill": _masked_fill}.get(call.name)
    found = special(call) if special else None
    return call.same() if found is None else found


def _partner(call):
    """The constant in a sum or product of one traced tensor and one that is not, and the traced one."""
    tensors = [t for t in call.args[:2] if isinstance(t, torch.Tensor)]
    traced = [t for t in tensors if call.lookup(t) is not None]
    constant = [t for t in tensors if call.lookup(t) is None]
    return (traced[0], constant[0] if constant else None) if len(traced) == 1 else (None, None)


def _known(call, constant):
    """Whether the values of a constant tell something: a fixed one of more than one element."""
    return constant is not None and constant.numel() > 1 and call.fixed(constant)


def _scaled(call):
    source, constant = _partner(call)
    if source is None or constant is not None and not _known(call, constant) and constant.numel() > 1:
        return None
    return _carrying(call, source)


def _carrying(call, source):
    """The union, with the knowledge of what is surely zero or low in ``source``."""
    before = call.shadow(source)
    if before.off is None or call.shape != before.shape:
        return None
    return replace(call.same(), off=before.off, off_kind=before.off_kind)


def _masked_product(call):
    source, constant = _partner(call)
    if not _known(call, constant):
        return _scaled(call)
    zero = (constant == 0).cpu()
    if not zero.any() or zero.all():
        return _scaled(call)
    return without(call.same(), zero, "zero")


def _masked_sum(call):
    source, constant = _partner(call)
    if source is None:
        return None
    if _known(call, constant) and constant.is_floating_point():
        low = (constant.detach() * (-1 if call.name == "sub" else 1) <= VERY_LOW).cpu()
        if low.any() and not low.all():
            return replace(call.same(), off=_fitting(low, call.shape), off_kind="low")
    before = call.shadow(source)
    return _carrying(call, source) if before.off_kind == "low" else None


def _fitting(mask, shape):
    return mask.reshape(*(1,) * (len(shape) - mask.dim()), *mask.shape).expand(shape)


def without(shadow, mask, kind):
    """The shadow with nothing where the mask says so."""
    mask = _fitting(mask, shadow.shape)
    bounds = tuple(shadows.collapsed(b.masked_fill(mask, NOTHING), 1) for b in shadow.bounds)
    return replace(shadow, bounds=bounds, off=mask, off_kind=kind)


def _where(call):
    condition, one, other = call.args[:3]
    if not call.fixed(condition):
        return None
    condition = condition.cpu()
    parts = [shadows.broadcast(call.shadow(t) if isinstance(t, torch.Tensor) else call.nothing(()), call.shape)
             for t in (one, other)]
    result = shadows.union(call.shape, parts)
    bounds = tuple(shadows.collapsed(torch.where(condition, a, b), 1) for a, b in
                   zip(parts[0].bounds, parts[1].bounds))
    return _marked(call, replace(result, bounds=bounds), ((one, condition), (other, ~condition)))


def _masked_fill(call):
    source, mask, value = call.args[:3]
    if not call.fixed(mask) or isinstance(value, torch.Tensor) and call.lookup(value) is not None:
        return None
    mask = mask.cpu()
    return _marked(call, without(call.same(), mask, ""), ((value, mask),))


def _marked(call, result, choices):
    """Note which elements a constant of zero, or a very low one, was put in the place of."""
    for value, mask in choices:
        if isinstance(value, torch.Tensor):
            value = value.item() if value.numel() == 1 and call.lookup(value) is None and not value.is_meta else None
        if value is not None and (value == 0 or value <= VERY_LOW) and mask.any() and not mask.all():
            return replace(result, off=_fitting(mask, call.shape), off_kind="zero" if value == 0 else "low")
    return replace(result, off=None, off_kind="")
