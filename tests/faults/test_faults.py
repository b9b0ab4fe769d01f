"""A sample of the faults, and that the table has them all; `make test-faults` injects every one."""

import json
import subprocess
import sys

import pytest

from tests import ROOT


@pytest.mark.slow
def test_a_sample_ends_as_the_table_says():
    done = subprocess.run([sys.executable, "-m", "tests.faults", "--sample", "40"], cwd=ROOT, capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_counts_on_the_page_have_no_silent_lost_or_traceback():
    found = json.loads((ROOT / "results/faults.json").read_text())
    assert found["faults"] >= 400 and found["kinds"] >= 60 and found["flipped bits"] >= 200
    assert not any(found["outcomes"][bad] for bad in ("silent", "lost", "traceback", "hung"))
    killed = json.loads((ROOT / "results/kills.json").read_text())
    assert killed["kills"] >= 30 and killed["identical"] and not killed["processes left"]
