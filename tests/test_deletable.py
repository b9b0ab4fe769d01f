"""A study is taken out as one folder: without it the library lists, verifies, opens its doors, keeps its contracts."""

import os
import shutil
import subprocess
import sys

import pytest

from mnist_lib.data import MNIST, data_folders
from tests import ROOT

STUDIES = sorted(file.parent.name for file in (ROOT / "mnist_lib" / "studies").glob("*/__init__.py"))
RECORDS = ("six-models/steplr", "beyond/champion", "factorial/plain")  # the last two several studies look at, too
DOORS = """
import importlib, pathlib, mnist_lib
from mnist_lib import commands
from mnist_lib.studies import studies
rooms = [f"mnist_lib.{file.parent.name}" for file in pathlib.Path("mnist_lib").glob("*/__init__.py")]
for door in (mnist_lib, *map(importlib.import_module, rooms), *studies().values()):
    for name in getattr(door, "__all__", ()):
        getattr(door, name)
for name in commands.COMMANDS:
    commands.command(name)
print(*studies())
"""
ALL = DOORS + """
from importlinter.cli import lint_imports_command
from mnist_lib.__main__ import main
assert main(["list"]) == main(["verify"]) == 0
lint_imports_command(["--no-cache"])
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the library, its contracts and three records with their weights."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copytree(ROOT / "mnist_lib", tree / "mnist_lib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    for name in RECORDS:
        (tree / "results" / name).mkdir(parents=True)
        for end in (".json", ".safetensors"):
            shutil.copy(ROOT / "results" / name / f"seed-1{end}", tree / "results" / name)
    return tree


def said(tree, *command):
    """What a Python process prints, which looks only into the copied tree; it has to end well."""
    given = {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "MNIST_LIB_RESULTS": str(tree / "results"),
             MNIST.variable: str(next(folder for folder in data_folders() if folder.is_dir()))}
    done = subprocess.run([sys.executable, *command], cwd=tree, capture_output=True, text=True,
                          env={**os.environ, **given})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("study", STUDIES)
def test_the_library_does_without_a_study(tree, study):
    home = tree / "mnist_lib" / "studies" / study
    home.rename(tree / "aside")
    try:
        doors, *lines = said(tree, "-c", ALL).splitlines()
        assert doors.split() == [name for name in STUDIES if name != study]
        for name in RECORDS:
            assert any(line.startswith(f"{name} ") and "recorded: seeds 1" in line for line in lines), lines
        assert any("3 records, 3 sets of weights run on the test set, 0 failed" in line for line in lines), lines
        assert any(line.endswith(" 0 broken.") for line in lines), lines
    finally:
        (tree / "aside").rename(home)


@pytest.mark.slow
def test_a_room_that_names_a_study_is_found_out(tree):
    """The check can fail: a room that imports a study does not open its door without it."""
    home, file = tree / "mnist_lib" / "studies" / "ideas", tree / "mnist_lib" / "book" / "votes.py"
    text = file.read_text()
    file.write_text(text + "\nfrom mnist_lib.studies.ideas import analysis\n")
    try:
        assert said(tree, "-c", DOORS).split() == STUDIES
        home.rename(tree / "aside")
        with pytest.raises(AssertionError, match="No module named 'mnist_lib.studies.ideas'"):
            said(tree, "-c", DOORS)
        (tree / "aside").rename(home)
    finally:
        file.write_text(text)
