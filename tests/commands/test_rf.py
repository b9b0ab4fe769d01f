"""``python -m mnist_lib rf``: finding networks, formats, and the check that fails."""

import csv
import io
import json

import pytest

from mnist_lib.__main__ import main
from mnist_lib.commands import rf
from mnist_lib.rf import brute_force

NET = """
import torch
from torch import nn

class Net(nn.Sequential):
    input_size = (1, 12, 12)
    def __init__(self, channels=2):
        super().__init__(nn.Conv2d(1, channels, 3), nn.MaxPool2d(2), nn.Conv2d(channels, 1, 3))

class Needs(nn.Module):
    def __init__(self, something):
        super().__init__()

ready = Net(3)
wave = nn.Sequential(nn.Conv1d(1, 2, 3, stride=2), nn.ReLU(), nn.Conv1d(2, 1, 3))
volume = nn.Sequential(nn.Conv3d(1, 2, (1, 3, 3)), nn.MaxPool3d(2))
words = nn.Embedding(9, 4)
class Strange(Net):
    def forward(self, x):
        return torch.unique(super().forward(x))
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "my_net.py"
    path.write_text(NET)
    return str(path)


def test_a_step_of_the_book_is_checked(capsys):
    assert main(["rf", "six-models/steplr", "--check"]) == 0
    out = capsys.readouterr()
    assert "gap.avg_pool1" in out.out and "28" in out.out and "agrees with brute force" in out.err


def test_a_file_and_every_format(file, capsys):
    texts = {}
    for form in rf.FORMATS:
        assert main(["rf", f"{file}:Net", "--input", "1", "12", "12", "--format", form]) == 0
        texts[form] = capsys.readouterr().out
    assert texts["text"].splitlines()[0].endswith("input 1 × 12 × 12")
    assert texts["markdown"].startswith("| layer |") and texts["html"].startswith("<table")
    rows = json.loads(texts["json"])["rows"]
    assert [row["r_out"] for row in rows] == [3, 4, 8]
    assert [row["r_out"] for row in csv.DictReader(io.StringIO(texts["csv"]))] == ["3", "4", "8"]


def test_a_class_that_knows_its_images_and_a_ready_network(file, capsys):
    assert main(["rf", f"{file}:Net"]) == 0
    assert main(["rf", f"{file}:ready", "--input", "12", "12", "--columns", "full", "--all"]) == 0
    assert "start" in capsys.readouterr().out


@pytest.mark.parametrize("name, size, words", [
    ("wave", (1, 40), ["input 1 × 40", "field 7 at the output"]),
    ("volume", (1, 4, 10, 12), ["input 1 × 4 × 10 × 12", "field 2×4×4 at the output"]),
    ("words", (12,), ["input 12", "36 parameters"]),
])
def test_sequences_volumes_and_tokens(name, size, words, file, capsys):
    assert main(["rf", f"{file}:{name}", "--input", *map(str, size), "--check"]) == 0
    out = capsys.readouterr()
    assert "agrees with brute force" in out.err and all(word in out.out for word in words)


def test_torchvision(capsys):
    assert main(["rf", "torchvision.models:squeezenet1_1", "--input", "3", "64", "64", "--format", "csv"]) == 0
    assert "features.12.cat()" in capsys.readouterr().out


@pytest.mark.parametrize("name, words", [
    ("nope/nope", "no network 'nope/nope'"), ("no_such_package.x:Net", "no_such_package"),
    ("nowhere.py:Net", "nowhere.py"), ("torchvision.models:resnet18", "--input"), ("{file}:Nope", "'Nope'"),
    ("{file}:Needs", "give the arguments that it needs"), ("{file}:torch.float32", "neither"),
    ("{file}:Strange", "unique"),
])
def test_what_cannot_be_done_is_said(name, words, file, capsys):
    assert main(["rf", name.format(file=file)]) == 2
    assert words in capsys.readouterr().err


def test_a_difference_is_exit_status_one(file, capsys, monkeypatch):
    said = ["0, unit (0, 0), rows: the table says (0, 2), measured (0, 3)"]
    monkeypatch.setattr(brute_force, "check", lambda *_, **__: said)
    assert main(["rf", f"{file}:Net", "--check"]) == 1
    assert "measured (0, 3)" in capsys.readouterr().err
