"""The one builder: from an architecture's description to a torch module.

Networks return logits, shape (N, 10), and are trained with cross-entropy, which
is the same as the sources' log-softmax with negative log-likelihood.
"""

from __future__ import annotations

from collections import OrderedDict

import torch.nn.functional as F
from torch import Tensor, nn

from ..rf import Layer, stands_first
from .architecture import Architecture, flat_layers
from .zoo import ARCHITECTURES


def build(architecture: Architecture | str) -> nn.Sequential:
    """The network as a torch module: images (N, 1, 28, 28) to logits (N, 10).

    A ``Sequential`` of blocks, each a ``Sequential`` of layers, with PyTorch's own
    initial weights: call ``torch.manual_seed`` first for the same ones again. Layers with
    the same ``shared`` name have the weights of the first of them.
    Raises ``KeyError`` with the names there are, if the name is unknown, ``ValueError`` where
    layers cannot share weights.
    """
    if isinstance(architecture, str):
        if architecture not in ARCHITECTURES:
            raise KeyError(f"no architecture is called {architecture!r}; there are: "
                           + ", ".join(sorted(ARCHITECTURES)))
        architecture = ARCHITECTURES[architecture]
    network: OrderedDict[str, OrderedDict[str, nn.Module]] = OrderedDict()
    channels = architecture.input_size[0]
    seen, first = {}, {}
    for name, layer in flat_layers(architecture):
        block, _, layer_name = name.partition(".")
        if stands_first(layer, channels, seen):
            module = first[layer.shared] = _module(layer, channels)
        else:
            module = SameWeights(first[layer.shared], layer)
        network.setdefault(block, OrderedDict())[layer_name] = module
        channels = layer.channels
    parts = OrderedDict((block, nn.Sequential(layers)) for block, layers in network.items())
    parts["flatten"] = nn.Flatten()
    return nn.Sequential(parts)


class SameWeights(nn.Module):
    """A convolution with the weights of another one, ``first``; it has no parameters of its own.

    ``layer`` says its stride, padding and dilation.
    """

    def __init__(self, first: nn.Conv2d, layer: Layer):
        super().__init__()
        self.first = (first,)  # in a tuple, so that it is no submodule
        self.window = dict(stride=layer.stride, padding=layer.padding, dilation=layer.dilation)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, K, H', W')."""
        first, = self.first
        return F.conv2d(x, first.weight, first.bias, **self.window)


def initialize(network: nn.Module, rule: str) -> nn.Module:
    """Give a network the initial weights of a rule, drawn from torch's generator; returns the same network.

    ``"he"``: the weights of convolutions and linear layers from a normal distribution of variance 2 / fan-in,
    biases 0 (He et al. 2015, https://arxiv.org/abs/1502.01852), which keeps the size of the signal through any
    number of layers with ReLU. An empty rule leaves PyTorch's own. ``ValueError`` for another one.
    """
    if rule not in ("", "he"):
        raise ValueError(f'no initialization is called {rule!r}; "he" is one, and "" leaves PyTorch\'s own')
    for module in network.modules() if rule else ():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network


_MODULES = {  # the op of a layer → its module, given the layer, the channels before it, and its window
    "conv": lambda layer, channels, window: nn.Conv2d(
        channels, layer.channels, dilation=layer.dilation, bias=layer.bias, **window),
    "conv_transpose": lambda layer, channels, window: nn.ConvTranspose2d(
        channels, layer.channels, dilation=layer.dilation, bias=layer.bias, output_padding=layer.output_padding,
        **window),
    "max_pool": lambda layer, channels, window: nn.MaxPool2d(
        dilation=layer.dilation, ceil_mode=layer.ceil_mode, **window),
    "avg_pool": lambda layer, channels, window: nn.AvgPool2d(ceil_mode=layer.ceil_mode, **window),
    "crop": lambda layer, channels, window: nn.ZeroPad2d(layer.padding),  # a negative padding crops
    "global_avg_pool": lambda layer, channels, window: nn.AdaptiveAvgPool2d(1),
    "batchnorm": lambda layer, channels, window: nn.BatchNorm2d(channels),
    "relu": lambda layer, channels, window: nn.ReLU(),
    "dropout": lambda layer, channels, window: nn.Dropout(layer.p),
}


def _module(layer: Layer, channels: int) -> nn.Module:
    if layer.op not in _MODULES:
        raise ValueError(f"no module is known for a layer of op {layer.op!r}; add it to builder._MODULES")
    window = dict(kernel_size=layer.kernel, stride=layer.stride, padding=layer.padding)
    return _MODULES[layer.op](layer, channels, window)
