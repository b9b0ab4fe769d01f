"""An operation without a rule is measured: held to the same function followed, and to brute force."""

import itertools

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mnist_lib import receptive_field, rule
from mnist_lib.rf.calculator import UnknownOperation
from tests.rf.panel_soundness import SIZE, Net, c

LIBRARY = torch.library.Library("measured", "DEF")
CONV = {"c": c(1, 2, 3, padding=1)}


def operation(name, function, schema="(Tensor x) -> Tensor"):
    """An operator of a library of its own, whose inside nobody sees."""
    LIBRARY.define(name + schema)
    LIBRARY.impl(name, function, "CompositeExplicitAutograd")
    return getattr(torch.ops.measured, name)


def windows(x, size):
    return F.pad(x, (size // 2,) * 4, mode="replicate").unfold(2, size, 1).unfold(3, size, 1).flatten(-2)


PLAIN = {
    "minimum_pooling": lambda x: -F.max_pool2d(-x, 3, 1, 1),
    "mean_of_a_clamp": lambda x: x.clamp(0, 1).mean((2, 3), keepdim=True),
    "median": lambda x: windows(x, 3).median(-1).values,
    "wide_median": lambda x: windows(x, 5).median(-1).values,
    "clamp": lambda x: x.clamp(-1, 1),
    "hard_clamp_far_out": lambda x: x.clamp(200, 201),
    "threshold": lambda x: (x > 0.5).to(x.dtype),
    "far_threshold": lambda x: (x > 100).to(x.dtype),
    "shares_of_signs": lambda x: F.avg_pool2d(x.sign(), 5, 1, 2),
    "whole_numbers": lambda x: (x > 0).sum(2),
    "order": lambda x: x.argmax(2, keepdim=True).to(x.dtype),
    "running_sum": lambda x: x.cumsum(2),
    "softmax": lambda x: x.softmax(2),
    "difference": lambda x: x[:, :, 1:] - x[:, :, :-1],
    "shift": lambda x: x.roll(2, 3).clone(),
    "with_floats_alone": lambda x: F.avg_pool2d(x, 3, 1, 1) if x.dtype == torch.float32 else 1 / 0,
    "within_zero_and_one": lambda x: F.binary_cross_entropy(x.sigmoid(), torch.full_like(x, 0.3), reduction="none"),
    "padded_with_zeros": lambda x: F.pad(x, (1, 2, 0, 3)),
    "strided": lambda x: x[:, :, ::2, 1::3].clone(),
    "sum_of_channels": lambda x: x.sum(1),
    "tokens": lambda x: x.flatten(2).mT.clone(),
}
OPERATIONS = {name: operation(name, function) for name, function in PLAIN.items()}


@pytest.mark.parametrize("name", PLAIN)
def test_a_measured_operation_says_what_its_parts_say(name):
    torch.manual_seed(0)
    measured, followed = (receptive_field(Net(lambda m, x, f=f: f(m.c(x)), CONV), SIZE)
                          for f in (OPERATIONS[name], PLAIN[name]))
    one, other = measured.at(""), followed.at("")
    assert one.shape == other.shape
    for unit in itertools.product(*map(range, one.shape)):
        assert measured.interval("", unit) == followed.interval("", unit)
    assert "measured" in measured[-1].notes and "measured" in measured.to_text() and not measured[-1].plain


def test_minimum_pooling_behind_a_convolution_sees_five_pixels():
    assert receptive_field(Net(lambda m, x: OPERATIONS["minimum_pooling"](m.c(x)), CONV), SIZE).at("").r_out == 5


def test_several_inputs_and_outputs_and_what_is_learned():
    """A parameter of zeros is trained away from them; an output that nothing reaches sees all."""
    pair = operation("pair", lambda x, w, y: [x * w + y.flip(2), torch.zeros(3)],
                     "(Tensor x, Tensor w, Tensor y) -> Tensor[]")
    has = {**CONV, "w": lambda: nn.Parameter(torch.zeros(8))}
    table = receptive_field(Net(lambda m, x: pair(m.c(x), m.w, x[:, :, :, :1]), has), SIZE)
    assert table.interval("[0]", (0, 4)) == ((0, 7), (0, 5)) and table.interval("[0]", (0, 0)) == ((0, 7), (0, 1))
    assert table.interval("[1]") == ((0, 7), (0, 7))


def test_what_one_input_chooses_of_another_is_found():
    """At each place either is read, as the second input says."""
    choice = operation("choice", lambda x, y: torch.where(y > 0, x, x.roll(1, 2)), "(Tensor x, Tensor y) -> Tensor")
    measured, followed = (receptive_field(Net(lambda m, x, f=f: f(m.c(x), x.flip(3)), CONV), SIZE) for f in (
        choice, lambda x, y: torch.where(y > 0, x, x.roll(1, 2))))
    for unit in itertools.product(range(8), range(8)):
        assert measured.interval("", unit) == followed.interval("", unit)


def written(x):
    x.add_(1)


REFUSED = {
    "whole numbers go in": (operation("of_numbers", lambda x: x + 1), lambda f: lambda m, x: f(x.argsort(2))),
    "it writes": (operation("written", written, "(Tensor(a!) x) -> ()"),
                  lambda f: lambda m, x: (f(y := m.c(x)), y)[1]),
    "nothing reaches its output": (operation("nothing", torch.zeros_like), lambda f: lambda m, x: f(m.c(x))),
    "chance is in it": (operation("noisy", lambda x: x + torch.rand(())), lambda f: lambda m, x: f(m.c(x))),
    "its places are drawn": (operation("places", lambda x, i: x[:, :, i], "(Tensor x, Tensor i) -> Tensor"),
                             lambda f: lambda m, x: f(x, torch.randperm(8))),
    "its size is the image's": (operation("size", lambda x: x[x > 0]), lambda f: lambda m, x: f(x)),
    "a loss by classes of the image": (F.cross_entropy, lambda f: lambda m, x: f(m.c(x), x[:, 0].long())),
    "unique values": (torch.unique, lambda f: lambda m, x: (f(x), m.c(x))[1]),
    "as many as there are": (torch.nonzero, lambda f: lambda m, x: m.c(x) + f(x > 0.5).shape[0]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_measured_is_refused_by_name(name):
    function, forward = REFUSED[name]
    with pytest.raises(UnknownOperation, match=function.__name__.rpartition(".")[2]):
        receptive_field(Net(forward(function), CONV), SIZE)


def test_a_rule_goes_before_a_measurement():
    rule(torch.ops.measured.shift)(lambda call: call.whole())
    try:
        table = receptive_field(Net(lambda m, x: OPERATIONS["shift"](m.c(x)), CONV), SIZE)
        assert table.at("").notes == ("whole image",) and table[-1].notes == ("whole image",)
    finally:
        rule.remove(torch.ops.measured.shift)


# Losses, and what is not returned ------------------------------------------------------------

LOSSES = {
    "mean squared error": lambda y: F.mse_loss(y, torch.zeros_like(y)),
    "Huber": lambda y: F.huber_loss(y, torch.zeros_like(y)),
    "smooth L1": lambda y: F.smooth_l1_loss(y, torch.zeros_like(y)),
    "cross entropy": lambda y: F.cross_entropy(y, torch.zeros(len(y), 8, 8, dtype=torch.long)),
    "likelihood": lambda y: F.nll_loss(y.log_softmax(1), torch.zeros(len(y), 8, 8, dtype=torch.long)),
    "binary": lambda y: F.binary_cross_entropy(y.sigmoid(), torch.full_like(y, 0.3)),
    "alignment": lambda y: F.ctc_loss(y.flatten(2).permute(2, 0, 1).log_softmax(2), torch.ones(1, 3, dtype=torch.long),
                                      torch.tensor([64]), torch.tensor([3])),
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_a_loss_sees_the_whole_map(loss):
    assert receptive_field(Net(lambda m, x: loss(m.c(x)), CONV), SIZE).interval("") == ((0, 7), (0, 7))


def test_the_loss_of_each_pixel_sees_what_the_pixel_sees():
    def each(m, x):
        return F.cross_entropy(m.c(x), torch.zeros(1, 8, 8, dtype=torch.long), reduction="none")

    assert receptive_field(Net(each, CONV), SIZE).at("").r_out == 3


class Judged(nn.Module):
    """Returns its map, and keeps a loss that cannot be followed; or returns that, too."""

    def __init__(self, returned):
        super().__init__()
        self.c, self.loss, self.returned = nn.Conv2d(1, 2, 3), nn.CrossEntropyLoss(), returned

    def forward(self, x):
        y = self.c(x)
        self.last = self.loss(y, x[:, 0, :6, :6].long()) * 2
        return (y, self.last) if self.returned else y


def test_what_cannot_be_followed_is_refused_where_it_is_returned():
    table = receptive_field(Judged(False), SIZE)
    assert table.at("").r_out == 3 and "loss" not in [row.name for row in table]
    with pytest.raises(UnknownOperation, match="cross_entropy"):
        receptive_field(Judged(True), SIZE)


@pytest.mark.parametrize("use", [
    lambda m, x, lost: m.c(x) + lost, lambda m, x, lost: m.c(x).index_fill_(2, torch.tensor([1]), lost.item()),
    lambda m, x, lost: m.c(x).add_(lost), lambda m, x, lost: torch.cat([m.c(x).flatten(), lost[None]]),
    lambda m, x, lost: m.c(x) if lost > 1 else m.c(x)[:, :, 1:], lambda m, x, lost: m.c(x) * lost.tolist(),
    lambda m, x, lost: m.c(x) * lost.numpy(), lambda m, x, lost: m.s(m.c(x) * lost)])
def test_what_cannot_be_followed_does_not_come_back(use):
    def forward(m, x):
        return use(m, x, F.cross_entropy(m.c(x), x[:, 0].long()))

    with pytest.raises(UnknownOperation):
        receptive_field(Net(forward, {**CONV, "s": nn.Softplus}), SIZE)


def test_a_rule_for_a_module_does_not_make_known_what_goes_in():
    class Part(nn.Module):
        def forward(self, x, y):
            return x + y

    rule(Part)(lambda call: call.same())
    try:
        with pytest.raises(UnknownOperation, match="cross_entropy"):
            receptive_field(Net(lambda m, x: m.p(m.c(x), F.cross_entropy(m.c(x), x[:, 0].long())),
                                {**CONV, "p": Part}), SIZE)
    finally:
        rule.remove(Part)
