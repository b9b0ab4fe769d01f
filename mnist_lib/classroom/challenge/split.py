"""Which training images are learnt from and which are held out: the same for everyone, or a teacher's secret.

The standard split is the book's: the first 55,000 training images against the last 5,000. A secret
one is drawn from a key that only the teacher has; the seeds of the trainings come from it, too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import torch
from torch import Tensor

from ...data import HELD_OUT, mnist
from ...training import normalized

TRAINING = 60_000


@dataclass(frozen=True)
class Split:
    """``key`` is empty for the standard split; ``images`` takes fewer training images, for a trial."""

    key: str = ""
    images: int = TRAINING - HELD_OUT
    held_out: int = HELD_OUT

    def __post_init__(self):
        if not 1 <= self.held_out <= 30_000:
            raise ValueError(f"from 1 to 30,000 images can be held out, not {self.held_out:,}")
        if not 1 <= self.images <= TRAINING - self.held_out:
            raise ValueError(f"from 1 to {TRAINING - self.held_out:,} images can be trained on, not {self.images:,}")

    @property
    def whole(self) -> bool:
        """Whether all images that are not held out are trained on."""
        return self.images == TRAINING - self.held_out and self.held_out == HELD_OUT

    @property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits that name the split and do not give its key away."""
        return hashlib.sha256(f"split {self.key} {self.images} {self.held_out}".encode()).hexdigest()[:8]

    def order(self) -> Tensor:
        """The indices of all 60,000 training images: those learnt from first, those held out last."""
        if not self.key:
            return torch.arange(TRAINING)
        return torch.randperm(TRAINING, generator=torch.Generator().manual_seed(self._number("order")))

    def seed(self, number: int) -> int:
        """The seed of the training of that number: the number itself, or one drawn from the key."""
        return self._number(f"seed {number}") % 2**31 if self.key else number

    def load(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """uint8 images (N, 1, 28, 28) and labels to learn, then normalized images and labels held out."""
        digits, order = mnist("train"), self.order()
        learnt, held = order[:self.images], order[TRAINING - self.held_out:]
        return (digits.images[learnt], digits.labels[learnt].long(),
                normalized(digits.images[held]), digits.labels[held].long())

    def _number(self, purpose: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{self.key} {purpose}".encode()).digest()[:7], "big")
