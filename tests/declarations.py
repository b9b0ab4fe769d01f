"""What was declared before it was trained or run, and when that was committed: ``results/declared``.

The commits are frozen here, so that the proof outlives a move of the files: a commit has the declaration's bytes.
"""

import json
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from mnist_lib.training import schema
from tests import ROOT

COMMITS = {  # the one commit that brought each declaration; the first of the factorial's rules of analysis
    "again": "9dcfbd924aada2629e8530f8294ab5b0b234a9e4",
    "better": "fcfd93252c1d641a89e2caf5ef5dba780e7a7e42",
    "bits": "ef8c79ae8e1409565b5907a3f85615c8d9da9897",
    "factorial": "8efd9fb421f575b7dcc5a0a05c0d8dfce2acb73e",
    "fashion": "4a8e14fb32ab72ab3b812c08476522e5ac0edcc7",
    "little": "7398fa4e63e7c4b21409f24c4d353e1e62c890b0",
    "marks": "fcfd93252c1d641a89e2caf5ef5dba780e7a7e42",
    "travel": "d0f117f301f10fb6d7621fe2e3b575e5dd479dd2",
}
RULES_OF_THE_FACTORIAL = ("fbe5b85f96bcd0489f2d0c3fbfb947cbba93de1c", "mnist_lib/book/factorial.py")


def declared(name: str) -> dict:
    """The content of a declaration, whose seal must fit."""
    return schema.unsealed(json.loads((ROOT / f"results/declared/{name}.json").read_text()))


def family_sizes(name: str) -> dict[str, int]:
    """How many comparisons each declared family has."""
    return {family: found["comparisons"] for family, found in declared(name)["families"].items()}


def committed(commit: str, path: str) -> datetime:
    """When a commit added a file; skips the test where there is no whole history."""
    if git("rev-parse", "--is-shallow-repository") != "false":
        pytest.skip("there is no whole history here")
    assert git("show", "--diff-filter=A", "--name-only", "--format=", commit, "--", path) == path, commit
    return datetime.fromisoformat(git("show", "--no-patch", "--format=%cI", commit))


def committed_once(name: str) -> datetime:
    """When a declaration was committed: after it was made, and never changed since."""
    path = f"results/declared/{name}.json"
    time = committed(COMMITS[name], path)
    assert git("show", f"{COMMITS[name]}:{path}") == (ROOT / path).read_text().strip()
    assert time >= datetime.fromisoformat(declared(name)["declared"])
    return time


def began(record: dict) -> datetime:
    """When the training, or the run of a stored network, that a record is of began."""
    if "began" in record:
        return datetime.fromisoformat(record["began"])
    seconds = record["seconds"] if "seconds" in record else sum(epoch["seconds"] for epoch in record["epochs"])
    return datetime.fromisoformat(record["ended"]) - timedelta(seconds=seconds)


def made_as_declared(name: str, files: list, planned: Callable[[dict, dict], bool]) -> None:
    """Each record is of what the declaration plans, and began after the one commit that brought it."""
    plan, found = declared(name), [json.loads(file.read_text()) for file in files]
    assert [file for file, record in zip(files, found) if not planned(plan, record)] == []
    assert min(map(began, found)) > committed_once(name)


def git(*arguments) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip()
