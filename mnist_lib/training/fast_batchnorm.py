"""Batch normalization of small channels-last maps, several pixels a row.

In channels-last memory a map of C channels is a table with a row of C numbers for
each pixel. PyTorch's CPU kernel works row by row; where C is no multiple of the
vector width, most of its time goes into the ends of rows. :class:`WideBatchNorm2d`
looks at the same memory as a table whose rows hold several pixels, so that each
pass runs along rows of a few hundred numbers, and folds the sums of equal channels
together at the end. The variance is the mean of squared
distances from the mean, as Ioffe & Szegedy (2015) define it, not a difference of
two large sums. ``benchmarks/ladder.py`` measures it; the chapter is
``book/learn/training-loop.md``.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

ROW = 320  # numbers a row at most: long enough for vectors, short enough for the first-level cache
VECTOR = 8  # float32 numbers in a vector of most CPUs; rows of whole vectors are left to PyTorch's kernel
SMALL = 150_000  # numbers; below, one call of that kernel is faster than a dozen short ones


class WideBatchNorm2d(nn.BatchNorm2d):
    """``nn.BatchNorm2d`` over the same parameters and buffers, faster in training on a CPU."""

    @classmethod
    def over(cls, layer: nn.BatchNorm2d) -> WideBatchNorm2d:
        """A layer that shares the parameters, buffers and mode of ``layer``."""
        wide = cls.__new__(cls)
        wide.__dict__ = layer.__dict__
        return wide

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        pixels = _pixels_a_row(x) if self._suits(x) else 1
        if pixels == 1:
            return super().forward(x)
        y, mean, variance = _BatchNorm.apply(x, self.weight, self.bias, self.eps, pixels)
        with torch.no_grad():
            self.num_batches_tracked.add_(1)
            count = x.numel() // x.shape[1]
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * (count / (count - 1)), self.momentum)
        return y

    def _suits(self, x: Tensor) -> bool:
        return (self.training and self.affine and self.track_running_stats and self.momentum is not None
                and x.device.type == "cpu" and x.dtype in (torch.float32, torch.float64)
                and x.is_contiguous(memory_format=torch.channels_last)
                and x.shape[1] % VECTOR != 0 and x.numel() > SMALL)


def _pixels_a_row(x: Tensor) -> int:
    """The most pixels that fit into a row and divide their number; 1 where no number of them does."""
    channels = x.shape[1]
    pixels = x.numel() // channels
    return next((k for k in range(ROW // channels, 1, -1) if pixels % k == 0), 1)


def _rows(x: Tensor, pixels: int) -> Tensor:
    """The memory of (N, C, H, W), channels last, as (N * H * W / pixels, pixels * C)."""
    return x.permute(0, 2, 3, 1).reshape(-1, pixels * x.shape[1])


class _BatchNorm(torch.autograd.Function):
    """y = (x - mean) / sqrt(variance + eps) * weight + bias; also returns mean and (biased) variance."""

    @staticmethod
    def forward(ctx, x, weight, bias, eps, pixels):
        n, channels, height, width = x.shape
        count = n * height * width

        def mean_of(rows):
            return rows.sum(0).view(pixels, channels).sum(0) / count

        rows = _rows(x, pixels)
        mean = mean_of(rows)
        centred = rows - mean.repeat(pixels)
        variance = mean_of(centred * centred)
        inverse = (variance + eps).rsqrt()
        y = torch.addcmul(bias.repeat(pixels), centred, (weight * inverse).repeat(pixels))
        ctx.save_for_backward(centred, weight, inverse)
        ctx.pixels = pixels
        ctx.mark_non_differentiable(mean, variance)
        return y.view(n, height, width, channels).permute(0, 3, 1, 2), mean, variance

    @staticmethod
    def backward(ctx, gradient, _mean, _variance):
        centred, weight, inverse = ctx.saved_tensors
        pixels, (n, channels, height, width) = ctx.pixels, gradient.shape
        count = n * height * width
        rows = _rows(gradient.contiguous(memory_format=torch.channels_last), pixels)
        to_bias = rows.sum(0).view(pixels, channels).sum(0)
        to_weight = (rows * centred).sum(0).view(pixels, channels).sum(0) * inverse
        scale = weight * inverse
        to_x = torch.addcmul((-scale * to_bias / count).repeat(pixels), rows, scale.repeat(pixels))
        to_x.addcmul_(centred, (-scale * inverse * to_weight / count).repeat(pixels))
        return to_x.view(n, height, width, channels).permute(0, 3, 1, 2), to_weight, to_bias, None, None
