"""The first cell of a notebook gets what is missing, leaves the rest alone, and says what is wrong."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from first_cell import first_cell, get_library

ASK = "import mnist_lib; print(mnist_lib.__file__, mnist_lib.VERSION)"


def git(folder, *command):
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    return subprocess.run(["git", "-C", str(folder), *who, *command], check=True, capture_output=True,
                          text=True).stdout.strip()


@pytest.fixture
def book(tmp_path):
    """A small repository with two versions; the first is the notebook's."""
    root = tmp_path / "clone of"
    (root / "mnist_lib").mkdir(parents=True)
    (root / "results").mkdir()
    (root / "results" / "record").write_text("1")
    git(tmp_path, "init", "-q", "-b", "main", str(root))
    for number in (1, 2):
        (root / "mnist_lib" / "__init__.py").write_text(f"VERSION = {number}\n")
        git(root, "add", "-A")
        git(root, "commit", "-qm", f"version {number}")
    return root


@pytest.fixture
def bare(tmp_path):
    """An environment without the library: a virtual environment of this Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    return tmp_path / "venv" / "bin" / "python"


def run(python, cell, folder, **environment):
    """What the cell, and a look at the library behind it, print in an empty folder."""
    folder.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH" and "MNIST_LIB" not in name}
    return subprocess.run([python, "-c", f"{cell}\n{ASK}"], cwd=folder, env={**kept, **environment},
                          capture_output=True, text=True)


def test_it_clones_the_notebooks_version_once(book, bare, tmp_path):
    commit = git(book, "rev-parse", "HEAD~1")
    cell = first_cell("https://example.org/never", commit, "main", [], [], later=False)
    empty = tmp_path / "empty"
    done = run(bare, cell, empty, MNIST_LIB_SOURCE=str(book), GIT_ALLOW_PROTOCOL="file")
    copy = empty / f"mnist-book-{commit[:7]}"
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"{copy / 'mnist_lib' / '__init__.py'} 1"
    assert (copy / "results" / "record").exists() and git(copy, "rev-list", "--count", "HEAD") == "1"
    shutil.rmtree(book)
    again = run(bare, cell, empty, MNIST_LIB_SOURCE=str(book))
    assert len(again.stdout.splitlines()) == 1 and again.stdout.endswith(" 1\n")  # silent, and the same


def test_a_version_that_is_not_there_is_replaced_by_no_other(book, bare, tmp_path):
    """Unless the reader asks for one: what is run would not be what was pinned."""
    cell, empty = first_cell(str(book), "0" * 40, "main", [], [], later=False), tmp_path / "empty"
    done = run(bare, cell, empty)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode and f"Version {'0' * 40} of the book could not be fetched" in last
    assert "%env MNIST_LIB_VERSION=main" in last and list(empty.iterdir()) == []
    asked = run(bare, cell, empty, MNIST_LIB_VERSION="main")
    assert asked.stdout.endswith(" 2\n") and ", version main\n" in asked.stdout, asked.stderr
    assert run(bare, cell, empty).returncode  # and what was got then is not taken for the pinned one


def test_where_no_version_is_pinned_it_takes_the_branch_and_says_so(book, bare, tmp_path):
    done = run(bare, first_cell(str(book), "", "main", [], [], later=False), tmp_path / "empty")
    assert done.stdout.endswith(" 2\n") and ", version main\n" in done.stdout, done.stderr


def test_a_branch_with_a_slash_can_be_asked_for(book, bare, tmp_path):
    git(book, "branch", "try/it", "HEAD~1")
    done = run(bare, first_cell(str(book), "", "main", [], [], later=False), tmp_path / "empty",
               MNIST_LIB_VERSION="try/it")
    assert done.stdout.endswith(" 1\n"), done.stderr


def test_it_does_nothing_in_a_checkout(book, bare):
    done = run(bare, first_cell("", "", "main", [], [], later=False), book / "notebooks")
    assert done.stdout == f"{book / 'mnist_lib' / '__init__.py'} 2\n", done.stderr
    assert sorted(path.name for path in book.iterdir()) == [".git", "mnist_lib", "notebooks", "results"]


def test_a_library_without_records_is_not_enough(book, bare, tmp_path):
    packages = subprocess.run([bare, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
                              capture_output=True, text=True).stdout.strip()
    (Path(packages) / "mnist_lib").mkdir()
    (Path(packages) / "mnist_lib" / "__init__.py").write_text("VERSION = 0\n")
    cell = first_cell(str(book), "", "main", [], [], later=False)
    assert run(bare, cell, tmp_path / "a").stdout.endswith(" 2\n")
    elsewhere = run(bare, cell, tmp_path / "b", MNIST_LIB_RESULTS=str(book / "results"))
    assert elsewhere.stdout.endswith(" 0\n")  # its records are named, so it is left alone


def test_it_says_what_is_wrong_and_leaves_nothing_behind(bare, tmp_path):
    empty = tmp_path / "empty"
    done = run(bare, first_cell(str(tmp_path / "nowhere"), "", "main", [], [], later=False), empty)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode and "could not be fetched from" in last and "MNIST_LIB_SOURCE" in last
    assert list(empty.iterdir()) == []
    unknown = run(bare, first_cell("", "", "main", [], [], later=False), empty)
    assert "address is not known" in unknown.stderr and "%env MNIST_LIB_SOURCE" in unknown.stderr


def test_it_installs_what_is_missing_and_keeps_what_is_there(book, monkeypatch, capsys):
    """pip is asked for the missing one only, and told to keep every version that is there."""
    asked = []

    def pip(command, **options):
        kept = Path(command[command.index("--constraint") + 1]).read_text().splitlines()
        asked.append((command[-1], sorted(line.partition("==")[0] for line in kept)))
        return subprocess.CompletedProcess(command, int("no_such_module" in str(kept)), "", "not for this Python")

    monkeypatch.setattr(subprocess, "run", pip)
    monkeypatch.chdir(book)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("PYTHONPATH", "")
    get_library("", "", "main", ["torch>=2.2", "numpy>=1", "no_such_module>=1.0"],
                ["torch==1.0", 'no_such_module==1.2; python_version >= "3"'])
    assert asked == [("no_such_module>=1.0", ["no_such_module", "numpy", "torch"]),  # as tested
                     ("no_such_module>=1.0", ["numpy", "torch"])]  # which could not be had
    assert capsys.readouterr().out == "Installing no_such_module>=1.0\n"
