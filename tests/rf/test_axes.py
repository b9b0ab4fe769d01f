"""Sequences, volumes and several inputs: the calculator against brute force, and what its table says of each axis."""

import csv
import io

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from mnist_lib.rf import brute_force, check, field_of_layers, measure, receptive_field
from mnist_lib.rf.geometry import ReceptiveFieldError
from mnist_lib.rf.layers import avg_pool, conv, conv_transpose, max_pool
from tests.rf.panel import seq
from tests.rf.panel_axes import ONE, SEVERAL, THREE, ImageAndMask, LeftAndRight, c1, c2, c3

SINGLE = [(f"{kind}-D {name}", build, size) for kind, panel in ((1, ONE), (3, THREE)) for name, build, size in panel]


@pytest.mark.parametrize("build, size", [entry[1:] for entry in SINGLE], ids=[entry[0] for entry in SINGLE])
def test_sequences_and_volumes_agree_with_the_oracle(build, size):
    torch.manual_seed(0)
    network = build()
    assert check(network, size, receptive_field(network, size)) == []


@pytest.mark.parametrize("build, inputs", [entry[1:] for entry in SEVERAL], ids=[entry[0] for entry in SEVERAL])
def test_several_inputs_agree_with_the_oracle(build, inputs):
    torch.manual_seed(0)
    network = build().double()
    assert check(network, table=receptive_field(network, inputs=inputs), inputs=inputs) == []


def test_the_panel_has_at_least_forty():
    assert len(SINGLE) + len(SEVERAL) >= 40 and len(SEVERAL) >= 8 and len(THREE) >= 12


# Chains in one, two and three dimensions: formula, trace and brute force ---------------------

_MODULES = {"conv": (nn.Conv1d, nn.Conv2d, nn.Conv3d), "max_pool": (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d),
            "avg_pool": (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d),
            "conv_transpose": (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)}


@st.composite
def layers(draw, count):
    """A layer as a record and as a module, for as many axes."""
    def each(low, high):
        return tuple(draw(st.integers(low, high)) for _ in range(count))

    op = draw(st.sampled_from(sorted(_MODULES)))
    kernel, stride = each(1, 3), each(1, 2)
    module = _MODULES[op][count - 1]
    if op in ("conv", "conv_transpose"):
        padding = tuple(min(p, k - 1) for p, k in zip(each(0, 1), kernel))
        dilation = each(1, 2) if op == "conv" else (1,) * count
        record = (conv if op == "conv" else conv_transpose)(1, kernel, stride, padding, dilation, bias=True)
        return record, module(1, 1, kernel, stride, padding, dilation=dilation)
    padding = tuple(min(p, k // 2) for p, k in zip(each(0, 1), kernel))
    ceil_mode = draw(st.booleans())
    return ((max_pool if op == "max_pool" else avg_pool)(kernel, stride, padding, ceil_mode=ceil_mode),
            module(kernel, stride, padding, ceil_mode=ceil_mode))


@st.composite
def chains(draw):
    count = draw(st.integers(1, 3))
    size = (1, *(draw(st.integers(4, {1: 20, 2: 10, 3: 6}[count])) for _ in range(count)))
    return count, size, draw(st.lists(layers(count), min_size=1, max_size=3))


@given(chains())
def test_formula_trace_and_brute_force_agree_in_any_dimension(drawn):
    count, size, pairs = drawn
    records, modules = zip(*pairs)
    network, named = seq(*modules), [(str(i), record) for i, record in enumerate(records)]
    try:
        table = receptive_field(network, inputs={"image": size})
    except ReceptiveFieldError:  # a map shrinks to nothing, or no unit sees anything: then for both
        with pytest.raises((ReceptiveFieldError, RuntimeError)):
            field_of_layers(named, size)
            network(torch.rand(1, *size))
        return
    try:
        formula = field_of_layers(named, size)
    except ReceptiveFieldError as error:
        assert "no unit of the map looks at the image" in str(error)
        return
    for one, other in zip(formula, table, strict=True):
        assert one.output == other.output and one.kernel == other.kernel and one.parameters == other.parameters
        assert [extent.widest for extent in one.extents.axes] == [extent.widest for extent in other.extents.axes]
    if size[0] * torch.Size(size[1:]).numel() <= 120:
        assert check(network, table=table, inputs={"image": size}) == []


# What the numbers of an input size mean ------------------------------------------------------

class Running(nn.Module):
    """A function of the input, with modules and parameters."""

    def __init__(self, function, **has):
        super().__init__()
        self.function = function
        for name, thing in has.items():
            setattr(self, name, thing)

    def forward(self, x):
        return self.function(self, x)


@pytest.mark.parametrize("network, size, means", [
    (c1(2, 3, 3), (2, 20), (2, 20)),
    (c1(2, 3, 3), (20,), (2, 20)),
    (c2(3, 3, 3), (20, 18), (3, 20, 18)),
    (c2(3, 3, 3), (3, 20, 18), (3, 20, 18)),
    (c3(2, 3, 3), (2, 6, 7, 8), (2, 6, 7, 8)),
    (nn.ReLU(), (5, 6), (5, 6)),
    (nn.Linear(6, 2), (5, 6), (5, 6)),
    (Running(lambda m, x: m.r(x.transpose(1, 2))[0], r=nn.GRU(3, 2, batch_first=True)), (3, 9), (3, 9)),
    (Running(lambda m, x: nn.functional.conv2d(x, m.w), w=nn.Parameter(torch.ones(1, 1, 3, 3))), (7, 9), (1, 7, 9)),
    (Running(lambda m, x: m.c(x[:, :, 0]), c=c2(1, 1, 3)), (1, 4, 5, 6), (1, 4, 5, 6)),
    (Running(lambda m, x: nn.functional.one_hot(x, 4).float() @ m.w, w=nn.Parameter(torch.ones(4, 2))), (9,), (9,)),
    (nn.EmbeddingBag(5, 2), (9,), (9,)),
    (nn.ReLU(), (9,), (9,)),
    (nn.ReLU(), (1, 4, 5, 6), (1, 4, 5, 6)),
    (nn.Embedding(5, 2), (9,), (9,)),
    (Running(lambda m, x: m.e(x.argmax(1)), e=nn.Embedding(4, 2)), (4, 9), (4, 9)),
    (nn.MaxPool1d(2), (3, 9), (3, 9)),
])
def test_what_an_input_size_means(network, size, means):
    assert receptive_field(network, size).input_size == means


@pytest.mark.parametrize("network, size, words", [
    (c2(1, 1, 3), (9,), "2-dimensional layer"),
    (c2(1, 1, 3), (1, 4, 9, 9), "inputs="),
    (c2(1, 1, 3), (1, 1, 9, 9), "leave the batch out: (1, 9, 9)"),
    (nn.Conv1d(1, 1, 3), (2, 1, 9), "(channels, height, width), but the network begins with a 1-dimensional layer"),
    (c1(1, 1, 3), (), "each at least 1"),
])
def test_a_size_that_does_not_fit_is_named(network, size, words):
    with pytest.raises(ValueError, match="input_size") as caught:
        receptive_field(network, size)
    assert words in str(caught.value)


def test_the_size_or_the_inputs_and_not_both():
    for settings in ({}, dict(input_size=(1, 9), inputs={"x": (1, 9)})):
        with pytest.raises(ValueError, match="one of the two"):
            receptive_field(c1(1, 1, 3), **settings)
    with pytest.raises(ValueError, match="empty"):
        receptive_field(c1(1, 1, 3), inputs={})
    with pytest.raises(ValueError, match="shape"):
        receptive_field(c1(1, 1, 3), inputs={"x": torch.rand(3)})
    with pytest.raises(ValueError, match="one input"):
        receptive_field([conv(1, 3)], inputs={"x": (1, 9, 9)})


def test_lists_of_layers_in_one_and_three_dimensions():
    table = field_of_layers([conv(2, (3,), (2,)), max_pool((2,))], (1, 30))
    assert (table[-1].j_out, table[-1].r_out, table[-1].n_out, table[0].parameters) == (4, 5, 7, 6)
    volume = field_of_layers([conv(2, 3), max_pool((1, 2, 2))], (1, 6, 9, 9))
    assert (volume[-1].r_out, volume[-1].n_out) == ((3, 4, 4), (4, 3, 3))
    with pytest.raises(ReceptiveFieldError, match="2 numbers, but the input 3 axes"):
        field_of_layers([conv(2, (3, 3, 3)), conv(2, (3, 3))], (1, 6, 9, 9))


# The table in every format -------------------------------------------------------------------

@pytest.fixture(scope="module")
def volume():
    return receptive_field(seq(c3(1, 2, (1, 3, 5)), nn.MaxPool3d((1, 2, 2))), (1, 4, 9, 12))


def test_a_cell_has_a_number_for_each_axis(volume):
    assert volume[-1].r_out == (1, 4, 6) and volume[-1].j_out == (1, 2, 2) and volume[0].kernel == (1, 3, 5)
    for text in (volume.to_text(), volume.to_markdown(), volume.to_csv(), volume.to_html()):
        assert "1×4×6" in text and "1×3×5" in text
    assert volume.to_dict()["rows"][-1]["r_out"] == [1, 4, 6] and volume.to_dict()["input_size"] == [1, 4, 9, 12]
    assert "input 1 × 4 × 9 × 12" in volume.to_text()
    assert volume.interval("1", (0, 1, 1)) == ((0, 0), (2, 5), (2, 7)) == measure(
        seq(c3(1, 2, (1, 3, 5)), nn.MaxPool3d((1, 2, 2))), (1, 4, 9, 12), "1", (0, 1, 1))


def test_equal_axes_are_one_number():
    table = receptive_field(seq(c3(1, 2, 3, stride=2)), (1, 9, 9, 9))
    assert table.to_dict(["r_out", "j_out", "n_out", "kernel"])["rows"] == [dict(r_out=3, j_out=2, n_out=4, kernel=3)]
    assert receptive_field(c1(1, 1, 3), (1, 9))[0].r_out == 3


@pytest.fixture(scope="module")
def pair():
    network = ImageAndMask(lambda m, x, y: m.e(m.c(x) * m.d(y)), c=c2(3, 2, 3, padding=1), d=c2(1, 2, 5, padding=2),
                           e=c2(2, 1, 3))
    network.left_over = nn.Parameter(torch.ones(4))
    return receptive_field(network, inputs={"image": (3, 20, 20), "mask": (1, 20, 20)})


def test_each_input_has_its_columns_and_a_table(pair):
    assert pair.input_size == {"image": (3, 20, 20), "mask": (1, 20, 20)}
    assert pair.of("image").at("e").r_out == 5 and pair.of("mask").at("e").r_out == 7
    assert pair.interval("e") == {"image": ((8, 12), (8, 12)), "mask": ((7, 13), (7, 13))}
    assert pair.interval("d")["image"] == (None, None)
    lines = list(csv.DictReader(io.StringIO(pair.to_csv())))
    assert (lines[-1]["r_out image"], lines[-1]["r_out mask"]) == ("5", "7")
    assert pair.to_dict(["name", "r_out mask"])["rows"][-1] == {"name": "e", "r_out mask": 7}
    assert "field 5 of image, 7 of mask at the output" in pair.to_text()
    assert "r_out mask" in pair.to_html() and "r_out mask" in pair.to_markdown()
    with pytest.raises(KeyError, match="image, mask"):
        pair.of("depth")
    with pytest.raises(ValueError, match="no column"):
        pair.to_text(["name", "kernel mask"])


def test_what_the_forward_does_not_use_is_named(pair):
    assert pair.unused == ("left_over",) and "not used: left_over" in pair.to_text()
    assert pair.parameters == sum(row.parameters for row in pair) == 3 * 2 * 9 + 2 + 50 + 2 + 19


def test_inputs_that_look_at_other_places_are_marked():
    network = LeftAndRight(lambda m, x, y: m.c(x) + m.d(y), c=c2(1, 1, 3), d=c2(1, 1, (3, 5), padding=(0, 1)))
    table = receptive_field(network, inputs={"left": (1, 9, 9), "right": (1, 9, 9)})
    assert table[-1].notes == ()  # different inputs, so no places to compare
    shifted = LeftAndRight(lambda m, x, y: m.c(x)[..., 1:] + m.c(x)[..., :-1] + y[..., 3:], c=c2(1, 1, (1, 3)))
    table = receptive_field(shifted, inputs={"left": (1, 9, 9), "right": (1, 9, 9)})
    assert [row.notes for row in table if row.op == "add"] == [("misaligned by 1 in width of left",), ()]


def test_figures_of_a_sequence_and_a_volume(volume, pair):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    sequence = receptive_field(seq(c1(2, 1, 3, padding=1)), (2, 30))
    ax = sequence.plot(torch.rand(2, 30), "0", 0)
    assert len(ax.patches) == 1 and len(ax.lines) == 4  # the stretch; two channels and the ends of the whole field
    ax = volume.plot(torch.rand(1, 4, 9, 12), "1", (1, 1, 1))
    titles = [ax.get_title(loc=place) for place in ("left", "center")]  # a style of the book may have put it left
    assert "slice 1" in "".join(titles) and ax.patches[0].get_width() == 6 and ax.patches[0].get_height() == 4
    with pytest.raises(ValueError, match="table is for"):
        volume.plot(torch.rand(4, 9, 11), "1")
    with pytest.raises(ValueError, match="of\\(name\\)"):
        pair.plot(torch.rand(3, 20, 20), "e")
    assert pair.of("mask").plot(torch.rand(20, 20), "e") is not None
    plt.close("all")


# Parameters and rows that no module call shows -----------------------------------------------

class Tokens(nn.Module):
    """A class token, position numbers in a table, a scale for each channel: used by no layer of their own."""

    def __init__(self):
        super().__init__()
        self.patches = c2(1, 4, 4, stride=4)
        self.first, self.scale = nn.Parameter(torch.ones(1, 1, 4)), nn.Parameter(torch.ones(4))
        self.table, self.idle = nn.Parameter(torch.ones(9, 4)), nn.Parameter(torch.ones(7))
        self.register_buffer("index", torch.arange(5))

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.first.expand(len(x), -1, -1), x], 1)
        return x * self.scale.reshape(1, 1, -1) + self.table[self.index]


def test_parameters_are_those_that_the_forward_uses():
    table = receptive_field(seq(Tokens(), nn.Linear(4, 2)), (1, 8, 8))
    used = 4 * 16 + 4 + 4 + 4 + 36 + 10
    assert table.parameters == used == sum(row.parameters for row in table)
    assert table.unused == ("0.idle",)
    assert {row.name: row.parameters for row in table}["0.cat()"] == 4


def test_tied_weights_count_once():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = c2(1, 1, 3, bias=False)
            self.b = c2(1, 1, 3, bias=False)
            self.b.weight = self.a.weight

        def forward(self, x):
            return self.b(self.a(x))

    assert receptive_field(Tied(), (1, 9, 9)).parameters == 9


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_scripted_networks_have_rows():
    network = seq(c2(1, 2, 3, padding=1), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), c2(2, 1, 3)).eval()
    plain, scripted = receptive_field(network, (1, 12, 12)), receptive_field(torch.jit.script(network), (1, 12, 12))
    assert [(r.name, r.op, r.r_out, r.parameters) for r in scripted if r.parameters] == [
        (r.name, r.op, r.r_out, r.parameters) for r in plain if r.parameters]
    assert scripted[-1].output == plain[-1].output and scripted.parameters == plain.parameters
    inside = receptive_field(seq(c2(1, 1, 3), torch.jit.script(c2(1, 1, 3))), (1, 12, 12))
    assert [row.r_out for row in inside] == [3, 5] and inside.parameters == 20


def test_brute_force_finds_a_wrong_axis():
    wrong = receptive_field(c3(1, 1, (1, 1, 3)), (1, 4, 4, 4))
    assert any("depth" in line for line in check(c3(1, 1, (3, 1, 1), padding=(1, 0, 0)), (1, 4, 4, 4), wrong)) \
        or brute_force.check(c3(1, 1, (3, 1, 1), padding=(1, 0, 0)), (1, 4, 4, 4), wrong)
