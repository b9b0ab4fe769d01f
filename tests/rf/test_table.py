"""The table: looking up, writing in every format, drawing."""

import csv
import io
import json
import re
from collections import OrderedDict
from html.parser import HTMLParser

import matplotlib
import pytest
import torch
from torch import nn

from mnist_lib import effective, receptive_field
from mnist_lib.rf.chain import field_of_layers
from mnist_lib.rf.formats import COLUMNS
from mnist_lib.rf.layers import conv, global_avg_pool, max_pool, relu

matplotlib.use("Agg")


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(2, 2, 3, padding=1), nn.BatchNorm2d(2)
        self.conv2 = nn.Conv2d(2, 2, 3, padding=1)

    def forward(self, x):
        return torch.relu(self.conv2(torch.relu(self.bn1(self.conv1(x)))) + x)


@pytest.fixture(scope="module")
def table():
    network = nn.Sequential(nn.Conv2d(1, 2, (3, 5), padding=(1, 0)), nn.MaxPool2d(2), nn.Sequential(Block(), Block()))
    return receptive_field(network, (1, 20, 24), title="a | <small> net")


def test_lookup_by_name(table):
    row = table.at("2.1.conv2")
    assert (row.name, row.block, row.op, row.kernel) == ("2.1.conv2", "2.1", "conv", (3, 3))
    assert (row.ch_in, row.ch_out) == (2, 2)
    assert (row.n_in, row.n_out, row.j_out, row.r_in, row.r_out) == (10, 10, 2, (16, 18), (20, 22))
    assert table.at("2.1").r_out == (20, 22) and table.at("2.1").op == "Block"
    assert table.at("2.1.add()").op == "add"
    assert table.at("2.1.relu()").r_out == table.at("").r_out == (20, 22)
    assert len(table) == len(list(table)) == len(table.rows)
    with pytest.raises(KeyError, match="2.1.conv2"):
        table.at("2.1.conv3")
    with pytest.raises(AttributeError):
        row.nonsense  # noqa: B018


def test_intervals_are_clipped_and_inclusive(table):
    assert table.interval("0", (0, 0)) == ((0, 1), (0, 4))
    assert table.interval("0", (19, -1)) == ((18, 19), (19, 23))
    assert table.interval("1") == ((9, 12), (10, 15))  # the central unit, (5, 5)
    for unit in [(20, 0), (0, 0, 1), (-21, 0), 3]:
        with pytest.raises(IndexError, match="20 x 20"):
            table.interval("0", unit)
    flat = receptive_field(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(72, 4)), (1, 8, 8))
    assert flat.interval("2") == flat.interval("2", ()) == ((0, 7), (0, 7))


def test_a_unit_that_sees_nothing():
    table = receptive_field(nn.Conv2d(1, 1, 1, padding=1), (1, 4, 4))
    assert table.interval("", (0, 1)) == (None, None)


def test_parameters_and_multiply_adds(table):
    assert table.parameters == 2 * 15 + 2 + 4 * (2 * 2 * 9 + 2) + 2 * 4
    assert table.multiply_adds == 2 * 15 * 20 * 20 + 4 * 2 * 2 * 9 * 10 * 10


def test_text_is_aligned_and_says_what_it_leaves_out(table):
    lines = str(table).splitlines()
    assert lines[0] == "Receptive fields of a | <small> net, input 1 × 20 × 24"
    assert "2.0.bn1" not in str(table) and "2.0.bn1" in table.to_text(plain=True)
    assert "layers that move nothing are not shown" in lines[-1] and "batch normalization" in lines[-1]
    ruler = lines[3]
    assert all(len(line) <= len(ruler) for line in lines[2:-2])
    assert [word for word in lines[2].split()][:3] == ["layer", "op", "k"]
    assert "notes" not in lines[2] and " d " not in lines[2]  # nothing to say there


def test_markdown_escapes_what_would_break_it(table):
    lines = table.to_markdown(["name", "r_out"]).splitlines()
    assert lines[0] == "| layer | r_out |" and lines[1] == "| --- | ---: |"
    assert lines[2] == "| 0 | 3×5 |"
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines[:-2]}) == 1


def test_csv_and_dict_have_every_row_and_column(table):
    rows = list(csv.DictReader(io.StringIO(table.to_csv())))
    assert list(rows[0]) == list(COLUMNS) and len(rows) == len(table)
    assert rows[0]["kernel"] == "3×5" and rows[1]["j_out"] == "2"
    content = json.loads(json.dumps(table.to_dict()))
    assert content["input_size"] == [1, 20, 24] and content["parameters"] == table.parameters
    assert content["rows"][0]["kernel"] == [3, 5] and content["rows"][1]["j_out"] == 2
    assert [row["name"] for row in content["rows"]] == [row.label for row in table]
    with pytest.raises(ValueError, match="no column is called 'field'"):
        table.to_csv(["field"])


def test_frame(table):
    frame = table.to_frame()
    assert list(frame["name"]) == [row.label for row in table]
    assert frame.loc[frame["name"] == "1", "j_out"].item() == 2


class _Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.cells, self.attributes, self.caption = [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "caption" in self.open:
            self.caption += data


def test_html_is_an_accessible_table_without_colours(table):
    text = table._repr_html_()
    page = _Page(text)
    assert not page.open and "a | <small> net" in page.caption and "&lt;small&gt;" in text
    headers = [a for tag, a in page.attributes if tag == "th"]
    assert {a["scope"] for a in headers} == {"col", "row"}
    assert sum(a["scope"] == "row" for a in headers) == sum(not row.plain for row in table)
    assert "color" not in text and "background" not in text  # legible in light and in dark


def test_fractional_jumps_are_readable():
    table = receptive_field(nn.Upsample(scale_factor=2), (1, 4, 4))
    assert table[0].j_out == 0.5 and table.to_dict()["rows"][0]["j_out"] == 0.5
    assert json.dumps(table.to_dict())


def test_lists_and_modules_give_the_same_table():
    listed = field_of_layers([conv(4, 3, 2, 1, bias=True), relu(), max_pool(3, 2, ceil_mode=True), conv(2, (2, 4)),
                              global_avg_pool()], (1, 30, 31))
    traced = receptive_field(nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True),
                                           nn.Conv2d(4, 2, (2, 4), bias=False), nn.AdaptiveAvgPool2d(1)), (1, 30, 31))
    for a, b in zip(listed, traced, strict=True):
        assert (a.output, a.ch_out, a.parameters, a.multiply_adds, a.plain) == (
            b.output, b.ch_out, b.parameters, b.multiply_adds, b.plain)
        assert a.extents.axes[0].first == b.extents.axes[0].first and a.extents.axes[1].last == b.extents.axes[1].last


def test_figures(table):
    axes = table.plot(torch.zeros(1, 20, 24), "2.1.conv2", (0, 9))
    solid, dashed = axes.patches
    assert (solid.get_x(), solid.get_y(), solid.get_width(), solid.get_height()) == (9.5, -0.5, 14, 11)
    assert (dashed.get_width(), dashed.get_height()) == (22, 20)
    with pytest.raises(ValueError, match="20, 24"):
        table.plot(torch.zeros(9, 9), "0")
    axes = table.grow()
    assert len(axes.patches) == sum(not row.plain for row in table)
    matplotlib.pyplot.close("all")


def test_a_layer_s_name_is_no_formula_in_a_figure():
    name, image = r"a$\frac$" + "b" * 300, torch.rand(1, 1, 9, 9)
    network = nn.Sequential(OrderedDict([(name, nn.Conv2d(1, 2, 3))]))
    table = receptive_field(network, (1, 9, 9))
    for axes in (table.grow(), table.plot(image[0], name), effective(network, image, name).plot()):
        axes.figure.canvas.draw()
    assert max(len(label.get_text()) for label in table.grow().get_yticklabels()) == 40
    matplotlib.pyplot.close("all")
