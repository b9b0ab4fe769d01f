"""Fewer bits a weight: fold batch normalization, round weights to an even grid, pack them into bytes.

Symmetric and uniform: of b bits, a weight is a whole number from -(2^(b-1) - 1) to 2^(b-1) - 1 times a scale, one a
layer or one an output channel (Jacob et al. 2018, https://arxiv.org/abs/1712.05877; Krishnamoorthi 2018,
https://arxiv.org/abs/1806.08342). Only weights are rounded: biases and activations stay float32. PyTorch's own tools
(torchao) begin at layers and sizes of larger networks; here the thirty lines are what is taught. Chapter:
``book/further/little.md``.
"""

from __future__ import annotations

import copy
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

FLOAT = 32  # bits of a weight that is not rounded
PER = ("channel", "tensor")  # what shares a scale: the weights of an output channel, or all of a layer


def folded(network: nn.Module) -> nn.Module:
    """A copy in evaluation mode without batch normalization: each is part of the convolution before it.

    With γ, β, μ, σ² of a channel, γ (w·x + b - μ) / sqrt(σ² + ε) + β is one convolution with the weights
    w γ / sqrt(σ² + ε) and the bias (b - μ) γ / sqrt(σ² + ε) + β. All convolutions get a bias. Raises ``ValueError``
    for a batch normalization that does not come directly after a convolution.
    """
    network = copy.deepcopy(network).eval()
    for block in [m for m in network.modules() if isinstance(m, nn.Sequential)]:
        before = None
        for name, layer in list(block.named_children()):
            if isinstance(layer, nn.BatchNorm2d):
                if not isinstance(before, nn.Conv2d):
                    raise ValueError(f"the batch normalization {name} does not come directly after a convolution: "
                                     "it cannot be folded into one")
                _fold(before, layer)
                delattr(block, name)
            before = layer
    for conv in convolutions(network).values():
        if conv.bias is None:
            conv.bias = nn.Parameter(torch.zeros(conv.out_channels))
    return network


@torch.no_grad()
def _fold(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
    factor = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()  # (C,)
    bias = 0.0 if conv.bias is None else conv.bias.double()
    conv.bias = nn.Parameter(((bias - norm.running_mean.double()) * factor + norm.bias.double()).float())
    conv.weight.copy_((conv.weight.double() * factor[:, None, None, None]).float())


def convolutions(network: nn.Module) -> dict[str, nn.Conv2d]:
    """The convolutions of a network by name, in their order: all its weights, once it is folded."""
    return {name: layer for name, layer in network.named_modules() if isinstance(layer, nn.Conv2d)}


class Grid(NamedTuple):
    """Weights on a grid: whole numbers, of the weights' shape, and the scale of each (C, 1, 1, 1), or of all."""

    codes: Tensor
    scale: Tensor

    @property
    def weights(self) -> Tensor:
        """What the codes stand for: codes times scale."""
        return self.codes * self.scale


def on_grid(weights: Tensor, bits: int, per: str = "channel") -> Grid:
    """Weights (C, …) rounded to the nearest of 2^bits - 1 values, the largest of a channel or layer onto the last.

    The scale is max|w| / (2^(bits-1) - 1), so that no weight moves by more than half of it. Raises ``ValueError``
    for bits other than 2 to 16, or an unknown ``per``.
    """
    if per not in PER or not 2 <= bits <= 16:
        raise ValueError(f"weights go onto a grid of 2 to 16 bits, per channel or tensor; not {bits} bits per {per}")
    largest = weights.abs().amax(tuple(range(1, weights.dim())) if per == "channel" else None, keepdim=True)
    scale = torch.where(largest > 0, largest, 1.0) / (2 ** (bits - 1) - 1)
    return Grid((weights / scale).round(), scale)


class StraightThrough(nn.Module):
    """Weights on the grid in the forward pass; backward, their gradient is given to the weights themselves.

    Rounding has a derivative of 0 almost everywhere, and nothing would be learnt; the straight-through estimator
    takes 1 for it (Bengio, Léonard & Courville 2013, https://arxiv.org/abs/1308.3432). For
    :func:`torch.nn.utils.parametrize.register_parametrization`.
    """

    def __init__(self, bits: int, per: str = "channel"):
        super().__init__()
        self.bits, self.per = bits, per

    def forward(self, weights: Tensor) -> Tensor:
        """The weights on the grid, with the gradient of the weights."""
        return weights + (on_grid(weights, self.bits, self.per).weights - weights).detach()


def begin_rounding(network: nn.Module, bits: int, per: str = "channel") -> nn.Module:
    """Let every convolution compute with its weights on the grid while it is trained. Changes the network."""
    for conv in convolutions(network).values():
        parametrize.register_parametrization(conv, "weight", StraightThrough(bits, per))
    return network


def end_rounding(network: nn.Module) -> nn.Module:
    """Keep the weights on the grid and forget those behind them. Changes the network."""
    for conv in convolutions(network).values():
        parametrize.remove_parametrizations(conv, "weight")
    return network


def packed(codes: Tensor, bits: int) -> bytes:
    """Whole numbers as ``bits`` bits each, two's complement, the highest bit first; the last byte is filled with 0."""
    from numpy import arange, packbits

    numbers = codes.flatten().long().numpy() & ((1 << bits) - 1)
    return packbits((numbers[:, None] >> arange(bits - 1, -1, -1)) & 1).tobytes()


def unpacked(content: bytes, bits: int, count: int) -> Tensor:
    """The ``count`` whole numbers, float32, of :func:`packed`."""
    from numpy import arange, frombuffer, unpackbits

    each = unpackbits(frombuffer(content, dtype="uint8"), count=bits * count).reshape(count, bits)
    numbers = (each.astype("int64") << arange(bits - 1, -1, -1)).sum(1)
    return torch.from_numpy(numbers - ((numbers >> (bits - 1)) << bits)).float()


def to_bytes(network: nn.Module, bits: int, per: str = "channel") -> bytes:
    """A folded network as the bytes that its parameters need: layer by layer packed weights, scales, biases (float32).

    With 32 bits the weights are float32 and have no scales. Its length is the network's size.
    """
    parts = []
    for conv in convolutions(network).values():
        weights = conv.weight.detach().contiguous()
        if bits == FLOAT:
            parts.append(weights.numpy().tobytes())
        else:
            grid = on_grid(weights, bits, per)
            parts += [packed(grid.codes, bits), grid.scale.numpy().tobytes()]
        parts.append(conv.bias.detach().numpy().tobytes())
    return b"".join(parts)


@torch.no_grad()
def from_bytes(network: nn.Module, content: bytes, bits: int, per: str = "channel") -> nn.Module:
    """A copy of a folded network with the parameters of :func:`to_bytes`; ``ValueError`` if they are of another."""
    network, at = copy.deepcopy(network), 0

    def take(count: int) -> bytes:
        nonlocal at
        at += count
        if at > len(content):
            raise ValueError(f"{len(content):,} bytes are too few for this network at {bits} bits")
        return content[at - count:at]

    def floats(count: int) -> Tensor:
        from numpy import frombuffer

        return torch.from_numpy(frombuffer(take(4 * count), dtype="<f4").copy())

    for conv in convolutions(network).values():
        shape, count = conv.weight.shape, conv.weight.numel()
        if bits == FLOAT:
            conv.weight.copy_(floats(count).reshape(shape))
        else:
            codes = unpacked(take(-(-bits * count // 8)), bits, count).reshape(shape)
            scale = floats(shape[0]).reshape(-1, 1, 1, 1) if per == "channel" else floats(1)
            conv.weight.copy_(codes * scale)
        conv.bias.copy_(floats(shape[0]))
    if at != len(content):
        raise ValueError(f"{len(content):,} bytes are too many for this network at {bits} bits, which needs {at:,}")
    return network
