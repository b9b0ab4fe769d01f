"""The thirty lines that recompute the leaderboard from the records alone agree with the library."""

import ast
import importlib.util
import sys

import pytest

from mnist_lib.book import leaderboard
from mnist_lib.experiments import recorded_as
from tests.chapters.prose import ROOT

FILE = ROOT / "book/_includes/recompute.py"


def test_they_are_thirty_lines_of_the_standard_library():
    text = FILE.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 30
    imported = {name.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for name in node.names}
    assert imported <= sys.stdlib_module_names and "mnist_lib" not in imported


def test_they_give_the_leaderboard():
    spec = importlib.util.spec_from_file_location("recompute", FILE)
    recompute = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(recompute)
    theirs = {step: row for step, *row in recompute.board(ROOT / "results")}
    ours = {e.step: e.ours for e in leaderboard.entries() if recorded_as(e.step) == e.step}
    assert theirs.keys() == ours.keys() and len(ours) > 20
    for step, (mean, sd, seeds, *held) in theirs.items():
        assert mean == pytest.approx(ours[step].final.mean) and seeds == len(ours[step].seeds)
        assert sd == pytest.approx(ours[step].final.sd) if sd else ours[step].final.sd in (None, 0)
        assert held == list(ours[step].holds.values())
