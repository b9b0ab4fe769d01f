"""Rules of convolution, plain and transposed, and of unfolding into columns and back."""

from __future__ import annotations

from dataclasses import replace

import torch

from .. import intervals
from ..intervals import NOTHING, STILL, Intervals, found_steps
from ..taps import shifted, transposed, window
from ..windows import read_all
from .registry import built_in, listed


@built_in("convolution", "_convolution", "convolution_overrideable", "mkldnn_convolution", "conv2d", "conv1d", "conv3d")
def _(call):
    source, weight = call.args[:2]
    axes = weight.dim() - 2
    stride, padding, dilation = (listed(call.get(name, default), axes) for name, default in
                                 (("stride", 1), ("padding", 0), ("dilation", 1)))
    flipped, groups = call.get("transposed", False), call.get("groups", 1)
    extra, kernel = listed(call.get("output_padding", 0), axes), tuple(weight.shape[2:])
    call.details.update(kernel=kernel, stride=tuple(stride), padding=tuple(padding), dilation=tuple(dilation))
    places = source.shape[-axes:] if flipped else call.shape[-axes:]
    call.details["multiply_adds"] = weight.shape[:2].numel() * weight.shape[2:].numel() * torch.Size(places).numel()
    dim = source.dim() - axes - 1
    sizes = list(zip(source.shape[-axes:], kernel, stride, padding, dilation))
    law = [transposed(*numbers, more) if flipped else window(*numbers) for numbers, more in zip(sizes, extra)]
    mixed, zero = _grouped(call.intervals(source), dim, groups, call.shape[dim]), call.sure_zeros(weight)
    laws = [law]
    if zero is not None and not bool(zero.all()):  # of a mask, say; the zeros of a parameter may be trained away
        single = _single_taps(sizes, law, flipped)
        taps = (~zero).flatten(0, 1).any(0).nonzero().tolist()  # that some channel reads
        laws = [[at(tap) for at, tap in zip(single, each)] for each in taps]
    parts = [read_all(mixed, each) for each in laws]
    if call.lookup(weight) is not None:  # a kernel made from the image
        parts.append(intervals.reduce(call.intervals(weight), range(weight.dim()), False))
    bias = call.get("bias")
    if bias is not None and call.lookup(bias) is not None:
        parts.append(intervals.reshaped(call.intervals(bias), (bias.shape[0], *(1,) * axes)))
    return intervals.broadcast(intervals.union(call.shape, parts), call.shape)


def _grouped(spans, dim, groups, ch_out):
    """Channels out of channels in: each group's outputs depend on all of the group's inputs."""
    if groups == 1:
        mixed = intervals.reduce(spans, [dim], True)
        mixed = replace(mixed, steps=tuple((*axis[:dim], STILL, *axis[dim + 1:]) for axis in mixed.steps))
        return intervals.broadcast(mixed, (*spans.shape[:dim], ch_out, *spans.shape[dim + 1:]))
    if groups == ch_out == spans.shape[dim]:
        return replace(spans, off=None, off_kind="")
    lead, rest, steps = spans.shape[:dim], spans.shape[dim + 1:], spans.steps
    apart = intervals.reshaped(spans, (*lead, groups, spans.shape[dim] // groups, *rest))
    apart = intervals.reduce(apart, [dim + 1], True)
    apart = intervals.broadcast(apart, (*lead, groups, ch_out // groups, *rest))
    return replace(intervals.reshaped(apart, (*lead, ch_out, *rest)), steps=steps, off=None, off_kind="")


def _single_taps(sizes, law, flipped):
    """For each axis, the law of a kernel of which only tap t is left."""
    def at(number, numbers, whole):
        size, _, stride, padding, dilation = numbers
        offset = number * dilation - padding
        if not flipped:
            return shifted(whole.size, offset, stride)
        return transposed(size, 1, stride, -offset, 1, whole.size - ((size - 1) * stride + 2 * offset + 1))

    return [lambda t, numbers=numbers, whole=whole: at(t, numbers, whole) for numbers, whole in zip(sizes, law)]


@built_in("im2col")
def _(call):
    source, kernel, dilation, padding, stride = call.args[:5]
    call.details.update(kernel=tuple(kernel), stride=tuple(stride), padding=tuple(padding), dilation=tuple(dilation))
    padded = read_all(call.intervals(source), [shifted(n + 2 * p, -p) for n, p in zip(source.shape[-2:], padding)])
    index = [torch.tensor([list(reach.taps(i)) for i in range(reach.size)]).T for reach in  # (k, places)
             (window(n, k, s, 0, d) for n, k, s, d in zip(padded.shape[-2:], kernel, stride, dilation))]
    found = []
    for part in padded.bounds:
        for place, each in zip((-2, -1), index):
            at = part.dim() + place
            part = (part.index_select(at, each.flatten()).unflatten(at, each.shape) if part.shape[at] > 1
                    else part.unsqueeze(at))
        found.append(part.transpose(-3, -2))  # (4, N, C, kh, kw, lh, lw)
    (kh, lh), (kw, lw) = (each.shape for each in index)
    shape = (*padded.shape[:-2], kh, kw, lh, lw)
    columns = intervals.reshaped(Intervals(shape, tuple(found), ((STILL,) * len(shape),) * call.axes), call.shape)
    return replace(columns, steps=found_steps(call.shape, columns.bounds, padded.steps))


@built_in("col2im")
def _(call):
    source, size, kernel, dilation, padding, stride = call.args[:6]
    lead, channels = tuple(source.shape[:-2]), source.shape[-2] // (kernel[0] * kernel[1])
    places = [window(n, k, s, p, d).size for n, k, s, p, d in zip(size, kernel, stride, padding, dilation)]
    apart = intervals.reshaped(call.intervals(source), (*lead, channels, *kernel, *places))
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
        bounds.append(intervals.collapsed(out, 1))
    return Intervals(call.shape, tuple(bounds), found_steps(call.shape, bounds))
