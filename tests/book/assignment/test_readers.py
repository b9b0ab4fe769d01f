"""Readers' networks: what lies in ``submissions/`` is complete, and is believed only after it was run."""

import json
import shutil
import sys

import pytest

from mnist_lib.book.assignment import readers
from tests import ROOT

OURS = [p for p in sorted((ROOT / "submissions").glob("*")) if p.is_dir()]


def test_ours_are_complete_and_stand_in_the_table():
    assert OURS
    table = readers.table()
    assert [row[0] for row in table.rows] == [r.name for r in readers.everyone()]
    assert {row[0] for row in table.rows} == {p.name for p in OURS}
    for place in OURS:
        told = json.loads((place / "report.json").read_text())
        assert told["kept"] and told["parameters"] <= 8_000 and told["looks_at_the_test_set"] == 1


def test_a_report_belongs_to_its_source():
    from mnist_lib.training import challenge as own

    for place in OURS:
        told = json.loads((place / "report.json").read_text())
        assert own.load(str(place / "network.py")).fingerprint == told["fingerprint"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits and namespaces are Linux's")
def test_a_report_that_says_too_much_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LIB_SUBMISSIONS", str(tmp_path))
    shutil.copytree(OURS[0], tmp_path / "good")
    shutil.copytree(OURS[0], tmp_path / "more")
    shutil.copytree(OURS[0], tmp_path / "without")
    (tmp_path / "without" / "weights.safetensors").unlink()
    told = json.loads((tmp_path / "more" / "report.json").read_text())
    told["test"]["correct"][0] = 9_999
    (tmp_path / "more" / "report.json").write_text(json.dumps(told))
    found = {name: problem for name, _, _, problem in readers.check_all()}
    assert found["good"] == "" and "the report says 9,999" in found["more"] and "lacks weights" in found["without"]
