"""Networks of one and three dimensions and of several inputs, each held to brute force in ``test_axes.py``.

An entry is (name, how to build it, its input size, or a dict of inputs).
"""

import torch
import torch.nn.functional as F
from torch import nn

from tests.rf.panel import Lambda, seq


def c1(ch_in, ch_out, kernel, **settings):
    return nn.Conv1d(ch_in, ch_out, kernel, **settings)


def c3(ch_in, ch_out, kernel, **settings):
    return nn.Conv3d(ch_in, ch_out, kernel, **settings)


def c2(ch_in, ch_out, kernel, **settings):
    return nn.Conv2d(ch_in, ch_out, kernel, **settings)


class Wave(nn.Module):
    """Gated, dilated, causal convolutions with a residual path each, as audio networks have."""

    def __init__(self, dilations=(1, 2, 4)):
        super().__init__()
        self.filters = nn.ModuleList(c1(2, 2, 2, dilation=d) for d in dilations)
        self.gates = nn.ModuleList(c1(2, 2, 2, dilation=d) for d in dilations)

    def forward(self, x):
        for filter, gate in zip(self.filters, self.gates):
            padded = F.pad(x, (filter.dilation[0], 0))
            x = x + filter(padded).tanh() * gate(padded).sigmoid()
        return x


class UNet(nn.Module):
    """Down, up, and across, in as many dimensions as its convolutions have."""

    def __init__(self, conv, pool, mode):
        super().__init__()
        self.down, self.deep, self.last = conv(1, 2, 3, padding=1), conv(2, 2, 3, padding=1), conv(4, 1, 1)
        self.pool, self.mode = pool(2), mode

    def forward(self, x):
        high = self.down(x)
        low = F.interpolate(self.deep(self.pool(high)), size=high.shape[2:], mode=self.mode)
        return self.last(torch.cat([high, low], 1))


class Words(nn.Module):
    """Tokens through an embedding and one transformer layer, causal or not."""

    def __init__(self, causal):
        super().__init__()
        self.embed, self.layer = nn.Embedding(11, 8), nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.causal = causal

    def forward(self, tokens):
        length = tokens.shape[1]
        mask = torch.full((length, length), float("-inf"), dtype=torch.float64).triu(1) if self.causal else None
        return self.layer(self.embed(tokens), mask.to(self.embed.weight) if self.causal else None)


class Called(nn.Module):
    """A forward of several named inputs, from a function and its layers."""

    def __init__(self, function, **layers):
        super().__init__()
        self.function = function
        for name, layer in layers.items():
            setattr(self, name, layer)


class ImageAndMask(Called):
    def forward(self, image, mask):
        return self.function(self, image, mask)


class ImageAndText(Called):
    def forward(self, image, tokens):
        return self.function(self, image, tokens)


class LeftAndRight(Called):
    def forward(self, left, right):
        return self.function(self, left, right)


class ImageOptional(Called):
    def forward(self, image, scale=None, extra=None):
        return self.function(self, image, extra)


def attend(m, image, tokens):
    """Each word looks at the whole image; the image at itself."""
    places = m.c(image).flatten(2).transpose(1, 2)
    words = m.e(tokens)
    return words + (words @ places.transpose(1, 2)).softmax(-1) @ places


ONE = [
    ("convolution", lambda: c1(2, 3, 3), (2, 15)),
    ("strided and padded", lambda: seq(c1(1, 2, 5, stride=2, padding=2), nn.ReLU(), c1(2, 1, 3, stride=3)), (1, 31)),
    ("dilated", lambda: seq(c1(1, 2, 3, dilation=1), c1(2, 2, 3, dilation=2), c1(2, 1, 3, dilation=4)), (1, 24)),
    ("pooling", lambda: seq(c1(1, 2, 3), nn.MaxPool1d(3, 2), nn.AvgPool1d(2, ceil_mode=True)), (1, 22)),
    ("global pooling", lambda: seq(c1(1, 2, 3), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(2, 3)), (1, 12)),
    ("adaptive pooling", lambda: seq(c1(1, 2, 3), nn.AdaptiveMaxPool1d(4)), (1, 15)),
    ("transposed", lambda: seq(c1(1, 2, 3, stride=2), nn.ConvTranspose1d(2, 1, 4, 2, 1)), (1, 17)),
    ("resized", lambda: seq(c1(1, 2, 3, stride=2), nn.Upsample(scale_factor=2, mode="linear"), c1(2, 1, 3)), (1, 19)),
    ("nearest", lambda: seq(c1(1, 1, 3), nn.Upsample(scale_factor=3), c1(1, 1, 2)), (1, 11)),
    ("depthwise", lambda: seq(c1(4, 4, 5, groups=4, padding=2), nn.BatchNorm1d(4), c1(4, 2, 1)), (4, 14)),
    ("normalized", lambda: seq(c1(1, 2, 3), nn.InstanceNorm1d(2), c1(2, 1, 3)), (1, 12)),
    ("causal audio", Wave, (2, 20)),
    ("U-Net", lambda: UNet(c1, nn.MaxPool1d, "linear"), (1, 16)),
    ("attention", lambda: Lambda(lambda m, x: (lambda t: t + m.a(t, t, t)[0])(m.c(x).transpose(1, 2)),
                                 c=c1(1, 4, 3), a=nn.MultiheadAttention(4, 2, batch_first=True)), (1, 11)),
    ("recurrent", lambda: Lambda(lambda m, x: m.r(m.c(x).transpose(1, 2))[0], c=c1(1, 3, 3),
                                 r=nn.GRU(3, 4, batch_first=True)), (1, 10)),
    ("frames as channels", lambda: Lambda(lambda m, x: m.c(x.unflatten(2, (-1, 4)).movedim(3, 1).flatten(1, 2)),
                                          c=c1(4, 2, 2)), (1, 20)),
    ("windows by unfold", lambda: Lambda(lambda m, x: m.l(m.c(x).unfold(2, 4, 2)), c=c1(1, 1, 3), l=nn.Linear(4, 2)),
     (1, 16)),
    ("mirrored padding", lambda: c1(1, 2, 5, padding=2, padding_mode="reflect"), (1, 11)),
    ("running mean", lambda: Lambda(lambda m, x: m.c(x).cumsum(2), c=c1(1, 2, 3)), (1, 12)),
    ("tokens", lambda: Lambda(lambda m, t: m.c(m.e(t).transpose(1, 2)), e=nn.Embedding(7, 3), c=c1(3, 2, 3)), (13,)),
    ("words", lambda: Words(False), (9,)),
    ("causal words", lambda: Words(True), (9,)),
    ("written row by row", lambda: Lambda(lambda m, x: _in_pieces(m.c(x)), c=c1(1, 2, 3)), (1, 12)),
]


def _in_pieces(x):
    y = torch.zeros_like(x)
    for i in range(x.shape[2]):
        y[:, :, i] = x[:, :, :i + 1].sum(2)
    return y


THREE = [
    ("convolution", lambda: c3(2, 1, 3), (2, 5, 6, 7)),
    ("of other sizes", lambda: seq(c3(1, 2, (1, 3, 5), stride=(1, 2, 1), padding=(0, 1, 2)), nn.ReLU(),
                                   c3(2, 1, (3, 1, 1))), (1, 5, 8, 7)),
    ("pooling", lambda: seq(c3(1, 2, 2), nn.MaxPool3d((1, 2, 2)), nn.AvgPool3d(2)), (1, 6, 9, 9)),
    ("global pooling", lambda: seq(c3(1, 2, 3), nn.AdaptiveAvgPool3d(1), nn.Flatten()), (1, 4, 5, 6)),
    ("adaptive pooling", lambda: nn.AdaptiveAvgPool3d((2, 3, 1)), (1, 4, 5, 3)),
    ("transposed", lambda: seq(c3(1, 1, 2, stride=2), nn.ConvTranspose3d(1, 1, 2, 2)), (1, 4, 6, 4)),
    ("U-Net", lambda: UNet(c3, nn.MaxPool3d, "trilinear"), (1, 4, 6, 4)),
    ("space and time apart", lambda: seq(c3(1, 2, (1, 3, 3), padding=(0, 1, 1)), nn.BatchNorm3d(2), nn.ReLU(),
                                         c3(2, 1, (3, 1, 1), padding=(1, 0, 0))), (1, 5, 5, 6)),
    ("normalized", lambda: seq(c3(1, 2, 2), nn.GroupNorm(1, 2)), (1, 4, 4, 3)),
    ("depthwise", lambda: seq(c3(2, 2, (3, 3, 1), groups=2), c3(2, 1, 1)), (2, 5, 5, 4)),
    ("mean over time", lambda: Lambda(lambda m, x: m.d(m.c(x).mean(2)), c=c3(1, 2, (3, 1, 1)), d=c2(2, 1, 3)),
     (1, 5, 6, 6)),
    ("padded copies", lambda: Lambda(lambda m, x: m.c(F.pad(x, (1, 1, 0, 0, 2, 0), mode="replicate")), c=c3(1, 1, 3)),
     (1, 4, 5, 5)),
    ("patches as tokens", lambda: Lambda(lambda m, x: m.l(m.c(x).flatten(2).transpose(1, 2)), c=c3(1, 3, 2, stride=2),
                                         l=nn.Linear(3, 2)), (1, 4, 4, 6)),
    ("attention over time", lambda: Lambda(
        lambda m, x: (lambda t: m.a(t, t, t)[0])(m.c(x).mean((3, 4)).transpose(1, 2)), c=c3(1, 4, (1, 3, 3)),
        a=nn.MultiheadAttention(4, 1, batch_first=True)), (1, 6, 4, 5)),
    ("slices added", lambda: Lambda(lambda m, x: m.c(x)[:, :, 1:] + m.c(x)[:, :, :-1], c=c3(1, 1, (1, 2, 2))),
     (1, 4, 4, 4)),
]

SEVERAL = [
    ("image and mask", lambda: ImageAndMask(lambda m, x, y: m.e(m.c(x) * m.d(y).sigmoid()), c=c2(3, 2, 3, padding=1),
                                            d=c2(1, 2, 5, padding=2), e=c2(2, 1, 3)),
     {"image": (3, 9, 8), "mask": (1, 9, 8)}),
    ("mask of bools", lambda: ImageAndMask(lambda m, x, y: m.c(x) + m.d(y.to(x.dtype)), c=c2(1, 2, 3), d=c2(1, 2, 3)),
     {"image": (1, 8, 8), "mask": torch.ones(1, 1, 8, 8, dtype=torch.bool)}),
    ("image and tokens", lambda: ImageAndText(attend, c=c2(1, 4, 2, stride=2), e=nn.Embedding(9, 4)),
     {"image": (1, 6, 8), "tokens": (5,)}),
    ("two views with shared weights", lambda: LeftAndRight(lambda m, x, y: m.c(x) - m.c(y), c=c2(1, 2, 3)),
     {"left": (1, 8, 9), "right": (1, 8, 9)}),
    ("two sequences", lambda: LeftAndRight(lambda m, x, y: torch.cat([m.c(x), m.d(y)], 1), c=c1(1, 2, 3),
                                           d=c1(2, 1, 5, padding=1)), {"left": (1, 12), "right": (2, 12)}),
    ("a volume and an image", lambda: LeftAndRight(lambda m, x, y: m.c(x).mean(2) + m.d(y), c=c3(1, 1, (2, 3, 3)),
                                                   d=c2(1, 1, 3)), {"left": (1, 4, 6, 6), "right": (1, 6, 6)}),
    ("a number of its own for each image", lambda: ImageAndMask(
        lambda m, x, y: m.c(x) * m.l(y)[:, :, None, None], c=c2(1, 2, 3), l=nn.Linear(3, 2)),
     {"image": (1, 7, 7), "mask": torch.rand(1, 3, dtype=torch.float64)}),
    ("named, not in order", lambda: ImageOptional(lambda m, x, more: m.c(x) + m.d(more), c=c2(1, 1, 3), d=c2(1, 1, 3)),
     {"extra": (1, 7, 8), "image": (1, 7, 8)}),
    ("in order, without names", lambda: LeftAndRight(lambda m, x, y: x + m.c(y), c=c2(1, 1, 3, padding=1)),
     [(1, 6, 6), (1, 6, 6)]),
]
