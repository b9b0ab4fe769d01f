"""Rules of softmax and its kin, and of what is cut off before one.

A score of minus infinity is a constant and depends on nothing. A very low number that was added to a
score, or put in its place, is only marked on its way (``pointwise.py``): it may be divided by a
temperature, turned around, or small beside the other scores. So the values that reach the softmax decide.
"""

from __future__ import annotations

from dataclasses import replace

import torch

from .. import intervals
from ..intervals import NOTHING
from .pointwise import without
from .registry import built_in

_SURELY = -5000.0
_FAR = 30.0  # below the highest score of the others, besides three times the spread of all scores


def cut_off(call, source, dims) -> torch.Tensor | None:
    """Which elements a softmax over ``dims`` surely turns into nothing; None if none."""
    before = call.lookup(source)
    if before is None or source.is_meta or any(source is w for w in call.written):
        return None
    low = before.off.expand(before.shape) if before.off_kind == "low" else None
    constant = _constants(before)  # such as minus infinity that was written into the scores
    low = constant if low is None else low if constant is None else low | constant
    if low is None:
        return None
    values = source.detach().double().cpu()
    others = values.masked_fill(low, -torch.inf)
    finite = others[others.isfinite()]
    if not finite.numel():
        return None
    reach = _FAR + 3 * float(finite.max() - finite.min())
    if not call.bounded(source):  # what is low beside these scores may not be beside those of another image
        low = low & (values <= _SURELY)
    cut = low & (values <= others.amax(dims, keepdim=True) - reach) & others.amax(dims, keepdim=True).isfinite()
    return cut if bool(cut.any()) else None


def _constants(spans):
    """Which elements depend on nothing; None if none."""
    empty = [part[0] == NOTHING for part in spans.bounds]
    if not all(bool(part.any()) for part in empty):
        return None
    found = empty[0]
    for other in empty[1:]:
        found = found & other
    return found.expand(spans.shape)


@built_in("_softmax", "_safe_softmax", "softmax")
def _(call):
    source, dim = call.intervals(call.args[0]), call.args[1]
    cut = cut_off(call, call.args[0], [dim])
    if cut is None:
        return intervals.spread(source, [dim])
    kept = replace(source, bounds=tuple(b.masked_fill(cut, NOTHING) for b in source.bounds))
    return without(intervals.spread(kept, [dim]), cut, "zero")


@built_in("_log_softmax", "log_softmax")
def _(call):
    """What is cut off still has a logarithm, which depends on its own score and on all that is not cut off."""
    source, dim = call.intervals(call.args[0]), call.args[1]
    cut = cut_off(call, call.args[0], [dim])
    cut = None if cut is None else cut & (call.args[0].detach() < _SURELY).cpu()
    if cut is None:
        return intervals.spread(source, [dim])
    kept = replace(source, bounds=tuple(b.masked_fill(cut, NOTHING) for b in source.bounds), off=None, off_kind="")
    mixed = intervals.union(source.shape, [intervals.spread(kept, [dim]), source])
    infinite = cut & (call.args[0].detach() == -torch.inf).cpu()
    mixed = without(mixed, infinite, "low") if bool(infinite.any()) else mixed
    return replace(mixed, off=cut, off_kind="low")


@built_in("logsumexp")
def _(call):
    source, dims = call.intervals(call.args[0]), call.args[1]
    dims = [dims] if isinstance(dims, int) else list(dims) or list(range(len(source.shape)))
    cut = cut_off(call, call.args[0], dims)
    if cut is not None:
        source = replace(source, bounds=tuple(b.masked_fill(cut, NOTHING) for b in source.bounds))
    return intervals.reduce(source, dims, len(call.shape) == len(source.shape))
