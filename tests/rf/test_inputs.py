"""Inputs as people give them, a field for each output, and rows that say what a module returns."""

import json

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from mnist_lib.rf import check, effective, measure, receptive_field
from mnist_lib.rf.calculator import ReceptiveFieldError, UnknownOperation
from tests.rf.panel import Lambda, conv, seq
from tests.rf.panel_axes import c1, c2


class Several(nn.Module):
    """A dict with a map of each depth, and a block that returns two."""

    def __init__(self):
        super().__init__()
        self.stem, self.pool, self.deep = c2(1, 2, 3, padding=1), nn.MaxPool2d(2), c2(2, 2, 5, stride=2)
        self.twice = Lambda(lambda m, x: (m.a(x), [m.b(x)]), a=c2(2, 1, 1), b=c2(2, 1, 3, padding=1))

    def forward(self, x):
        x = self.stem(x)
        near, (far,) = self.twice(x)
        return {"out": self.deep(self.pool(x)), "aux": [near, far]}


class Timed(nn.Module):
    """What a diffusion network is given: an image, a number, words, and a flag."""

    def __init__(self):
        super().__init__()
        self.image, self.words, self.time = c2(3, 4, 3, padding=1), nn.Embedding(7, 4), nn.Embedding(90, 4)

    def forward(self, sample, timestep, words=None, double=False, mode="add"):
        assert mode == "add"
        time = self.time(torch.as_tensor(timestep).reshape(-1).expand(len(sample)))[..., None, None]
        more = 0 if words is None else self.words(words).transpose(1, 2)[..., None]
        return (self.image(sample) + time + more) * (2 if double else 1)


def agree(network, given, **how):
    table = receptive_field(network, given, **how)
    assert check(network, given, table, **how) == []
    return table


def test_each_output_has_its_field_by_its_key():
    table = agree(Several(), (1, 20, 20))
    assert {row.name: row.r_out for row in table.outputs} == {"out": 12, "aux[0]": 3, "aux[1]": 5}
    assert "field 12 at out, 3 at aux[0], 5 at aux[1]" in str(table)
    assert table.at("") .r_out == table.at("out").r_out == table.at("[out]").r_out == 12
    assert [row.name for row in table.parts] == ["twice[0]", "twice[1][0]"]
    for name in ("out", "aux[1]", "twice[0]", "twice[1][0]"):
        assert table.interval(name) == measure(Several(), (1, 20, 20), name)
    assert table.at("out").notes == ("off centre by -1",) and table.at("aux[1]").notes == ()
    lines = str(table).splitlines()
    assert [line.split()[0] for line in lines if " output " in line] == ["out", "aux[0]", "aux[1]"]


def test_a_layer_that_is_only_logged_changes_no_sentence():
    network = Lambda(lambda m, x: (m.a(x), m.log(x))[0], a=c2(1, 1, 7), log=c2(1, 1, 3))
    table = agree(network, (1, 12, 12))
    assert "field 7 at the output" in str(table) and table.at("").r_out == 7 == table.at("").r_out


def test_json_has_outputs_blocks_and_intervals():
    table = receptive_field(seq(seq(c2(1, 1, 3)), c2(1, 1, 3)), (1, 9, 8))
    told = json.loads(json.dumps(table.to_dict(intervals=True)))
    assert [row["r_out"] for row in told["outputs"]] == [5] and {row["name"] for row in told["blocks"]} >= {"0", ""}
    height = told["outputs"][0]["intervals"]["height"]
    assert list(zip(height["first"], height["last"])) == [table.interval("", (i, 0))[0] for i in range(5)]


@pytest.mark.parametrize("given", [
    torch.rand(1, 3, 12, 10), {"sample": (3, 12, 10), "timestep": 5}, [(3, 12, 10), torch.tensor(5)],
    ((3, 12, 10), torch.tensor([5]), None, True), {"sample": torch.rand(1, 3, 12, 10), "timestep": 5, "mode": "add"},
], ids=["tensor", "dict", "list", "tuple", "tensors by name"])
def test_what_can_be_given(given):
    network = Timed() if not isinstance(given, torch.Tensor) else c2(3, 4, 3, padding=1)
    table = agree(network, given)
    assert table.input_size == (3, 12, 10) and table.at("").r_out == 3
    assert receptive_field(network, inputs=given).outputs == table.outputs  # in either place


def test_tokens_are_within_the_range_of_the_table_that_looks_them_up():
    table = agree(Timed().double(), {"sample": (3, 5, 4), "timestep": 80, "words": (5,)})
    assert table.of("sample").at("").r_out == 3 and set(table.input_size) == {"sample", "words"}
    two = Lambda(lambda m, x: m.a(x[0]) + m.b(x[1]), a=nn.Embedding(50, 2), b=nn.Embedding(2, 2))
    assert set(receptive_field(two, {"x": [(6,), (6,)]}).input_size) == {"x[0]", "x[1]"}


def test_lengths_pass_through_and_grow_with_the_batch():
    def forward(m, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x.transpose(1, 2), lengths, True, enforce_sorted=False)
        return m.c(nn.utils.rnn.pad_packed_sequence(packed, True)[0].transpose(1, 2))

    class Packed(nn.Module):
        def __init__(self):
            super().__init__()
            self.c = c1(2, 1, 3)

        def forward(self, x, lengths):
            return forward(self, x, lengths)

    assert agree(Packed(), [(2, 9), torch.tensor([9])]).at("c").r_out == 3


def test_a_rank_that_cannot_be_meant_is_refused_with_both_readings():
    for given, words in ((torch.rand(3, 32, 32), ["(batch, channels, length)", "tensor[None]"]),
                         ((1, 3, 32, 32), ["(channels, depth, height, width)", "leave the batch out: (3, 32, 32)"])):
        with pytest.raises(ValueError, match="begins with a 2-dimensional layer") as caught:
            receptive_field(conv(3, 1, 3), given)
        assert all(word in str(caught.value) for word in words)
    with pytest.raises(ValueError, match="nothing to follow"):
        receptive_field(conv(3, 1, 3), {"x": 5})


def test_a_size_is_tried_as_it_is_given():
    """A waveform whose first convolution is that of a picture of it."""
    network = Lambda(lambda m, x: m.c(x.unfold(2, 4, 2).transpose(2, 3)), c=c2(2, 3, (1, 3)))
    table = agree(network, (2, 40))
    assert table.input_size == (2, 40) and table.at("c").r_out == 5 and table.at("c").ch_out == 3
    assert receptive_field(c2(3, 1, 3), (12, 10)).input_size == (3, 12, 10)
    assert receptive_field(c2(1, 1, 3), (12, 10)).input_size == (1, 12, 10)  # not 12 images without channels


def test_time_first():
    network = Lambda(lambda m, x: m.c(x.transpose(1, 2)), c=c1(4, 2, 3, stride=2))
    table = agree(network, (21, 4), layout="TF")
    assert (table.at("c").r_out, table.at("c").n_out, table.at("c").ch_in) == (3, 10, 4)
    image = Lambda(lambda m, x: m.c(x.permute(0, 3, 1, 2)), c=c2(3, 2, 3))
    assert agree(image, (9, 8, 3), layout="HWC").at("").r_out == 3
    rnn = Lambda(lambda m, x: m.r(x)[0], r=nn.LSTM(4, 2, batch_first=True))
    assert 'layout="TF"' in str(receptive_field(rnn, (21, 4)))
    assert 'layout="TF"' not in str(receptive_field(rnn, (21, 4), layout="TF"))
    with pytest.raises(ValueError, match="layout names the axes"):
        receptive_field(rnn, (21, 4), layout="time first")


def test_dtype_of_examples():
    network = Lambda(lambda m, x: m.c(x.float()), c=c1(2, 1, 3))
    assert receptive_field(network, (2, 9), dtype=torch.float16).at("c").r_out == 3
    words = Lambda(lambda m, x: m.e(x), e=nn.Embedding(9, 2))
    assert receptive_field(words, (4,), dtype=torch.int32).at("e").n_out == 4


class Cell(nn.Module):
    def __init__(self):
        super().__init__()
        self.ih, self.hh = nn.Linear(3, 4), nn.Linear(4, 4)

    def forward(self, x, h):
        return torch.tanh(self.ih(x) if h is None else self.ih(x) + self.hh(h))


class Loop(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.head = Cell(), nn.Linear(4, 2)

    def forward(self, x):
        h = None
        for t in range(x.shape[2]):
            h = self.cell(x[:, :, t], h)
        return self.head(h)


def test_a_loop_is_one_row():
    table = agree(Loop(), (3, 40))
    labels = [row.label for row in table.rows]
    assert "cell.ih × 40" in labels and "cell.hh × 39" in labels and len(labels) < 9
    assert table.at("cell.ih").multiply_adds == 40 * 12 and table.at("head").r_out == 40
    assert table.parameters == sum(p.numel() for p in Loop().parameters())
    few = receptive_field(Loop(), (3, 5))
    assert [row.r_out for row in few if row.name == "cell.hh"] == [1, 2, 3, 4]


class Block(nn.Module):
    def __init__(self, causal):
        super().__init__()
        self.norm, self.more, self.less = nn.LayerNorm(8), nn.Linear(8, 32), nn.Linear(32, 8)
        self.attention, self.causal = nn.MultiheadAttention(8, 2, batch_first=True), causal

    def forward(self, x):
        y = self.norm(x)
        mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1) if self.causal else None
        x = x + self.attention(y, y, y, attn_mask=mask, need_weights=False)[0]
        return x + self.less(nn.functional.gelu(self.more(x)))


class Words(nn.Module):
    """As BERT and, causal, as GPT-2 are made."""

    def __init__(self, causal):
        super().__init__()
        self.words, self.places = nn.Embedding(20, 8), nn.Embedding(9, 8)
        self.blocks, self.head = nn.ModuleList(Block(causal) for _ in range(3)), nn.Linear(8, 20)

    def forward(self, ids):
        x = self.words(ids) + self.places(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.head(x)


def shapes(network, x):
    """Of each module, the shape of its last output."""
    found = {}
    hooks = [m.register_forward_hook(lambda m, a, o, name=name: found.update({name: o}))
             for name, m in network.named_modules()]
    with torch.no_grad():
        network(x)
    for hook in hooks:
        hook.remove()
    return {name: tuple(out.shape) for name, out in found.items() if isinstance(out, torch.Tensor)}


@pytest.mark.parametrize("causal", [False, True], ids=["as BERT", "as GPT-2"])
def test_rows_of_transformers_are_what_hooks_read(causal):
    network = Words(causal).eval()
    table = agree(network, (9,))
    found = shapes(network, torch.zeros(1, 9, dtype=torch.long))
    compared = [row for row in (*table.rows, *table.blocks) if row.name in found]
    assert len(compared) > 12
    for row in compared:
        assert (row.shape, row.ch_out) == ((9,), found[row.name][-1]), row.name
    assert table.interval("blocks.2.more", 5) == ((0, 5 if causal else 8),)


@pytest.mark.slow
@pytest.mark.parametrize("name, size", [("vit_b_16", 224), ("swin_t", 224)])
def test_rows_of_vision_transformers_are_what_hooks_read(name, size):
    from mnist_lib.data import import_torchvision

    network = getattr(import_torchvision().models, name)(weights=None).eval()
    table, found = receptive_field(network, (3, size, size)), shapes(network, torch.rand(1, 3, size, size))
    compared = 0
    for row in table:
        kind = type(network.get_submodule(row.name)) if row.name in found else None
        if kind in (nn.Linear, nn.LayerNorm, nn.GELU, nn.Dropout):
            assert (row.shape, row.ch_out) == (found[row.name][1:-1], found[row.name][-1]), row.name
            compared += 1
    assert compared > 70


def test_depth_and_filter():
    table = receptive_field(seq(seq(c2(1, 2, 3), nn.ReLU()), seq(c2(2, 2, 3), seq(c2(2, 1, 3)))), (1, 12, 12))

    def names(**shown):
        return [row["name"] for row in table.to_dict(**shown)["rows"]]

    assert names(depth=1) == ["0", "1"] and names(depth=2) == ["0.0", "0.1", "1.0", "1.1"]
    whole = table.to_dict(depth=1)["rows"]
    assert [row["r_out"] for row in whole] == [3, 7] and sum(row["parameters"] for row in whole) == table.parameters
    assert names(filter="1.") == ["1.0", "1.1.0"] and names(filter="?.0") == ["0.0", "1.0"]


def test_effective_says_that_it_is_for_images():
    with pytest.raises(ValueError, match="for images"):
        effective(c1(1, 1, 3), torch.rand(2, 1, 9), "")


# What networks return and hold ---------------------------------------------------------------

class Slots:
    """An output with slots."""

    __slots__ = ("map", "more")

    def __init__(self, found):
        self.map = found


class Holds(nn.Module):
    """A kernel times a mask that is kept as a parameter which is not trained, and places kept as one."""

    def __init__(self, trained=False):
        super().__init__()
        self.w, mask = nn.Parameter(torch.zeros(1, 1, 5, 5)), torch.zeros(5, 5)
        mask[1:4, 1:4] = 1
        self.mask = nn.Parameter(mask, requires_grad=trained)
        self.places = nn.Parameter(torch.tensor([2, 0]), requires_grad=False)

    def forward(self, x):
        return nn.functional.conv2d(x, self.w * self.mask, padding=2)[:, :, self.places]


@pytest.mark.parametrize("wrap, key", [
    (Slots, "map"), (lambda y: torch.distributions.Normal(y, 1.0), "loc"), (lambda y: {"a": [Slots(y)]}, "a[0][map]")])
def test_maps_are_found_in_plain_objects_and_distributions(wrap, key):
    class Wraps(nn.Module):
        def __init__(self):
            super().__init__()
            self.c = nn.Conv2d(1, 1, 3)

        def forward(self, x):
            return wrap(self.c(x))

    table = receptive_field(Wraps(), (1, 9, 9))
    assert table.outputs[0].name == key and table.at(f"[{key}]").r_out == 3


def test_a_generator_is_named_for_what_it_is():
    class Yields(nn.Module):
        def forward(self, x):
            yield x

    with pytest.raises(ReceptiveFieldError, match="returns a generator"):
        receptive_field(Yields(), (1, 9, 9))


def test_a_mask_that_is_not_trained_is_a_constant():
    table = receptive_field(Holds(), (1, 9, 9))
    assert table.interval("", (0, 4)) == ((1, 3), (3, 5)) and table.interval("", (1, 4)) == ((0, 1), (3, 5))
    assert receptive_field(Holds(trained=True), (1, 9, 9)).interval("", (0, 4)) == ((0, 4), (2, 6))
    frozen = receptive_field(nn.Conv2d(1, 1, 5).requires_grad_(False), (1, 9, 9))
    assert frozen.at("").r_out == 5


class Recurrent(nn.Module):
    def __init__(self, batch_first):
        super().__init__()
        self.l, self.f, self.first = nn.LSTM(8, 6, batch_first=batch_first), nn.Linear(6, 2), batch_first

    def forward(self, x, lengths):
        y = x.transpose(1, 2) if self.first else x.permute(2, 0, 1)
        rows = nn.utils.rnn.pack_padded_sequence(y, lengths, batch_first=self.first)
        return self.f(nn.utils.rnn.pad_packed_sequence(self.l(rows)[0], batch_first=self.first)[0])


@pytest.mark.parametrize("batch_first", (True, False))
def test_units_of_a_packed_sequence_are_its_steps(batch_first):
    table = receptive_field(Recurrent(batch_first), {"x": (8, 20), "lengths": torch.tensor([20])})
    assert [(row.shape, row.ch_out) for row in table.rows if row.name in "lf"] == [((20,), 6), ((20,), 2)]
    assert table.interval("l", 5)[0] == (0, 5)  # a recurrent layer has read what came before


class Masked(nn.Module):
    """Leaves a mask out where it lets all through, as those of transformers do."""

    def __init__(self):
        super().__init__()
        self.inner = Attention()

    def forward(self, x, mask):
        return self.inner(x.transpose(1, 2), mask=None if mask.all() else mask)


class Attention(nn.Module):
    def forward(self, x, mask=None):
        return F.scaled_dot_product_attention(x, x, x, attn_mask=mask)


def test_a_mask_that_is_left_out_is_refused_for_what_the_table_says_then():
    with pytest.raises(UnknownOperation, match="is 12 × 12 then, not 12 × 0"):
        receptive_field(Masked(), {"x": (4, 12), "mask": torch.ones(1, 12, dtype=torch.bool)})
