"""Shifts: eight ways in which a digit may look unlike those that a network was trained on, each in five levels.

After Mu and Gilmer, MNIST-C (https://arxiv.org/abs/1906.02337), in code of our own. A shift changes uint8 images of
ink (0 paper, 255 ink) and nothing else, so that every network sees it in front of its own normalization. Level 0 is
the image itself. Where chance decides (which way a digit moves or turns, which side is cut off, the noise) it
belongs to the image's number: an image has the same direction at all levels, and the same in every choice of images.
Taught in book/further/travel.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, conv2d, max_pool2d

from ...data import affine, inverse_affine

FINE = 4  # a pixel is cut into 4 × 4 where strokes grow or shrink by less than one
COMPASS = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))  # right, right and down, …


class Shift(NamedTuple):
    """One shift: its name, what its five levels are of, the levels, what it does, and why these levels."""

    name: str
    unit: str
    levels: tuple[float, ...]
    what: str
    why: str


SHIFTS = {shift.name: shift for shift in (
    Shift("moved", "pixels", (1, 2, 3, 4, 5), "in one of eight directions, by whole pixels",
          "a digit is centred in 20 × 20 of 28 × 28 pixels: up to 4 it mostly stays whole, at 5 ink begins to be lost"),
    Shift("rotated", "degrees", (10, 20, 30, 40, 50), "about the centre, to the left or to the right",
          "no final was trained on more than 15: the first level lies within, the others beyond"),
    Shift("blurred", "pixels of standard deviation", (0.5, 1, 1.5, 2, 2.5), "by a Gaussian",
          "strokes are 2 to 3 pixels wide, and the blur ends as wide as they are"),
    Shift("thickened", "pixels on either side", (0.25, 0.5, 0.75, 1, 1.5), "every stroke, by a square brush",
          "the last level makes a stroke of 2 pixels one of 5, and closes small loops"),
    Shift("thinned", "pixels on either side", (0.25, 0.5, 0.75, 1, 1.25), "every stroke, by a square rubber",
          "the last level leaves nothing of a stroke of 2.5 pixels"),
    Shift("noised", "of full ink, standard deviation", (0.1, 0.2, 0.3, 0.4, 0.5), "by Gaussian noise on every pixel, "
          "cut off at paper and ink", "at the last level a pixel's noise is as large as half of all contrast"),
    Shift("inverted", "of the way to the negative", (0.2, 0.4, 0.6, 0.8, 1), "paper turns to ink and ink to paper",
          "up to the second level ink is darker than paper, from the third on lighter"),
    Shift("cropped", "pixels of one side", (6, 8, 10, 12, 14), "a strip of one of four sides is blank",
          "the digit begins 4 pixels from the edge: a tenth of its 20 is gone at first, a half at last"),
)}
SEEDS = {name: 21_000 + i for i, name in enumerate(SHIFTS)}  # of the chance in each


def shifted(images: Tensor, name: str, level: int, numbers: Sequence[int] | Tensor | None = None) -> Tensor:
    """Images, uint8 (N, 1, 28, 28), shifted by level 1 to 5 of a shift; 0 gives them as they are.

    ``numbers`` are their numbers in their data set, on which the chance depends; without them 0 to N - 1.
    """
    numbers = torch.arange(len(images)) if numbers is None else torch.as_tensor(numbers).cpu()
    if level == 0:
        return images.clone()
    shift = SHIFTS[name]
    changed = _CHANGES[name](images.float(), shift.levels[level - 1], _Chance(SEEDS[name], numbers))
    return changed.round_().clamp_(0, 255).to(torch.uint8)


class _Chance:
    """What chance gives the images of these numbers: the first draws of a seed, one for each image there may be."""

    def __init__(self, seed: int, numbers: Tensor):
        self.generator, self.numbers = torch.Generator().manual_seed(seed), numbers
        self.count = int(numbers.max()) + 1

    def one_of(self, many: int) -> Tensor:
        """A whole number below ``many`` for each image, (N,)."""
        return torch.randint(many, (self.count,), generator=self.generator)[self.numbers]

    def normal(self, size: tuple[int, ...]) -> Tensor:
        """Normal numbers for each image, (N, 1, height, width)."""
        return torch.randn(self.count, *size, generator=self.generator)[self.numbers]


def _moved(images, pixels, chance):
    way = torch.tensor(COMPASS, dtype=torch.float32)[chance.one_of(len(COMPASS))] * pixels
    return affine(images, inverse_affine(torch.zeros(len(images)), way).to(images.device))


def _rotated(images, degrees, chance):
    angle = degrees * (2.0 * chance.one_of(2) - 1)
    return affine(images, inverse_affine(angle).to(images.device), interpolation="bilinear")


def _blurred(images, deviation, chance):
    reach = math.ceil(3 * deviation)
    bell = torch.exp(-torch.arange(-reach, reach + 1, device=images.device) ** 2 / (2 * deviation**2))
    bell = bell / bell.sum()
    down = conv2d(images, bell.view(1, 1, -1, 1), padding=(reach, 0))
    return conv2d(down, bell.view(1, 1, 1, -1), padding=(0, reach))


def _thickened(images, pixels, chance):
    reach = round(pixels * FINE)
    fine = images.repeat_interleave(FINE, 2).repeat_interleave(FINE, 3)
    for kernel in ((2 * reach + 1, 1), (1, 2 * reach + 1)):
        fine = max_pool2d(fine, kernel, 1, (kernel[0] // 2, kernel[1] // 2))
    return avg_pool2d(fine, FINE)


def _thinned(images, pixels, chance):
    return 255 - _thickened(255 - images, pixels, chance)


def _noised(images, deviation, chance):
    return images + 255 * deviation * chance.normal(images.shape[1:]).to(images.device)


def _inverted(images, share, chance):
    return (1 - share) * images + share * (255 - images)


def _cropped(images, pixels, chance):
    height, width = images.shape[-2:]
    side = chance.one_of(4).to(images.device).view(-1, 1, 1, 1)  # left, top, right, bottom
    x = torch.arange(width, device=images.device).view(1, 1, 1, -1)
    y = torch.arange(height, device=images.device).view(1, 1, -1, 1)
    gone = torch.where(side == 0, x < pixels, torch.where(side == 1, y < pixels, torch.where(
        side == 2, x >= width - pixels, y >= height - pixels)))
    return images.masked_fill(gone, 0)


_CHANGES = {"moved": _moved, "rotated": _rotated, "blurred": _blurred, "thickened": _thickened, "thinned": _thinned,
            "noised": _noised, "inverted": _inverted, "cropped": _cropped}
