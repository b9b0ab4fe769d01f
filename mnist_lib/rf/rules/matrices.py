"""Rules of Fourier transforms and of what mixes whole lines or everything."""

from __future__ import annotations

from .. import intervals
from .registry import Call, built_in


@built_in("_fft_c2c", "_fft_r2c", "_fft_c2r", "multinomial", "_sample_dirichlet")
def _(call):
    """Every output depends on the whole along some dimensions, whose sizes may change."""
    dims = call.args[1] if call.name.startswith("_fft") else [-1]
    return intervals.broadcast(intervals.reduce(call.intervals(call.args[0]), dims, True), call.shape)


built_in("_pdist_forward", "_cdist_backward", "cov", "corrcoef", "histc", "bincount", "linspace", "quantized_lstm",
         "quantized_gru")(Call.whole)
