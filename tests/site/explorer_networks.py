"""The networks that the explorer is tried on: four that people know, and small ones with one thing in each."""

from __future__ import annotations

import torch
from torch import nn

from mnist_lib import receptive_field
from mnist_lib.data import import_torchvision

HOSTILE = '</script><img src=x onerror="window.broken=1">&{{data}}\u2028"\''


class Twice(nn.Sequential):
    """Two convolutions with normalization."""

    def __init__(self, before, after):
        super().__init__(*(layer for channels in (before, after) for layer in (
            nn.Conv2d(channels, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU())))


class UNet(nn.Module):
    """A small U-Net: three halvings, three joints."""

    def __init__(self, channels=(4, 8, 16, 32)):
        super().__init__()
        self.down = nn.ModuleList(Twice(a, b) for a, b in zip((3, *channels), channels))
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ModuleList(nn.ConvTranspose2d(b, a, 2, 2) for a, b in zip(channels, channels[1:]))
        self.join = nn.ModuleList(Twice(2 * a, a) for a in channels[:-1])
        self.head = nn.Conv2d(channels[0], 2, 1)

    def forward(self, x):
        kept = []
        for block in self.down[:-1]:
            kept.append(block(x))
            x = self.pool(kept[-1])
        x = self.down[-1](x)
        for up, join, skip in reversed(list(zip(self.up, self.join, kept))):
            x = join(torch.cat([skip, up(x)], 1))
        return self.head(x)


class Apart(nn.Module):
    """Two paths of which one looks half a pixel further on, summed up, and a layer behind them."""

    def __init__(self):
        super().__init__()
        self.even = nn.Conv2d(1, 2, 2, stride=2)
        self.odd = nn.Conv2d(1, 2, 3, stride=2, padding=1)
        self.behind = nn.Conv2d(2, 2, 3, dilation=2)

    def forward(self, x):
        return self.behind(self.even(x) + self.odd(x))


class Pair(nn.Module):
    """An image and a mask, each with a layer of its own."""

    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Conv2d(3, 4, 5), nn.Conv2d(1, 4, 3)

    def forward(self, image, mask):
        return self.left(image) * self.right(mask)[:, :, :12, :12]


class Hostile(nn.Module):
    """Names that would end a script, or run one."""

    def __init__(self):
        super().__init__()
        self.add_module(HOSTILE.replace(".", ""), nn.Conv2d(1, 1, 3))
        self.add_module("__proto__x", nn.Sequential(nn.Conv2d(1, 1, 3), nn.ReLU(), nn.Conv2d(1, 1, 3)))

    def forward(self, x):
        for module in self.children():
            x = module(x)
        return x


def audio():
    return nn.Sequential(nn.Conv1d(1, 4, 9, stride=4), nn.ReLU(), nn.Conv1d(4, 4, 5, dilation=3), nn.AvgPool1d(2))


def video():
    return nn.Sequential(nn.Conv3d(1, 2, (3, 5, 5), padding=1), nn.MaxPool3d((1, 2, 2)), nn.Conv3d(2, 2, 3))


def torchvision(name, **more):
    return lambda: getattr(import_torchvision().models, name)(weights=None, **more)


#: How each is built and what goes in; the images are as small as these take, but for ResNet-50's.
NETWORKS = {
    "resnet50": (torchvision("resnet50"), (3, 224, 224)),
    "unet": (UNet, (3, 64, 64)),
    "swin_t": (torchvision("swin_t"), (3, 112, 112)),
    "inception": (torchvision("inception_v3", init_weights=False), (3, 151, 151)),
    "apart": (Apart, (1, 20, 26)),
    "pair": (Pair, {"image": (3, 16, 16), "mask": (1, 14, 14)}),
    "hostile": (Hostile, (1, 12, 12)),
    "audio": (audio, (1, 400)),
    "video": (video, (1, 8, 20, 24)),
}


def made(name):
    """A network and its table."""
    build, size = NETWORKS[name]
    network = build().eval()
    given = {"inputs": size} if isinstance(size, dict) else {"input_size": size}
    return network, receptive_field(network, **given, title=HOSTILE if name == "hostile" else name)
