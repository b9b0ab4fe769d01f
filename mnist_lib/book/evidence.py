"""Where a network's scores come from: class maps before a global average, place by place.

A network that ends in a mean over places has a map of scores for each digit, (N, 10, H, W),
and its logits are their means. Shown at work in book/paths/drill-down.
"""

from __future__ import annotations

import matplotlib
import torch
from torch import Tensor

from .findings import signed
from .style import FRAME, INK, STYLE, WIDTH, Picture, figure

SIGNED = "RdBu"  # red below zero, white at zero, blue above


def accuracy_by_place(maps: Tensor, labels: Tensor) -> Tensor:
    """The accuracy in per cent of each place by itself, (H, W), from class maps (N, 10, H, W) and labels (N,)."""
    return 100 * (maps.argmax(1) == labels.view(-1, 1, 1)).float().mean(0)


def vote(maps: Tensor) -> Tensor:
    """The digit (N,) that most places of the class maps (N, 10, H, W) are for; the smaller one of two equals."""
    ballots = torch.nn.functional.one_hot(maps.argmax(1), maps.shape[1])
    return ballots.sum((1, 2)).argmax(1)


def class_maps(images: Tensor, maps: Tensor) -> Picture:
    """Images (N, 1, h, w), a row each, beside their ten maps (N, 10, H, W).

    Red is below zero, white zero and blue above, on one scale for each row. Above each map stand the digit and
    its score, the mean of the map.
    """
    maps = maps.detach()
    with matplotlib.rc_context(STYLE):
        side = WIDTH / 11
        drawing, axes = figure(len(images), 11, height=len(images) * (side + 0.36), squeeze=False)
        drawing.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.03, hspace=0.02)
        for image, scores, row in zip(images, maps, axes, strict=True):
            row[0].imshow(image[0].numpy(), cmap="gray_r", interpolation="nearest")
            most = scores.abs().max().item()
            for digit, cell in enumerate(row[1:]):
                cell.imshow(scores[digit].numpy(), cmap=SIGNED, vmin=-most, vmax=most, interpolation="nearest")
                mean = signed(scores[digit].mean().item(), 1).removeprefix("+")
                cell.set_title(f"{digit}\n{mean}", fontsize=9.5, fontweight="normal", loc="center", pad=2)
            for cell in row:
                cell.set(xticks=[], yticks=[])
                cell.grid(False)
                cell.spines[:].set(visible=True, color=FRAME, linewidth=0.6)
            row[0].spines[:].set_visible(False)
    return Picture(drawing)


def places(named: dict[str, Tensor]) -> Picture:
    """Accuracies by place (H, W), from :func:`accuracy_by_place`: a panel each, the number in its place."""
    with matplotlib.rc_context(STYLE):
        drawing, axes = figure(1, len(named), height=WIDTH / max(2, len(named)) + 0.25, squeeze=False)
        for (name, by_place), panel in zip(named.items(), axes[0], strict=True):
            panel.imshow(by_place.numpy(), cmap="Blues", vmin=0, vmax=130)  # light enough for dark numbers
            for y, row in enumerate(by_place.tolist()):
                for x, value in enumerate(row):
                    panel.annotate(f"{value:.0f}", (x, y), ha="center", va="center", fontsize=10, color=INK)
            panel.set(xticks=[], yticks=[])
            panel.set_title(name, fontsize=11)
            panel.grid(False)
            panel.spines[:].set_visible(False)
    return Picture(drawing)
