"""Rules of the operations that look at neighbours: convolution, pooling, resizing, padding."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import torch

from .. import intervals as shadows
from ..factors import by_factors, joined
from ..intervals import NOTHING, STILL, Shadow, found_steps
from ..taps import adaptive, antialiased, interpolated, nearest, shifted, transposed, window
from ..windows import read
from .registry import Call, built_in, listed


def _read_all(shadow: Shadow, reaches) -> Shadow:
    """The shadow after one reach for each of the last dimensions."""
    for dim, reach in zip(range(-len(reaches), 0), reaches):
        if reach is not None:
            shadow = read(shadow, dim, reach)
    return shadow


@built_in("convolution", "_convolution", "convolution_overrideable", "mkldnn_convolution", "conv2d", "conv1d", "conv3d")
def _(call):
    source, weight = call.args[:2]
    axes = weight.dim() - 2
    stride, padding = listed(call.get("stride", 1), axes), listed(call.get("padding", 0), axes)
    dilation, flipped = listed(call.get("dilation", 1), axes), call.get("transposed", False)
    extra, groups = listed(call.get("output_padding", 0), axes), call.get("groups", 1)
    kernel = list(weight.shape[2:])
    call.details.update(kernel=tuple(kernel), stride=tuple(stride), padding=tuple(padding), dilation=tuple(dilation))
    places = source.shape[-axes:] if flipped else call.shape[-axes:]
    per_place = weight.shape[0] * weight.shape[1] * torch.Size(kernel).numel()
    call.details["multiply_adds"] = per_place * torch.Size(places).numel()
    shadow, channel_dim = call.shadow(source), source.dim() - axes - 1
    shadow = _grouped(shadow, channel_dim, groups, call.shape[channel_dim])
    used = _used_taps(call, weight, axes)
    reaches = []
    for a in range(axes):
        size, numbers = source.shape[channel_dim + 1 + a], (kernel[a], stride[a], padding[a], dilation[a])
        reach = transposed(size, *numbers, extra[a]) if flipped else window(size, *numbers)
        reaches.append(reach)
    if used is None:
        result = _read_all(shadow, reaches)
    else:
        result = _some_taps(call, shadow, used, stride, padding, dilation)
    if call.lookup(weight) is not None:  # a kernel made from the image
        parts = [shadows.reduce(call.shadow(weight), range(weight.dim()), False)]
        result = shadows.union(call.shape, [result, *parts])
    bias = call.get("bias")
    if bias is not None and call.lookup(bias) is not None:
        one = call.shadow(bias)
        shape = (one.shape[0],) + (1,) * axes
        result = shadows.union(call.shape, [result, shadows.moved(one, lambda t: t.reshape(shape))])
    return shadows.broadcast(result, call.shape)


def _grouped(shadow, dim, groups, ch_out):
    """Channels out of channels in: each group's outputs depend on all of the group's inputs."""
    if groups == 1:
        mixed = shadows.reduce(shadow, [dim], True)
        mixed = replace(mixed, steps=tuple((*axis[:dim], STILL, *axis[dim + 1:]) for axis in mixed.steps))
        return shadows.broadcast(mixed, (*shadow.shape[:dim], ch_out, *shadow.shape[dim + 1:]))
    if groups == ch_out == shadow.shape[dim]:
        return shadow
    lead, rest, steps = shadow.shape[:dim], shadow.shape[dim + 1:], shadow.steps
    apart = shadows.reshaped(shadow, (*lead, groups, shadow.shape[dim] // groups, *rest))
    apart = shadows.reduce(apart, [dim + 1], True)
    apart = shadows.broadcast(apart, (*lead, groups, ch_out // groups, *rest))
    return replace(shadows.reshaped(apart, (*lead, ch_out, *rest)), steps=steps)


def _used_taps(call: Call, weight, axes):
    """The taps of a kernel that the network masks to zero in its forward: the others, or None.

    A parameter's own zeros are values that training may change. Zeros of a kernel that was
    computed, as a masked convolution does it, stay.
    """
    if call.get("transposed", False) or not call.computed(weight):
        return None
    used = (weight != 0).flatten(0, 1).any(0)
    return None if used.all() or not used.any() else used.nonzero().tolist()


def _some_taps(call, shadow, used, stride, padding, dilation):
    """A window of which only some taps are used: the union of as many shifted copies."""
    parts = []
    for tap in used:
        reaches = [shifted(n, t * d - p, s) for n, t, s, p, d in
                   zip(call.shape[-len(tap):], tap, stride, padding, dilation)]
        parts.append(_read_all(shadow, reaches))
    return shadows.union(parts[0].shape, parts)


@built_in("max_pool2d_with_indices", "max_pool2d", "max_pool1d", "max_pool3d_with_indices", "max_pool3d",
          "max_pool1d_with_indices", "mkldnn_max_pool2d", "avg_pool1d", "avg_pool2d", "avg_pool3d", "_max_pool1d")
def _(call):
    axes = int(call.name.split("pool")[1][0])
    source, kernel = call.args[0], listed(call.args[1], axes)
    stride = listed(call.get("stride") or kernel, axes)
    padding, dilation = listed(call.get("padding", 0), axes), listed(call.get("dilation", 1), axes)
    call.details.update(kernel=tuple(kernel), stride=tuple(stride), padding=tuple(padding), dilation=tuple(dilation))
    ceil_mode = bool(call.get("ceil_mode", False))
    reaches = [window(n, *numbers, ceil_mode) for n, *numbers in
               zip(source.shape[-axes:], kernel, stride, padding, dilation)]
    return _read_all(call.shadow(source), reaches)


@built_in("_adaptive_avg_pool2d", "adaptive_avg_pool2d", "adaptive_avg_pool1d", "_adaptive_avg_pool3d",
          "adaptive_avg_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d",
          "mkldnn_adaptive_avg_pool2d")
def _(call):
    axes = int(call.name.split("pool")[1][0])
    pairs = list(zip(call.args[0].shape[-axes:], call.shape[-axes:]))
    if all(n % m == 0 for n, m in pairs):
        sizes = tuple(n // m for n, m in pairs)
        call.details.update(kernel=sizes, stride=sizes, padding=(0,) * axes, dilation=(1,) * axes)
    return _read_all(call.shadow(call.args[0]), [adaptive(n, m) for n, m in pairs])


@built_in("upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d", "_upsample_nearest_exact1d",
          "_upsample_nearest_exact2d", "_upsample_nearest_exact3d", "upsample_linear1d", "upsample_bilinear2d",
          "upsample_trilinear3d", "upsample_bicubic2d", "_upsample_bilinear2d_aa", "_upsample_bicubic2d_aa",
          "_upsample_lanczos2d_aa")
def _(call):
    axes = int(call.name[:-3 if call.name.endswith("aa") else None].rstrip("_")[-2])
    source, corners = call.args[0], bool(call.get("align_corners", False))
    given = [call.get(name) for name in (("scales_d", "scales_h", "scales_w")[3 - axes:])]
    if axes == 1:
        given = [call.get("scales")]
    factors = call.get("scale_factors")
    given = list(factors) if factors is not None else given
    reaches = []
    for n, m, factor in zip(source.shape[-axes:], call.shape[-axes:], given):
        if corners:
            scale = Fraction(n - 1, m - 1) if m > 1 else Fraction(0)
        elif factor:
            scale = 1 / Fraction(factor).limit_denominator(10**6)
        else:
            scale = Fraction(n, m)
        scale = scale or Fraction(1)
        if "nearest" in call.name:
            reaches.append(nearest(m, scale, "exact" in call.name, _executed(call.name, source, n, m, factor)))
        elif call.name.endswith("_aa"):
            reaches.append(antialiased(m, scale, 3 if "lanczos" in call.name else 2 if "cubic" in call.name else 1))
        else:
            reaches.append(interpolated(m, scale, corners, 2 if "cubic" in call.name else 1))
    return _read_all(call.shadow(source), reaches)


def _executed(name, source, size, outputs, factor):
    """Which unit each output of a nearest-neighbour resizing really reads along one axis."""
    dtype = torch.float64 if source.dtype == torch.float64 else torch.float32
    resize = torch.ops.aten._upsample_nearest_exact1d if "exact" in name else torch.ops.aten.upsample_nearest1d
    line = torch.arange(size, dtype=dtype)[None, None]
    return tuple(int(unit) for unit in resize.default(line, [outputs], factor)[0, 0].tolist())


def pad(call: Call, amounts, border="zero") -> Shadow:
    """Padding (or, negative, cropping) by ``amounts`` as ``torch.nn.functional.pad`` takes them."""
    shadow = call.shadow(call.args[0])
    reaches = [shifted(n, -before) if border == "zero" else shifted(n, -before, 1, border)
               for n, before in zip(reversed(call.shape), amounts[::2])]
    return _read_all(shadow, list(reversed(reaches)))


@built_in("constant_pad_nd")
def _(call):
    return pad(call, call.args[1])


@built_in("reflection_pad1d", "reflection_pad2d", "reflection_pad3d")
def _(call):
    return pad(call, call.args[1], "reflect")


@built_in("replication_pad1d", "replication_pad2d", "replication_pad3d")
def _(call):
    return pad(call, call.args[1], "edge")


@built_in("im2col")
def _(call):
    source, kernel, dilation, padding, stride = call.args[:5]
    call.details.update(kernel=tuple(kernel), stride=tuple(stride), padding=tuple(padding), dilation=tuple(dilation))
    padded = _read_all(call.shadow(source), [shifted(n + 2 * p, -p) for n, p in zip(source.shape[-2:], padding)])
    (parts, split), rank = joined(*by_factors(padded), [-2 % source.dim(), -1 % source.dim()]), source.dim()
    lead = split[:rank - 2]
    index = [torch.tensor([list(reach.taps(i)) for i in range(reach.size)]).T for reach in  # (k, places)
             (window(n, k, s, 0, d) for n, k, s, d in zip(padded.shape[-2:], kernel, stride, dilation))]
    found = []
    for part in parts:
        for place, each in zip((-2, -1), index):
            at = part.dim() + place
            part = (part.index_select(at, each.flatten()).unflatten(at, each.shape) if part.shape[at] > 1
                    else part.unsqueeze(at))
        found.append(part.transpose(-3, -2))  # (4, N, C, kh, kw, lh, lw)
    (kh, lh), (kw, lw) = (each.shape for each in index)
    split = (*lead[:-1], (*lead[-1], kh, kw), (lh, lw))
    bounds = shadows.stored(found, split)
    return Shadow(call.shape, bounds, found_steps(call.shape, bounds, padded.steps))


@built_in("col2im")
def _(call):
    source, size, kernel, dilation, padding, stride = call.args[:6]
    lead, channels = tuple(source.shape[:-2]), source.shape[-2] // (kernel[0] * kernel[1])
    places = [window(n, k, s, p, d).size for n, k, s, p, d in zip(size, kernel, stride, padding, dilation)]
    apart = shadows.reshaped(call.shadow(source), (*lead, channels, *kernel, *places))
    wide, bounds = [n + 2 * p for n, p in zip(size, padding)], []
    for axis in apart.bounds:
        axis = axis.expand(*axis.shape[:-4], *kernel, *places)
        out = torch.full((*axis.shape[:-4], *wide), NOTHING, dtype=torch.int32)
        for y in range(kernel[0]):
            for x in range(kernel[1]):
                part = out[..., y * dilation[0]:y * dilation[0] + stride[0] * places[0]:stride[0],
                           x * dilation[1]:x * dilation[1] + stride[1] * places[1]:stride[1]]
                part.copy_(torch.minimum(part, axis[..., y, x, :, :]))
        out = out[..., padding[0]:padding[0] + size[0], padding[1]:padding[1] + size[1]]
        bounds.append(shadows.collapsed(out, 1))
    return Shadow(call.shape, tuple(bounds), found_steps(call.shape, bounds))


def circular_pad(call: Call):
    """torch.nn.functional.pad in circular mode, which PyTorch executes as many copies."""
    amounts = call.args[1] if len(call.args) > 1 else call.kwargs["pad"]
    return pad(call, amounts, "wrap")


