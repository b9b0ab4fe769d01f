"""What makes training faster on a CPU without changing what is computed.

:func:`speed_up` replaces three kinds of layers in a network by equal ones. Dropout
draws its masks from 16 random bits a number instead of one Bernoulli call. Batch
normalization runs over rows of several pixels (``fast_batchnorm.py``). Wide
3x3 convolutions over small maps use Winograd's minimal filtering (Lavin & Gray
2016): a map is cut into tiles of m x m outputs, each tile is evaluated at m + 2
points an axis, and the convolution becomes (m + 2)^2 matrix products, with about
a quarter of the multiplications. Weights and their names stay where they were.
:func:`keep_memory` stops the C library from giving the memory of each step's
tensors back to the system, which would fill it with zeros again at the next step.
``benchmarks/ladder.py`` measures them; the book's chapter is ``book/learn/training-loop.md``.
"""

from __future__ import annotations

import ctypes
import sys
from functools import lru_cache

import torch
from torch import Tensor, nn

from .devices import ENGINE, MASKS, ROWS, WINOGRAD
from .fast_batchnorm import WideBatchNorm2d

WIDE = 128 * 128  # from about this many channel pairs on, Winograd's products pay for its transforms
TILE = 5  # outputs a tile and axis; larger tiles multiply less and round more


def speed_up(network: nn.Module, device: torch.device, engine: str = ENGINE["cpu"]) -> nn.Module:
    """The same network, with faster layers where ``device`` is a CPU. Changes it in place.

    ``engine`` names the kinds that are replaced, as records do: a training from before one of them repeats without it.
    """
    if device.type != "cpu":
        return network
    for name, child in network.named_children():
        if type(child) is nn.Dropout and MASKS in engine:
            setattr(network, name, BitDropout(child.p))
        elif type(child) is nn.BatchNorm2d and ROWS in engine:
            setattr(network, name, WideBatchNorm2d.over(child))
        elif type(child) is nn.Conv2d and WINOGRAD in engine and _suits_winograd(child):
            setattr(network, name, WinogradConv2d(child))
        else:
            speed_up(child, device, engine)
    return network


def keep_memory() -> bool:
    """Let this process keep freed memory for its next tensors; True where that was possible.

    With glibc (Linux) each tensor above a few megabytes is otherwise mapped, zeroed
    page by page and unmapped at every step. The process keeps the most it ever used.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return False
    trim_threshold, top_pad, mmap_max = -1, -2, -4  # from malloc.h
    return all([mallopt(mmap_max, 0), mallopt(trim_threshold, 2**31 - 1), mallopt(top_pad, 2**26)])


class BitDropout(nn.Dropout):
    """``nn.Dropout`` whose mask costs a fraction on a CPU.

    The probability is rounded to a multiple of 1/65,536, and the scale follows the
    rounded one, so that the mean stays exact.
    """

    def forward(self, x: Tensor) -> Tensor:
        cut = round(self.p * 65536)
        if not self.training or cut == 0 or x.device.type != "cpu" or x.numel() % 4:
            return super().forward(x)
        bits = torch.empty_like(x, dtype=torch.int16)  # keeps the memory format of x
        words = torch.empty(0, dtype=torch.int64).set_(bits.untyped_storage())
        words.random_(-(2**63), None)  # four masks a draw
        keep = bits.ge_(cut - 32768).to(x.dtype).mul_(65536 / (65536 - cut))  # in place: booleans are slow
        return x * keep


def _suits_winograd(conv: nn.Conv2d) -> bool:
    return (conv.kernel_size == (3, 3) and conv.stride == (1, 1) and conv.dilation == (1, 1)
            and conv.groups == 1 and conv.padding_mode == "zeros"
            and isinstance(conv.padding, tuple) and conv.in_channels * conv.out_channels >= WIDE)


class WinogradConv2d(nn.Module):
    """A 3x3 convolution with stride 1, by Winograd's minimal filtering. Shares its parameters."""

    def __init__(self, conv: nn.Conv2d):
        super().__init__()
        self.weight, self.bias, self.padding = conv.weight, conv.bias, conv.padding

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, K, H + 2p - 2, W + 2p - 2)."""
        return conv3x3(x, self.weight, self.bias, self.padding)


def conv3x3(x: Tensor, weight: Tensor, bias: Tensor | None, padding: tuple[int, int]) -> Tensor:
    """``F.conv2d(x, weight, bias, padding=padding)`` for 3x3 kernels, by Winograd's filtering."""
    n, channels, height, width = x.shape
    out_h, out_w = height + 2 * padding[0] - 2, width + 2 * padding[1] - 2
    m = min(TILE, max(out_h, out_w))
    rows, columns = -(-out_h // m), -(-out_w // m)
    x = nn.functional.pad(x, (padding[1], columns * m + 2 - width - padding[1],
                              padding[0], rows * m + 2 - height - padding[0]))
    tiles = _Tiles.apply(x, m, rows, columns)  # (m+2, m+2, tiles*N, C)
    outputs, weights, inputs = _matrices(m)
    points, out = (m + 2) ** 2, weight.shape[0]
    v = (inputs @ tiles.reshape(points, -1)).view(points, -1, channels)
    u = (weights @ weight.permute(2, 3, 1, 0).reshape(9, -1)).view(points, channels, out)
    y = outputs @ torch.bmm(v, u).view(points, -1)  # (m*m, tiles*N*K)
    y = y.view(m, m, rows, columns, n, out).permute(4, 2, 0, 3, 1, 5)
    y = y.reshape(n, rows * m, columns * m, out)[:, :out_h, :out_w]
    if bias is not None:
        y = y + bias
    return y.permute(0, 3, 1, 2)


class _Tiles(torch.autograd.Function):
    """Cut (N, C, H, W) into overlapping tiles, side by side along the batch."""

    @staticmethod
    def forward(ctx, x, m, rows, columns):
        ctx.shape, ctx.cut = x.shape, (m, rows, columns)
        x = x.permute(2, 3, 0, 1)
        return torch.cat([x[i * m:i * m + m + 2, j * m:j * m + m + 2]
                          for i in range(rows) for j in range(columns)], dim=2)

    @staticmethod
    def backward(ctx, gradient):
        m, rows, columns = ctx.cut
        n, channels, height, width = ctx.shape
        x = gradient.new_zeros(height, width, n, channels)
        parts = iter(gradient.split(n, dim=2))
        for i in range(rows):
            for j in range(columns):
                x[i * m:i * m + m + 2, j * m:j * m + m + 2] += next(parts)
        return x.permute(2, 3, 0, 1), None, None, None


@lru_cache
def _matrices(m: int) -> tuple[Tensor, Tensor, Tensor]:
    """The two-dimensional transforms of outputs, weights and inputs for m x m outputs a tile.

    Polynomials of degree m + 1 are multiplied by their values at m + 1 points and at
    infinity (Toom and Cook); transposing that product gives the correlation.
    """
    points = torch.tensor([0, 1, -1, 2, -2, 0.5][: m + 1], dtype=torch.float64)

    def values(degree):
        at_infinity = torch.zeros(1, degree, dtype=torch.float64)
        at_infinity[0, -1] = 1
        return torch.cat([points[:, None] ** torch.arange(degree), at_infinity])

    outputs, weights, inputs = values(m).T, values(3), torch.linalg.inv(values(m + 2)).T
    return tuple(torch.kron(a, a).float() for a in (outputs, weights, inputs))
