"""Rules of resizing and padding."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import torch

from ..intervals import Intervals, collapsed
from ..taps import antialiased, interpolated, nearest, shifted
from ..windows import read_all
from .registry import Call, built_in, function_rule

#: How a resizing weighs its neighbours, along how many axes, and how far it reads on either side.
_FILTERS = {
    "upsample_nearest1d": ("nearest", 1, 0), "upsample_nearest2d": ("nearest", 2, 0),
    "upsample_nearest3d": ("nearest", 3, 0), "_upsample_nearest_exact1d": ("exact", 1, 0),
    "_upsample_nearest_exact2d": ("exact", 2, 0), "_upsample_nearest_exact3d": ("exact", 3, 0),
    "upsample_linear1d": ("interpolated", 1, 1), "upsample_bilinear2d": ("interpolated", 2, 1),
    "upsample_trilinear3d": ("interpolated", 3, 1), "upsample_bicubic2d": ("interpolated", 2, 2),
    "_upsample_bilinear2d_aa": ("antialiased", 2, 1), "_upsample_bicubic2d_aa": ("antialiased", 2, 2),
    "_upsample_lanczos2d_aa": ("antialiased", 2, 3),
}
_FACTORS = {1: ("scales",), 2: ("scales_h", "scales_w"), 3: ("scales_d", "scales_h", "scales_w")}


@built_in(*_FILTERS)
def _(call):
    (kind, axes, reach), source = _FILTERS[call.name], call.args[0]
    factors = call.get("scale_factors") or [call.get(name) for name in _FACTORS[axes]]
    corners = bool(call.get("align_corners", False))
    sizes = zip(source.shape[-axes:], call.shape[-axes:], factors)
    return read_all(call.intervals(source), [_resized(kind, reach, source, n, m, f, corners) for n, m, f in sizes])


def _resized(kind, reach, source, size, outputs, factor, corners):
    """What the outputs read along one axis, of which ``factor`` was asked for, if any."""
    if corners:
        scale = Fraction(size - 1, outputs - 1) if outputs > 1 else Fraction(0)
    else:
        scale = 1 / Fraction(factor).limit_denominator(10**6) if factor else Fraction(size, outputs)
    scale = scale or Fraction(1)
    if kind in ("nearest", "exact"):
        exact = kind == "exact"
        return nearest(outputs, scale, exact, _executed(exact, source, size, outputs, factor))
    if kind == "antialiased":
        return antialiased(outputs, scale, reach)
    return interpolated(outputs, scale, corners, reach)


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


@built_in("reflection_pad1d", "reflection_pad2d", "reflection_pad3d", "replication_pad1d", "replication_pad2d",
          "replication_pad3d")
def _(call):
    return padded(call, call.args[1], "reflect" if call.name.startswith("reflection") else "edge")


@function_rule("pad")
def _(call):
    """Circular padding, which PyTorch executes as many copies."""
    if "circular" not in (call.kwargs.get("mode"), *call.args[2:3]):
        return None
    return lambda call: padded(call, call.args[1] if len(call.args) > 1 else call.kwargs["pad"], "wrap")
