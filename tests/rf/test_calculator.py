"""The calculator against the perturbation oracle, and what it does with networks it cannot follow."""

import copy
import pickle
import random
import subprocess
import sys

import numpy
import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from torch import nn

from mnist_lib import receptive_field, rule
from mnist_lib.rf import brute_force, layers
from mnist_lib.rf.calculator import ReceptiveFieldError, UnknownOperation
from tests.rf.panel import PANEL, Lambda, conv, seq


def compare(network, size, cropped=False):
    """Every unit of every layer as measured; field and jump too, where the border is far.

    Returns the table, and how often field and jump were told by a measurement. Where a network
    crops a map and pads it again (``cropped``), units may see less than their formula.
    """
    table = receptive_field(network, size)
    dims = {row.name: row.dims for row in (*table.blocks, *table.rows)}
    measured = brute_force.sweep(network, size, dims=dims)
    assert brute_force.differences(measured, table) == []
    compared = 0
    for name, found in measured.items():
        row = table.at(name)
        if row.dims != (2, 3) or found.shape != row.shape:
            continue
        for axis, geometry in enumerate(row.output):
            if geometry.start is not None:
                lines = found.lines[axis].any(2 - axis)  # over the other axis of the map
                seen = {unit: brute_force.ends(lines[:, unit]) for unit in range(lines.shape[1])}
                compared += _compare_line(geometry, {u: s for u, s in seen.items() if s}, size[1 + axis], cropped)
    return table, compared


def _compare_line(geometry, seen, pixels, cropped):
    widths = {unit: b - a + 1 for unit, (a, b) in seen.items()}
    assert max(widths.values(), default=0) <= geometry.field
    said = {unit: geometry.sees(unit) for unit in seen}
    assert all(said[u][0] <= a and b <= said[u][1] for u, (a, b) in seen.items())
    inner = [u for u in seen if said[u][0] >= 0 and said[u][1] < pixels]
    if cropped:
        return 0
    assert all(seen[u] == said[u] for u in inner)
    period = len(geometry.phases) or 1
    pairs = [(u, u + period) for u in inner if u + period in inner]
    assert all(seen[v][0] - seen[u][0] == geometry.jump * period for u, v in pairs)
    if len({u % period for u in inner}) == period:
        assert max(widths[u] for u in inner) == geometry.field
        return 1
    return 0


# Padding that mirrors or wraps shows units at the border what no formula for a window does.
MIRRORED = {"circular", "circular pad", "reflection pad", "replication pad"}


@pytest.mark.filterwarnings("ignore:Using padding", "ignore::DeprecationWarning", "ignore:The .grad attribute")
@pytest.mark.parametrize("name, build, size", PANEL, ids=[name for name, *_ in PANEL])
def test_panel_agrees_with_the_oracle(name, build, size):
    torch.manual_seed(0)
    network = build()
    if name in MIRRORED:
        assert brute_force.check(network, size, receptive_field(network, size)) == []
    else:
        compare(network, size, cropped=name == "map in pieces")  # each of which is padded by itself


def test_the_panel_is_large_and_reaches_the_formula():
    assert len(PANEL) >= 60
    assert len({name for name, *_ in PANEL}) == len(PANEL)
    torch.manual_seed(0)
    assert sum(compare(build(), size)[1] > 0 for _, build, size in PANEL[:9]) >= 6


# Random networks ---------------------------------------------------------------------------

windows = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2))


@st.composite
def layer(draw, channels=2):
    kind = draw(st.sampled_from(["conv", "conv", "wide", "max", "avg", "up", "transposed", "bilinear", "pad", "crop"]))
    k, s, p, d = draw(windows)
    if kind == "conv":
        return conv(channels, channels, k, stride=s, padding=p, dilation=d)
    if kind == "wide":
        k2, s2, p2, d2 = draw(windows)
        return conv(channels, channels, (k, k2), stride=(s, s2), padding=(p, p2), dilation=(d, d2))
    if kind == "max":
        return nn.MaxPool2d(k, s, min(p, k // 2), ceil_mode=draw(st.booleans()))
    if kind == "avg":
        return nn.AvgPool2d(k, s, min(p, k // 2), ceil_mode=draw(st.booleans()))
    if kind == "up":
        return nn.Upsample(scale_factor=draw(st.integers(1, 2)))
    if kind == "bilinear":
        return nn.Upsample(scale_factor=draw(st.integers(2, 3)), mode="bilinear", align_corners=draw(st.booleans()))
    if kind == "transposed":
        return nn.ConvTranspose2d(channels, channels, k, s, min(p, k - 1), min(s - 1, 1))
    if kind == "pad":
        return nn.ZeroPad2d(draw(st.tuples(*[st.integers(0, 2)] * 4)))
    return Lambda(lambda m, x: x[:, :, s:, p::s])


def chains(longest):
    return st.lists(layer(), min_size=1, max_size=longest).map(lambda layers: seq(conv(1, 2, 1), *layers))


quick = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def runs(network, size):
    try:
        with torch.no_grad():
            out = network(torch.zeros(1, *size))
        return min(out.shape) > 0 and max(out.shape) < 60
    except RuntimeError:
        return False


@quick
@given(chains(5), st.integers(9, 19), st.integers(9, 19))
def test_random_chains_agree(network, height, width):
    size = (1, height, width)
    if runs(network, size):
        compare(network, size, cropped=any(isinstance(m, (Lambda, nn.ConvTranspose2d)) for m in network))
    else:
        with pytest.raises(ReceptiveFieldError):
            receptive_field(network, size)
            raise ReceptiveFieldError("too large to measure")


class TwoBranches(nn.Module):
    """Two chains on one image, cropped to their common size, then joined, then one more layer."""

    def __init__(self, one, other, join, last):
        super().__init__()
        self.one, self.other, self.join, self.last = one, other, join, last

    def forward(self, x):
        a, b = self.one(x), self.other(x)
        h, w = min(a.shape[2], b.shape[2]), min(a.shape[3], b.shape[3])
        a, b = a[:, :, :h, :w], b[:, :, :h, :w]
        joined = {"add": a + b, "cat": torch.cat([a, b], 1)[:, 1:3], "max": torch.maximum(a, b),
                  "gate": a * b.sigmoid()}[self.join]
        return self.last(joined)


@quick
@given(chains(3), chains(3), st.sampled_from(["add", "cat", "max", "gate"]), st.sampled_from([1, 2, 3]),
       st.integers(9, 13))
def test_random_branches_agree(one, other, join, kernel, size):
    network = TwoBranches(one, other, join, conv(2, 1, kernel, padding=1))
    if runs(network, (1, size, size)):
        table = receptive_field(network, (1, size, size))
        assert brute_force.check(network, (1, size, size), table) == []


@st.composite
def layer_and_module(draw):
    """One layer as a list names it, and as PyTorch does."""
    kind = draw(st.sampled_from(["conv", "transposed", "transposed", "max", "avg"]))
    k, s, p, d = draw(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 3)))
    if kind == "conv":
        return layers.conv(1, k, s, p, d), nn.Conv2d(1, 1, k, s, p, d)
    if kind == "transposed":
        more = draw(st.integers(0, max(s, d) - 1))
        return (layers.conv_transpose(1, k, s, p, d, output_padding=more),
                nn.ConvTranspose2d(1, 1, k, s, p, more, dilation=d))
    p, ceil_mode = min(p, k // 2), draw(st.booleans())
    if kind == "max":
        return layers.max_pool(k, s, p, ceil_mode=ceil_mode), nn.MaxPool2d(k, s, p, ceil_mode=ceil_mode)
    return layers.avg_pool(k, s, p, ceil_mode=ceil_mode), nn.AvgPool2d(k, s, p, ceil_mode=ceil_mode)


@settings(quick, max_examples=200)
@given(st.lists(layer_and_module(), min_size=1, max_size=4), st.integers(12, 20))
@example([(layers.conv_transpose(1, 1, 2), nn.ConvTranspose2d(1, 1, 1, 2)),  # every other unit sees nothing
          (layers.conv_transpose(1, 4, 1, 0, 3), nn.ConvTranspose2d(1, 1, 4, 1, dilation=3))], 17)
def test_a_network_and_its_list_of_layers_have_one_table(pairs, size):
    network = nn.Sequential(*(module for _, module in pairs))
    if not runs(network, (1, size, size)):
        return
    try:
        listed = receptive_field([layer for layer, _ in pairs], (1, size, size))
        followed = receptive_field(network, (1, size, size))
    except ReceptiveFieldError as error:  # gaps of transposed convolutions may be all that is left
        assert "no unit of the map looks at the image" in str(error) or "nothing that depends" in str(error)
        return
    for one, other in zip(listed, followed, strict=True):
        assert (one.n_out, one.r_out, one.j_out) == (other.n_out, other.r_out, other.j_out)
        assert listed.interval(one.label) == followed.interval(other.label)


# What it says ------------------------------------------------------------------------------

def test_the_textbook_case():
    network = seq(conv(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), conv(8, 4, 3, padding=1))
    table = receptive_field(network, (1, 28, 28))
    assert [(row.n_out, row.j_out, row.r_out, row.start) for row in table] == [
        (26, 1, 3, 1.5), (26, 1, 3, 1.5), (13, 2, 4, 2), (13, 2, 8, 2)]
    assert [row.name for row in table] == ["0", "1", "2", "3"]
    assert [row.op for row in table] == ["conv", "relu", "max_pool", "conv"]
    assert table.at("3").kernel == (3, 3) and table.at("3").padding == (1, 1)
    assert table.parameters == sum(p.numel() for p in network.parameters())
    assert table.multiply_adds == 8 * 9 * 26 * 26 + 8 * 4 * 9 * 13 * 13


def test_global_pooling_counts_as_one_window():
    for last in (nn.AdaptiveAvgPool2d(1), nn.AvgPool2d(6), Lambda(lambda m, x: x.mean((2, 3), keepdim=True))):
        row = receptive_field(seq(conv(1, 2, 3, stride=2, padding=1), last), (1, 12, 12)).rows[-1]
        assert (row.n_out, row.j_out, row.r_out) == (1, 12, 13)
    assert receptive_field(seq(conv(1, 2, 3), Lambda(lambda m, x: x.mean((2, 3)))), (1, 8, 8))[-1].r_out == 8


def test_a_module_used_twice_has_two_rows():
    network = Lambda(lambda m, x: m.c(m.c(x)), c=conv(1, 1, 3))
    table = receptive_field(network, (1, 9, 9))
    assert [(row.label, row.r_out, row.parameters) for row in table] == [("c#1", 3, 10), ("c#2", 5, 0)]
    assert table.at("c").r_out == 5 and table.at("c#1").r_out == 3


@pytest.mark.filterwarnings("ignore:Using padding")
def test_misaligned_branches_are_marked_with_the_distance():
    even = Lambda(lambda m, x: m.c(x) + x, c=conv(1, 1, 4, padding="same"))
    assert receptive_field(even, (1, 9, 9))[-1].notes == ("misaligned by 0.5",)
    apart = Lambda(lambda m, x: m.c(x) + x[:, :, :-2, 5:-1], c=conv(1, 1, (3, 7)))
    assert receptive_field(apart, (1, 12, 12))[-1].notes == ("misaligned by 1 in height", "misaligned by 2 in width")
    drifting = Lambda(lambda m, x: m.c(x) + x[:, :, :5, :5], c=conv(1, 1, 2, stride=2))
    assert receptive_field(drifting, (1, 10, 10))[-1].notes == ("misaligned by 4.5",)
    fine = Lambda(lambda m, x: m.c(x) + x, c=conv(1, 1, 3, padding=1))
    assert receptive_field(fine, (1, 9, 9))[-1].notes == ()


def test_a_gate_makes_the_field_global():
    gate = Lambda(lambda m, x: m.c(x) * m.c(x).mean((2, 3), keepdim=True), c=conv(1, 1, 3))
    row = receptive_field(gate, (1, 9, 9))[-1]
    assert row.notes == ("whole image",) and row.r_out == 9 and row.n_out == 7


@pytest.mark.parametrize("network, size, words", [
    (seq(conv(1, 2, 3), conv(3, 2, 3)), (1, 9, 9), ["'1'", "Conv2d", "channels"]),
    (seq(conv(1, 2, 3), seq(nn.MaxPool2d(2), conv(2, 2, 5))), (1, 9, 9), ["'1.1'", "Conv2d"]),
    (seq(conv(1, 2, 3), Lambda(lambda m, x: x[:, :, 7:])), (1, 9, 9), ["shrinks to nothing", "'1'"]),
    (seq(conv(1, 2, 3)), (3, 9, 9), ["(3, 9, 9)", "channels"]),
    (seq(nn.LazyConv2d(2, 3)), (1, 9, 9), ["lazy"]),
    (Lambda(lambda m, x: torch.ones(3)), (1, 9, 9), ["nothing that depends on the image"]),
])
def test_errors_name_the_layer(network, size, words):
    with pytest.raises(ReceptiveFieldError) as caught:
        receptive_field(network, size)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("size", [(1, 0, 9), (9,), 9, (1, 2, 3, 4), ("a", "b"), (1, 9.5, 9), (1, -3, 9)])
def test_a_wrong_input_size_is_a_value_error(size):
    with pytest.raises(ValueError, match="input_size"):
        receptive_field(conv(1, 1, 3), size)


def test_two_numbers_take_the_channels_from_the_network():
    assert receptive_field(conv(3, 1, 3), (9, 8)).input_size == (3, 9, 8)


class Sorter(nn.Module):
    def forward(self, x):
        return x + torch.unique(x).sum()


def test_an_unknown_operation_is_a_named_error_until_it_has_a_rule():
    network = seq(conv(1, 2, 3), seq(Sorter()), conv(2, 1, 3))
    with pytest.raises(UnknownOperation) as caught:
        receptive_field(network, (1, 12, 12))
    for word in ("unique", "'1.0'", "Sorter", "@rule("):
        assert word in str(caught.value)
    for operation in (torch.ops.aten._unique2, Sorter):
        rule(operation)(lambda call: call.whole() if len(call.outputs) == 1 else
                        [call.whole()] + [None] * (len(call.outputs) - 1))
        try:
            table = receptive_field(network, (1, 12, 12))
            assert table.interval("1.0", (4, 4)) == ((0, 11), (0, 11)), operation
            assert table.at("2").n_out == 8
        finally:
            rule.remove(operation)
    with pytest.raises(UnknownOperation):
        receptive_field(network, (1, 12, 12))


MINE = torch.library.Library("mine", "DEF")  # torch.library.custom_op is of torch 2.4
MINE.define("smooth(Tensor x) -> Tensor")
MINE.impl("smooth", lambda x: F.avg_pool2d(x, 3, 1), "CompositeExplicitAutograd")


def test_a_rule_can_describe_a_window():
    class Mine(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return torch.ops.mine.smooth(x)

    class Smooth(nn.Module):
        def forward(self, x):
            return Mine.apply(x)

    assert receptive_field(Smooth(), (1, 9, 9))[-1].notes == ("measured",)
    rule(Smooth)(lambda call: call.window(3))
    try:
        assert receptive_field(seq(Smooth(), conv(1, 1, 3)), (1, 9, 9))[-1].r_out == 5
        rule(Smooth)(lambda call: call.window(5))
        with pytest.raises(ReceptiveFieldError, match="returned"):
            receptive_field(Smooth(), (1, 9, 9))
    finally:
        rule.remove(Smooth)


WAYS_OUT = {  # more of them in panel_soundness.py
    "item": lambda m, x: x * x.mean().item(),
    "if": lambda m, x: x if x.sum() > 0 else x[:, :, 1:],
    "float": lambda m, x: x * float(x.max()),
    "numpy": lambda m, x: torch.from_numpy(x.numpy()) * 2,
    "tolist": lambda m, x: x * torch.tensor(x.flatten().tolist()).sum(),
    "boolean index": lambda m, x: x[x > 0].sum(),
    "random index": lambda m, x: x[:, :, torch.randperm(8)],
    "unique": lambda m, x: torch.unique(x),
}


@pytest.mark.parametrize("leave", WAYS_OUT.values(), ids=WAYS_OUT)
def test_what_cannot_be_told_is_never_a_number(leave):
    with pytest.raises(UnknownOperation):
        receptive_field(Lambda(leave), (1, 8, 8))


def test_an_error_that_the_network_catches_is_still_raised():
    def careful(m, x):
        try:
            return torch.unique(x)
        except ValueError:
            return x
    with pytest.raises(UnknownOperation):
        receptive_field(Lambda(careful), (1, 8, 8))


# The network stays as it was ---------------------------------------------------------------

class Restless(nn.Module):
    """Changes everything it can while it runs."""

    def __init__(self, fails=False):
        super().__init__()
        self.conv, self.norm, self.drop = conv(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout(0.5)
        self.register_buffer("count", torch.zeros(1))
        self.seen, self.calls, self.last, self.fails = [], 0, None, fails

    def forward(self, x):
        self.calls += 1
        self.count += 1
        with torch.no_grad():
            self.conv.weight.mul_(2)
            self.conv.bias.data.add_(1)
        x = self.norm(self.drop(self.conv(x)))
        x = F.dropout(x, 0.5, training=True) + torch.rand(()) + random.random() + numpy.random.rand()
        self.last = x
        self.seen.append(x)
        self.norm.train()
        self.extra = nn.Linear(2, 2)
        if self.fails:
            raise OSError("on purpose")
        return x


@pytest.mark.parametrize("fails", [False, True])
def test_the_network_is_left_exactly_as_it_was(fails):
    network = Restless(fails)
    network.drop.eval()  # a mixed state
    network.conv.weight.grad = torch.ones_like(network.conv.weight)
    calls = []
    network.conv.register_forward_hook(lambda *_: calls.append(1))
    before = copy.deepcopy(network.state_dict())
    hooks = {name: list(m._forward_hooks) for name, m in network.named_modules()}
    modes = {name: m.training for name, m in network.named_modules()}
    states = torch.get_rng_state(), random.getstate(), numpy.random.get_state()[1].copy()
    identities = {name: id(p) for name, p in network.named_parameters()}
    if fails:
        with pytest.raises(ReceptiveFieldError, match="on purpose"):
            receptive_field(network, (1, 9, 9))
    else:
        receptive_field(network, (1, 9, 9))
    assert all(torch.equal(value, network.state_dict()[name]) for name, value in before.items())
    assert list(network.state_dict()) == list(before)
    assert {name: list(m._forward_hooks) for name, m in network.named_modules()} == hooks
    assert {name: m.training for name, m in network.named_modules()} == modes
    assert torch.equal(torch.get_rng_state(), states[0]) and random.getstate() == states[1]
    assert (numpy.random.get_state()[1] == states[2]).all()
    assert {name: id(p) for name, p in network.named_parameters()} == identities
    assert torch.equal(network.conv.weight.grad, torch.ones_like(network.conv.weight))
    assert all(p.requires_grad for p in network.parameters())
    assert (network.calls, network.seen, network.last) == (0, [], None)
    assert not nn.modules.module._global_forward_hooks and not nn.modules.module._global_forward_pre_hooks
    assert torch.is_grad_enabled()


def test_meta_and_half_networks():
    with torch.device("meta"):
        network = seq(conv(1, 2, 3), nn.BatchNorm2d(2), nn.MaxPool2d(2))
    assert receptive_field(network, (1, 9, 9))[-1].r_out == 4
    assert all(p.is_meta for p in network.parameters())
    assert receptive_field(seq(conv(1, 2, 3)).half(), (1, 9, 9))[-1].r_out == 3
    assert receptive_field(seq(conv(1, 2, 3)).double(), (1, 9, 9))[-1].r_out == 3


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_compiled_and_scripted_networks():
    network = seq(conv(1, 2, 3), nn.MaxPool2d(2))
    assert receptive_field(torch.compile(network), (1, 9, 9))[-1].r_out == 4
    assert [row.name for row in receptive_field(torch.compile(network), (1, 9, 9))] == ["0", "1"]


def test_tables_can_be_pickled_and_hold_no_tensors():
    table = receptive_field(seq(conv(1, 2, 3), nn.Upsample(scale_factor=2)), (1, 9, 9))
    again = pickle.loads(pickle.dumps(table))
    assert again == table and str(again) == str(table)
    assert b"torch" not in pickle.dumps(table)


def test_the_core_needs_no_torch():
    code = ("import sys, mnist_lib.rf.geometry, mnist_lib.rf.table, mnist_lib.commands.rf; "
            "assert 'torch' not in sys.modules; from mnist_lib import receptive_field, rule, measure, effective; "
            "assert callable(receptive_field) and callable(rule)")
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.slow
def test_a_table_does_not_wait_for_the_compiler():
    """Loading it takes seconds; a forward pass that compiles its parts runs them uncompiled."""
    code = """
import sys
import torch
from torch import nn
from mnist_lib import receptive_field

class Compiles(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 2, 3), nn.Conv2d(2, 2, 3)

    def forward(self, x):
        @torch.compile
        def pool(x):
            return nn.functional.max_pool2d(x, 2)

        @torch.compile(fullgraph=True)
        def shrink(x):
            return x[..., ::2, ::2]

        return shrink(pool(torch.compile(self.second)(self.first(x))))

before = torch.compile
table = receptive_field(Compiles(), (1, 24, 24))
assert table[-1].r_out == 6 and table[-1].j_out == 4, str(table)
assert torch.compile is before
assert "torch._dynamo" not in sys.modules
import torch._dynamo
assert str(receptive_field(Compiles(), (1, 24, 24))) == str(table)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
