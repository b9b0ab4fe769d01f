"""The protocol's table of what was known when: its commits lie in the history in the order that it gives."""

import re

import pytest

from tests import ROOT
from tests.experiments.declarations import git


def test_the_history_is_told_in_its_order():
    if git("rev-parse", "--is-shallow-repository") != "false":
        pytest.skip("there is no whole history here")
    page = (ROOT / "book/beyond/protocol.md").read_text(encoding="utf-8")
    told = page[page.index("history = ("):page.index("known = {")]
    entries = re.findall(r'\("(result|choice)", "([^"]+)", "(before )?([0-9a-f]{7})', told)
    assert len(entries) == told.count('("result"') + told.count('("choice"') > 20
    times = [int(git("show", "--no-patch", "--format=%ct", commit)) - bool(before) for _, _, before, commit in entries]
    assert times == sorted(times)
