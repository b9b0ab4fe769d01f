"""Small networks of rarer kinds: integers, sparse matrices, branches as operators, kernels and mixtures by a mask.

As in ``panel_soundness.py``; ``test_soundness.py`` judges these, too.
"""

import math
import random

import torch
import torch.nn.functional as F
from torch import nn

from tests.rf.panel_soundness import band, c, const, p

QUANTIZATION = torch.ao.quantization


def integers():
    """A network of int8, calibrated on an image."""
    net = nn.Sequential(QUANTIZATION.QuantStub(), nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Conv2d(2, 2, 3, padding=1),
                        QUANTIZATION.DeQuantStub()).eval()
    engines = torch.backends.quantized.supported_engines
    net.qconfig = QUANTIZATION.get_default_qconfig("fbgemm" if "fbgemm" in engines else "qnnpack")
    QUANTIZATION.prepare(net, inplace=True)
    net(torch.rand(1, 1, 8, 8))
    return QUANTIZATION.convert(net, inplace=True)


def dynamic():
    return QUANTIZATION.quantize_dynamic(nn.Sequential(nn.Linear(72, 4)), {nn.Linear}, dtype=torch.qint8)


class Listed(nn.Module):
    """Takes a list of numbers out in TorchScript, and puts one back."""

    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(1, 2, 3, padding=1)

    def forward(self, x: torch.Tensor):
        y = self.c(x)
        means: list[float] = y.mean((0, 2, 3)).tolist()
        return y * means[0]


def chosen(m, x):
    return torch.cond(x[:, :, 0, 0].sum() > 0, lambda y: m.a(y), lambda y: m.b(y), (x,))


def bare(m, x):
    """Attention without a dimension for the batch, by a mask without one."""
    rows = m.c(x).mean(3).transpose(1, 2)
    attended = F.scaled_dot_product_attention(rows, rows, rows, band(8, 1)[None])
    return attended.transpose(1, 2)[..., None].expand(-1, -1, -1, 2)


def observing(m, x):
    return m.d(m.q(m.c(x)))


def fake_quantization():
    """With its observer on, which has seen a map before."""
    fake = QUANTIZATION.FakeQuantize(QUANTIZATION.MovingAverageMinMaxObserver, 0, 255)
    fake(torch.randn(1, 2, 6, 6))
    return fake


def aware():
    """A network made ready for training that is aware of its quantization."""
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    net.qconfig = QUANTIZATION.get_default_qat_qconfig("fbgemm")
    return QUANTIZATION.prepare_qat(net.train())


def definite(x):
    """Symmetric and positive definite; element (i, j) comes of (i, j) and (j, i)."""
    return (x + x.mT).tanh() + 20 * torch.eye(8)


def packed(m, x):
    """Rows, as a sequence that is shorter than its memory."""
    rows = nn.utils.rnn.pack_padded_sequence(m.c(x).mean(1), torch.tensor([4]), batch_first=True)
    return nn.utils.rnn.pad_packed_sequence(m.r(rows)[0], batch_first=True)[0]


def descent(m, x):
    """A step along the gradient of an energy, taken in the forward."""
    with torch.enable_grad():
        image = x.detach().requires_grad_()
        return torch.autograd.grad(m.c(image).square().sum(), image)[0]


def halves(m, x):
    upper, lower = m.c(x).chunk(2, 2)
    return torch.cat([upper, lower] if upper.mean() > lower.mean() else [lower, upper], 2)


def nested(m, x):
    return torch.nested.to_padded_tensor(torch.nested.nested_tensor([x[0, 0, :3], x[0, 0, :5]]), 0.0)


FOLLOWED = [
    ("packed rows", packed, {"c": c(1, 2, 3), "r": lambda: nn.GRU(6, 2, batch_first=True)}),
    ("a gradient", descent, {"c": c(1, 2, 3)}),
    ("a gradient of wide steps", descent, {"c": c(1, 1, 2, stride=3, padding=1)}),
    ("a gradient of a transposed convolution", descent, {"c": lambda: nn.ConvTranspose2d(1, 1, 3, 2)}),
    ("solved by a constant matrix", lambda m, x: torch.linalg.solve(m.w, x),
     {"w": lambda: 9 * torch.eye(8) + torch.ones(8, 8)}),
    ("fake quantization that observes", observing, {"c": c(1, 2, 3), "q": fake_quantization, "d": c(2, 1, 3)}),
    ("training aware of quantization", lambda m, x: m.net(x), {"net": aware}),
    ("frozen TorchScript", lambda m, x: m.net(x), {"net": lambda: torch.jit.freeze(torch.jit.script(
        nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()).eval()))}),
    ("a Cholesky factor", lambda m, x: torch.linalg.cholesky(definite(x[:, :, :, :4].repeat(1, 1, 1, 2)))[..., 1:, 1:],
     {}),
    ("Q of a tall matrix", lambda m, x: torch.linalg.qr(x[..., :5])[0], {}),
    ("R of a tall matrix", lambda m, x: torch.linalg.qr(x[..., :5])[1], {}),
    ("solved by a lower triangle", lambda m, x: torch.linalg.solve_triangular(m.w, m.c(x), upper=False),
     {"w": p(8, 8), "c": c(1, 1, 3, padding=1)}),
    ("solved by the map's upper triangle", lambda m, x: torch.linalg.solve_triangular(
        x.tanh() + 9 * torch.eye(8), x[..., 2:4], upper=True), {}),
    ("scatter_ into the map", lambda m, x: m.c(x).scatter_(2, m.i.expand(len(x), 1, 2, 6), x[:, :, 6:, :6]),
     {"c": c(1, 1, 3), "i": lambda: torch.tensor([0, 3])[None, None, :, None]}),
    ("put by constants", lambda m, x: m.c(x).put(m.i, x[0, 0, 7, :2]),
     {"c": c(1, 1, 3), "i": lambda: torch.tensor([3, 30])}),
    ("selected by a mask", lambda m, x: m.c(x).masked_select(m.b > 0), {"c": c(1, 1, 3), "b": const(0, 1, 0, 1, 1, 0)}),
    ("full of a mean", lambda m, x: m.c(x) + torch.full((6, 6), x[..., :5].mean()), {"c": c(1, 1, 3)}),
    ("full of the largest, like a map", lambda m, x: m.c(x) + torch.full_like(m.w, x[:, :, :2].amax()),
     {"c": c(1, 1, 3), "w": p(6, 6)}),
    ("a mean less a constant", lambda m, x: x[..., :3].mean() - torch.tensor(60.0) + x[:, :, 5].mean().cumsum(0), {}),
    ("a mean repeated", lambda m, x: x[..., 2:].mean().repeat(2, 2), {}),
    ("between two means", lambda m, x: torch.linspace(x[..., :2].mean(), x[..., 3].mean(), 6), {}),
    ("soft-plus of masked scores", lambda m, x: F.softplus(m.c(x).masked_fill(m.b > 0, -math.inf)),
     {"c": c(1, 1, 3), "b": const(0, 1, 0, 1, 1, 0)}),
    ("products added to a masked kernel", lambda m, x: F.conv2d(x, torch.addcmul(m.w * m.cross, m.v, m.cross)),
     {"w": p(2, 1, 3, 3), "v": p(2, 1, 3, 3), "cross": const(0, 1, 0, 1, 1, 1, 0, 0, 0, shape=(3, 3))}),
    ("a probability's logarithm", lambda m, x: torch.distributions.Bernoulli(logits=m.c(x)).log_prob(torch.ones(())),
     {"c": c(1, 1, 3)}),
    ("attention of bare heads", bare, {"c": c(1, 4, 3, padding=1)}),
    ("layers of integers", lambda m, x: m.net(x), {"net": integers}),
    ("a layer quantized as it runs", lambda m, x: m.net(m.c(x).flatten(1)), {"c": c(1, 2, 3), "net": dynamic}),
    ("fake quantization", lambda m, x: m.d(torch.fake_quantize_per_tensor_affine(m.c(x), 0.01, 0, -128, 127)),
     {"c": c(1, 2, 3), "d": c(2, 1, 3)}),
    ("a sparse matrix", lambda m, x: torch.sparse.mm(m.s.to_sparse(), m.c(x)[0].flatten(1).t()).t(),
     {"c": c(1, 2, 3), "s": lambda: torch.eye(36)[:10] + torch.eye(36)[1:11]}),
    ("a sparse matrix by rows", lambda m, x: (m.s.to_sparse_csr() @ m.c(x)[0].flatten(1).t()).t(),
     {"c": c(1, 2, 3), "s": lambda: torch.eye(36)[:10]}),
    ("cond of a mean", lambda m, x: torch.cond(m.c(x).mean() > 0, lambda y: y * 2, lambda y: y - 1, (m.c(x),)),
     {"c": c(1, 2, 3, padding=1)}),
    ("cond of two layers", chosen, {"a": c(1, 2, 3, padding=1), "b": c(1, 2, 5, padding=2)}),
    ("a masked depthwise kernel", lambda m, x: F.conv2d(m.c(x), m.w * m.cross, groups=2, padding=1),
     {"c": c(1, 2, 3, padding=1), "w": p(2, 1, 3, 3), "cross": const(0, 1, 0, 1, 1, 1, 0, 1, 0, shape=(3, 3))}),
]
REFUSED = [
    ("rows by their sums", lambda m, x: torch.stack(sorted(x[0, 0], key=lambda row: row.sum().item())), {}),
    ("the row with the largest sum", lambda m, x: max(m.c(x).unbind(2), key=lambda row: row.sum()), {"c": c(1, 2)}),
    ("halves in the order of their means", halves, {"c": c(1, 1, 3, padding=1)}),
    ("one map of two by chance", lambda m, x: random.choice([m.c(x), m.d(x)]) * 2,
     {"c": c(1, 1), "d": c(1, 1, 5, padding=1)}),
    ("one kernel of two by chance", lambda m, x: F.conv2d(x, random.choice([m.w, m.v * m.b])),
     {"w": p(1, 1, 3, 3), "v": p(1, 1, 3, 3), "b": const(0, 1, 0, 0, 1, 0, 0, 1, 0, shape=(3, 3))}),
    ("a nested tensor", nested, {}),
    ("read at random places", lambda m, x: F.grid_sample(x, torch.rand(1, 4, 4, 2) * 2 - 1, align_corners=False), {}),
    ("a list of numbers in TorchScript", lambda m, x: m.s(x), {"s": lambda: torch.jit.script(Listed())}),
]
