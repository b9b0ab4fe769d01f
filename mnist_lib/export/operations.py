"""Which operations an exported network may be made of, and the layer that each becomes.

An entry of OPERATIONS takes an Operation and returns the layers it stands for: (type, settings, tensors)
each, in the words of the format (``format.py``). What cannot be exported raises NotStraight.
"""

from __future__ import annotations

from typing import NamedTuple

import torch


class NotStraight(ValueError):
    """A network is no chain of layers that the exported format knows; the message says where and what to do."""


class Operation(NamedTuple):
    """One ATen operation: its name, its arguments by name, and the shapes before and after it."""

    name: str
    given: dict
    before: tuple[int, ...]
    after: tuple[int, ...]

    def pair(self, name: str, default=None) -> list[int]:
        """(height, width) of an argument; ``default`` where it is an empty list."""
        value = self.given[name]
        value = [value] if isinstance(value, int) else list(value)
        return list(default) if not value else [value[0], value[-1]]


def unknown(operation: Operation):
    """Raise NotStraight for an operation that has no place in the format."""
    name = operation.name
    if "dropout" in name or name.endswith("_like") or name.startswith(("bernoulli", "rand")):
        raise NotStraight("a mask is made here, as by a dropout that is on in evaluation mode too; write "
                          "F.dropout(x, p, training=self.training), or use nn.Dropout")
    if "_pad" in name:
        raise NotStraight("only padding with zeros can be exported; use padding_mode='zeros'")
    if "norm" in name:
        raise NotStraight("of the normalizations only batch normalization can be exported: the others compute "
                          "their mean anew for every image")
    raise NotStraight("this operation is not in the exported format. It knows convolution, batch normalization, "
                      "pooling, linear layers, zero padding, cropping, flattening, dropout, softmax at the end, and "
                      "the activations ReLU, PReLU, leaky ReLU, ELU, SELU, GELU, SiLU, sigmoid, tanh, "
                      "hardtanh and hardswish")


def _convolution(operation):
    given = operation.given
    if given["transposed"]:
        raise NotStraight("a transposed convolution is not in the exported format")
    weight, bias = given["weight"], given["bias"]
    settings = {"in_channels": operation.before[1], "out_channels": weight.shape[0], "kernel": list(weight.shape[2:]),
                **{name: operation.pair(name) for name in ("stride", "padding", "dilation")},
                "groups": given["groups"], "bias": bias is not None}
    if weight.dim() != 4:
        raise NotStraight("only two-dimensional convolutions can be exported")
    return [("conv2d", settings, [weight] if bias is None else [weight, bias])]


def _linear(operation, weight, bias):
    if len(operation.before) != 2:
        raise NotStraight(f"a linear layer over maps of shape {operation.before[1:]} acts on their last axis alone; "
                          "flatten before it")
    settings = {"in_features": weight.shape[1], "out_features": weight.shape[0], "bias": bias is not None}
    return [("linear", settings, [weight] if bias is None else [weight, bias])]


def _addmm(operation):
    given = operation.given
    if given["beta"] != 1 or given["alpha"] != 1:
        raise NotStraight("only plain linear layers can be exported")
    return _linear(operation, given["mat2"].t(), given["self"])


def _batchnorm(operation):
    given = operation.given
    mean, variance = given.get("running_mean"), given.get("running_var")
    if mean is None or given.get("training", given.get("train", False)):
        raise NotStraight("this batch normalization has no running statistics and depends on the batch; "
                          "use track_running_stats=True")
    weight = torch.ones_like(mean) if given["weight"] is None else given["weight"]
    bias = torch.zeros_like(mean) if given["bias"] is None else given["bias"]
    return [("batchnorm", {"channels": len(mean), "eps": given.get("eps", given.get("epsilon"))},
             [weight, bias, mean, variance])]


def _pool(op):
    def pool(operation):
        kernel = operation.pair("kernel_size")
        settings = {"kernel": kernel, "stride": operation.pair("stride", kernel), "padding": operation.pair("padding")}
        if op == "max_pool":
            settings["dilation"] = operation.pair("dilation")
        elif operation.given["divisor_override"] is not None:
            raise NotStraight("average pooling with divisor_override is not in the exported format")
        else:
            settings["count_padding"] = operation.given["count_include_pad"]
        return [(op, {**settings, "ceil": operation.given["ceil_mode"]}, [])]
    return pool


def _adaptive(op):
    def adaptive(operation):
        size, wanted = operation.before[2:], operation.after[2:]
        if any(n % m for n, m in zip(size, wanted)):
            raise NotStraight(f"adaptive pooling from {size[0]} x {size[1]} to {wanted[0]} x {wanted[1]} has windows "
                              "of several sizes; choose an output size that divides the map's")
        kernel = [n // m for n, m in zip(size, wanted)]
        extra = {"dilation": [1, 1]} if op == "max_pool" else {"count_padding": True}
        return [(op, {"kernel": kernel, "stride": kernel, "padding": [0, 0], **extra, "ceil": False}, [])]
    return adaptive


def _mean(operation):
    rank = len(operation.before)
    if rank != 4 or sorted(d % rank for d in operation.given["dim"] or ()) != [2, 3]:
        raise NotStraight("a mean is in the exported format over both axes of the maps alone, as in global pooling")
    flat = [] if operation.given["keepdim"] else [("flatten", {}, [])]
    return [("global_avg_pool", {}, []), *flat]


def _shape(operation):
    images, numbers = operation.before[0], torch.Size(operation.before[1:]).numel()
    if operation.after == operation.before:
        return []
    if operation.after == (images, numbers):
        return [("flatten", {}, [])]
    raise NotStraight(f"a change of shape from {operation.before} to {operation.after}: only flattening each image's "
                      f"maps into one row, shape ({images}, {numbers}), can be exported")


def _zero_pad(operation):
    pad = list(operation.given["pad"])
    left, right, top, bottom, *rest = pad + [0] * (4 - len(pad))
    if (operation.given.get("value", 0) != 0 and max(left, right, top, bottom) > 0) or any(rest):
        raise NotStraight("only padding with zeros around the maps, or cropping them, can be exported")
    return [("zero_pad", {"padding": [top, bottom, left, right]}, [])]


def _softmax(op):
    def softmax(operation):
        if operation.given["dim"] % len(operation.before) != 1:
            raise NotStraight("softmax is in the exported format over the classes, dim=1, alone")
        return [(op, {}, [])]
    return softmax


def _elu(operation):
    if operation.given["input_scale"] != 1:
        raise NotStraight("only plain ELU and SELU can be exported")
    return [("elu", {"alpha": float(operation.given["alpha"]), "scale": float(operation.given["scale"])}, [])]


def _between(low, high):
    def clamp(operation):
        bounds = [operation.given.get(name) if name else None for name in (low, high)]
        if bounds[0] == 0 and bounds[1] is None:
            return [("relu", {}, [])]
        if any(not isinstance(bound, (int, float)) for bound in bounds):
            raise NotStraight("clamping needs two numbers as bounds to be exported")
        return [("hardtanh", {"low": float(bounds[0]), "high": float(bounds[1])}, [])]
    return clamp


def _plain(op):
    return lambda operation: [(op, {}, [])]


OPERATIONS = {
    "convolution": _convolution, "addmm": _addmm,
    "mm": lambda operation: _linear(operation, operation.given["mat2"].t(), None),
    "linear": lambda operation: _linear(operation, operation.given["weight"], operation.given["bias"]),
    **dict.fromkeys(("native_batch_norm", "cudnn_batch_norm", "_native_batch_norm_legit_no_training",
                     "_native_batch_norm_legit", "_batch_norm_no_update", "_batch_norm_with_update"), _batchnorm),
    "max_pool2d_with_indices": _pool("max_pool"), "max_pool2d": _pool("max_pool"), "avg_pool2d": _pool("avg_pool"),
    "_adaptive_avg_pool2d": _adaptive("avg_pool"), "adaptive_avg_pool2d": _adaptive("avg_pool"),
    "adaptive_max_pool2d": _adaptive("max_pool"), "mean": _mean, "constant_pad_nd": _zero_pad,
    **dict.fromkeys(("view", "_unsafe_view", "reshape", "flatten", "squeeze", "unsqueeze", "_reshape_alias"), _shape),
    **dict.fromkeys(("clone", "detach", "alias", "contiguous", "_to_copy", "lift_fresh", "dropout"), lambda _: []),
    "_log_softmax": _softmax("log_softmax"), "_softmax": _softmax("softmax"),
    "relu": _plain("relu"), "silu": _plain("silu"), "sigmoid": _plain("sigmoid"), "tanh": _plain("tanh"),
    "hardswish": _plain("hardswish"), "elu": _elu,
    "hardtanh": _between("min_val", "max_val"), "clamp": _between("min", "max"), "clamp_min": _between("min", None),
    "leaky_relu": lambda operation: [("leaky_relu", {"slope": float(operation.given["negative_slope"])}, [])],
    "gelu": lambda operation: [("gelu", {"approximate": operation.given["approximate"]}, [])],
    "_prelu_kernel": lambda operation: [("prelu", {"channels": operation.given["weight"].numel()},
                                    [operation.given["weight"].flatten()])],
}
