"""The rule of attention as one operation, without scores: a query sees itself and all that it may attend to."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import torch

from .. import intervals
from ..intervals import Intervals
from .mixing import masked_terms
from .pointwise import VERY_LOW
from .registry import built_in

#: PyTorch's operator of attention on the processor: (query, key, value, dropout, causal, *, attn_mask, scale).
ATTENTION = "_scaled_dot_product_flash_attention_for_cpu"


def is_plain(call, mask) -> bool:
    """Whether what is cut off can be told by the mask alone; where a low number is added, the scores decide."""
    if mask is None or mask.dtype is torch.bool and call.fixed(mask):
        return True
    before = call.lookup(mask)
    if not call.fixed(mask):
        return before is not None and before.off is None or before is None and not bool((mask <= VERY_LOW).any())
    return not bool(((mask <= VERY_LOW) & (mask != -torch.inf)).any())


@built_in(ATTENTION)
def _(call):
    query, key, value = call.args[:3]
    mask, causal = call.get("attn_mask"), call.get("is_causal", False)
    lead, queries, keys = query.shape[:-2], query.shape[-2], key.shape[-2]
    call.details["multiply_adds"] = prod(lead) * queries * keys * (query.shape[-1] + value.shape[-1])
    shape = (*lead, queries, value.shape[-1])
    seen = intervals.union(value.shape, [intervals.broadcast(
        intervals.reduce(call.intervals(key), [-1], True), value.shape), call.intervals(value)])
    parts = [intervals.broadcast(intervals.reduce(call.intervals(query), [-1], True), shape)]
    off = _off(call, mask, queries, keys) if mask is not None or causal else None
    if off is None:
        parts.append(intervals.broadcast(intervals.reduce(seen, [-2], True), shape))
    else:
        parts.append(_attended(call, seen, off, shape))
    if mask is not None and call.lookup(mask) is not None:
        added = intervals.broadcast(call.intervals(mask), (*lead, queries, keys))
        parts.append(intervals.broadcast(intervals.reduce(added, [-1], True), shape))
    steps = tuple((*one[:-1], other[-1]) for one, other in zip(intervals.union(shape, parts).steps, seen.steps))
    return [replace(intervals.union(shape, parts), steps=steps), None]


def _off(call, mask, queries, keys):
    """(..., queries, keys): True where a query may not look; None where it may look anywhere."""
    if mask is None:
        return torch.ones(queries, keys, dtype=torch.bool).triu(1)
    if not call.fixed(mask):
        return None
    off = (~mask if mask.dtype is torch.bool else mask == -torch.inf).cpu()
    return off.expand(*off.shape[:-2], queries, keys) if bool(off.any()) else None


def _attended(call, seen, off, shape):
    """The union over the keys that each query may look at."""
    lead = shape[:-2]
    weights = intervals.nothing((*lead, *off.shape[-2:]), call.axes)
    off = off.reshape(*(1,) * (len(lead) + 2 - off.dim()), *off.shape)
    bounds = tuple(masked_terms(replace(weights, off=off, off_kind="zero"), seen, axis) for axis in range(call.axes))
    return Intervals(shape, bounds, tuple((*axis[:-2], intervals.STILL, axis[-1]) for axis in seen.steps))


def without_attending(args, filled):
    """Numbers like attention's result, by the function ``filled``; None where PyTorch is to say what is wrong."""
    query, key, value = args[:3]
    if query.is_meta or not query.dim() == key.dim() == value.dim() == 4 or query.shape[-1] != key.shape[-1] or \
            key.shape[:-1] != value.shape[:-1] or query.shape[:2] != key.shape[:2]:
        return None
    batch, heads, queries = query.shape[:3]
    made = query.new_empty(batch, queries, heads, value.shape[-1])
    return filled(made).transpose(1, 2), query.new_zeros(0)


def scaled_dot_product_attention(query, key, value, attn_mask=None, *args, **kwargs):
    """PyTorch's own, with a batch in front where there is none: it would write out all scores."""
    attend = torch.nn.functional.scaled_dot_product_attention
    bare = query.dim() == key.dim() == value.dim() == 3
    if attn_mask is not None and attn_mask.dim() == 3 and (bare or query.dim() == 4):
        attn_mask = attn_mask.unsqueeze(0)
    if not bare:
        return attend(query, key, value, attn_mask, *args, **kwargs)
    return attend(*(t.unsqueeze(0) for t in (query, key, value)), attn_mask, *args, **kwargs).squeeze(0)


def by_scores(query, key, value, dropout=0.0, causal=False, attn_mask=None, scale=None):
    """Attention as the operations it is made of; returns as ATTENTION does."""
    output, _ = torch.ops.aten._scaled_dot_product_attention_math(query, key, value, attn_mask, dropout, causal,
                                                                  scale=scale)
    return output, output.new_zeros(0)
