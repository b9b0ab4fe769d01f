"""A class with attacks in it: nothing is read, changed or left, and the honest are graded as without them."""

import sys

import pytest

from tests.classroom import hostile

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is Linux's")]


def test_attacks_of_each_kind_come_to_nothing(tmp_path):
    found, rows = hostile.problems(tmp_path, hostile.FEW, "--jobs", "2")
    assert found == [] and len(rows) == len(hostile.FEW) + 3
    assert "it says 7 parameters" in rows["says-few-parameters.py"]["told"]
    assert "no predictions" in rows["sends-good-grades.py"]["told"]
    assert "bytes" in rows["zip-bomb.zip"]["told"]
