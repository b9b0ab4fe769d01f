"""Rules of pooling and its undoing."""

from __future__ import annotations

from .. import intervals
from ..storage import key_of
from ..taps import adaptive, fractional, transposed, window
from ..windows import read_all
from .registry import built_in, listed


def _axes(call):
    """How many axes an operation slides along: 2 of avg_pool2d."""
    return int(next(sign for sign in call.name if sign.isdigit()))


@built_in("max_pool1d", "max_pool1d_with_indices", "avg_pool1d", "_max_pool1d", "max_pool2d", "max_pool2d_with_indices",
          "avg_pool2d", "mkldnn_max_pool2d", "quantized_max_pool2d", "max_pool3d", "max_pool3d_with_indices",
          "avg_pool3d", "mkldnn_max_pool3d")
def _(call):
    axes, kernel = _axes(call), listed(call.args[1], _axes(call))
    stride = listed(call.get("stride") or kernel, axes)
    padding, dilation = listed(call.get("padding", 0), axes), listed(call.get("dilation", 1), axes)
    call.details.update(kernel=tuple(kernel), stride=tuple(stride), padding=tuple(padding), dilation=tuple(dilation))
    numbers = list(zip(call.args[0].shape[-axes:], kernel, stride, padding, dilation))
    for indices in call.outputs[1:]:  # for an unpooling by them
        call.notes["pooled", key_of(indices)] = numbers
    ceil_mode = bool(call.get("ceil_mode", False))
    return read_all(call.intervals(call.args[0]), [window(*each, ceil_mode) for each in numbers])


@built_in("adaptive_avg_pool1d", "adaptive_max_pool1d", "adaptive_avg_pool2d", "_adaptive_avg_pool2d",
          "adaptive_max_pool2d", "mkldnn_adaptive_avg_pool2d", "adaptive_avg_pool3d", "_adaptive_avg_pool3d",
          "adaptive_max_pool3d")
def _(call):
    axes = _axes(call)
    pairs = list(zip(call.args[0].shape[-axes:], call.shape[-axes:]))
    if all(n % m == 0 for n, m in pairs):
        sizes = tuple(n // m for n, m in pairs)
        call.details.update(kernel=sizes, stride=sizes, padding=(0,) * axes, dilation=(1,) * axes)
    return read_all(call.intervals(call.args[0]), [adaptive(n, m) for n, m in pairs])


@built_in("fractional_max_pool2d", "fractional_max_pool3d")
def _(call):
    """Chance has its say in where a window begins: all that it may read."""
    kernel, outputs = call.args[1:3]
    sizes = call.args[0].shape[-len(kernel):]
    return read_all(call.intervals(call.args[0]), [fractional(*each) for each in zip(sizes, kernel, outputs)])


@built_in("max_unpool2d", "max_unpool3d")
def _(call):
    """Each place may get the value of any unit whose window it was in; where that is not known, of all."""
    source, indices, axes = *call.args[:2], 2 if call.name.endswith("2d") else 3
    both = intervals.union(source.shape, [call.intervals(source), call.intervals(indices)])
    numbers = call.notes.get(("pooled", key_of(indices)))
    if numbers is not None and [n for n, *_ in numbers] == list(call.shape[-axes:]):
        law = []
        for (size, kernel, stride, padding, dilation), units in zip(numbers, source.shape[-axes:]):
            full = (units - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1
            law.append(transposed(units, kernel, stride, padding, dilation, size - full))
        return read_all(both, law)
    dims = range(source.dim() - axes, source.dim())
    return intervals.broadcast(intervals.reduce(both, dims, True), call.shape)
