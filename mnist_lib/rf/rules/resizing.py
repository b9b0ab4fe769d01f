"""Rules of resizing and padding."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import torch

from ..intervals import Intervals, collapsed
from ..taps import antialiased, interpolated, nearest, shifted
from ..windows import read_all
from .registry import Call, built_in, function_rule


class Filter(NamedTuple):
    """How a resizing weighs its neighbours, along how many axes, and how far it reads on either side."""

    kind: str
    axes: int
    reach: int = 1


_FILTERS = {
    "upsample_nearest1d": Filter("nearest", 1), "upsample_nearest2d": Filter("nearest", 2),
    "upsample_nearest3d": Filter("nearest", 3), "_upsample_nearest_exact1d": Filter("exact", 1),
    "_upsample_nearest_exact2d": Filter("exact", 2), "_upsample_nearest_exact3d": Filter("exact", 3),
    "upsample_linear1d": Filter("interpolated", 1), "upsample_bilinear2d": Filter("interpolated", 2),
    "upsample_trilinear3d": Filter("interpolated", 3), "upsample_bicubic2d": Filter("interpolated", 2, 2),
    "_upsample_bilinear2d_aa": Filter("antialiased", 2), "_upsample_bicubic2d_aa": Filter("antialiased", 2, 2),
    "_upsample_lanczos2d_aa": Filter("antialiased", 2, 3),
}
_FACTORS = {1: ("scales",), 2: ("scales_h", "scales_w"), 3: ("scales_d", "scales_h", "scales_w")}


@built_in(*_FILTERS)
def _(call):
    filter, source = _FILTERS[call.name], call.args[0]
    factors = call.get("scale_factors") or [call.get(name) for name in _FACTORS[filter.axes]]
    corners = bool(call.get("align_corners", False))
    sizes = zip(source.shape[-filter.axes:], call.shape[-filter.axes:], factors)
    return read_all(call.intervals(source), [_resized(filter, source, n, m, f, corners) for n, m, f in sizes])


def _resized(filter, source, size, outputs, factor, corners):
    """What the outputs read along one axis, of which ``factor`` was asked for, if any."""
    if corners:
        scale = Fraction(size - 1, outputs - 1) if outputs > 1 else Fraction(0)
    else:
        scale = 1 / Fraction(factor).limit_denominator(10**6) if factor else Fraction(size, outputs)
    scale = scale or Fraction(1)
    if filter.kind in ("nearest", "exact"):
        exact = filter.kind == "exact"
        return nearest(outputs, scale, exact, _executed(exact, source, size, outputs, factor))
    if filter.kind == "antialiased":
        return antialiased(outputs, scale, filter.reach)
    return interpolated(outputs, scale, corners, filter.reach)


def _executed(exact, source, size, outputs, factor):
    """Which unit each output of a nearest-neighbour resizing really reads along one axis."""
    dtype = torch.float64 if source.dtype == torch.float64 else torch.float32
    resize = torch.ops.aten._upsample_nearest_exact1d if exact else torch.ops.aten.upsample_nearest1d
    line = torch.arange(size, dtype=dtype)[None, None]
    return tuple(int(unit) for unit in resize.default(line, [outputs], factor)[0, 0].tolist())


def padded(call: Call, amounts, border="zero") -> Intervals:
    """Padding (or, negative, cropping) by ``amounts`` as ``torch.nn.functional.pad`` takes them."""
    reaches = [shifted(n, -before) if border == "zero" else shifted(n, -before, 1, border)
               for n, before in zip(reversed(call.shape), amounts[::2])]
    return read_all(call.intervals(call.args[0]), list(reversed(reaches)))


@built_in("constant_pad_nd")
def _(call):
    """With zeros, what was added is surely zero, also as the factor of a product."""
    result, amounts = padded(call, call.args[1]), call.args[1]
    if call.get("value", 0) != 0 or max(amounts) <= 0:
        return result
    added = torch.zeros(call.shape, dtype=torch.bool)
    for dim, before, behind in zip(reversed(range(len(call.shape))), amounts[::2], amounts[1::2]):
        added.narrow(dim, 0, max(0, before)).fill_(True)
        added.narrow(dim, call.shape[dim] - max(0, behind), max(0, behind)).fill_(True)
    return replace(result, off=collapsed(added, 0), off_kind="zero")


@built_in("reflection_pad1d", "reflection_pad2d", "reflection_pad3d")
def _(call):
    return padded(call, call.args[1], "reflect")


@built_in("replication_pad1d", "replication_pad2d", "replication_pad3d")
def _(call):
    return padded(call, call.args[1], "edge")


@function_rule("pad")
def _(call):
    """Circular padding, which PyTorch executes as many copies."""
    if "circular" not in (call.kwargs.get("mode"), *call.args[2:3]):
        return None
    return lambda call: padded(call, call.args[1] if len(call.args) > 1 else call.kwargs["pad"], "wrap")
