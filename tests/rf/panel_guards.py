"""Small networks that ask their image before they go on: guards, whose field is the same both ways, and choices.

Each of ``GUARDS`` has the forward without the guard beside it: the tables are to say the same. ``REFUSED`` are to be
refused: another image, or chance, leads to another table, or a number comes back. ``test_soundness.py`` judges them.
"""

import functools
import random

import numpy
import torch
import torch.nn.functional as F

from tests.rf.panel_soundness import c, const, p

LAYERS = {"c": c(1, 2, 3, padding=1), "d": c(1, 2, 7, padding=3), "e": c(2, 2, 3, padding=1)}
MASKS: dict = {}
MEANS: dict = {}


def scaled(m, x):
    if x.max() > 1:
        x = x / 255
    return m.e(m.c(x))


def scaled_by_number(m, x):
    if x.max().item() > 1:
        x = x / 255
    return m.e(m.c(x))


def clamped(m, x):
    y = m.c(x)
    if torch.isinf(y).any() or torch.isnan(y).any():
        y = y.clamp(-1000, 1000)
    z = m.e(y)
    return z.clamp(-1000, 1000) if torch.isinf(z).any() else z


def centred(m, x):
    """On some images the first run's way, on others another."""
    return m.c(x - 0.5 if x.mean().item() > 0.5 else x)


@functools.lru_cache
def triangle(size):
    return torch.ones(size, size).tril()


def mask(size):
    if size not in MASKS:
        MASKS[size] = torch.ones(size, size).triu()
    return MASKS[size]


def nested(m, x):
    if x.mean() > 5:
        x = x * 2
        if x.max() > 70:
            return m.d(x)
    return m.c(x)


def both(m, x):
    bright, large = bool(x.mean() > 5), bool(x.max() > 70)
    return m.d(x) if bright and large else m.c(x)


def within(m, x):
    mean = x.mean().item()
    return m.c(x * mean if 0.45 < mean < 0.6 else x)


def flagged(m, x):
    bright, y = x.mean() > 0.5, m.c(x)
    return (y.relu() if bright else y) * float(bright)


def kept(m, x):
    if "mean" not in MEANS:
        MEANS["mean"] = x.mean()
    return m.c(x) * MEANS["mean"]


def until_still(m, x):
    y = m.c(x)
    while (y - x).abs().max() > 50:
        y = m.e(y)
    return y


def sometimes_asks(m, x):
    return m.d(x) if random.random() < 0.3 and x.mean() > 5 else m.c(x)


def larger_first(m, x):
    top, low = m.c(x).chunk(2, 2)
    return torch.cat([top, low] if (top > low).any() else [low, top], 2)


def late(m, x):
    """A number that only another way puts back, and that is the same on every other image."""
    place = int(x.argmax()) % 2
    return m.c(x + place if x.mean() > 5 else x)


def early(m, x):
    y = m.c(x)
    return y if y.max() < 100 else m.d(x)


def tries(m, x):
    for layer in (m.c, m.d):
        y = layer(x)
        if torch.isfinite(y).all():
            return y


def asserts(m, x):
    try:
        assert x.max() < 2
        return m.c(x)
    except AssertionError:
        return m.d(x)


def row_by_row(m, x):
    y = m.c(x)
    for i in range(8):
        if y[0, 0, i].max() > 100:
            y[0, 0, i] = y[0, 0, i].clamp(max=100)
    return y


def repeated(m, x, goes_on=lambda i, y: i < 2):
    from torch._higher_order_ops.while_loop import while_loop

    return while_loop(goes_on, lambda i, y: (i + 1, F.avg_pool2d(y, 3, 1, 1)), (torch.tensor(0), m.c(x)))[1]


def overwritten(m, x):
    kernel = m.w.clone()
    kernel[:, :, 0] = 0
    kernel[..., 0] += m.v[..., 0]
    return F.conv2d(x, kernel, padding=1)


KERNELS = {"w": p(1, 1, 3, 3), "v": p(1, 1, 3, 3), "b": const(1, 1, 1, 0, 1, 0, 0, 0, 0, shape=(3, 3))}
FOLLOWED = [
    ("rows clamped one by one", row_by_row, LAYERS),
    ("a loop as an operator", repeated, LAYERS),
    ("a kernel overwritten in parts", overwritten, KERNELS),
    ("a kernel where one gate is open and another shut",
     lambda m, x: F.conv2d(x, m.w * ((m.w > 0) & (m.v < 0)), padding=1), KERNELS),
    ("a difference of masked twins", lambda m, x: F.conv2d(x, (m.w + 1) * m.b - (m.w * 2) * m.b, padding=1), KERNELS),
    ("a gate that may open", lambda m, x: m.c(x) + x.mean() * (m.g > 0), LAYERS | {"g": p(1)}),
    ("a kernel of the largest weights", lambda m, x: F.conv2d(x, torch.zeros(9).scatter(
        0, m.w.flatten().topk(3).indices, m.w.flatten().topk(3).values).view(1, 1, 3, 3), padding=1), KERNELS),
    ("rows by the order of constants", lambda m, x: m.c(x)[:, :, m.o.argsort().tolist()],
     LAYERS | {"o": const(1, 0, 3, 0.5, 7, 6, 2, 4)}),
    ("blocks on a diagonal", lambda m, x: torch.block_diag(x[0, 0, :4, :4], m.c(x)[0, 0, 4:, 4:])[None, None], LAYERS),
    ("logits of a distribution", lambda m, x: torch.distributions.Categorical(logits=m.c(x)).logits, LAYERS),
]
GUARDS = [
    ("scaled to one", scaled, lambda m, x: m.e(m.c(x)), LAYERS),
    ("scaled to one, by a number", scaled_by_number, lambda m, x: m.e(m.c(x)), LAYERS),
    ("clamped where infinite", clamped, lambda m, x: m.e(m.c(x)), LAYERS),
    ("centred where bright", centred, lambda m, x: m.c(x), LAYERS),
    ("a mask kept by lru_cache", lambda m, x: m.c(x) @ triangle(8), lambda m, x: m.c(x) @ torch.ones(8, 8).tril(),
     LAYERS),
    ("a mask kept in a dictionary", lambda m, x: m.c(x) @ mask(8), lambda m, x: m.c(x) @ torch.ones(8, 8).triu(),
     LAYERS),
    ("twice as bright by chance", lambda m, x: m.c(x * 2 if random.random() < 0.5 else x), lambda m, x: m.c(x), LAYERS),
    ("one of two maps alike, by chance", lambda m, x: random.choice([m.c(x), m.c(x).relu()]), lambda m, x: m.c(x),
     LAYERS),
]
REFUSED = [
    ("a large kernel where bright", lambda m, x: m.d(x) if x.mean() > 5 else m.c(x), LAYERS),
    ("a decision within a decision", nested, LAYERS),
    ("two decisions together", both, LAYERS),
    ("a number put back where it lies within", within, LAYERS),
    ("a decision put back behind another way", flagged, LAYERS),
    ("layers until nothing moves", until_still, LAYERS),
    ("a decision by chance", sometimes_asks, LAYERS),
    ("the larger half first", larger_first, LAYERS),
    ("one if the mean is large", lambda m, x: m.c(x) + (1 if x.mean() > 5 else 0), LAYERS),
    ("a number behind another way", late, LAYERS),
    ("an early exit", early, LAYERS),
    ("the first finite map", tries, LAYERS),
    ("an assertion that is caught", asserts, LAYERS),
    ("another layer where many are bright", lambda m, x: m.c(x) if int((x > 0.5).sum()) < 60 else m.d(x), LAYERS),
    ("a loop as long as the map is dark", lambda m, x: repeated(m, x, lambda i, y: (i < 3) & (y.mean() < 5)), LAYERS),
    ("a mask of numpy's chance",
     lambda m, x: m.c(x * torch.from_numpy((numpy.random.rand(8, 8) > 0.5).astype("float32"))), LAYERS),
    ("a mask of Python's chance", lambda m, x: m.c(x * torch.tensor([float(random.random() > 0.5) for _ in range(8)])),
     LAYERS),
    ("a shift by a decision", lambda m, x: x.roll(3 if x.mean() > 5 else 0, 2), {}),
]
