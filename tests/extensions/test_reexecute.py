"""The keys that decide whether a chapter is executed again."""

import shutil
from pathlib import Path

import pytest
import reexecute

from tests import ROOT

MODULES = {
    "__init__.py": '''
from importlib import import_module
__version__ = "1"
_PUBLIC = {"field": "geometry", "fit": "training"}
def __getattr__(name):
    return getattr(import_module(f"mnist_lib.{_PUBLIC[name]}"), name)
''',
    "claims.json": "{}",
    "geometry.py": "field = 3\n",
    "models.py": "from . import __version__\nfrom .geometry import field\n",
    "runs.py": "FOLDER = 'results'\n",
    "training.py": "def fit():\n    from . import models, runs\n    return open('data/images')\n",
    "plots.py": "import importlib\nbackend = importlib.import_module('.runs', __package__)\n",
}


@pytest.fixture
def root(tmp_path):
    (tmp_path / "mnist_lib").mkdir()
    for name, text in MODULES.items():
        (tmp_path / "mnist_lib" / name).write_text(text)
    for folder in ("data", "results/six-models"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file").write_text("1")
    (tmp_path / "requirements.txt").write_text("numpy")
    return tmp_path


def chapter(code: str) -> str:
    return f"# A page\n\n```{{code-cell}} ipython3\n:tags: [hide-input]\n\n{code}\n```\n\nText.\n"


def reached(code: str, root: Path) -> str:
    return " ".join(path.stem for path in reexecute.reached_files([code], root) if path.suffix == ".py")


EVERYTHING = "__init__ geometry models plots runs training"


@pytest.mark.parametrize("code, modules", [
    ("import numpy", ""),
    ("import mnist_lib.geometry as g", "__init__ geometry"),
    ("from mnist_lib.models import build", "__init__ geometry models"),
    ("from mnist_lib import geometry", "__init__ geometry"),
    ("from mnist_lib import field", "__init__ geometry"),
    ("from mnist_lib import fit", "__init__ geometry models runs training"),
    ("def f():\n    from mnist_lib import fit", "__init__ geometry models runs training"),
    # where it cannot be told, everything:
    ("import mnist_lib", EVERYTHING),
    ("from mnist_lib import unknown", EVERYTHING),
    ("from mnist_lib.unknown import x", EVERYTHING),
    ("from mnist_lib.plots import x", EVERYTHING),
    ("!python -m mnist_lib list", EVERYTHING),
    ("import subprocess\nsubprocess.run(['python', '-m', 'mnist_lib', 'list'])", EVERYTHING),
    ("import os\nos.system('python -m mnist_lib list')", EVERYTHING),
])
def test_modules_that_a_cell_reaches(root, code, modules):
    assert reached(code, root) == modules


@pytest.mark.parametrize("code, changed, same", [
    ("import numpy", ["requirements.txt"], ["mnist_lib/geometry.py", "results/six-models/file", "data/file"]),
    ("from mnist_lib import field",
     ["mnist_lib/geometry.py", "mnist_lib/__init__.py", "mnist_lib/claims.json"],
     ["mnist_lib/models.py", "results/six-models/file", "data/file"]),
    ("from mnist_lib import fit", ["mnist_lib/geometry.py", "results/six-models/file", "data/file"],
     ["mnist_lib/plots.py"]),
    ("open('../results/six-models/file')", ["results/six-models/file"], ["data/file"]),
])
def test_the_key_changes_with_what_may_be_read_and_with_nothing_else(root, code, changed, same):
    def key():
        reexecute.folder_hash.cache_clear()
        return reexecute.chapter_key(chapter(code), root)

    for name in changed + same:
        before = key()
        (root / name).write_text((root / name).read_text() + "\n# changed\n")
        assert (key() != before) == (name in changed), name


def test_a_new_record_changes_the_key_and_an_unfinished_one_does_not(root):
    text = chapter("from mnist_lib import fit")
    keys = []
    for name in (None, "results/six-models/seed-1.json.partial", "results/seed-1.checkpoint",
                 "results/six-models/seed-1.json"):
        if name:
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text("{}")
        reexecute.folder_hash.cache_clear()
        keys.append(reexecute.chapter_key(text, root))
    assert keys[0] == keys[1] == keys[2] != keys[3]


def test_prose_has_no_part_in_it(root):
    text = chapter("from mnist_lib import fit")
    assert reexecute.chapter_key(text + "More text.\n", root) == reexecute.chapter_key(text, root)
    assert reexecute.chapter_key("# Only text about mnist_lib\n", root) is None


def test_code_cells_lose_their_options():
    text = ("```{code-cell} ipython3\n---\ntags: [a]\n---\nx = 1\n```\n"
            "````{code-cell}\n:tags: [b]\n:name: c\n\ny = '```'\n````\n:::{code-cell}\nz = 3\n:::\n")
    assert [cell.strip() for cell in reexecute.code_cells(text)] == ["x = 1", "y = '```'", "z = 3"]


def test_every_module_of_the_real_library_can_be_read(tmp_path):
    shutil.copytree(ROOT / "mnist_lib", tmp_path / "mnist_lib", ignore=shutil.ignore_patterns("__pycache__"))
    for path in sorted((tmp_path / "mnist_lib").glob("[a-z]*.py")):
        assert path in reexecute.reached_files([f"import mnist_lib.{path.stem}"], tmp_path)
