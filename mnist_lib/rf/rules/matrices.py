"""Rules of Fourier transforms, complex numbers and linear algebra: what mixes whole lines or matrices."""

from __future__ import annotations

from .. import intervals
from .registry import built_in


def _over(call, source, dims):
    """Every output depends on the whole of ``source`` along ``dims``, whose sizes may change."""
    return intervals.broadcast(intervals.reduce(call.intervals(source), dims, True), call.shape)


@built_in("_fft_c2c", "_fft_r2c", "_fft_c2r")
def _(call):
    return _over(call, call.args[0], call.args[1])


#: The number of last dimensions that are one matrix or vector, of the inputs.
_MATRICES = ("linalg_inv_ex", "_linalg_svd", "linalg_svd",
             "_linalg_eigh", "linalg_eig", "linalg_eigvals", "_linalg_eigvals", "cholesky",
             "linalg_lu", "linalg_lu_factor_ex", "linalg_lu_solve", "lu_unpack", "linalg_matrix_exp", "_linalg_det",
             "_linalg_slogdet", "linalg_pinv", "linalg_lstsq", "triangular_solve",
             "cholesky_solve", "cholesky_inverse", "linalg_householder_product", "geqrf", "ormqr",
             "linalg_ldl_factor_ex", "linalg_ldl_solve", "_linalg_check_errors", "inverse", "pinverse", "matrix_exp",
             "linalg_cond")


@built_in(*_MATRICES)
def of_matrices(call):
    """All of a matrix goes into all that comes of it; matrices of a batch stay apart."""
    parts = []
    for tensor in call.traced:
        rank = 2 if tensor.dim() >= 2 else tensor.dim()
        parts.append(intervals.reduce(call.intervals(tensor), range(tensor.dim() - rank, tensor.dim()), False))
    batch = max((part.shape for part in parts), key=len)
    if any(len(part.shape) != len(batch) for part in parts):
        return [_everything(parts, t) for t in call.outputs]
    each = intervals.union(batch, parts)
    return [_spread_out(each, t) for t in call.outputs]


@built_in("linalg_solve_ex", "_linalg_solve_ex")
def _(call):
    """By a constant matrix, the columns of the other side stay apart."""
    matrix, other = call.args[:2]
    vectors = other.dim() == 1 or other.shape == matrix.shape[:-1]
    if vectors or call.lookup(matrix) is not None:
        return of_matrices(call)
    return [_over(call, other, [-2 if call.get("left", True) else -1]), *[None] * (len(call.outputs) - 1)]


def _spread_out(each, output):
    """The batch's intervals for an output whose first dimensions are the batch's."""
    if tuple(output.shape[:len(each.shape)]) != each.shape:
        return _everything([each], output)
    return intervals.broadcast(intervals.reshaped(each, (*each.shape, *(1,) * (output.dim() - len(each.shape)))),
                             output.shape)


def _everything(parts, output):
    whole = intervals.union((), [intervals.reduce(part, range(len(part.shape)), False) for part in parts])
    return intervals.broadcast(whole, output.shape)


@built_in("linalg_cross", "cross")
def _(call):
    dim = call.get("dim", -1)
    dim = -1 if dim is None else dim
    return intervals.spread(call.same(), [dim])


@built_in("_pdist_forward", "_cdist_backward", "cov", "corrcoef", "multinomial", "_sample_dirichlet",
          "histc", "bincount", "linspace", "quantized_lstm", "quantized_gru")
def _(call):
    if call.name in ("multinomial", "_sample_dirichlet"):
        return _over(call, call.args[0], [-1])
    return call.whole()
