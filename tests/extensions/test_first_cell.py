"""The first cell of a notebook gets the version that is asked for, leaves the rest alone, and says what it does."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from first_cell import LATER, first_cell, install_missing

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
    cell = first_cell("https://example.org/never", commit, "main", [], []).removesuffix(LATER)
    empty = tmp_path / "empty"
    done = run(bare, cell, empty, MNIST_LIB_SOURCE=str(book), GIT_ALLOW_PROTOCOL="file")
    copy = empty / f"mnist-book-{commit[:7]}"
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"{copy / 'mnist_lib' / '__init__.py'} 1"
    assert (copy / "results" / "record").exists() and git(copy, "rev-list", "--count", "HEAD") == "1"
    shutil.rmtree(book)
    again = run(bare, cell, empty, MNIST_LIB_SOURCE=str(book))
    assert again.stdout.splitlines() == done.stdout.splitlines()[-2:]  # the same, without getting it again
    assert again.stdout.startswith(f"Using the library in {copy}, version {commit[:7]}\n")


def test_a_version_that_is_not_there_is_replaced_by_no_other(book, bare, tmp_path):
    """Unless the reader asks for one: what is run would not be what was pinned."""
    cell, empty = first_cell(str(book), "0" * 40, "main", [], []).removesuffix(LATER), tmp_path / "empty"
    done = run(bare, cell, empty)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode and f"Version {'0' * 40} of the book could not be fetched" in last
    assert "%env MNIST_LIB_VERSION=main" in last and list(empty.iterdir()) == []
    asked = run(bare, cell, empty, MNIST_LIB_VERSION="main")
    assert asked.stdout.endswith(" 2\n") and ", version main\n" in asked.stdout, asked.stderr
    assert run(bare, cell, empty).returncode  # and what was got then is not taken for the pinned one


def test_where_no_version_is_pinned_it_takes_the_branch_and_says_so(book, bare, tmp_path):
    done = run(bare, first_cell(str(book), "", "main", [], []).removesuffix(LATER), tmp_path / "empty")
    assert done.stdout.endswith(" 2\n") and ", version main\n" in done.stdout, done.stderr


def test_a_branch_with_a_slash_can_be_asked_for(book, bare, tmp_path):
    git(book, "branch", "try/it", "HEAD~1")
    done = run(bare, first_cell(str(book), "", "main", [], []).removesuffix(LATER), tmp_path / "empty",
               MNIST_LIB_VERSION="try/it")
    assert done.stdout.endswith(" 1\n"), done.stderr


def test_it_does_nothing_in_a_checkout(book, bare):
    done = run(bare, first_cell("", "", "main", [], []).removesuffix(LATER), book / "notebooks")
    commit = git(book, "rev-parse", "HEAD")
    assert done.stdout == (f"Using the library in {book}, version {commit[:7]}\n"
                           f"{book / 'mnist_lib' / '__init__.py'} 2\n"), done.stderr
    assert sorted(path.name for path in book.iterdir()) == [".git", "mnist_lib", "notebooks", "results"]


OLDER, ASKED = 1, 2  # versions: what lies there, and what the notebook was made from


@pytest.mark.parametrize("shallow", [False, True])
@pytest.mark.parametrize("asked", ["commit", "source", "version", "abbreviated"])
def test_an_older_clone_above_is_not_used(book, bare, tmp_path, shallow, asked):
    """Whether the notebook's own version is asked for, or its source or another version by name."""
    older, newer = git(book, "rev-parse", "HEAD~1"), git(book, "rev-parse", "HEAD")
    git(book, "branch", "older", older)
    above = tmp_path / "above"
    depth = ["--depth", "1"] if shallow else []
    git(tmp_path, "clone", "-q", *depth, "-b", "older", book.as_uri(), str(above))
    git(above, "branch", "-m", "main")  # which the source has at another commit
    source, settings = {"commit": (str(book), {}), "source": ("", {"MNIST_LIB_SOURCE": str(book)}),
                        "version": (str(book), {"MNIST_LIB_VERSION": "main"}),
                        "abbreviated": (str(book), {"MNIST_LIB_VERSION": older[:9]})}[asked]
    cell = first_cell(source, newer, "main", [], []).removesuffix(LATER)
    done = run(bare, cell, above / "notebooks", **settings)
    if asked == "abbreviated":  # what lies there is what is asked for
        assert done.stdout.startswith(f"Using the library in {above}, version {older[:7]}\n"), done.stderr
        assert done.stdout.endswith(f" {OLDER}\n")
        return
    assert done.returncode == 0 and done.stdout.endswith(f" {ASKED}\n"), done.stderr
    assert done.stdout.splitlines()[0] == f"Not used: {above}, of version {older[:7]}"
    assert f", version {newer[:7]}\n" in done.stdout


def test_a_clone_above_gives_another_of_its_versions(book, bare):
    """Where no other source is known; it stays as it is."""
    older = git(book, "rev-parse", "HEAD~1")
    done = run(bare, first_cell("", older, "main", [], []).removesuffix(LATER), book / "notebooks")
    assert done.stdout.endswith(f" {OLDER}\n") and git(book, "log", "-1", "--format=%s") == "version 2", done.stderr


def install(python, commit: str | None) -> Path:
    """A library of version 0 among the packages, with the commit that pip writes down, if any."""
    packages = Path(subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
                                   capture_output=True, text=True).stdout.strip())
    for name, text in {"mnist_lib/__init__.py": "VERSION = 0\n",
                       "mnist_lib-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: mnist_lib\nVersion: 1\n",
                       "mnist_lib-1.dist-info/direct_url.json": json.dumps(
                           {"url": "https://example.org", **({"vcs_info": {"commit_id": commit}} if commit else {})})
                       }.items():
        (packages / name).parent.mkdir(exist_ok=True)
        (packages / name).write_text(text)
    return packages


@pytest.mark.parametrize("commit", ["1" * 40, None])
@pytest.mark.parametrize("records", [False, True])
def test_an_older_installation_is_not_used(book, bare, tmp_path, commit, records):
    packages, newer = install(bare, commit), git(book, "rev-parse", "HEAD")
    if records:
        (packages / "results").mkdir()
    settings = {} if records else {"MNIST_LIB_RESULTS": str(book / "results")}
    cell = "import mnist_lib\n" + first_cell(str(book), newer, "main", [], []).removesuffix(LATER)  # imported already
    done = run(bare, cell, tmp_path / "a", **settings)
    assert done.stdout.endswith(f" {ASKED}\n"), done.stderr
    assert done.stdout.startswith(f"Not used: {packages}, of version {commit[:7] if commit else 'unknown'}\n")
    wanted = run(bare, cell, tmp_path / "a", MNIST_LIB_VERSION=commit or "unknown", **settings)
    assert wanted.stdout.endswith(" 0\n"), wanted.stderr  # that one is asked for by its own version


def test_a_library_without_records_is_not_enough(book, bare, tmp_path):
    install(bare, None)
    cell = first_cell(str(book), "", "main", [], []).removesuffix(LATER)
    assert run(bare, cell, tmp_path / "a").stdout.endswith(" 2\n")
    elsewhere = run(bare, cell, tmp_path / "b", MNIST_LIB_RESULTS=str(book / "results"))
    assert elsewhere.stdout.endswith(" 0\n")  # its records are named and no version is asked for
    assert "version unknown" in elsewhere.stdout


def test_it_says_what_is_wrong_and_leaves_nothing_behind(bare, tmp_path):
    empty = tmp_path / "empty"
    done = run(bare, first_cell(str(tmp_path / "nowhere"), "", "main", [], []).removesuffix(LATER), empty)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode and "could not be fetched from" in last and "MNIST_LIB_SOURCE" in last
    assert list(empty.iterdir()) == []
    unknown = run(bare, first_cell("", "", "main", [], []).removesuffix(LATER), empty)
    assert "address is not known" in unknown.stderr and "%env MNIST_LIB_SOURCE" in unknown.stderr


def test_it_installs_what_is_missing_and_keeps_what_is_there(monkeypatch, capsys):
    """pip is asked for the missing one only, and told to keep every version that is there."""
    asked = []

    def pip(command, **options):
        kept = Path(command[command.index("--constraint") + 1]).read_text().splitlines()
        asked.append((command[-1], sorted(line.partition("==")[0] for line in kept)))
        return subprocess.CompletedProcess(command, int("no_such_module" in str(kept)), "", "not for this Python")

    monkeypatch.setattr(subprocess, "run", pip)
    install_missing(["torch>=2.2", "numpy>=1", "no_such_module>=1.0"],
                    ["torch==1.0", 'no_such_module==1.2; python_version >= "3"'])
    assert asked == [("no_such_module>=1.0", ["no_such_module", "numpy", "torch"]),  # as tested
                     ("no_such_module>=1.0", ["numpy", "torch"])]  # which could not be had
    assert capsys.readouterr().out == "Installing no_such_module>=1.0\n"
