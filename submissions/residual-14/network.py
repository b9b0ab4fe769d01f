"""One residual block of fourteen channels on a map that a stride has made small before."""

from torch import nn

from mnist_lib import Recipe
from mnist_lib.data import Normalize, RandomAffine, ToTensor


def convolution(before, after, kernel=3, **settings):
    """A convolution and batch normalization."""
    return nn.Sequential(nn.Conv2d(before, after, kernel, bias=False, **settings), nn.BatchNorm2d(after))


class Block(nn.Module):
    """Two convolutions, and the input added to what they make."""

    def __init__(self, channels):
        super().__init__()
        self.first = convolution(channels, channels, padding=1)
        self.second = convolution(channels, channels, padding=1)

    def forward(self, x):
        return (x + self.second(self.first(x).relu())).relu()


class Net(nn.Module):
    """28 × 28 images to ten logits."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            convolution(1, 12, 5, stride=2), nn.ReLU(), convolution(12, 14), nn.ReLU(),
            Block(14), convolution(14, 16), nn.ReLU())
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        return self.head(self.body(x).mean((2, 3)))


recipe = Recipe(
    epochs=12,
    transforms=(RandomAffine(10, translate=(0.05, 0.05), scale=(0.9, 1.1), shear=5), ToTensor(), Normalize()),
    averaging=0.995)
