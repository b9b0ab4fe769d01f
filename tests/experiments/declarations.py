"""What was declared before it was trained or run, and when that was committed: ``results/declared``."""

import json
import subprocess
from datetime import datetime

import pytest

from mnist_lib.training import schema
from tests import ROOT


def declared(name: str) -> dict:
    """The content of a declaration, whose seal must fit."""
    return schema.unsealed(json.loads((ROOT / f"results/declared/{name}.json").read_text()))


def commits(path: str) -> list[datetime]:
    """When a file was committed, the newest first; skips the test where there is no whole history."""
    if git("rev-parse", "--is-shallow-repository") != "false":
        pytest.skip("there is no whole history here")
    return [datetime.fromisoformat(time) for time in git("log", "--format=%cI", "--", path).split()]


def committed_once(name: str) -> datetime:
    """When a declaration was committed, which is after it was made and once only."""
    (time,) = commits(f"results/declared/{name}.json")
    assert time >= datetime.fromisoformat(declared(name)["declared"])
    return time


def git(*arguments) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip()
