"""What a network is, as data: blocks of layers and the unit around each convolution.

An :class:`Architecture` lists blocks of layers (``layers.py``). What stands
around each convolution (batch normalization, ReLU, dropout, in which order) is
written once as the ``unit``. :func:`flat_layers` spells it out and
:func:`count_parameters` counts it; the builder (``builder.py``) and the
receptive-field table read the same list. No torch is needed here.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass

from ..rf import Layer, batchnorm, dropout, pair, relu, stands_first


@dataclass(frozen=True)
class Architecture:
    """A network at a glance.

    ``unit`` is what each convolution comes with, in order, for example
    ``"conv batchnorm relu dropout"``; a convolution's own ``unit`` overrides it.
    ``blocks`` maps a block's name to its layers. ``dropout`` is the probability
    of every dropout layer that the units bring.
    """

    name: str
    unit: str
    blocks: tuple[tuple[str, tuple[Layer, ...]], ...]
    dropout: float = 0.0
    input_size: tuple[int, int, int] = (1, 28, 28)

    def __init__(self, name, unit, blocks, dropout=0.0, input_size=(1, 28, 28)):
        for key, value in dict(name=name, unit=unit, dropout=dropout, input_size=tuple(input_size),
                               blocks=tuple((k, tuple(v)) for k, v in dict(blocks).items())).items():
            object.__setattr__(self, key, value)

    @property
    def layers(self) -> list[tuple[str, Layer]]:
        """The layers in the order they run: :func:`flat_layers`."""
        return flat_layers(self)


def flat_layers(architecture: Architecture) -> list[tuple[str, Layer]]:
    """The layers in the order they run, one primitive each, as ``("block.op1", layer)``.

    Convolutions, batch norms and pools carry their output channels here, so that
    the list needs nothing else to be read.
    """
    channels = architecture.input_size[0]
    rows: list[tuple[str, Layer]] = []
    for block, layers in architecture.blocks:
        seen: Counter[str] = Counter()
        for layer in layers:
            for part in _spell_out(layer, architecture):
                channels = part.channels or channels
                seen[part.op] += 1
                rows.append((f"{block}.{part.op}{seen[part.op]}",
                             dataclasses.replace(part, channels=channels, unit=None)))
    return rows


def _spell_out(layer: Layer, architecture: Architecture):
    if layer.op not in ("conv", "conv_transpose"):
        yield layer
        return
    for word in (layer.unit or architecture.unit).split():
        if word == "conv":
            yield layer
        elif word == "batchnorm":
            yield batchnorm()
        elif word == "relu":
            yield relu()
        elif word == "dropout":
            yield dropout(architecture.dropout)
        else:
            raise ValueError(f"{architecture.name}: a unit is made of conv, batchnorm, relu and "
                             f"dropout, not {word!r} (in {layer.unit or architecture.unit!r})")


def count_parameters(architecture: Architecture) -> int:
    """Trainable parameters, counted from the description alone.

    A convolution has k_h * k_w * ch_in * ch_out weights and, with a bias, ch_out
    more, but none where it shares those of one before it; a batch norm has a scale and
    a shift a channel.
    """
    total, channels, shared = 0, architecture.input_size[0], {}
    for _, layer in flat_layers(architecture):
        if layer.op in ("conv", "conv_transpose"):
            height, width = pair(layer.kernel)
            if stands_first(layer, channels, shared):
                total += height * width * channels * layer.channels + layer.bias * layer.channels
            channels = layer.channels
        elif layer.op == "batchnorm":
            total += 2 * channels
    return total
