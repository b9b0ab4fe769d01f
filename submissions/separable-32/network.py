"""Depthwise convolutions see, 1 × 1 convolutions mix: 32 channels for the price of a dozen."""

from functools import partial

import torch
from torch import nn

from mnist_lib import Recipe
from mnist_lib.data import Normalize, RandomAffine, ToTensor


def separable(before, after):
    """One 3 × 3 filter a channel, then a 1 × 1 convolution over the channels."""
    return nn.Sequential(
        nn.Conv2d(before, before, 3, padding=1, groups=before, bias=False), nn.BatchNorm2d(before), nn.ReLU(),
        nn.Conv2d(before, after, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU())


def Net():
    """28 × 28 images to ten logits."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, stride=2, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        separable(16, 32), separable(32, 32), nn.MaxPool2d(2), separable(32, 32), separable(32, 32),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))


recipe = Recipe(
    epochs=12,
    transforms=(RandomAffine(10, translate=(0.05, 0.05), scale=(0.9, 1.1), shear=5), ToTensor(), Normalize()),
    optimizer=partial(torch.optim.AdamW, lr=0.01, weight_decay=0.01),
    schedule=lambda optimizer, steps: torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=steps),
    averaging=0.995)
