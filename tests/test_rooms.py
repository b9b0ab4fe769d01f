"""The library is a house of rooms: the contracts of pyproject.toml hold, and each of them can fail."""

import shutil
import subprocess
import sys

import pytest

from mnist_lib import commands
from tests import ROOT

LIBRARY = ROOT / "mnist_lib"
ROOMS = {"rf", "data", "networks", "experiments", "training", "reading", "export", "book", "classroom", "studies",
         "commands"}
STUDIES = {f"studies.{file.parent.name}" for file in LIBRARY.glob("studies/*/__init__.py")}
PARTS = {f"classroom.{name}" for name in ("challenge", "grading", "report")}


def lint(folder):
    """import-linter over the library in a folder: its exit status and what it says."""
    script = ("import sys; sys.path.insert(0, '.'); "
              "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])")
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_the_contracts_hold():
    status, said = lint(ROOT)
    assert status == 0 and "0 broken" in said, said


@pytest.mark.parametrize("file, line, contract", [
    ("rf/table.py", "from ..networks import build", "Rooms look only to their right"),
    ("data/loading.py", "import mnist_lib.book", "Rooms look only to their right"),
    ("training/loop.py", "from ..book import report", "Rooms look only to their right"),
    ("training/loop.py", "from ..data.loading import mnist as again", "Nobody reaches past the door of data"),
    ("commands/list.py", "from mnist_lib.rf.rules.registry import rule", "Nobody reaches past the door of rf"),
    ("rf/geometry.py", "from .chain import field_of_layers", "No circle"),
    ("files.py", "from .data import mnist", "Rooms look only to their right"),
    ("book/report.py", "from ..classroom import Recipe", "Rooms look only to their right"),
    ("experiments/catalogue.py", "from ..studies.search import EXPERIMENTS", "Rooms look only to their right"),
    ("classroom/grading/judge.py", "from ...studies import family", "Rooms look only to their right"),
    ("studies/ideas/analysis.py", "from ...classroom import Recipe", "Rooms look only to their right"),
    ("studies/factorial/analysis.py", "from ..search import run as searching", "No study looks into another"),
    ("classroom/report/page.py", "from .class_pages import *", "No circle"),
    ("commands/list.py", "from ..classroom.grading.judge import Rules", "Nobody reaches past the door of classroom"),
    ("commands/list.py", "from ..studies.search import run as searching", "Nobody reaches into a study"),
])
def test_a_planted_import_breaks_its_contract(tmp_path, file, line, contract):
    shutil.copytree(ROOT / "mnist_lib", tmp_path / "mnist_lib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / "mnist_lib" / file
    path.write_text(path.read_text() + f"\n{line}\n")
    status, said = lint(tmp_path)
    assert status != 0
    broken = [row for row in said.splitlines() if "BROKEN" in row]
    assert any(row.startswith(contract) for row in broken), said


def test_only_the_public_names_are_imported_for_type_checkers_alone():
    """The contracts do not see such imports; so there are none in a room."""
    for file in LIBRARY.rglob("*.py"):
        assert ("TYPE_CHECKING" in file.read_text()) == (file == LIBRARY / "__init__.py"), file


def test_the_top_holds_the_rooms_and_four_files():
    found = {path.name for path in LIBRARY.iterdir() if path.name != "__pycache__"}
    assert found == ROOMS | {"__init__.py", "__main__.py", "files.py", "py.typed"}


@pytest.mark.parametrize("room", sorted((ROOMS - {"commands"}) | STUDIES | PARTS))
def test_a_door_gives_what_it_promises(room):
    """In a process of its own: each name of the door is there, and no other is."""
    script = (f"import mnist_lib.{room} as room\n"
              f"assert room.__doc__ and ('ooks into' in room.__doc__ or {room in PARTS})\n"
              "for name in room.__all__: getattr(room, name)\n"
              "try: room.nothing\n"
              "except AttributeError as error: print(error)\n")
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == f"module 'mnist_lib.{room}' has no attribute 'nothing'\n", done.stderr


def test_no_room_is_loaded_before_it_is_used():
    script = ("import sys, mnist_lib\n"
              "print([name for name in sys.modules if name.startswith('mnist_lib.') or name == 'torch'])")
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize("name", sorted(commands.COMMANDS))
def test_a_command_has_what_the_command_line_asks_of_it(name):
    command = commands.command(name)
    called, _, told = command.__doc__.splitlines()[0].partition("``: ")
    assert f"{called} ".startswith(f"``python -m mnist_lib {name} ") and told
    assert callable(command.add_arguments) and callable(command.run)
