"""Rules of reading a map at given places: grid sampling, deformable convolution, regions of interest."""

from __future__ import annotations

import torch

from .. import intervals
from ..intervals import NOTHING, Intervals, found_steps
from .registry import built_in

_LARGEST = 50_000_000  # weights that are worked out to see what a constant grid reads


@built_in("grid_sampler", "grid_sampler_2d", "grid_sampler_3d", "cudnn_grid_sampler", "_grid_sampler_2d_cpu_fallback")
def _(call):
    """A constant grid says which places are read; one from the image, or a learned one, may point anywhere."""
    source, grid = call.args[:2]
    axes = grid.shape[-1]
    dims = range(source.dim() - axes, source.dim())
    known = call.fixed(grid) and grid.numel() * max(source.shape[2:]) < _LARGEST
    if call.lookup(grid) is None and call.origin(grid) == "random":
        return NotImplemented
    if known:
        return _sampled(call, source, grid.detach(), axes)
    parts = [intervals.broadcast(intervals.reduce(call.intervals(source), dims, True), call.shape)]
    if call.lookup(grid) is not None:  # (N, ..., axes), for all channels
        one = intervals.reduce(call.intervals(grid), [-1], False)
        parts.append(intervals.reshaped(one, (one.shape[0], 1, *one.shape[1:])))
    return intervals.union(call.shape, parts)


def _sampled(call, source, grid, axes):
    """Which lines each output reads is asked of the operation itself, on maps of one line each."""
    rest = call.args[2:]
    function = torch.ops.aten.grid_sampler_2d if axes == 2 else torch.ops.aten.grid_sampler_3d
    before = call.intervals(source)
    lines = []
    for axis in range(axes):
        size = source.shape[2 + axis]
        shape = [1] * (axes + 2)
        shape[1] = shape[2 + axis] = size
        maps = torch.eye(size, dtype=grid.dtype).reshape(shape).expand(1, size, *source.shape[2:])
        weight = function(maps.expand(len(grid), *maps.shape[1:]).contiguous(), grid.cpu(), *rest)  # (N, size, ...)
        lines.append(_listed(weight != 0))
    bounds = []
    for full in before.bounds:
        full = full.expand(4, *(n if d not in (0,) else len(grid) for d, n in enumerate(source.shape)))
        bounds.append(intervals.collapsed(_least(full, lines), 1))
    return Intervals(call.shape, tuple(bounds), found_steps(call.shape, bounds, before.steps))


def _listed(used):
    """(N, taps, ...): for each output the lines that it reads; -1 where there are no more."""
    count = max(1, int(used.sum(1).max()))
    order = used.to(torch.int8).sort(1, descending=True).indices[:, :count]
    return torch.where(used.gather(1, order), order, -1)


def _least(full, lines):
    """The union over all combinations of the listed lines: (4, N, C, outputs ...)."""
    total = None
    images = torch.arange(full.shape[1]).reshape(-1, *(1,) * (lines[0].dim() - 2))
    for combination in torch.cartesian_prod(*(torch.arange(line.shape[1]) for line in lines)).tolist():
        at = [line[:, k] for line, k in zip(lines, combination)]
        missing = torch.stack([a < 0 for a in at]).any(0)  # (N, outputs ...)
        read = full.movedim(2, 0)[(slice(None), slice(None), images, *(a.clamp(min=0) for a in at))]
        read = read.movedim(0, 2).masked_fill(missing.unsqueeze(1), NOTHING)
        total = read if total is None else torch.minimum(total, read)
    return total


@built_in("torchvision::deform_conv2d")
def _(call):
    """Offsets may point anywhere, be they learned or computed from the image."""
    return call.whole()


@built_in("torchvision::roi_align", "torchvision::roi_pool", "torchvision::ps_roi_align", "torchvision::ps_roi_pool")
def _(call):
    return [intervals.whole(map(call.intervals, call.traced), t.shape) for t in call.outputs]
