"""Wheel and sdist, installed where nothing of the checkout can be seen, and used without a network."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import ROOT

pytestmark = pytest.mark.slow
BUILD = ("from setuptools import build_meta as b\n"
         "import sys\n"
         "getattr(b, 'build_' + sys.argv[2])(sys.argv[1])")
#: Whatever a reader does after the installation, without a network; one process, because torch takes seconds to load.
USE = """
import dataclasses, sys, tempfile
from pathlib import Path

def deaf(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise OSError("there is no network")

sys.addaudithook(deaf)
import mnist_lib
from mnist_lib.__main__ import main
from mnist_lib.data import loading
from mnist_lib.experiments import EXPERIMENTS
from mnist_lib.training import evaluation, records

assert Path(mnist_lib.__file__).is_relative_to(sys.prefix), mnist_lib.__file__
assert main(["rf", "six-models/steplr"]) == 0
Path("my_net.py").write_text("from torch import nn\\ndef Net():\\n    return nn.Conv2d(1, 2, 5)\\n")
assert main(["rf", "my_net.py:Net", "--input", "1", "28", "28"]) == 0
whole = loading.mnist

def mnist(split, device="cpu"):
    digits = whole(split, device)
    return dataclasses.replace(digits, images=digits.images[:512], labels=digits.labels[:512])

evaluation.mnist = mnist
records.TEST_IMAGES = 512
EXPERIMENTS["six-models/steplr"] = dataclasses.replace(EXPERIMENTS["six-models/steplr"], epochs=1)
run = mnist_lib.fit("six-models/steplr", 0, "cpu", progress="none")
assert records.path("six-models/steplr", 0).is_relative_to(Path.home()), "records lie in the user's cache"
assert main(["list"]) == 0 and main(["verify"]) == 0
assert main(["challenge", "net.py:Net", "--template"]) == 0
text = Path("net.py").read_text()
Path("net.py").write_text(text.replace("epochs=10", "epochs=1"))
assert main(["challenge", "net.py:Net", "--images", "300"]) == 0
assert Path("challenge/report.html").stat().st_size > 10_000
"""


def python(*arguments, cwd, **environment):
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    done = subprocess.run([sys.executable, *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": ""} if not environment else {**kept, **environment})
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel of the checkout, and that of its sdist."""
    place = tmp_path_factory.mktemp("built")
    source = place / "checkout"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "mnist_lib", source / "mnist_lib", ignore=shutil.ignore_patterns("__pycache__"))
    for kind in ("sdist", "wheel"):
        python("-c", BUILD, place / "direct", kind, cwd=source)
    (archive,) = (place / "direct").glob("*.tar.gz")
    shutil.unpack_archive(archive, place / "unpacked", filter="data")
    (unpacked,) = (place / "unpacked").iterdir()
    python("-c", BUILD, place / "indirect", "wheel", cwd=unpacked)
    return *(place / "direct").glob("*.whl"), *(place / "indirect").glob("*.whl")


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/RECORD")}


def test_the_sdist_makes_the_wheel_that_the_checkout_makes(built):
    direct, indirect = map(contents, built)
    assert direct == indirect
    library = {p.relative_to(ROOT).as_posix() for p in (ROOT / "mnist_lib").rglob("*")
               if p.is_file() and "__pycache__" not in p.parts}
    assert library <= set(direct)  # a table that is not in the wheel would be missed by its readers alone
    assert {name for name in direct if ".dist-info/" not in name} == library


def test_installed_in_an_empty_environment_it_works_outside_any_checkout(built, tmp_path):
    """No network, no checkout, no packages but those that the extras ask for (borrowed from here)."""
    environment, here = tmp_path / "environment", tmp_path / "an empty folder"
    here.mkdir()
    python("-m", "venv", "--without-pip", environment, cwd=tmp_path)
    inside = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    python("-m", "pip", "--python", inside, "install", "--no-deps", "--no-index", "--quiet", built[1], cwd=tmp_path)
    (packages,) = environment.glob("[Ll]ib/**/site-packages")
    borrowed = [p for p in sys.path if p.endswith("site-packages")]
    (packages / "borrowed.pth").write_text("\n".join(borrowed) + "\n")
    done = subprocess.run([inside, "-c", USE], cwd=here, capture_output=True, text=True, env={
        "PATH": "/usr/bin:/bin", "HOME": str(tmp_path / "home"), "MNIST_LIB_DATA": str(ROOT / "data"),
        "MNIST_LIB_PROGRESS": "none"})
    assert done.returncode == 0, done.stdout + done.stderr
    for said in ("six-models/steplr", "1 records, 1 sets of weights run on the test set, 0 failed", "It does not hold"):
        assert said in done.stdout
    assert "Traceback" not in done.stderr
