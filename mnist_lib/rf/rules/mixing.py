"""Rules of the operations that mix elements: reductions, normalization, Fourier transforms, products."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import torch

from .. import intervals, moving
from ..intervals import NOTHING, Intervals
from ..steps import common
from .pointwise import added_low, without
from .registry import Call, built_in


@built_in("native_batch_norm", "_native_batch_norm_legit", "_native_batch_norm_legit_no_training",
          "_batch_norm_with_update", "_batch_norm_no_update", "cudnn_batch_norm", "batch_norm",
          "miopen_batch_norm", "_batch_norm_impl_index", "_native_batch_norm_legit_functional")
def _(call):
    training = call.get("training", call.get("train", False))
    if call.name == "_batch_norm_with_update":
        training = True
    if not training or call.name.endswith("no_training"):
        return [call.intervals(call.args[0])] + [call.nothing(t.shape) for t in call.outputs[1:]]
    source = call.intervals(call.args[0])
    mixed = intervals.spread(source, [d for d in range(len(source.shape)) if d != 1])
    return [mixed] + [intervals.whole([source], t.shape) for t in call.outputs[1:]]


@built_in("native_layer_norm", "layer_norm", "rms_norm", "_fused_rms_norm")
def _(call):
    source, count = call.intervals(call.args[0]), len(call.args[1])
    mixed = intervals.spread(source, range(-count, 0))
    return [mixed] + [intervals.whole([mixed], t.shape) for t in call.outputs[1:]]


@built_in("native_group_norm", "group_norm")
def _(call):
    source, groups = call.intervals(call.args[0]), call.get("group", call.get("num_groups"))
    apart = intervals.reshaped(source, (source.shape[0], groups, source.shape[1] // groups, *source.shape[2:]))
    apart = intervals.reshaped(intervals.spread(apart, range(2, len(apart.shape))), source.shape)
    mixed = replace(source, bounds=apart.bounds, off=None, off_kind="")
    return [mixed] + [intervals.whole([mixed], t.shape) for t in call.outputs[1:]]


@built_in("sum", "mean", "amax", "amin", "prod", "std", "var", "var_mean", "std_mean", "max", "min", "norm",
          "linalg_vector_norm", "argmax", "argmin", "all", "any", "median", "nanmedian", "mode",
          "nansum", "nanmean", "count_nonzero", "aminmax", "topk", "kthvalue", "sort", "argsort", "msort",
          "trace", "_is_all_true", "_is_any_true")
def _(call):
    if call.name in ("max", "min") and len(call.tensors) == 2:
        return call.same()
    source = call.args[0]
    if call.lookup(source) is None or source.dim() == 0:
        return call.same()
    if call.name in ("topk", "sort", "argsort", "msort"):
        dim = {"topk": call.get("dim", -1), "msort": 0}.get(call.name, call.get("dim", -1))
        whole = intervals.reduce(call.intervals(source), [dim], True)
        return [intervals.broadcast(whole, t.shape) for t in call.outputs]
    dims = call.get("dim")
    if dims is None or dims == []:
        dims = list(range(source.dim()))
    dims = [dims] if isinstance(dims, int) else list(dims)
    dims = sorted(d % source.dim() for d in dims)
    after = intervals.reduce(call.intervals(source), dims, len(call.shape) == source.dim())
    return after if after.shape == call.shape else NotImplemented


@built_in("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp", "_cummax_helper")
def _(call):
    return intervals.running(call.intervals(call.args[0]), call.args[1])


@built_in("glu")
def _(call):
    source, dim = call.args[0], call.get("dim", -1) % call.args[0].dim()
    before, half = call.intervals(source), call.shape[dim]
    parts = [moving.sliced(before, dim, a, half) for a in (0, half)]
    return intervals.union(call.shape, parts)


built_in("prelu", "_prelu_kernel", "rrelu_with_noise", "nan_to_num", "bernoulli", "hardswish", "hardsigmoid",
         "silu", "mish", "gelu", "elu", "log_sigmoid", "log_sigmoid_forward", "isclose", "isnan",
         "_fused_dropout", "leaky_relu", "hardtanh", "fmod", "remainder",  # not tagged as pointwise by torch 2.2
         "hardshrink", "softshrink", "rrelu", "celu", "selu", "complex", "polar", "threshold",
         "normal", "normal_functional", "poisson", "_standard_gamma", "binomial", "resolve_conj",
         "resolve_neg", "_conj_physical", "logit", "_to_dense", "to_dense",
         "_to_sparse", "to_sparse", "coalesce", "_coalesce")(Call.same)


@built_in("binary_cross_entropy_with_logits", "binary_cross_entropy", "mse_loss", "smooth_l1_loss", "huber_loss")
def _(call):
    return call.whole() if call.get("reduction", 1) else call.same()


@built_in("_ctc_loss")
def _(call):
    return [intervals.whole(map(call.intervals, call.args[:1]), t.shape) for t in call.outputs]


@built_in("_fft_c2c", "_fft_r2c", "_fft_c2r", "multinomial", "_sample_dirichlet")
def _(call):
    """Every output depends on the whole along some dimensions, whose sizes may change."""
    dims = call.args[1] if call.name.startswith("_fft") else [-1]
    return intervals.broadcast(intervals.reduce(call.intervals(call.args[0]), dims, True), call.shape)


built_in("_pdist_forward", "_cdist_backward", "cov", "corrcoef", "histc", "bincount", "linspace", "quantized_lstm",
         "quantized_gru")(Call.whole)


@built_in("mm", "bmm", "addmm", "baddbmm", "addbmm", "mv", "addmv", "dot", "vdot", "matmul", "linear",
          "_addmm_activation", "mkldnn_linear", "_cdist_forward", "_euclidean_dist", "_sparse_mm", "_sparse_addmm")
def _(call):
    added = []
    left, right = call.args[:2]
    if call.name in ("addmm", "baddbmm", "addmv", "_addmm_activation", "_sparse_addmm"):
        added, left, right = [call.args[0]], *call.args[1:3]
    elif call.name in ("linear", "mkldnn_linear"):
        added = [t for t in [call.get("bias")] if t is not None]
    elif call.name == "addbmm":
        return NotImplemented
    turned = call.name in ("linear", "mkldnn_linear", "_cdist_forward", "_euclidean_dist")
    call.details["multiply_adds"] = torch.Size(call.shape).numel() * left.shape[-1]
    parts = [_product(call, left, right, turned)]
    parts += [call.intervals(t) for t in added if call.lookup(t) is not None]
    return added_low(call, intervals.union(call.shape, parts), added)


@built_in("_trilinear")
def _(call):
    parts = []
    for tensor, places in zip(call.args[:3], call.args[3:6]):
        part = call.intervals(tensor)
        for place in sorted(places):
            part = moving.unsqueezed(part, place)
        parts.append(part)
    full = torch.broadcast_shapes(*(part.shape for part in parts))
    return intervals.reduce(intervals.union(full, parts), call.args[6], False)


def _product(call, left, right, turned):
    """Rows of the left times columns of the right: each output depends on one of either."""
    one, two = _operand(call, left), _operand(call, right)
    if turned:
        two = moving.permuted(two, (*range(len(two.shape) - 2), len(two.shape) - 1, len(two.shape) - 2))
    one = _as_matrix(one, -2) if len(one.shape) == 1 else one
    two = _as_matrix(two, -1) if len(two.shape) == 1 else two
    lead = torch.broadcast_shapes(one.shape[:-2], two.shape[:-2])
    shape = (*lead, one.shape[-2], two.shape[-1])
    masked = "zero" in (one.off_kind, two.off_kind)
    if masked and (_empty(one) or _empty(two)):  # a zero takes nothing of the other factor with it
        one, two = (without(s, s.off.expand(s.shape), "") if s.off_kind == "zero" else s for s in (one, two))
        masked = False
    one, two = (intervals.broadcast(s, (*lead, *s.shape[-2:])) for s in (one, two))
    rows, columns = (intervals.reduce(s, [dim], True) for s, dim in ((one, -1), (two, -2)))
    steps = []
    for left_steps, right_steps in zip(one.steps, two.steps):
        batch = tuple(common(pair) for pair in zip(left_steps[:-2], right_steps[:-2]))
        steps.append((*batch, left_steps[-2], right_steps[-1]))
    if masked:
        bounds = tuple(masked_terms(one, two, axis) for axis in range(call.axes))
    else:
        bounds = intervals.union(shape, [rows, columns]).bounds
    result = Intervals(shape, bounds, tuple(steps))
    gone = ([len(shape) - 2] if left.dim() == 1 else []) + ([len(shape) - 1] if right.dim() == 1 else [])
    return intervals.dropped(result, gone)


def _empty(spans):
    return spans.constant and spans.off_kind != "zero"


def _operand(call, tensor):
    """A factor's intervals; of a constant, which of its elements are surely zero."""
    before = call.intervals(tensor)
    zero = call.sure_zeros(tensor) if tensor.numel() > 1 else None
    if zero is not None and not bool(zero.all()):
        return replace(before, off=zero, off_kind="zero")
    return before


def masked_terms(one, two, axis):
    """The product's bounds where some elements of a factor are zero and take the other's with them."""
    columns = []
    width = max(1, 4_000_000 // max(1, prod(one.shape)))  # at a time, to spare memory
    for start in range(0, two.shape[-1], width):
        many = two.bounds[axis].shape[-1] > 1
        part = two.bounds[axis].narrow(-1, start, min(width, two.shape[-1] - start)) if many else two.bounds[axis]
        terms = torch.minimum(one.bounds[axis].unsqueeze(-1), part.unsqueeze(-3))
        if one.off_kind == "zero":
            terms = torch.where(one.off.unsqueeze(-1), NOTHING, terms)
        if two.off_kind == "zero":
            off = two.off.expand(two.shape).narrow(-1, start, min(width, two.shape[-1] - start))
            terms = torch.where(off.unsqueeze(-3), NOTHING, terms)
        columns.append(terms.amin(-2))
        if terms.shape[-1] == 1 < min(width, two.shape[-1]):
            break  # all columns are the same
    return intervals.collapsed(torch.cat(columns, -1), 1)


def _as_matrix(vector, place):
    """A vector as a matrix of one row (place -2) or one column (-1)."""
    return moving.unsqueezed(vector, 0 if place == -2 else 1)
