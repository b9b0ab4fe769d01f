"""Small networks of rarer kinds: integers, sparse matrices, branches as operators, kernels and mixtures by a mask.

As in ``panel_soundness.py``; ``test_soundness.py`` judges these, too.
"""

import torch
import torch.nn.functional as F
from torch import nn

from tests.rf.panel_soundness import band, c, const, p

QUANTIZATION = torch.ao.quantization
SAME = {"a": c(1, 1, 3, padding=1), "b": c(1, 1, 7, padding=3), "mask": const(1, 1, 1, 1, 0, 0, 0, 0)}


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


FOLLOWED = [
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
    ("lerp by a mask", lambda m, x: torch.lerp(m.a(x), m.b(x), m.mask), SAME),
    ("addcmul by a mask", lambda m, x: torch.addcmul(m.a(x), m.b(x), m.mask), SAME),
    ("a masked depthwise kernel", lambda m, x: F.conv2d(m.c(x), m.w * m.cross, groups=2, padding=1),
     {"c": c(1, 2, 3, padding=1), "w": p(2, 1, 3, 3), "cross": const(0, 1, 0, 1, 1, 1, 0, 1, 0, shape=(3, 3))}),
]
REFUSED = [("a list of numbers in TorchScript", lambda m, x: m.s(x), {"s": lambda: torch.jit.script(Listed())})]
