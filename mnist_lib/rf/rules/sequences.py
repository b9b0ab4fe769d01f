"""Rules of sequences that are packed one behind the other, and of gradients that a forward asks for."""

from __future__ import annotations

from dataclasses import replace

import torch

from .. import intervals, moving
from ..intervals import NOTHING
from .registry import BUILT_IN, built_in

_CONVOLUTION = ("input", "weight", "bias", "stride", "padding", "dilation", "transposed", "output_padding", "groups")


@built_in("_pack_padded_sequence")
def _(call):
    padded, lengths, batch_first = call.args[:3]

    def packed(line):
        return torch._pack_padded_sequence(line, lengths, batch_first)[0]

    return [moving.moved_along(call.intervals(padded), (0, 1), packed, call.shape), None]


@built_in("_pad_packed_sequence")
def _(call):
    data, sizes, batch_first, _, length = call.args[:5]

    def padded(line):
        nothing = False if line.dtype is torch.bool else NOTHING
        return torch._pad_packed_sequence(line, sizes, batch_first, nothing, length)[0]

    return [moving.moved_along(call.intervals(data), (0,), padded, call.shape), None]


@built_in("convolution_backward")
def _(call):
    """The gradient of the input is the other convolution of the output's; that of a kernel looks everywhere."""
    grad, source, weight, _, stride, padding, dilation, flipped, _, groups, wanted = call.args[:11]
    found = [None, None, None]
    if wanted[0]:
        axes = weight.dim() - 2
        more = [0] * axes if flipped else [
            n - ((m - 1) * s - 2 * p + d * (k - 1) + 1) for n, m, k, s, p, d in
            zip(source.shape[-axes:], grad.shape[-axes:], weight.shape[-axes:], stride, padding, dilation)]
        found[0] = BUILT_IN["convolution"](replace(
            call, outputs=call.outputs[:1], kwargs={}, parameter_names=_CONVOLUTION,
            args=(grad, weight, None, stride, padding, dilation, not flipped, more, groups)))
    traced = [call.intervals(t) for t in (grad, source) if call.lookup(t) is not None]
    whole = intervals.union((), [intervals.reduce(spans, range(len(spans.shape)), False) for spans in traced])
    shapes = [weight.shape, call.args[3]]
    for place, shape in enumerate(shapes, 1):
        found[place] = intervals.broadcast(whole, shape) if wanted[place] else None
    return [spans for spans, asked in zip(found, wanted) if asked]
