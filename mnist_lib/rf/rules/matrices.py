"""Rules of Fourier transforms and of what mixes whole lines or everything."""

from __future__ import annotations

from .. import intervals
from .registry import built_in


def _over(call, source, dims):
    """Every output depends on the whole of ``source`` along ``dims``, whose sizes may change."""
    return intervals.broadcast(intervals.reduce(call.intervals(source), dims, True), call.shape)


@built_in("_fft_c2c", "_fft_r2c", "_fft_c2r")
def _(call):
    return _over(call, call.args[0], call.args[1])


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
