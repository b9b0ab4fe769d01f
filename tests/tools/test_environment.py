"""The environment's set-up: what it says where it cannot work, and when it installs again."""

import re
import subprocess
import sys
from pathlib import Path

import environment
import pytest

SCRIPT = Path(environment.__file__)


def run_as(setup: str) -> subprocess.CompletedProcess:
    """The script in a Python that `setup` has spoiled first."""
    code = f"import runpy, sys; {setup}; runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize("setup, said", [
    ("sys.version_info = (3, 8, 18, 'final', 0)", "Python 3.10 or newer is needed"),
    ("sys.modules['ensurepip'] = None", "has no venv module"),
    ("sys.modules['venv'] = None", "has no venv module"),
])
def test_one_line_says_what_is_missing_and_what_to_do(setup, said):
    ended = run_as(setup)
    assert ended.returncode == 1
    assert said in ended.stderr and "install" in ended.stderr
    assert ended.stderr.count("\n") == 1 and not ended.stdout


def test_a_missing_python_is_told_by_make():
    ended = subprocess.run(["make", "environment", "PYTHON=no-such-python"], cwd=SCRIPT.parent.parent,
                           capture_output=True, text=True, timeout=30)
    assert ended.returncode != 0
    assert "No no-such-python found: install Python 3.10" in ended.stderr


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose installation is recorded instead of done."""
    (tmp_path / "requirements.txt").write_text("torch==2.13.0\nnumpy==2.4.6\ntorchsummary==1.5.1  # tables\n")
    (tmp_path / "requirements.lock").write_text("numpy==2.4.6 \\\n    --hash=sha256:1\ntorchsummary==1.5.1 \\\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    calls = []

    def record(command, **settings):
        calls.append(command)
        if "venv" in command:
            (tmp_path / ".venv").mkdir()
        return subprocess.CompletedProcess(command, 0, stdout=b"")

    monkeypatch.setattr(environment.subprocess, "run", record)
    monkeypatch.setattr(environment, "is_usable", lambda folder: Path(folder).exists())
    return tmp_path, calls


def test_nothing_is_installed_twice(project):
    root, calls = project
    assert environment.ensure(str(root))
    assert [("venv" in call, "install" in call) for call in calls] == [(True, False)] + 3 * [(False, True)]
    hashed, torch, library = calls[1:]
    assert {"--require-hashes", "requirements.lock"} <= set(hashed) and torch[-1] == "torch==2.13.0"
    assert {"--no-build-isolation", "--no-deps", "-e"} <= set(library)  # nothing else is fetched for it
    calls.clear()
    assert not environment.ensure(str(root)) and not calls


@pytest.mark.parametrize("name", ["requirements.txt", "requirements.lock", "pyproject.toml"])
def test_a_changed_file_installs_again_into_the_same_environment(project, name):
    root, calls = project
    environment.ensure(str(root))
    calls.clear()
    (root / name).write_text("changed")
    assert environment.ensure(str(root))
    assert len(calls) == 3 and all("install" in call for call in calls)


def test_a_pin_that_is_not_locked_is_told(project, capsys):
    root, calls = project
    (root / "requirements.txt").write_text("torch==2.13.0\nnumpy==2.4.7\ntorchsummary==1.5.1\n")
    assert environment.main(str(root)) == 1 and not calls
    assert capsys.readouterr().err == "requirements.lock lacks numpy==2.4.7 of requirements.txt: run make lock\n"


def test_the_lock_has_every_pin_with_hashes_and_no_place_of_a_machine():
    root = SCRIPT.parent.parent
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    assert environment.unlocked(str(root)) == []
    entries = re.split(r"\n(?=[^\s#])", lock)[1:]
    assert len(entries) > 100
    for entry in entries:
        assert re.match(r"[\w.-]+==[\w.]+( ; [^\\]+)? \\\n", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}$", entry), entry
    assert not re.search(r"://|/\w+/|--(index|extra|find|trusted)", lock)
    assert not re.search(r"^(torch|torchvision|nvidia-|cuda-|triton)\b", lock, re.MULTILINE)


def test_a_failed_installation_is_tried_again(project, monkeypatch, capsys):
    root, calls = project

    def fail(command, **settings):
        (root / ".venv").mkdir(exist_ok=True)
        if "install" in command:
            raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(environment.subprocess, "run", fail)
    assert environment.main(str(root)) == 1
    assert environment.main(str(root)) == 1
    assert "Setting up .venv failed" in capsys.readouterr().err


def test_an_environment_of_another_python_is_not_used():
    here = str(Path(sys.executable).parent.parent)
    assert environment.is_usable(here)
    assert not environment.is_usable(here, version=(3, 9))
    assert not environment.is_usable(here + "-that-is-not-there")
