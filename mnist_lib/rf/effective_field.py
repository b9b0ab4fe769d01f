"""How much each pixel matters to a unit of a network: the effective receptive field.

The idea is that of Luo, Li, Urtasun and Zemel, "Understanding the Effective Receptive Field in
Deep Convolutional Neural Networks", 2016, arXiv:1701.04128, who average gradients with their signs
and count the pixels above a threshold. The mean absolute gradient and the radius are this library's.
Chapter: ``book/learn/receptive-field.md``.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .calculator import ReceptiveFieldError, receptive_field
from .gradients import masses
from .row import unit_of


@dataclass(frozen=True)
class EffectiveField:
    """How much each pixel matters to a layer's central unit: ``mass``, (H, W), sums to 1."""

    mass: torch.Tensor
    interval: tuple
    layer: str
    share: float = 0.95

    @property
    def radius(self) -> float:
        """Radius in pixels of the circle around the centre of mass that holds ``share`` of it."""
        return self.radius_of(self.share)

    def radius_of(self, share: float) -> float:
        """The radius, in pixels, that holds this share of the mass."""
        (y, x), centre = self._places(), self.centre
        distance = ((y - centre[0]) ** 2 + (x - centre[1]) ** 2).sqrt().flatten()
        order = distance.argsort()
        held = self.mass.flatten()[order].cumsum(0)
        place = min(int((held < share).sum()), len(order) - 1)
        return float(distance[order[place]])

    @property
    def centre(self) -> tuple[float, float]:
        """The centre of mass, (row, column)."""
        return tuple(float((self.mass * place).sum()) for place in self._places())

    def _places(self):
        height, width = self.mass.shape
        return (torch.arange(height, dtype=torch.float64)[:, None], torch.arange(width, dtype=torch.float64)[None, :])

    def plot(self, ax=None):
        """The mass as a picture, with the theoretical field as a frame; returns the axes."""
        from .plots import plot_effective

        return plot_effective(self, ax)


def effective(network, images, layer: str, unit=None, share=0.95) -> EffectiveField:
    """The effective receptive field of a unit: mean absolute gradient over a batch of images.

    ``images`` is (N, C, H, W). The gradient of the unit's channels' sum, for the network as it
    is, in evaluation mode; the network is left exactly as it was. Raises KeyError where no
    such layer was executed, ReceptiveFieldError where no pixel matters.
    """
    if not isinstance(images, torch.Tensor) or images.dim() != 4:
        raise ValueError("effective is for images, a tensor (N, C, H, W); of a sequence, table.explore shows the field")
    if layer not in dict(network.named_modules()):
        raise KeyError(f"no layer is called {layer!r}")
    found = masses(network, images, {layer: lambda output: (slice(None), slice(None), *unit_of(
        _Place(layer, output.shape[2:]), unit))})
    if layer not in found:
        raise KeyError(f"{layer!r} was not executed")
    mass = found[layer]
    if not float(mass.sum()) > 0:
        raise ReceptiveFieldError(f"no pixel matters to unit {unit} of {layer!r} on these images")
    interval = receptive_field(network, tuple(images.shape[1:])).interval(layer, unit)
    return EffectiveField(mass / mass.sum(), interval, layer, share)


@dataclass(frozen=True)
class _Place:
    label: str
    shape: tuple[int, ...]
