"""More small networks whose dependencies are easily lost: kernels that structure cuts, attention.

As in ``panel_soundness.py``; ``test_soundness.py`` judges these, too.
"""

import math
import random

import numpy
import torch
import torch.nn.functional as F
from torch import nn

from tests.rf.panel_soundness import EMBED, TWO, attention, band, by_kernel, c, const, p

CROSS = {"w": p(2, 1, 3, 3), "b": const(0, 1, 0, 1, 1, 1, 0, 0, 0, shape=(3, 3))}
GENERATOR = numpy.random.default_rng(1)


def written_into(m, *places):
    kernel = torch.zeros(1, 1, 3, 3)
    kernel[(0, 0, *places)] = m.w
    return kernel


def triangle(m):
    matrix, places = torch.zeros(8, 8), torch.tril_indices(8, 8)
    matrix[places[0], places[1]] = m.w
    return matrix


def gamma(m, x):
    """Ones times a parameter that begins with zeros: it is trained away from them."""
    scale = torch.ones(8, 8)
    scale.mul_(m.g)
    return x + scale * x.mean()


def attend(**settings):
    def forward(m, x):
        rows = m.c(x).mean(3).transpose(1, 2)[:, None]
        found = F.scaled_dot_product_attention(rows, rows, rows, **{k: v(m) for k, v in settings.items()})
        return found[:, 0].transpose(1, 2)[..., None].expand(-1, -1, -1, 2)

    return forward


def penalty(value):
    return lambda m: torch.zeros(8, 8).masked_fill(~band(8, 1), value)


FOLLOWED = [
    ("a parameter written into zeros", by_kernel(lambda m: written_into(m, 0)), {"w": p(3)}),
    ("a parameter scattered", by_kernel(lambda m: torch.zeros(9).scatter(0, m.i, m.w).view(1, 1, 3, 3)),
     {"w": p(3), "i": lambda: torch.tensor([1, 4, 7])}),
    ("a padded kernel", by_kernel(lambda m: F.pad(m.w, (0, 2, 0, 1))), {"w": p(1, 1, 2, 2)}),
    ("a kernel beside zeros", by_kernel(lambda m: torch.cat([m.w, torch.zeros_like(m.w)], 2)), {"w": p(1, 1, 2, 3)}),
    ("a kernel or zero, a tensor", by_kernel(lambda m: torch.where(m.b > 0, m.w, m.w.new_zeros(()))), CROSS),
    ("a lower triangle", lambda m, x: x @ m.w.tril(), {"w": p(8, 8)}),
    ("a diagonal", lambda m, x: x @ torch.diag_embed(m.w), {"w": p(8)}),
    ("two blocks", lambda m, x: x @ torch.block_diag(m.w, m.v), {"w": p(3, 3), "v": p(5, 5)}),
    ("a triangle by its places", lambda m, x: x @ triangle(m), {"w": p(36)}),
    ("shares that a mask cuts", lambda m, x: x @ m.w.masked_fill(~band(8, 1), -math.inf).softmax(0), {"w": p(8, 8)}),
    ("shares with a low number added",
     lambda m, x: x @ (m.w + torch.zeros(8, 8).masked_fill(~band(8, 1), -1e9)).softmax(0), {"w": p(8, 8)}),
    ("a penalty taken back",
     lambda m, x: x @ ((m.w - 1e9 * ~band(8, 1)) + 1e9 * ~band(8, 1)).softmax(0), {"w": p(8, 8)}),
    ("a scale that begins with zeros", gamma, {"g": lambda: nn.Parameter(torch.zeros(8, 8))}),
    ("minus infinity written", attention(lambda m, s: s.masked_fill_(~band(8, 1), -math.inf).softmax(-1)), EMBED),
    ("minus infinity by an index", attention(
        lambda m, s: (s.__setitem__((slice(None), ~band(8, 1)), -math.inf), s.softmax(-1))[1]), EMBED),
    ("columns of minus infinity", attention(lambda m, s: (s[..., 5:].fill_(-math.inf), s.softmax(-1))[1]), EMBED),
    ("a tensor of minus infinity", attention(
        lambda m, s: torch.where(band(8, 1), s, torch.full_like(s, -math.inf)).softmax(-1)), EMBED),
    ("softmin of a penalty", attention(lambda m, s: F.softmin(s + 1e9 * ~band(8, 1), dim=-1)), EMBED),
    ("sigmoids of masked scores", attention(
        lambda m, s: (s + torch.zeros(8, 8).masked_fill(~band(8, 1), -math.inf)).sigmoid()), EMBED),
    ("attention", attend(), EMBED),
    ("causal attention", attend(is_causal=lambda m: True), EMBED),
    ("attention by a mask", attend(attn_mask=lambda m: band(8, 1)), EMBED),
    ("attention by minus infinity", attend(attn_mask=penalty(-math.inf)), EMBED),
    ("attention by a low number", attend(attn_mask=penalty(-1e9)), EMBED),
    ("attention by a learned bias", attend(attn_mask=lambda m: m.w), {**EMBED, "w": p(8, 8)}),
    ("a randomized ReLU", lambda m, x: F.rrelu(m.c(x)), {"c": c(1, 2)}),
    ("a histogram in a log", lambda m, x: (m.log.append(torch.histc(x, 4).tolist()), m.c(x))[1],
     {"c": c(1, 2), "log": list}),
    ("no prefix", lambda m, x: torch.cat([m.c(x)[:, :, :0] * 2, m.c(x)], 2), {"c": c(1, 2)}),
]

REFUSED = [
    ("as many as are above zero", lambda m, x: m.c(x) + (x > 0.5).nonzero().shape[0], {"c": c(1, 2)}),
    ("a global generator", lambda m, x: m.c(x) if GENERATOR.random() < 0.5 else m.d(x), TWO),
    ("one layer of a list", lambda m, x: m.l[random.randrange(2)](x),
     {"l": lambda: nn.ModuleList([nn.Conv2d(1, 1, 3, padding=1), nn.Conv2d(1, 1, 3, padding=2, dilation=2)])}),
]
