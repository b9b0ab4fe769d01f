"""The keys that decide whether a chapter is executed again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import reached
import reexecute

from tests import ROOT

FILES = {
    "__init__.py": '''
"""A library whose doors give out names."""
from importlib import import_module
__version__ = "1"
def door(room, table):
    home = {name: file for file, names in table.items() for name in names.split()}
    def get(name):
        module = import_module(f"{room}.{home[name]}")
        return module if name == home[name] else getattr(module, name)
    return sorted(home), get
__all__, __getattr__ = door(__name__, {"rf": "drawn field", "train": "fit", "plots": "plots"})
''',
    "rf/__init__.py": '''
from mnist_lib import door
from . import registry  # for what it does
__all__, __getattr__ = door(__name__, {"geometry": "field", "picture": "drawn"})
BOTH = 4
''',
    "rf/geometry.py": "field = 3  # pixels\n",
    "rf/picture.py": "from . import colours\ndef drawn():\n    \"\"\"Draws, as `claims.json` does not.\"\"\"\n",
    "rf/colours.py": "",
    "rf/registry.py": "",
    "rf/oracle.py": "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n"
                    "if TYPE_CHECKING:\n    from .colours import red\nelse:\n    from .geometry import field\n",
    "train/__init__.py": '''
from mnist_lib import door
__all__, __getattr__ = door(__name__, {"loop": "fit again", "records": "records"})
''',
    "train/loop.py": "def fit():\n    from .. import __version__\n    from ..rf import field\n"
                     "    from . import records\n    return open('data/images')\n",
    "train/records.py": "FOLDER = 'results'\ndef missing():\n    raise ValueError('run python -m mnist_lib train')\n",
    "plots.py": "from .train import records\n",
    "named.py": "from importlib import import_module\ndef find(name):\n    return import_module(name)\n",
    "claims.py": "from pathlib import Path\ntext = Path(__file__).with_name('claims.json').read_text()\n",
    "claims.json": "{}",
    "unnamed.css": "p {}",
}
EVERYTHING = " ".join(sorted(FILES))


@pytest.fixture
def root(tmp_path):
    for name, text in FILES.items():
        (tmp_path / "mnist_lib" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mnist_lib" / name).write_text(text)
    for folder in ("data", "results/six-models"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file").write_text("1")
    (tmp_path / "requirements.txt").write_text("numpy==2  # arrays\n")
    return tmp_path


def chapter(code: str) -> str:
    return f"# A page\n\n```{{code-cell}} ipython3\n:tags: [hide-input]\n\n{code}\n```\n\nText.\n"


def key(code: str, root: Path) -> str:
    reexecute.folder_hash.cache_clear()
    reached.forget()
    return reexecute.chapter_key(chapter(code), root)


def reaches(code: str, root: Path) -> str:
    reached.forget()
    return " ".join(path.relative_to(root / "mnist_lib").as_posix() for path in reached.reached_files([code], root))


FIT = "__init__.py rf/__init__.py rf/geometry.py rf/registry.py train/__init__.py train/loop.py train/records.py " \
      "unnamed.css"
DOOR = "__init__.py rf/__init__.py rf/registry.py unnamed.css"  # what rf's door uses itself
DRAWN = "__init__.py rf/__init__.py rf/colours.py rf/picture.py rf/registry.py unnamed.css"
FIELD = "__init__.py rf/__init__.py rf/geometry.py rf/registry.py unnamed.css"
ROOM = "__init__.py rf/__init__.py rf/colours.py rf/geometry.py rf/oracle.py rf/picture.py rf/registry.py unnamed.css"


@pytest.mark.parametrize("code, files", [
    ("import numpy", ""),
    ("import mnist_lib.train.records as r", "__init__.py train/__init__.py train/records.py unnamed.css"),
    ("from mnist_lib.train.records import FOLDER", "__init__.py train/__init__.py train/records.py unnamed.css"),
    ("from mnist_lib.train import records", "__init__.py train/__init__.py train/records.py unnamed.css"),
    ("from mnist_lib import __version__", "__init__.py unnamed.css"),
    ("from mnist_lib import claims", "__init__.py claims.json claims.py unnamed.css"),
    ("from mnist_lib import plots", "__init__.py plots.py train/__init__.py train/records.py unnamed.css"),
    # through a door, to the file that a name lives in:
    ("from mnist_lib.rf import BOTH", DOOR),
    ("from mnist_lib.rf import drawn", DRAWN),
    ("from mnist_lib.rf import field", FIELD),
    ("from mnist_lib import field", FIELD),
    ("from mnist_lib.rf.oracle import check", FIELD.replace("geometry.py", "geometry.py rf/oracle.py")),
    ("from mnist_lib.train import fit", FIT),
    ("from mnist_lib import fit", FIT),
    ("def f():\n    from mnist_lib import fit", FIT),
    ("%matplotlib inline\n1 +", ""),
    # a whole room where it cannot be told:
    ("from mnist_lib import rf", ROOM),
    ("from mnist_lib.rf import unknown", ROOM),
    # everything:
    ("import mnist_lib", EVERYTHING),
    ("import mnist_lib.rf.geometry", EVERYTHING),  # mnist_lib.fit is at hand then
    ("from mnist_lib import unknown", EVERYTHING),
    ("from mnist_lib.unknown import x", EVERYTHING),
    ("from mnist_lib.named import find", EVERYTHING),
    ("!python -m mnist_lib list", EVERYTHING),
    ("!make list", EVERYTHING),
    ("import subprocess\nsubprocess.run(['make', 'list'])", EVERYTHING),
    ("from runpy import run_module", EVERYTHING),
    ("import os\nos.system('make list')", EVERYTHING),
    ("from os import system\nsystem('make list')", EVERYTHING),
    ("get_ipython().system('make list')", EVERYTHING),
    ("from importlib import import_module as load\nload('mnist_lib.plots')", EVERYTHING),
    ("import mnist_lib as m", EVERYTHING),
    ("from mnist_lib import *", EVERYTHING),
    ("__import__('mnist_lib.claims')", EVERYTHING),
])
def test_files_that_a_cell_reaches(root, code, files):
    assert reaches(code, root) == files


@pytest.mark.parametrize("code, changed, same", [
    ("import numpy", ["requirements.txt"], ["mnist_lib/rf/geometry.py", "results/six-models/file", "data/file"]),
    ("from mnist_lib import field",
     ["mnist_lib/rf/geometry.py", "mnist_lib/rf/__init__.py", "mnist_lib/__init__.py", "mnist_lib/unnamed.css"],
     ["mnist_lib/train/loop.py", "mnist_lib/claims.json", "results/six-models/file", "data/file"]),
    ("from mnist_lib import fit", ["mnist_lib/rf/geometry.py", "results/six-models/file", "data/file"],
     ["mnist_lib/plots.py", "mnist_lib/claims.py"]),
    ("from mnist_lib.train.records import FOLDER", ["results/six-models/file"], ["data/file"]),
    ("open('../results/six-models/file')", ["results/six-models/file"], ["data/file"]),
])
def test_the_key_changes_with_what_may_be_read_and_with_nothing_else(root, code, changed, same):
    for name in changed + same:  # a comment is a change, too: a cell may show its source
        before = key(code, root)
        (root / name).write_text((root / name).read_text() + "\n# changed\n")
        assert (key(code, root) != before) == (name in changed), name


def test_a_new_record_changes_the_key_and_an_unfinished_one_does_not(root):
    keys = []
    for name in (None, "results/six-models/seed-1.json.partial", "results/seed-1.checkpoint",
                 "results/six-models/seed-1.json"):
        if name:
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text("{}")
        keys.append(key("from mnist_lib import fit", root))
    assert keys[0] == keys[1] == keys[2] != keys[3]


def test_prose_has_no_part_in_it(root):
    text = chapter("from mnist_lib import fit")
    assert reexecute.chapter_key(text + "More text.\n", root) == reexecute.chapter_key(text, root)
    assert reexecute.chapter_key("# Only text about mnist_lib\n", root) is None


def test_code_cells_lose_their_options():
    text = ("```{code-cell} ipython3\n---\ntags: [a]\n---\nx = 1\n```\n"
            "````{code-cell}\n:tags: [b]\n:name: c\n\ny = '```'\n````\n:::{code-cell}\nz = 3\n:::\n")
    assert [cell.strip() for cell in reexecute.code_cells(text)] == ["x = 1", "y = '```'", "z = 3"]


def test_what_only_the_tests_need_has_no_part_in_it(root):
    before = key("import numpy", root)
    with open(root / "requirements.txt", "a") as pins:
        pins.write("\n# The tests\nruff==1\n")
    assert key("import numpy", root) == before
    assert "\n# The tests\n" in (ROOT / "requirements.txt").read_text(encoding="utf-8")


CHAPTERS = {path: cells for path in sorted((ROOT / "book").rglob("*.md"))
            if (cells := reexecute.code_cells(path.read_text(encoding="utf-8")))}

IMPORTS = """
import ast, json, os, sys, torch, pandas, matplotlib.pyplot
for cells in json.loads(sys.stdin.read()):
    read, write = os.pipe()
    if not os.fork():
        for cell in cells:
            for line in ast.parse(cell).body:
                if isinstance(line, ast.Import | ast.ImportFrom):
                    exec(ast.unparse(line), {})
        files = [m.__file__ for n, m in sys.modules.items() if n.partition(".")[0] == "mnist_lib"]
        os.write(write, json.dumps(files).encode())
        os._exit(0)
    os.close(write)
    os.wait()
    print(open(read).read())
"""


@pytest.mark.slow
def test_what_a_chapter_imports_is_among_what_it_reaches():
    """The import lines of every chapter are run, each chapter's in a process of its own."""
    done = subprocess.run([sys.executable, "-c", IMPORTS], input=json.dumps(list(CHAPTERS.values())), text=True,
                          capture_output=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    loaded = [set(map(Path, json.loads(line))) for line in done.stdout.splitlines()]
    assert len(loaded) == len(CHAPTERS) and sum(map(len, loaded)) > len(CHAPTERS)
    for (path, cells), files in zip(CHAPTERS.items(), loaded):
        assert files <= set(reached.reached_files(cells, ROOT)), path


def test_every_file_of_the_real_library_can_be_read():
    for path in (ROOT / "mnist_lib").rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        assert path in reached.reached_files([f"import {name} as x"], ROOT)


def test_no_chapter_but_these_reaches_everything():
    """The leaderboard and your network run networks of others, the recipe its forty lines in a process of its own,
    which may load anything; the status asks for the system's name."""
    every = [path for path in reached.library_files(ROOT) if path.suffix == ".py"]
    everything = {path.stem for path, cells in CHAPTERS.items() if {*every} <= {*reached.reached_files(cells, ROOT)}}
    assert everything == {"leaderboard", "your-network", "recipe", "status"}
