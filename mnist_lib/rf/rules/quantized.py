"""Rules of quantization: numbers rounded to a grid, and layers that calculate with integers."""

from __future__ import annotations

import torch

from .. import intervals
from ..taps import window
from ..windows import read_all
from .registry import Call, built_in


@built_in("quantize_per_tensor", "quantize_per_channel", "dequantize", "int_repr", "_make_per_tensor_quantized_tensor",
          "fake_quantize_per_tensor_affine", "fake_quantize_per_tensor_affine_cachemask",
          "fake_quantize_per_channel_affine", "fake_quantize_per_channel_affine_cachemask",
          "_fake_quantize_per_tensor_affine_cachemask_tensor_qparams",
          "_fake_quantize_learnable_per_tensor_affine", "_fake_quantize_learnable_per_channel_affine",
          "quantize_per_tensor_dynamic")
def _(call):
    """Element by element, by a scale that may come from anywhere."""
    source = call.args[0]
    parts = [call.intervals(source)] if isinstance(source, torch.Tensor) else []
    for tensor in call.tensors[1:]:
        if call.lookup(tensor) is not None:
            parts.append(intervals.reduce(call.intervals(tensor), range(tensor.dim()), False))
    if call.name == "quantize_per_tensor_dynamic":
        parts.append(intervals.reduce(parts[0], range(source.dim()), False))
    return [intervals.union(t.shape, parts) for t in call.outputs]


@built_in("_fused_moving_avg_obs_fq_helper", "fused_moving_avg_obs_fake_quant", "_choose_qparams_per_tensor", "q_scale",
          "choose_qparams_optimized")
def _(call):
    """The scale is that of the largest and smallest value."""
    return [intervals.whole(map(call.intervals, call.traced), t.shape) for t in call.outputs]


built_in("quantized::add", "quantized::add_relu", "quantized::mul", "quantized::mul_relu", "quantized::hardswish",
         "quantized::relu6", "quantized::leaky_relu", "quantized::sigmoid", "quantized::elu", "quantized::add_scalar",
         "quantized::mul_scalar", "quantized::batch_norm2d", "quantized::batch_norm2d_relu", "quantized::clamp",
         "quantized::celu", "quantized::threshold", "quantized::batch_norm")(Call.same)


@built_in("quantized::linear", "quantized::linear_relu")
def _(call):
    return intervals.broadcast(intervals.reduce(call.intervals(call.args[0]), [-1], True), call.shape)


@built_in("quantized::linear_dynamic", "quantized::linear_relu_dynamic", "quantized::linear_dynamic_fp16")
def _(call):
    """The scale is found anew for every input, from its largest and smallest value."""
    return call.whole()


def _convolution(call):
    packed, axes = call.args[1], call.args[0].dim() - 2
    weight = packed.unpack()[0]
    kernel, stride, padding, dilation = (list(n)[-axes:] for n in (weight.shape[2:], packed.stride(), packed.padding(),
                                                                  packed.dilation()))
    call.details.update(kernel=tuple(kernel), stride=tuple(stride), padding=tuple(padding), dilation=tuple(dilation))
    source = intervals.reduce(call.intervals(call.args[0]), [1], True)
    numbers = zip(call.args[0].shape[2:], kernel, stride, padding, dilation)
    return intervals.broadcast(read_all(source, [window(*each) for each in numbers]), call.shape)


built_in(*(f"quantized::conv{axes}d{more}" for axes in (1, 2, 3) for more in ("", "_relu")))(_convolution)
