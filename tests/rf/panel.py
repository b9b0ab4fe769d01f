"""Small networks that between them use every operation the receptive-field calculator knows.

Each entry is (name, function that builds the network, input size). ``test_trace.py`` holds the
calculator to the perturbation oracle on all of them.
"""

import warnings

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint


class Lambda(nn.Module):
    """A forward function over named submodules: ``Lambda(lambda m, x: m.a(x) + x, a=conv(3))``."""

    def __init__(self, function, **modules):
        super().__init__()
        self.function = function
        for name, module in modules.items():
            setattr(self, name, module)

    def forward(self, x):
        return self.function(self, x)


def conv(ch_in, ch_out, kernel, **settings):
    return nn.Conv2d(ch_in, ch_out, kernel, **settings)


def seq(*modules):
    return nn.Sequential(*modules)


class Backwards(nn.Module):
    """Layers registered in the opposite order of their execution."""

    def __init__(self):
        super().__init__()
        self.last = conv(4, 2, 5)
        self.middle = nn.MaxPool2d(2)
        self.first = conv(1, 4, 3, padding=1)

    def forward(self, x):
        return self.last(self.middle(self.first(x)))


class Functional(nn.Module):
    """Parameters only, every operation a function."""

    def __init__(self):
        super().__init__()
        self.one = nn.Parameter(torch.randn(4, 1, 3, 3))
        self.two = nn.Parameter(torch.randn(2, 4, 3, 3))

    def forward(self, x):
        x = F.max_pool2d(F.relu(F.conv2d(x, self.one, padding=1)), 2)
        return F.conv2d(x, self.two, stride=2, dilation=2, padding=1)


class MaskedConv(nn.Conv2d):
    """A convolution that sees only what is above or to the left (as in PixelCNN)."""

    def __init__(self, *args, **settings):
        super().__init__(*args, **settings)
        mask = torch.ones_like(self.weight)
        height, width = self.kernel_size
        mask[:, :, height // 2, width // 2 + 1:] = 0
        mask[:, :, height // 2 + 1:] = 0
        self.register_buffer("mask", mask)

    def forward(self, x):
        return F.conv2d(x, self.weight * self.mask, self.bias, self.stride, self.padding)


class SqueezeExcitation(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.down, self.up = conv(channels, 2, 1), conv(2, channels, 1)

    def forward(self, x):
        gate = torch.sigmoid(self.up(F.relu(self.down(x.mean((2, 3), keepdim=True)))))
        return x * gate


class Attention(nn.Module):
    """Tokens from 4x4 patches, one layer of self-attention, back to a map."""

    def __init__(self):
        super().__init__()
        self.embed = conv(1, 8, 4, stride=4)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        x = self.embed(x)
        tokens = x.flatten(2).transpose(1, 2)
        tokens = tokens + self.attention(tokens, tokens, tokens, need_weights=False)[0]
        return tokens.transpose(1, 2).reshape(x.shape)


class Windows(nn.Module):
    """Attention-like mixing inside windows of 4x4, as shifted-window transformers do it."""

    def __init__(self, shift):
        super().__init__()
        self.shift, self.first, self.mix = shift, conv(1, 4, 3, padding=1), nn.Linear(16, 16)

    def forward(self, x):
        x = torch.roll(self.first(x), (-self.shift, -self.shift), (2, 3))
        n, c, h, w = x.shape
        x = x.view(n, c, h // 4, 4, w // 4, 4).permute(0, 1, 2, 4, 3, 5).reshape(n, c, -1, 16)
        x = self.mix(x).view(n, c, h // 4, w // 4, 4, 4).permute(0, 1, 2, 4, 3, 5).reshape(n, c, h, w)
        return torch.roll(x, (self.shift, self.shift), (2, 3))


def masked_attention(m, x):
    """Each row of the map attends to the rows above it and to itself."""
    rows = m.embed(x).mean(3).transpose(1, 2)
    mask = torch.full((rows.shape[1],) * 2, float("-inf"), dtype=rows.dtype).triu(1)
    scores = rows @ rows.transpose(1, 2) + mask
    return (scores.softmax(-1) @ rows).transpose(1, 2)[..., None].expand(-1, -1, -1, 2)


def written_in_slices(m, x):
    y = m.c(x)
    out = y.new_zeros(y.shape[0], y.shape[1], y.shape[2] + 2, y.shape[3])
    out[:, :, 1:-1] = y
    out[:, :, 0].add_(y[:, :, 1])
    return out


def in_place_through_a_view(m, x):
    y = m.c(x)
    half = y[:, :2]
    half += m.d(x)
    return y


def unet(m, x):
    a = m.a(x)
    b = m.b(F.max_pool2d(a, 2))
    c = m.c(F.max_pool2d(b, 2))
    b = m.up(torch.cat([F.interpolate(c, scale_factor=2), b], 1))
    return m.out(torch.cat([F.interpolate(b, scale_factor=2, mode="bilinear"), a], 1))


def shuffle_unit(m, x):
    one, two = m.a(x).chunk(2, dim=1)
    x = torch.cat([one, m.b(two)], 1)
    n, c, h, w = x.shape
    x = x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
    return m.c(x[:, :2])


def reused(m, x):
    for _ in range(3):
        x = m.c(x)
    return x


def fold(m, x):
    columns = F.unfold(m.c(x), 3, padding=1, stride=2)
    return F.fold(columns, x.shape[2:], 3, padding=1, stride=2)


class Tokens(nn.Module):
    """A small vision transformer, as far as its tokens."""

    def __init__(self):
        super().__init__()
        self.embed, self.layer = conv(1, 8, 4, stride=4), nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.place, self.token = nn.Parameter(torch.randn(1, 9, 8)), nn.Parameter(torch.randn(1, 1, 8))

    def forward(self, x):
        x = self.embed(x).flatten(2).transpose(1, 2) + self.place
        return self.layer(torch.cat([self.token.expand(len(x), -1, -1), x], 1))


def copied_slice(m, x):
    y = m.c(x)
    y[:, :, 1:3].copy_(y[:, :, 4:6])
    return y


def scaled_slice(m, x):
    y = m.c(x)
    y[:, :1].mul_(y[:, 1:])
    return m.d(y)


def assigned_rows(m, x):
    y = m.c(x)
    y[:, :, [0, 2]] = y[:, :, [3, 4]]
    return y


def pyramid(m, x):
    a = m.a(x)
    b = m.b(a)
    b = b + F.interpolate(m.c(b), size=b.shape[2:])
    return {"a": a + F.interpolate(b, size=a.shape[2:], mode="bilinear", align_corners=True), "b": b}


def hooked():
    network = seq(conv(1, 1, 3), conv(1, 1, 3))
    network[0].register_forward_hook(lambda module, args, output: F.avg_pool2d(output, 2))
    network[1].register_forward_pre_hook(lambda module, args: (F.pad(args[0], (1, 1, 1, 1)),))
    return network


def weight_normed():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return seq(nn.utils.weight_norm(conv(1, 2, 3)), conv(2, 1, 3))


PANEL = [
    ("conv 3", lambda: conv(1, 2, 3), (1, 12, 12)),
    ("conv 5 padded", lambda: seq(conv(1, 2, 5, padding=2), conv(2, 2, 3, padding=1)), (1, 14, 14)),
    ("conv strided, cut off at the end", lambda: seq(conv(1, 2, 1, stride=4), conv(2, 2, 3, padding=1)), (1, 14, 14)),
    ("conv with more padding than kernel", lambda: seq(conv(1, 2, 3, padding=4), conv(2, 2, 3)), (1, 8, 8)),
    ("conv asymmetric", lambda: seq(conv(1, 2, (3, 5), stride=(2, 1), padding=(1, 0), dilation=(1, 2)),
                                    conv(2, 2, (5, 1))), (1, 22, 18)),
    ("conv same, odd", lambda: seq(conv(1, 2, 5, padding="same"), conv(2, 2, 3, padding="same")), (1, 14, 12)),
    ("conv same, even", lambda: seq(conv(1, 2, 4, padding="same"), conv(2, 2, 2, padding="same")), (1, 14, 12)),
    ("conv valid", lambda: conv(1, 2, 4, padding="valid"), (1, 9, 9)),
    ("even kernels", lambda: seq(conv(1, 2, 2), conv(2, 2, 4, padding=1), nn.MaxPool2d(2)), (1, 16, 16)),
    ("dilation", lambda: seq(conv(1, 2, 3, dilation=2, padding=2), conv(2, 2, 3, dilation=4, padding=4)), (1, 20, 20)),
    ("groups", lambda: seq(conv(1, 4, 3), conv(4, 4, 3, groups=4), conv(4, 6, 3, groups=2)), (1, 14, 14)),
    ("stride larger than kernel", lambda: seq(conv(1, 2, 2, stride=3), conv(2, 2, 3)), (1, 20, 20)),
    ("field larger than the image", lambda: seq(*[conv(1, 1, 5, padding=2) for _ in range(6)]), (1, 11, 11)),
    ("conv without bias in 3 channels", lambda: conv(3, 2, 3, bias=False), (3, 9, 9)),
    ("reflect", lambda: seq(conv(1, 2, 5, padding=2, padding_mode="reflect"), conv(2, 2, 3)), (1, 12, 12)),
    ("replicate", lambda: seq(conv(1, 2, 5, padding=2, padding_mode="replicate"), conv(2, 2, 3)), (1, 12, 12)),
    ("circular", lambda: seq(conv(1, 2, 5, padding=2, padding_mode="circular"), conv(2, 2, 3)), (1, 12, 12)),
    ("zero pad, uneven", lambda: seq(nn.ZeroPad2d((1, 2, 3, 0)), conv(1, 2, 3)), (1, 10, 10)),
    ("constant pad", lambda: seq(nn.ConstantPad2d(2, 1.5), conv(1, 2, 3)), (1, 10, 10)),
    ("reflection pad", lambda: seq(nn.ReflectionPad2d((1, 2, 3, 4)), conv(1, 2, 3)), (1, 10, 10)),
    ("replication pad", lambda: seq(nn.ReplicationPad2d(3), conv(1, 2, 3, stride=2)), (1, 10, 10)),
    ("circular pad", lambda: seq(nn.CircularPad2d((1, 2, 0, 1)), conv(1, 2, 3)), (1, 10, 10)),
    ("cropping by negative padding", lambda: seq(conv(1, 2, 3), Lambda(lambda m, x: F.pad(x, (-1, -2, 1, -3)))),
     (1, 14, 14)),
    ("max pool", lambda: seq(conv(1, 2, 3), nn.MaxPool2d(3, 2, 1), conv(2, 2, 3)), (1, 16, 16)),
    ("max pool dilated", lambda: seq(conv(1, 2, 3), nn.MaxPool2d(2, 1, 0, 3)), (1, 14, 14)),
    ("max pool ceil", lambda: seq(nn.MaxPool2d(3, 2, ceil_mode=True), nn.MaxPool2d(2, ceil_mode=True)), (1, 14, 13)),
    ("max pool with indices", lambda: Lambda(lambda m, x: m.p(m.c(x))[0], c=conv(1, 2, 3),
                                             p=nn.MaxPool2d(2, return_indices=True)), (1, 12, 12)),
    ("average pool", lambda: seq(conv(1, 2, 3), nn.AvgPool2d(2), conv(2, 2, 3)), (1, 16, 16)),
    ("average pool ceil, padding counted", lambda: seq(nn.AvgPool2d(3, 2, 1, True), conv(1, 2, 3)), (1, 14, 14)),
    ("average pool ceil, not counted", lambda: nn.AvgPool2d(3, 2, 1, True, count_include_pad=False), (1, 14, 14)),
    ("LP pool", lambda: seq(conv(1, 2, 3), nn.LPPool2d(2, 3, 2)), (1, 14, 14)),
    ("LP pool ceil", lambda: nn.LPPool2d(2, 3, 2, ceil_mode=True), (1, 14, 14)),
    ("adaptive average, divides", lambda: seq(conv(1, 2, 3), nn.AdaptiveAvgPool2d(4)), (1, 14, 14)),
    ("adaptive average, does not divide", lambda: seq(conv(1, 2, 3), nn.AdaptiveAvgPool2d((5, 3))), (1, 15, 15)),
    ("adaptive max", lambda: seq(conv(1, 2, 3), nn.AdaptiveMaxPool2d((4, 5))), (1, 15, 15)),
    ("adaptive to more units", lambda: seq(conv(1, 2, 3, stride=2), nn.AdaptiveAvgPool2d(9)), (1, 15, 15)),
    ("global average", lambda: seq(conv(1, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 3)), (1, 9, 9)),
    ("mean over H and W", lambda: Lambda(lambda m, x: m.c(x).mean((2, 3)), c=conv(1, 2, 3)), (1, 9, 9)),
    ("mean over W", lambda: Lambda(lambda m, x: m.c(x).mean(3, keepdim=True), c=conv(1, 2, 3)), (1, 9, 9)),
    ("amax over H", lambda: Lambda(lambda m, x: m.c(x).amax(2, keepdim=True), c=conv(1, 2, 3)), (1, 9, 9)),
    ("transposed conv", lambda: seq(conv(1, 2, 3, stride=2), nn.ConvTranspose2d(2, 2, 3, 2, 1, 1)), (1, 17, 17)),
    ("transposed conv 2 by 2", lambda: seq(nn.MaxPool2d(2), nn.ConvTranspose2d(1, 2, 2, 2), conv(2, 2, 3)),
     (1, 16, 16)),
    ("transposed conv 4 by 2", lambda: seq(nn.ConvTranspose2d(1, 2, 4, 2, 1), conv(2, 2, 2)), (1, 10, 10)),
    ("transposed conv with gaps", lambda: nn.ConvTranspose2d(1, 2, 2, 3), (1, 6, 6)),
    ("transposed conv dilated", lambda: nn.ConvTranspose2d(1, 2, 3, 2, 1, dilation=2), (1, 8, 8)),
    ("transposed conv grouped, asymmetric", lambda: nn.ConvTranspose2d(2, 4, (3, 2), (2, 1), (0, 1), groups=2),
     (2, 8, 9)),
    ("transposed conv twice", lambda: seq(conv(1, 2, 3, stride=4), nn.ConvTranspose2d(2, 2, 2, 2),
                                          nn.ConvTranspose2d(2, 2, 2, 2), conv(2, 2, 3)), (1, 23, 23)),
    ("nearest", lambda: seq(conv(1, 2, 3, stride=2), nn.Upsample(scale_factor=2), conv(2, 2, 3)), (1, 17, 17)),
    ("nearest to a size", lambda: seq(conv(1, 2, 3), nn.Upsample(size=(15, 7)), conv(2, 2, 2)), (1, 12, 12)),
    ("nearest exact", lambda: seq(nn.Upsample(size=(15, 7), mode="nearest-exact"), conv(1, 2, 2)), (1, 10, 10)),
    ("nearest by 1.5", lambda: seq(nn.Upsample(scale_factor=1.5), conv(1, 2, 3)), (1, 11, 11)),
    ("bilinear by 2", lambda: seq(conv(1, 2, 3, stride=2), nn.Upsample(scale_factor=2, mode="bilinear")), (1, 17, 17)),
    ("bilinear by 3", lambda: seq(nn.Upsample(scale_factor=3, mode="bilinear"), conv(1, 2, 3)), (1, 8, 8)),
    ("bilinear, aligned corners", lambda: nn.Upsample(size=(13, 9), mode="bilinear", align_corners=True), (1, 7, 7)),
    ("bilinear down", lambda: seq(conv(1, 2, 3), nn.Upsample(size=(5, 4), mode="bilinear")), (1, 15, 15)),
    ("bicubic", lambda: nn.Upsample(scale_factor=2, mode="bicubic"), (1, 8, 8)),
    ("antialiased", lambda: Lambda(lambda m, x: F.interpolate(x, size=(5, 7), mode="bilinear", antialias=True)),
     (1, 14, 14)),
    ("area", lambda: Lambda(lambda m, x: F.interpolate(x, size=(5, 7), mode="area")), (1, 14, 14)),
    ("pixel shuffle", lambda: seq(conv(1, 8, 3, stride=2), nn.PixelShuffle(2), conv(2, 2, 3)), (1, 17, 17)),
    ("pixel unshuffle", lambda: seq(nn.PixelUnshuffle(2), conv(4, 2, 3), nn.PixelUnshuffle(2)), (1, 16, 16)),
    ("unfold and fold", lambda: Lambda(fold, c=conv(1, 2, 3, padding=1)), (1, 9, 9)),
    ("unfold as convolution", lambda: Lambda(lambda m, x: m.l(F.unfold(x, 3, 2, 1, 2).transpose(1, 2)).transpose(1, 2)
                                             .unflatten(2, (5, 5)), l=nn.Linear(9, 2)), (1, 11, 11)),
    ("Tensor.unfold", lambda: Lambda(lambda m, x: m.c(x).unfold(2, 3, 2).sum(-1), c=conv(1, 2, 3)), (1, 13, 13)),
    ("slicing", lambda: Lambda(lambda m, x: m.d(m.c(x)[:, :, 1:-2:2, 3:]), c=conv(1, 2, 3), d=conv(2, 2, 3)),
     (1, 17, 17)),
    ("residual sum", lambda: Lambda(lambda m, x: m.b(m.a(x)) + x, a=conv(1, 2, 3, padding=1),
                                    b=conv(2, 1, 3, padding=1)), (1, 12, 12)),
    ("residual sum, strided", lambda: Lambda(
        lambda m, x: F.relu(m.b(m.a(x)) + m.s(x)), s=conv(1, 2, 1, stride=2), a=conv(1, 2, 3, padding=1),
        b=conv(2, 2, 3, stride=2, padding=1)), (1, 15, 15)),
    ("residual sum, in place", lambda: Lambda(in_place_through_a_view, c=conv(1, 4, 3, padding=1),
                                              d=conv(1, 2, 5, padding=2)), (1, 12, 12)),
    ("misaligned sum", lambda: Lambda(lambda m, x: m.a(x)[:, :, :-1, :-1] + x[:, :, 3:, 3:], a=conv(1, 1, 3)),
     (1, 12, 12)),
    ("concatenation", lambda: Lambda(lambda m, x: torch.cat([m.a(x), m.b(x), x], 1), a=conv(1, 2, 3, padding=1),
                                     b=conv(1, 2, 5, padding=2)), (1, 12, 12)),
    ("one channel of a concatenation", lambda: Lambda(
        lambda m, x: m.c(torch.cat([m.a(x), m.b(x)], 1)[:, :2]), a=conv(1, 2, 3, padding=1),
        b=conv(1, 2, 7, padding=3), c=conv(2, 2, 3)), (1, 14, 14)),
    ("stack and sum", lambda: Lambda(lambda m, x: torch.stack([m.a(x), m.b(x)]).sum(0), a=conv(1, 2, 3, padding=1),
                                     b=conv(1, 2, (1, 5), padding=(0, 2))), (1, 12, 12)),
    ("concatenation along H", lambda: Lambda(lambda m, x: m.a(torch.cat([x, x.flip(2)], 2)), a=conv(1, 2, 3)),
     (1, 8, 8)),
    ("maximum", lambda: Lambda(lambda m, x: torch.maximum(m.a(x), x), a=conv(1, 1, 3, padding=1)), (1, 10, 10)),
    ("squeeze and excitation", lambda: seq(conv(1, 3, 3), SqueezeExcitation(3), conv(3, 2, 3)), (1, 10, 10)),
    ("spatial gate", lambda: Lambda(lambda m, x: m.a(x) * torch.sigmoid(m.g(x)), a=conv(1, 2, 3, padding=1),
                                    g=conv(1, 1, 7, padding=3)), (1, 12, 12)),
    ("product with a mask", lambda: Lambda(lambda m, x: m.a(x * torch.eye(10, dtype=x.dtype)), a=conv(1, 2, 3)),
     (1, 10, 10)),
    ("batch norm", lambda: seq(conv(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Dropout(0.5), conv(2, 2, 3)),
     (1, 10, 10)),
    ("batch norm without statistics", lambda: seq(conv(1, 2, 3), nn.BatchNorm2d(2, track_running_stats=False)),
     (1, 8, 8)),
    ("instance norm", lambda: seq(conv(1, 2, 3), nn.InstanceNorm2d(2), conv(2, 2, 3)), (1, 10, 10)),
    ("instance norm with statistics", lambda: seq(conv(1, 2, 3), nn.InstanceNorm2d(2, track_running_stats=True)),
     (1, 10, 10)),
    ("group norm", lambda: seq(conv(1, 4, 3), nn.GroupNorm(2, 4), conv(4, 2, 3)), (1, 10, 10)),
    ("layer norm over C, H, W", lambda: seq(conv(1, 2, 3), nn.LayerNorm([2, 8, 8])), (1, 10, 10)),
    ("layer norm over W", lambda: seq(conv(1, 2, 3), nn.LayerNorm(8)), (1, 10, 10)),
    ("layer norm over channels", lambda: Lambda(
        lambda m, x: m.n(m.c(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2), c=conv(1, 4, 3), n=nn.LayerNorm(4)),
     (1, 10, 10)),
    ("local response norm", lambda: seq(conv(1, 4, 3), nn.LocalResponseNorm(3)), (1, 8, 8)),
    ("softmax over channels", lambda: seq(conv(1, 3, 3), nn.Softmax(dim=1)), (1, 8, 8)),
    ("softmax over W", lambda: seq(conv(1, 3, 3), nn.Softmax(dim=3)), (1, 8, 8)),
    ("flatten and linear", lambda: seq(conv(1, 2, 3), nn.Flatten(), nn.Linear(72, 5)), (1, 8, 8)),
    ("view and linear", lambda: Lambda(lambda m, x: m.l(m.c(x).view(x.shape[0], -1)), c=conv(1, 2, 3),
                                       l=nn.Linear(72, 5)), (1, 8, 8)),
    ("linear over W", lambda: seq(conv(1, 2, 3), nn.Linear(6, 4)), (1, 8, 8)),
    ("linear over channels", lambda: Lambda(lambda m, x: m.l(x.movedim(1, 3)).movedim(3, 1), l=nn.Linear(3, 4)),
     (3, 7, 7)),
    ("attention", lambda: Attention(), (1, 12, 12)),
    ("masked attention", lambda: Lambda(masked_attention, embed=conv(1, 4, 2, stride=2)), (1, 12, 12)),
    ("windows", lambda: Windows(0), (1, 12, 12)),
    ("shifted windows", lambda: Windows(2), (1, 12, 12)),
    ("transpose of H and W", lambda: Lambda(lambda m, x: m.c(x.transpose(2, 3)), c=conv(1, 2, (3, 5))), (1, 12, 9)),
    ("sum with its transpose", lambda: Lambda(lambda m, x: m.c(x + x.transpose(2, 3)), c=conv(1, 2, 3)), (1, 8, 8)),
    ("flip", lambda: Lambda(lambda m, x: m.c(x.flip(3)), c=conv(1, 2, 3, padding=1)), (1, 9, 9)),
    ("roll", lambda: Lambda(lambda m, x: m.c(torch.roll(x, 3, 2)), c=conv(1, 2, 3, padding=1)), (1, 9, 9)),
    ("cumulative sum", lambda: Lambda(lambda m, x: m.c(x).cumsum(2), c=conv(1, 2, 3)), (1, 9, 9)),
    ("index select", lambda: Lambda(lambda m, x: m.c(x).index_select(2, torch.tensor([0, 2, 5])), c=conv(1, 2, 3)),
     (1, 9, 9)),
    ("advanced indexing", lambda: Lambda(lambda m, x: m.c(x)[:, :, [0, 3, 1]], c=conv(1, 2, 3)), (1, 9, 9)),
    ("written in slices", lambda: Lambda(written_in_slices, c=conv(1, 2, 3)), (1, 9, 9)),
    ("channel shuffle", lambda: seq(conv(1, 4, 3), nn.ChannelShuffle(2), conv(4, 2, 3, groups=2)), (1, 9, 9)),
    ("channel split", lambda: Lambda(shuffle_unit, a=conv(1, 4, 3), b=conv(2, 2, 5, padding=2), c=conv(2, 2, 3)),
     (1, 14, 14)),
    ("reused module", lambda: Lambda(reused, c=conv(1, 1, 3)), (1, 12, 12)),
    ("functional style", lambda: Functional(), (1, 18, 18)),
    ("registration order", lambda: Backwards(), (1, 16, 16)),
    ("masked convolution", lambda: seq(MaskedConv(1, 2, 3, padding=1), MaskedConv(2, 2, (5, 3), padding=(2, 1))),
     (1, 11, 11)),
    ("U-Net", lambda: Lambda(unet, a=conv(1, 2, 3, padding=1), b=conv(2, 2, 3, padding=1), c=conv(2, 2, 3, padding=1),
                             up=conv(4, 2, 3, padding=1), out=conv(4, 1, 3, padding=1)), (1, 24, 24)),
    ("parallel dilations", lambda: Lambda(
        lambda m, x: m.a(x) + m.b(x) + F.interpolate(m.g(F.adaptive_avg_pool2d(x, 1)), size=x.shape[2:]),
        a=conv(1, 2, 3, padding=2, dilation=2), b=conv(1, 2, 3, padding=3, dilation=3), g=conv(1, 2, 1)), (1, 12, 12)),
    ("conv1d over channels", lambda: Lambda(
        lambda m, x: m.c(x) * torch.sigmoid(m.e(m.c(x).mean((2, 3))[:, None])).transpose(1, 2)[..., None],
        c=conv(1, 4, 3), e=nn.Conv1d(1, 1, 3, padding=1)), (1, 9, 9)),
    ("einsum", lambda: Lambda(lambda m, x: torch.einsum("nchw,ck->nkhw", m.c(x), torch.ones(2, 3, dtype=x.dtype)),
                              c=conv(1, 2, 3)), (1, 9, 9)),
    ("weight norm", lambda: seq(nn.utils.parametrizations.weight_norm(conv(1, 2, 3)), conv(2, 2, 3)), (1, 9, 9)),
    ("activations", lambda: seq(conv(1, 2, 3), nn.GELU(), nn.SiLU(), nn.Hardswish(), nn.PReLU(), nn.ELU(),
                                nn.Softplus(), nn.Tanh(), nn.LeakyReLU(), nn.ReLU6(), conv(2, 2, 3)), (1, 9, 9)),
    ("GLU", lambda: seq(conv(1, 4, 3), nn.GLU(dim=1), conv(2, 2, 3)), (1, 9, 9)),
    ("repeat", lambda: Lambda(lambda m, x: m.c(x.repeat(1, 1, 2, 1)), c=conv(1, 2, 3)), (1, 7, 7)),
    ("repeat interleaved", lambda: Lambda(lambda m, x: m.c(x.repeat_interleave(2, 2)), c=conv(1, 2, 3)), (1, 7, 7)),
    ("up-sampling by expand", lambda: Lambda(
        lambda m, x: m.c(x[:, :, :, None].expand(-1, -1, -1, 2, -1).reshape(len(x), 1, -1, x.shape[3])),
        c=conv(1, 2, 3)), (1, 7, 7)),
    ("space to depth by hand", lambda: Lambda(
        lambda m, x: m.c(x.reshape(len(x), 1, 4, 2, 4, 2).permute(0, 1, 3, 5, 2, 4).reshape(len(x), 4, 4, 4)),
        c=conv(4, 2, 3)), (1, 8, 8)),
    ("space to depth by slices", lambda: Lambda(
        lambda m, x: m.c(torch.cat([x[..., i::2, j::2] for i in (0, 1) for j in (0, 1)], 1)), c=conv(4, 2, 3)),
     (1, 12, 12)),
    ("unit length over channels", lambda: Lambda(lambda m, x: F.normalize(m.c(x), dim=1), c=conv(1, 2, 3)),
     (1, 9, 9)),
    ("variance as a bias", lambda: Lambda(lambda m, x: m.c(x) + x.var((2, 3), keepdim=True), c=conv(1, 2, 3)),
     (1, 9, 9)),
    ("largest of a flattened map", lambda: Lambda(lambda m, x: m.c(x).flatten(2).max(-1)[0], c=conv(1, 2, 3)),
     (1, 9, 9)),
    ("softmax over the map", lambda: Lambda(lambda m, x: m.c(x).flatten(2).softmax(-1).view(len(x), 2, 7, 7),
                                            c=conv(1, 2, 3)), (1, 9, 9)),
    ("choice by a condition", lambda: Lambda(lambda m, x: torch.where(m.a(x) > 0, m.a(x), m.b(x)),
                                             a=conv(1, 2, 3, padding=1), b=conv(1, 2, 5, padding=2)), (1, 9, 9)),
    ("rotation by 90 degrees", lambda: Lambda(lambda m, x: m.c(torch.rot90(x, 1, (2, 3))), c=conv(1, 2, (3, 1))),
     (1, 9, 7)),
    ("channels last", lambda: seq(conv(1, 4, 3), nn.MaxPool2d(2), conv(4, 2, 3), nn.AdaptiveAvgPool2d(1)).to(
        memory_format=torch.channels_last), (1, 14, 14)),
    ("causal attention", lambda: Lambda(lambda m, x: F.scaled_dot_product_attention(
        *[m.e(x).mean(3).transpose(1, 2)[:, None]] * 3, is_causal=True)[:, 0], e=conv(1, 8, 4, stride=4)), (1, 16, 16)),
    ("attention by einsum", lambda: Lambda(lambda m, x: torch.einsum(
        "nij,ncj->nci", torch.einsum("nci,ncj->nij", *[m.c(x).flatten(2)] * 2).softmax(-1), m.c(x).flatten(2)),
        c=conv(1, 2, 3)), (1, 7, 7)),
    ("transformer layer with a class token", lambda: Tokens(), (1, 12, 12)),
    ("transposed conv with an output size", lambda: Lambda(
        lambda m, x: m.t(m.c(x), output_size=x.shape[2:]), c=conv(1, 2, 3, stride=2, padding=1),
        t=nn.ConvTranspose2d(2, 1, 3, 2, 1)), (1, 12, 12)),
    ("conv1d over rows", lambda: Lambda(lambda m, x: m.c(x.mean(3)), c=nn.Conv1d(1, 2, 3)), (1, 9, 9)),
    ("conv3d over channels", lambda: Lambda(lambda m, x: m.c(x[:, None])[:, :, 0], c=nn.Conv3d(1, 2, (2, 3, 3))),
     (2, 9, 9)),
    ("rows as matrices", lambda: Lambda(lambda m, x: torch.baddbmm(*m.c(x).unbind(1)), c=conv(1, 3, 3)), (1, 9, 9)),
    ("distances of rows", lambda: Lambda(lambda m, x: torch.cdist(*m.c(x).unbind(1)), c=conv(1, 2, 3)), (1, 9, 9)),
    ("bilinear form", lambda: Lambda(lambda m, x: m.b(*[m.c(x).movedim(1, 3)] * 2).movedim(3, 1), c=conv(1, 2, 3),
                                     b=nn.Bilinear(2, 2, 3)), (1, 9, 9)),
    ("recurrent over rows", lambda: Lambda(lambda m, x: m.r(m.c(x)[:, 0])[0], c=conv(1, 2, 3),
                                           r=nn.GRU(7, 3, batch_first=True)), (1, 9, 9)),
    ("one slice copied onto another", lambda: Lambda(copied_slice, c=conv(1, 2, 3)), (1, 9, 9)),
    ("one channel scaled by another, in place", lambda: Lambda(scaled_slice, c=conv(1, 2, 3), d=conv(2, 1, 3)),
     (1, 9, 9)),
    ("rows assigned by index", lambda: Lambda(assigned_rows, c=conv(1, 2, 3)), (1, 9, 9)),
    ("map in pieces", lambda: Lambda(lambda m, x: torch.cat([m.c(part) for part in x.split(4, 2)], 2),
                                     c=conv(1, 2, 3, padding=1)), (1, 12, 12)),
    ("diagonal", lambda: Lambda(lambda m, x: m.c(x).diagonal(dim1=2, dim2=3), c=conv(1, 2, 3)), (1, 9, 9)),
    ("strip pooling", lambda: Lambda(
        lambda m, x: x * (m.a(F.adaptive_avg_pool2d(x, (None, 1))) + m.b(x.mean(2, keepdim=True))).sigmoid(),
        a=conv(1, 1, (3, 1), padding=(1, 0)), b=conv(1, 1, (1, 3), padding=(0, 1))), (1, 9, 9)),
    ("pyramid pooling", lambda: Lambda(
        lambda m, x: torch.cat([x] + [F.interpolate(m.c(F.adaptive_avg_pool2d(x, k)), size=x.shape[2:], mode="bilinear")
                                      for k in (1, 2, 3)], 1), c=conv(1, 1, 1)), (1, 12, 12)),
    ("pyramid of features", lambda: Lambda(pyramid, a=conv(1, 2, 3, stride=2, padding=1), b=conv(2, 2, 3, stride=2,
                                           padding=1), c=conv(2, 2, 3, stride=2, padding=1)), (1, 23, 23)),
    ("coordinates as channels", lambda: Lambda(
        lambda m, x: m.c(torch.cat([x, torch.linspace(0, 1, 9, dtype=x.dtype).expand(len(x), 1, 9, 9)], 1)),
        c=conv(2, 2, 3)), (1, 9, 9)),
    ("hooks that change what passes", lambda: hooked(), (1, 14, 14)),
    ("symbolically traced", lambda: torch.fx.symbolic_trace(Backwards()), (1, 16, 16)),
    ("data parallel", lambda: nn.DataParallel(Backwards()), (1, 16, 16)),
    ("checkpointed", lambda: Lambda(lambda m, x: checkpoint(m.c, x, use_reentrant=False), c=conv(1, 2, 3)), (1, 9, 9)),
    ("LSTM over rows", lambda: Lambda(lambda m, x: m.r(m.c(x)[:, 0])[0], c=conv(1, 2, 3),
                                      r=nn.LSTM(7, 3, batch_first=True)), (1, 9, 9)),
    ("product with a band matrix", lambda: Lambda(lambda m, x: m.c(x) @ torch.ones(7, 7, dtype=x.dtype).triu().tril(1),
                                                  c=conv(1, 2, 3)), (1, 9, 9)),
    ("dropout that stays on", lambda: Lambda(lambda m, x: m.d(F.dropout(m.c(x), 0.5, training=True)), c=conv(1, 2, 3),
                                             d=conv(2, 1, 3)), (1, 12, 12)),
    ("nearest, rounded as PyTorch rounds", lambda: Lambda(lambda m, x: F.interpolate(m.c(x), size=(41, 23)),
                                                          c=conv(1, 1, 3)), (1, 31, 19)),
    ("involution", lambda: Lambda(lambda m, x: (F.unfold(x, 3, padding=1).view(len(x), 9, 9, 9) * m.c(x)).sum(1, True),
                                  c=conv(1, 9, 1)), (1, 9, 9)),
    ("embedding of a quantized map", lambda: Lambda(lambda m, x: m.e((m.c(x) * 1e6).long() % 7)[:, 0].movedim(3, 1),
                                                    c=conv(1, 1, 3), e=nn.Embedding(7, 3)), (1, 9, 9)),
    ("compiled part", lambda: seq(torch.compile(conv(1, 2, 3)), conv(2, 1, 3)), (1, 9, 9)),
    ("old weight norm", lambda: weight_normed(), (1, 9, 9)),
    ("scripted", lambda: torch.jit.script(Backwards()), (1, 16, 16)),
]
