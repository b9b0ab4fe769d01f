"""The explorer's page as text and as a file, and the graph that it shows."""

from __future__ import annotations

import json
import os
import re

import pytest
import torch
from torch import nn

from mnist_lib import receptive_field
from mnist_lib.rf import conv, field_of_layers, max_pool
from mnist_lib.rf.explorer.contents import packed, runs
from tests import ROOT

EXPLORER = ROOT / "mnist_lib" / "rf" / "explorer"


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.relu = nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(inplace=True)
        self.second = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        return self.relu(self.second(self.relu(self.first(x))) + x)


class Everything(nn.Module):
    """Blocks twice, writes in place, a module that passes on, several outputs."""

    def __init__(self):
        super().__init__()
        self.stem, self.block, self.drop = nn.Conv2d(3, 4, 3), Residual(), nn.Dropout()
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        x = self.stem(x)
        one = self.block(x)
        two = self.drop(self.block(one))
        both = torch.zeros(1, 8, *x.shape[2:])
        both[:, :4] = one
        both[:, 4:] = two
        return self.head(both.view(1, 2, 4, -1).mean((1, 3))), two


def edges(table):
    """{layer: what it reads} of a table, with inputs by "<0>"."""
    name = lambda n: table[n].label if n >= 0 else f"<{-1 - n}>"  # noqa: E731
    return {row.label: [name(n) for n in sources] for row, sources in zip(table, table.graph.sources)}


def test_the_graph_follows_shortcuts_and_writes_in_place():
    table = receptive_field(Everything().eval(), (3, 10, 10))
    found = edges(table)
    assert found["stem"] == ["<0>"] and found["block.first#1"] == ["stem"]
    assert sorted(found["block.add()#1"]) == ["block.second#1", "stem"]
    assert sorted(found["block.add()#2"]) == ["block.relu#2", "block.second#2"]
    assert found["drop"] == ["block.relu#4"]
    assert set(found["view()"]) == {"block.relu#2", "drop"}
    assert [table[n].label for n in table.graph.outputs] == ["head", "drop"]
    block = [row.label for row in table.blocks]
    assert [block[i] for i in table.graph.inside[1:4]] == ["block#1"] * 3 and block.count("") == 1
    assert table.graph.within[block.index("block#2")] == block.index("")


def test_a_list_of_layers_is_a_chain_and_inputs_have_numbers():
    table = field_of_layers([conv(4, 3), max_pool(2)], (1, 12, 12))
    assert table.graph.sources == ((-1,), (0,)) and table.graph.outputs == (1,)
    assert json.loads(data_of(table.explore().html))["rows"][1]["sources"] == [0]

    class Sum(nn.Module):
        def forward(self, left, right):
            return left + right

    assert receptive_field(Sum(), inputs={"left": (1, 4, 4), "right": (1, 4, 4)}).graph.sources == ((-1, -2),)


def data_of(html):
    return re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)[1]


def test_the_file_is_whole_and_asks_for_nothing(tmp_path):
    table = receptive_field(Everything().eval(), (3, 10, 10))
    file = table.explore(tmp_path / "report.html")
    html = file.read_text(encoding="utf-8")
    assert html == table.explore().html and "{{" not in html.replace(data_of(html), "")
    asking = r"""(?:src|href)=["'](?!data:)|@import|fetch\(|XMLHttp|https?://(?!www\.w3\.org|doi\.org)"""
    assert re.findall(asking, html) == []
    assert len(json.loads(data_of(html))["rows"]) == len(table)


@pytest.mark.parametrize("make,kind", [(lambda p: p.mkdir(), "a folder"), (os.mkfifo, "a pipe"),
                                       (lambda p: p.symlink_to("/dev/null"), "a device")])
def test_what_is_no_file_is_not_replaced(tmp_path, make, kind):
    target = tmp_path / "report.html"
    make(target)
    with pytest.raises(ValueError, match=f"is {kind}, which is not replaced"):
        receptive_field(nn.Conv2d(1, 1, 3), (1, 8, 8)).explore(target)
    assert list(tmp_path.iterdir()) == [target] and not target.is_file()


def test_effective_fields_are_for_layers_that_can_be_asked():
    network = Everything().eval()
    table = receptive_field(network, (3, 10, 10))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    html = table.explore(network=network, images=torch.rand(2, 3, 10, 10), layers=["stem"]).html
    told = json.loads(data_of(html))
    assert list(told["effective"]) == ["0"] and told["picture"].startswith("data:image/png;base64,")
    assert told["effective"]["0"]["shape"] == [3, 3] and told["effective"]["0"]["inside"] == pytest.approx(1)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    with pytest.raises(KeyError, match="no module that is called once"):
        table.explore(network=network, layers=["block.first#1"])
    with pytest.raises(ValueError, match="one input"):
        volume = nn.Conv3d(1, 1, 3)
        receptive_field(volume, (1, 6, 6, 6)).explore(network=volume)


def test_numbers_are_packed_without_loss():
    def unpacked(found):
        if isinstance(found, dict):
            lines = [unpacked(line) for line in found["lines"]]
            return [n for at in unpacked(found["at"]) for n in lines[at]]
        return [found[k] + i * found[k + 1] for k in range(0, len(found), 3) for i in range(found[k + 2])]

    generator = torch.Generator().manual_seed(0)
    for shape in ((7,), (1, 1), (40, 60), (5, 49, 49)):
        for top in (1, 3, 50):
            numbers = torch.randint(0, top, shape, generator=generator).flatten().tolist()
            assert unpacked(packed(tuple(numbers), shape)) == numbers == unpacked(runs(numbers))
    assert runs(range(3, 300, 2)) == [3, 2, 149]
    rows = [*range(0, 49)] * 100
    assert isinstance(packed(tuple(rows), (100, 49)), dict)


def test_its_files_are_in_the_package():
    from setuptools.config.pyprojecttoml import read_configuration

    told = read_configuration(ROOT / "pyproject.toml")["tool"]["setuptools"]["package-data"]["mnist_lib.rf.explorer"]
    assert {path.suffix for path in EXPLORER.iterdir() if path.suffix not in (".py", "")} == {p[1:] for p in told}
