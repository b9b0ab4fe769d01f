"""The vocabulary networks are described in: one frozen record a layer, no torch.

The builder of ``networks``, the parameter count and the receptive-field table (``chain.py``)
all read these records, so they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass

Size = int | tuple[int, int]  # one number for both axes, or (height, width)


@dataclass(frozen=True)
class Layer:
    """One layer of a network, as a receptive-field table or a builder needs it.

    ``channels`` is the number of output channels (``None``: as many as come in).
    ``kernel``, ``stride``, ``padding`` and ``dilation`` are in pixels of the
    layer's own input, one number or (height, width). ``unit`` lists what stands
    around a convolution, in order ("conv relu batchnorm"); ``None`` means the
    architecture's own default. Convolutions of one network with the same ``shared``
    have the same weights, which are counted once.
    """

    op: str
    channels: int | None = None
    kernel: Size = 1
    stride: Size = 1
    padding: Size | str = 0
    dilation: Size = 1
    output_padding: Size = 0
    ceil_mode: bool = False
    bias: bool = False
    p: float = 0.0
    unit: str | None = None
    shared: str | None = None


def stands_first(layer: Layer, channels: int, seen: dict) -> bool:
    """Whether a layer's weights, if it has any, are its own; False where it uses those of a layer before it.

    ``channels`` come in. ``seen`` is a dict, empty before the first layer, that keeps what each shared name stands for.
    ``ValueError`` where the weights of that name have another shape, or the layer is no convolution.
    """
    if not layer.shared:
        return True
    kernel = layer.kernel if isinstance(layer.kernel, int) or len(set(layer.kernel)) > 1 else layer.kernel[0]
    here = (layer.op, channels, layer.channels or channels, kernel, layer.bias)
    there = seen.get(layer.shared, here)
    if layer.op != "conv" or here != there:
        def said(of):
            return f"{of[0]} from {of[1]} to {of[2]} channels, kernel {of[3]}{', bias' * of[4]}"
        raise ValueError(f"the weights {layer.shared!r} are those of a {said(there)} where they stand first, and of a "
                         f"{said(here)} here; only convolutions with the same channels, kernel and bias can share them")
    first = layer.shared not in seen
    seen[layer.shared] = here
    return first


def conv(channels, kernel, stride=1, padding=0, dilation=1, *, bias=False, unit=None, shared=None) -> Layer:
    """A convolution (really a cross-correlation, as in every deep-learning library)."""
    return Layer("conv", channels, kernel, stride, padding, dilation, bias=bias, unit=unit, shared=shared)


def conv_transpose(channels, kernel, stride=1, padding=0, dilation=1, *, output_padding=0,
                   bias=False, unit=None) -> Layer:
    """A transposed convolution: it divides the jump by its stride."""
    return Layer("conv_transpose", channels, kernel, stride, padding, dilation,
                 output_padding=output_padding, bias=bias, unit=unit)


def max_pool(kernel, stride=None, padding=0, dilation=1, *, ceil_mode=False) -> Layer:
    """Max pooling; its stride is its kernel unless given."""
    return Layer("max_pool", None, kernel, kernel if stride is None else stride, padding,
                 dilation, ceil_mode=ceil_mode)


def avg_pool(kernel, stride=None, padding=0, *, ceil_mode=False) -> Layer:
    """Average pooling; its stride is its kernel unless given."""
    return Layer("avg_pool", None, kernel, kernel if stride is None else stride, padding,
                 ceil_mode=ceil_mode)


def crop(margin) -> Layer:
    """The map without ``margin`` pixels on each of its sides: padding, the other way round."""
    return Layer("crop", padding=-margin)


def global_avg_pool() -> Layer:
    """The mean of each whole map: one number a channel, whatever the map's size."""
    return Layer("global_avg_pool")


def relu() -> Layer:
    """max(0, x)."""
    return Layer("relu")


def batchnorm() -> Layer:
    """Batch normalization over N, H and W; two parameters a channel."""
    return Layer("batchnorm")


def dropout(p) -> Layer:
    """Each number becomes 0 with probability ``p`` while training."""
    return Layer("dropout", p=p)


def flatten() -> Layer:
    """(N, C, H, W) to (N, C*H*W)."""
    return Layer("flatten")


def pair(value: Size) -> tuple[int, int]:
    """(height, width) from one number or two."""
    return (value, value) if isinstance(value, int) else tuple(value)
