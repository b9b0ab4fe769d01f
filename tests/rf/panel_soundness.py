"""Small networks whose dependencies are easily lost: exits and ways back, masks, kernels, matrices, chance.

Each entry is (name, forward, modules and tensors it has); the image is (1, 8, 8). ``FOLLOWED`` are to be told
exactly, ``COVERED`` never too small, ``REFUSED`` not at all. ``test_soundness.py`` judges them by changing
pixels, with parameters drawn anew, and shares no code with the calculator.
"""

import copy
import io
import math
import random
import threading
from dataclasses import dataclass

import numpy
import torch
import torch.nn.functional as F
from torch import nn

SIZE = (1, 8, 8)


class Net(nn.Module):
    """A forward function over named modules, parameters and buffers."""

    def __init__(self, function, has):
        super().__init__()
        self.function = function
        for name, thing in has.items():
            thing = thing()
            if isinstance(thing, torch.Tensor) and not isinstance(thing, nn.Parameter):
                self.register_buffer(name, thing)
            else:
                setattr(self, name, thing)

    def forward(self, x):
        return self.function(self, x)


def c(ch_in, ch_out, kernel=3, **settings):
    return lambda: nn.Conv2d(ch_in, ch_out, kernel, **settings)


def p(*shape):
    return lambda: nn.Parameter(torch.randn(*shape))


def const(*values, shape=None):
    return lambda: torch.tensor(values, dtype=torch.float32).reshape(shape or (len(values),))


def wrote(change):
    """A network that changes its map in place."""

    def forward(m, x):
        y = m.c(x)
        change(m, x, y)
        return y

    return forward


def band(n, width):
    place = torch.arange(n)
    return (place[:, None] - place[None]).abs() <= width


def attention(mask, place="add"):
    """Rows of a map attend to rows."""

    def forward(m, x):
        rows = m.c(x).mean(3).transpose(1, 2)
        scores = rows @ rows.transpose(1, 2)
        return (mask(m, scores) @ rows).transpose(1, 2)[..., None].expand(-1, -1, -1, 2)

    return forward


def multihead(m, x, **settings):
    rows = m.c(x).mean(3).transpose(1, 2)
    return m.a(rows, rows, rows, **settings)[0].transpose(1, 2)[..., None].expand(-1, -1, -1, 2)


EMBED = {"c": c(1, 4, 1)}
HEADS = {"c": c(1, 4, 1), "a": lambda: nn.MultiheadAttention(4, 2, batch_first=True)}


def by_kernel(kernel, **settings):
    return lambda m, x: F.conv2d(x, kernel(m), **settings)


@dataclass
class Result:
    """What some networks return."""

    map: torch.Tensor
    name: str = "a map"


def logged(look):
    def forward(m, x):
        y = m.c(x)
        look(m, y)
        return F.relu(y)

    return forward


def raise_if(condition):
    if condition:
        raise RuntimeError("not finite")


def grid(scale, shift=0.0):
    theta = torch.tensor([[[scale, 0, shift], [0, scale, -shift]]])
    return F.affine_grid(theta, (1, 1, 6, 7), align_corners=False)


def to_and_fro(m, x):
    s = torch.fft.rfft2(m.c(x))
    return torch.fft.irfft2(s * torch.sigmoid(s.abs()), s=x.shape[2:])


def quantized(m, x):
    q = torch.quantize_per_tensor(m.c(x), 0.05, 0, torch.qint8)
    return F.relu(q.dequantize())


SPARSE = {"c": c(1, 1, 1), "w": lambda: torch.eye(8).roll(1, 0) + torch.eye(8)}

FOLLOWED = [
    # numbers without dimensions
    ("a channel becomes the mean", wrote(lambda m, x, y: y[:, 1].copy_(x.mean())), {"c": c(1, 2)}),
    ("a channel set to the mean", wrote(lambda m, x, y: y.__setitem__((slice(None), 1), x.mean())), {"c": c(1, 2)}),
    (
        "a row set to the largest",
        wrote(lambda m, x, y: y.__setitem__((slice(None), slice(None), 0), x.amax())),
        {"c": c(1, 2)},
    ),
    ("filled with the mean", wrote(lambda m, x, y: y[:, :, 2:4].fill_(x[:, :, 1].mean())), {"c": c(1, 2)}),
    ("the mean with a dimension", lambda m, x: m.c(x) + x.mean()[None], {"c": c(1, 2)}),
    ("the mean viewed", lambda m, x: m.c(x) * x.mean().view(1), {"c": c(1, 2)}),
    ("stacked means", lambda m, x: torch.stack([x[..., :2].mean(), x[..., 4:].amax()]), {}),
    ("a tensor of means", lambda m, x: torch.tensor([x[:, :, 0].mean(), x[:, :, 5].sum()]), {}),
    ("as_tensor of a mean", lambda m, x: m.c(x) + torch.as_tensor(x.mean()), {"c": c(1, 2)}),
    ("new_tensor of a mean", lambda m, x: m.c(x) + x.new_tensor([x[:, :, :3].mean()]), {"c": c(1, 2)}),
    (
        "nested lists of means",
        lambda m, x: torch.tensor([[x[0, 0, i, j] for j in (0, 3)] for i in (1, 2)])[None, None],
        {},
    ),
    (
        "masked fill with a tensor",
        lambda m, x: m.c(x).masked_fill(m.b > 0, x.mean()),
        {"c": c(1, 2), "b": const(*[0, 1] * 18, shape=(6, 6))},
    ),
    ("a normal around the map", lambda m, x: torch.normal(m.c(x), 1.0), {"c": c(1, 2)}),
    ("a distribution's sample", lambda m, x: torch.distributions.Normal(m.c(x), 1.0).rsample(), {"c": c(1, 2)}),
    (
        "log probability",
        lambda m, x: torch.distributions.Normal(m.c(x), 1.0).log_prob(torch.tensor(0.3)),
        {"c": c(1, 2)},
    ),
    ("map_", lambda m, x: m.c(x).map_(m.d(x), lambda a, b: a + b), {"c": c(1, 2), "d": c(1, 2, 5, padding=1)}),
    ("deepcopy of a map", lambda m, x: copy.deepcopy(m.c(x)) * 2, {"c": c(1, 2)}),
    (
        "rows written one by one",
        wrote(lambda m, x, y: [y[:, :, i].copy_(y[:, :, 5 - i]) for i in range(3)]),
        {"c": c(1, 2)},
    ),
    ("written through another dtype", lambda m, x: m.c(x).view(torch.int32).view(torch.float32) + 1, {"c": c(1, 2)}),
    # kernels
    ("a kernel behind a ReLU", by_kernel(lambda m: m.w.relu()), {"w": p(1, 1, 3, 3)}),
    ("a clamped kernel", by_kernel(lambda m: m.w.clamp(min=0)), {"w": p(1, 1, 3, 3)}),
    ("a soft-shrunk kernel", by_kernel(lambda m: F.softshrink(m.w, 0.4)), {"w": p(1, 1, 3, 3)}),
    ("a ternary kernel", by_kernel(lambda m: m.w.sign() * (m.w.abs() > 0.5)), {"w": p(1, 1, 3, 3)}),
    ("a gated kernel", by_kernel(lambda m: m.w * (m.g > 0)), {"w": p(1, 1, 3, 3), "g": p(1, 1, 3, 3)}),
    (
        "a masked kernel",
        by_kernel(lambda m: m.w * m.b),
        {"w": p(2, 1, 3, 3), "b": const(0, 1, 1, 0, 1, 0, 0, 0, 0, shape=(3, 3))},
    ),
    (
        "a masked kernel in place",
        by_kernel(lambda m: m.w.clone().mul_(m.b)),
        {"w": p(2, 1, 3, 3), "b": const(0, 1, 1, 0, 1, 0, 0, 0, 0, shape=(3, 3))},
    ),
    (
        "a kernel filled by a mask",
        by_kernel(lambda m: m.w.masked_fill(m.b == 0, 0)),
        {"w": p(2, 1, 3, 3), "b": const(0, 1, 1, 0, 1, 0, 0, 0, 0, shape=(3, 3))},
    ),
    ("a triangular kernel", by_kernel(lambda m: m.w.tril()), {"w": p(2, 1, 3, 3)}),
    ("a kernel with a row of zeros written", by_kernel(lambda m: _without_row(m.w)), {"w": p(2, 1, 3, 3)}),
    (
        "a masked depthwise kernel",
        by_kernel(lambda m: m.w * m.b, groups=1),
        {"w": p(2, 1, 3, 3), "b": const(*[1, 0, 0] * 3, shape=(3, 3))},
    ),
    (
        "shifts by one-hot kernels",
        lambda m, x: F.conv2d(x.expand(-1, 2, -1, -1), m.b, groups=2),
        {"b": lambda: torch.eye(9).reshape(9, 1, 3, 3)[[0, 5]]},
    ),
    (
        "a masked transposed kernel",
        lambda m, x: F.conv_transpose2d(x, m.w * m.b, stride=2, padding=1),
        {"w": p(1, 2, 3, 3), "b": const(0, 1, 0, 0, 1, 0, 0, 0, 0, shape=(3, 3))},
    ),
    (
        "a one-hot transposed depthwise kernel",
        lambda m, x: F.conv_transpose2d(x.expand(-1, 2, -1, -1), m.b, groups=2),
        {"b": lambda: torch.eye(9).reshape(9, 1, 3, 3)[[2, 4]]},
    ),
    ("a masked matrix", lambda m, x: F.linear(x, m.w * m.b), {"w": p(8, 8), "b": lambda: band(8, 1).float()}),
    ("a matrix behind a ReLU", lambda m, x: x @ m.w.relu(), {"w": p(8, 8)}),
    ("a product with a mask", lambda m, x: m.c(x * m.b), {"c": c(1, 2), "b": lambda: torch.ones(8, 8).tril()}),
    # masks of attention
    ("minus infinity added", attention(lambda m, s: (s + torch.full((8, 8), -math.inf).triu(1)).softmax(-1)), EMBED),
    ("filled with minus infinity", attention(lambda m, s: s.masked_fill(~band(8, 1), -math.inf).softmax(-1)), EMBED),
    ("filled with -1e9", attention(lambda m, s: s.masked_fill(~band(8, 1), -1e9).softmax(-1)), EMBED),
    (
        "-1e9 added, by distance",
        attention(lambda m, s: (s - 1e9 * (torch.cdist(*[torch.arange(8.0)[:, None]] * 2) > 2)).softmax(-1)),
        EMBED,
    ),
    (
        "exponentials of masked scores",
        attention(
            lambda m, s: (lambda e: e / e.sum(-1, True))(
                (s + torch.zeros(8, 8).masked_fill(~band(8, 1), -math.inf)).exp()
            )
        ),
        EMBED,
    ),
    (
        "softmax by hand",
        attention(lambda m, s: (lambda z: (z - z.logsumexp(-1, True)).exp())(s.masked_fill(~band(8, 1), -math.inf))),
        EMBED,
    ),
    (
        "softmax by hand, minus the largest",
        attention(
            lambda m, s: (lambda z: (lambda e: e / e.sum(-1, True))((z - z.amax(-1, True)).exp()))(
                s.masked_fill(~band(8, 1), -math.inf)
            )
        ),
        EMBED,
    ),
    (
        "largest of masked scores",
        attention(
            lambda m, s: (s + torch.zeros(8, 8).masked_fill(~band(8, 1), -math.inf)).amax(-1, True) * torch.eye(8)
        ),
        EMBED,
    ),
    ("a penalty divided away", attention(lambda m, s: ((s - 60.0 * ~band(8, 1)) / 1000).softmax(-1)), EMBED),
    (
        "a penalty added back",
        attention(lambda m, s: (s - 100.0 * ~band(8, 1) + 100.0 * ~band(8, 1)).softmax(-1)),
        EMBED,
    ),
    (
        "a penalty turned around, then small",
        attention(lambda m, s: (-(s - 60.0 * ~band(8, 1)) * 0.001).softmax(-1)),
        EMBED,
    ),
    ("a penalty small beside the scores", attention(lambda m, s: (s * 300 - 60.0 * ~band(8, 1)).softmax(-1)), EMBED),
    ("masked multi-head attention", lambda m, x: multihead(m, x, attn_mask=~band(8, 1)), HEADS),
    (
        "masked multi-head attention by numbers",
        lambda m, x: multihead(m, x, attn_mask=torch.zeros(8, 8).masked_fill(~band(8, 1), -math.inf)),
        HEADS,
    ),
    (
        "multi-head attention with absent keys",
        lambda m, x: multihead(m, x, key_padding_mask=torch.arange(8)[None].expand(len(x), -1) > 4),
        HEADS,
    ),
    (
        "multi-head attention without weights",
        lambda m, x: multihead(m, x, attn_mask=~band(8, 1), need_weights=False),
        HEADS,
    ),
    # what only looks
    ("a mean in a log", logged(lambda m, y: f"mean {y.mean():.3f}"), {"c": c(1, 2)}),
    ("an item in a log", logged(lambda m, y: m.log.append(y.mean().item())), {"c": c(1, 2), "log": list}),
    ("a list in a log", logged(lambda m, y: m.log.append(y.flatten().tolist())), {"c": c(1, 2), "log": list}),
    ("an array in a log", logged(lambda m, y: m.log.append(y.detach().numpy().mean())), {"c": c(1, 2), "log": list}),
    ("an assertion", logged(lambda m, y: _assert(torch.isfinite(y).all())), {"c": c(1, 2)}),
    ("a test that raises", logged(lambda m, y: raise_if(bool(y.isnan().any()))), {"c": c(1, 2)}),
    ("a printed map", logged(lambda m, y: repr(y)), {"c": c(1, 2)}),
    # reading and writing at places
    ("one hot of the largest", lambda m, x: F.one_hot(m.c(x).argmax(1), 3).movedim(3, 1).float(), {"c": c(1, 3)}),
    (
        "scatter by constants",
        lambda m, x: torch.zeros(len(x), 1, 8, 8).scatter(2, m.i.expand(len(x), 1, 3, 8), x),
        {"i": lambda: torch.tensor([1, 5, 6])[None, None, :, None]},
    ),
    (
        "index_add by constants",
        lambda m, x: torch.zeros(len(x), 1, 4, 8).index_add(2, m.i, x),
        {"i": lambda: torch.tensor([0, 0, 1, 1, 2, 2, 3, 3])},
    ),
    (
        "scatter_add by constants",
        lambda m, x: torch.zeros(len(x), 1, 4, 8).scatter_add(2, m.i.expand(len(x), 1, 8, 8), x),
        {"i": lambda: torch.tensor([0, 0, 1, 1, 2, 2, 3, 3])[None, None, :, None]},
    ),
    ("diag_embed", lambda m, x: torch.diag_embed(x.mean(3)), {}),
    (
        "bucketize",
        lambda m, x: torch.bucketize(m.c(x), m.b).float(),
        {"c": c(1, 2), "b": lambda: torch.linspace(-3, 3, 60)},
    ),
    (
        "a constant grid",
        lambda m, x: F.grid_sample(x, m.g.expand(len(x), -1, -1, -1), align_corners=False),
        {"g": lambda: grid(0.7, 0.1)},
    ),
    (
        "a constant grid, nearest",
        lambda m, x: F.grid_sample(x, m.g.expand(len(x), -1, -1, -1), mode="nearest", align_corners=False),
        {"g": lambda: grid(0.7, 0.1)},
    ),
    (
        "a constant grid, border",
        lambda m, x: F.grid_sample(x, m.g.expand(len(x), -1, -1, -1), padding_mode="border", align_corners=False),
        {"g": lambda: grid(1.4, 0.2)},
    ),
    ("antialiased to the same size", lambda m, x: F.interpolate(x, size=(8, 8), mode="bicubic", antialias=True), {}),
    ("clipped by a mask from the map", wrote(lambda m, x, y: y.__setitem__(y > 0.5, 0.5)), {"c": c(1, 2)}),
    # matrices, waves, numbers
    ("Fourier and back", to_and_fro, {"c": c(1, 1)}),
    ("Fourier along rows", lambda m, x: torch.fft.fft(m.c(x), dim=3).abs(), {"c": c(1, 1)}),
    (
        "complex numbers",
        lambda m, x: torch.view_as_real(torch.complex(x, m.c(x)) * 1j)[..., 0],
        {"c": c(1, 1, padding=1)},
    ),
    ("a complex view", lambda m, x: torch.view_as_real(torch.view_as_complex(x.unflatten(3, (4, 2)))).flatten(3), {}),
    ("polar", lambda m, x: torch.polar(x.abs(), m.c(x)).real, {"c": c(1, 1, padding=1)}),
    ("an inverse", lambda m, x: torch.linalg.inv(x + 20 * torch.eye(8)), {}),
    ("solved", lambda m, x: torch.linalg.solve(x + 20 * torch.eye(8), m.c(x)), {"c": c(1, 1, padding=1)}),
    (
        "matrices of channels",
        lambda m, x: (
            torch.linalg.inv(m.c(x).movedim(1, 3).unflatten(3, (2, 2)) + 20 * torch.eye(2)).flatten(3).movedim(3, 1)
        ),
        {"c": c(1, 4)},
    ),
    ("a determinant", lambda m, x: torch.linalg.det(x + 3 * torch.eye(8)), {}),
    ("quantized", quantized, {"c": c(1, 2)}),
    (
        "fake quantization",
        lambda m, x: torch.fake_quantize_per_tensor_affine(m.c(x), 0.05, 0, -128, 127),
        {"c": c(1, 2)},
    ),
    (
        "a sparse product",
        lambda m, x: torch.stack([torch.sparse.mm(m.w.to_sparse(), each) for each in m.c(x)[:, 0]])[:, None],
        SPARSE,
    ),
    ("a dense result of a sparse map", lambda m, x: m.c(x).to_sparse().to_dense(), SPARSE),
    (
        "a choice between branches",
        lambda m, x: torch.cond(x[:, :, 0].sum() > 0, lambda x: m.c(x), lambda x: m.d(x), (x,)),
        {"c": c(1, 2, padding=1), "d": c(1, 2, 5, padding=2)},
    ),
    ("a dataclass", lambda m, x: Result(m.c(x)), {"c": c(1, 2)}),
    ("noise", lambda m, x: m.c(x) + torch.randn(1) + random.random() + numpy.random.rand(), {"c": c(1, 2)}),
    ("vmap", lambda m, x: torch.vmap(lambda a: a.cumsum(-1))(m.c(x)), {"c": c(1, 2)}),
]


def _without_row(weight):
    weight = weight.clone()
    weight[:, :, 1] = 0
    return weight


def _assert(condition):
    assert condition


def saved(m, x):
    file = io.BytesIO()
    torch.save(m.c(x), file)
    file.seek(0)
    return torch.load(file)


def in_a_thread(m, x):
    found = []
    thread = threading.Thread(target=lambda: found.append(m.c(x)))
    thread.start()
    thread.join()
    return x[:, :, 1:-1, 1:-1] + found[0]


def written_by_numpy(m, x):
    y = m.c(x)
    y.detach().numpy()[:, :, 0] = float(y.detach().numpy().max())
    return y


def _layers_by(chance):
    return lambda m, x: m.c(x) if chance() else m.d(x)


TWO = {"c": c(1, 2, 3, padding=1), "d": c(1, 2, 5, padding=2)}

REFUSED = [
    ("a number put back", lambda m, x: x * x.mean().item(), {}),
    ("a number in a new tensor", lambda m, x: m.c(x) + torch.tensor([x.mean().item()]), {"c": c(1, 2)}),
    ("a list put back", lambda m, x: x * torch.tensor(x.flatten().tolist()).sum(), {}),
    ("an array put back", lambda m, x: torch.from_numpy(x.numpy() * 2), {}),
    ("dlpack", lambda m, x: torch.utils.dlpack.from_dlpack(x.__dlpack__()) * 2, {}),
    ("saved and loaded", saved, {"c": c(1, 2)}),
    ("computed in a thread", in_a_thread, {"c": c(1, 1)}),
    ("written by numpy", written_by_numpy, {"c": c(1, 1)}),
    ("full of a number", lambda m, x: m.c(x) + torch.full((1,), float(x.max())), {"c": c(1, 2)}),
    ("layers by the mean", lambda m, x: m.c(x) if x.mean() > 0 else m.d(x), TWO),
    ("layers by a large mean", lambda m, x: m.c(x) if x.mean().item() > 500 else m.d(x), TWO),
    ("layers by an array", lambda m, x: m.c(x) if (x.numpy() > 500).any() else m.d(x), TWO),
    ("as often as the largest says", lambda m, x: m.c(x) * sum(1 for _ in range(int(x.argmax()) % 3 + 1)), TWO),
    ("cropped by the image", lambda m, x: x[:, :, : int(x.argmax()) % 4 + 2], {}),
    ("equal maps", lambda m, x: m.c(x) if torch.equal(m.c(x), m.d(x)) else m.d(x), TWO),
    ("layers by torch's chance", _layers_by(lambda: torch.rand(1) < 0.5), TWO),
    ("layers by rare chance", _layers_by(lambda: torch.rand(1).item() < 0.01), TWO),
    ("layers by Python's chance", _layers_by(lambda: random.random() < 0.5), TWO),
    ("layers by Python's rare chance", _layers_by(lambda: random.random() < 0.001), TWO),
    ("layers by numpy's chance", _layers_by(lambda: numpy.random.rand() < 0.5), TWO),
    ("layers by numpy's rare chance", _layers_by(lambda: numpy.random.rand() < 0.001), TWO),
    ("one of two layers", lambda m, x: random.choice([m.c, m.d])(x), TWO),
    ("shifted by chance", lambda m, x: x.roll(random.randint(0, 3), 2), {}),
    ("shuffled by chance", lambda m, x: x[:, :, torch.randperm(8)], {}),
    ("cropped by chance", lambda m, x: x[:, :, (i := int(torch.randint(4, ()))) : i + 4], {}),
    ("its own chance", lambda m, x: m.c(x) if m.r.random() < 0.5 else m.d(x), {**TWO, "r": lambda: random.Random(1)}),
    (
        "numpy's own chance",
        lambda m, x: m.c(x) if m.r.random() < 0.5 else m.d(x),
        {**TWO, "r": lambda: numpy.random.default_rng(1)},
    ),
    ("what is above zero", lambda m, x: x[x > 0].sum()[None], {}),
]

COVERED = [
    (
        "one channel of shifts",
        lambda m, x: F.conv2d(x.expand(-1, 2, -1, -1), m.b, groups=2)[:, 1:],
        {"b": lambda: torch.eye(9).reshape(9, 1, 3, 3)[[0, 5]]},
    ),
    (
        "a mask in lerp",
        lambda m, x: torch.lerp(m.c(x), x.mean((2, 3), keepdim=True), m.b),
        {"c": c(1, 1, padding=1), "b": lambda: torch.eye(8)},
    ),
    (
        "a mask in addcmul",
        lambda m, x: torch.addcmul(m.c(x), m.b, x.mean()),
        {"c": c(1, 1, padding=1), "b": lambda: torch.eye(8)},
    ),
    ("a penalty under log_softmax", lambda m, x: (m.c(x) - 60.0 * (torch.arange(8) > 4)).log_softmax(3), EMBED),
    ("pooling at random places", lambda m, x: F.fractional_max_pool2d(m.c(x), 2, output_size=4), {"c": c(1, 2)}),
    ("unpooling", lambda m, x: F.max_unpool2d(*F.max_pool2d(m.c(x), 2, return_indices=True), 2), {"c": c(1, 1)}),
    (
        "gathered by the image",
        lambda m, x: m.c(x).gather(2, x[:, :, :6, :6].expand(-1, 2, -1, -1).argsort(2)),
        {"c": c(1, 2)},
    ),
    ("indexed by a parameter", lambda m, x: x[:, :, m.w.argsort()[:4]], {"w": p(8)}),
    (
        "a grid from the image",
        lambda m, x: F.grid_sample(
            x, F.affine_grid(m.l(x.mean((2, 3))).view(-1, 2, 3), x.shape, align_corners=False), align_corners=False
        ),
        {"l": lambda: nn.Linear(1, 6)},
    ),
    (
        "a learned grid",
        lambda m, x: F.grid_sample(
            x, F.affine_grid(m.w.expand(len(x), -1, -1), x.shape, align_corners=False), align_corners=False
        ),
        {"w": p(1, 2, 3)},
    ),
    ("singular values", lambda m, x: torch.linalg.svdvals(x), {}),
    (
        "dynamic quantization",
        lambda m, x: (lambda y, s: torch.round(y / s) * s)(m.c(x), m.c(x).abs().amax() / 127),
        {"c": c(1, 2)},
    ),
    ("sorted rows", lambda m, x: m.c(x).sort(2).values, {"c": c(1, 2)}),
    ("the largest three", lambda m, x: m.c(x).topk(3, 3).values, {"c": c(1, 2)}),
    ("a finite penalty", attention(lambda m, s: (s - 100.0 * ~band(8, 1)).softmax(-1)), EMBED),
    ("scattered by the image", lambda m, x: torch.zeros(len(x), 1, 8, 8).scatter(2, x.argsort(2), x), {}),
    (
        "written at places from the image",
        lambda m, x: torch.zeros(8, 8).index_put((x[0, 0].argmax(0), torch.arange(8)), x[0, 0, 0])[None, None],
        {},
    ),
]
