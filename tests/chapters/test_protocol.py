"""The protocol's table of what was known when: its commits, and its times where these are lost, follow each other."""

import json
import re
from datetime import datetime, timezone

import pytest

from tests import ROOT
from tests.declarations import declared, git


def test_the_history_is_told_in_its_order():
    if git("rev-parse", "--is-shallow-repository") != "false":
        pytest.skip("there is no whole history here")
    page = (ROOT / "book/evidence/protocol.md").read_text(encoding="utf-8")
    told = page[page.index("history = ("):page.index("known = {")]
    entry = r'\("(result|choice)", "[^"]+", "(before )?(?:([0-9a-f]{7})(?: [^"]+)?|([-0-9]{10} [:0-9]{5}))"'
    entries = re.findall(entry, told)
    assert len(entries) == told.count('("result"') + told.count('("choice"') > 20
    times = [int(git("show", "--no-patch", "--format=%ct", commit)) - bool(before) if commit else moment(at)
             for _, before, commit, at in entries]
    assert times == sorted(times)
    lost = [at for _, _, _, at in entries if at]
    assert lost[0] == declared("marks")["declared"][:16].replace("T", " ")
    assert lost[3] == declared("better")["declared"][:16].replace("T", " ")
    assert [lost[1], lost[2], lost[4]] == [first_ended(name) for name in ("faster", "smaller", "better")]


def moment(at: str) -> int:
    return int(datetime.fromisoformat(at).replace(tzinfo=timezone.utc).timestamp())


def first_ended(name: str) -> str:
    """When the first training of ``beyond/<name>`` ended."""
    ended = min(json.loads(f.read_text())["ended"] for f in (ROOT / "results/beyond" / name).glob("*.json"))
    return ended[:16].replace("T", " ")
