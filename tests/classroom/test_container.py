"""The container that ships, without Docker: what its RUN lines install, and what is said where it lacks rights.

Not shown: that the image is built from its base, that the walls stand in it, and Docker itself.
"""

import ctypes
import json
import os
import shlex
import shutil
import struct
import subprocess
import sys
import venv
from importlib import metadata

import pytest

from mnist_lib.classroom.grading import walls
from tests import ROOT
from tests.classroom.specimens import write

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap is Linux's")]
FILE = ROOT / "tools" / "grading" / "Dockerfile"


def commands(word: str) -> list[list[str]]:
    """The commands of the Dockerfile's lines that begin with a word."""
    lines = FILE.read_text().replace("\\\n", " ").splitlines()
    return [shlex.split(part) for each in lines if each.startswith(f"{word} ")
            for part in each.removeprefix(word).split("&&")]


def test_grade_runs_in_a_fresh_environment_of_what_the_container_installs(tmp_path):
    """In it are the packages that pip resolves the RUN line to, at the versions that are installed here, no other."""
    image, report, fresh = tmp_path / "image", tmp_path / "report.json", tmp_path / "fresh"
    image.mkdir()
    for *files, _ in commands("COPY"):
        for each in files:
            (image / each).symlink_to(ROOT / each)
    (pip,) = (each for each in commands("RUN") if each[0] == "pip")
    index = pip.index("--extra-index-url")  # of torch without CUDA; here the machine's own is asked
    (tmp_path / "here").write_text("".join(f"{each.name}=={each.version}\n" for each in metadata.distributions()
                                           if each.name != "mnist_lib"))
    subprocess.run([sys.executable, "-m", *pip[:index], *pip[index + 2:], "--dry-run", "--ignore-installed", "--quiet",
                    "--report", report], cwd=image, check=True, env=os.environ | {"PIP_CONSTRAINT": tmp_path / "here"})
    venv.create(fresh)
    (site,) = fresh.glob("lib/python*/site-packages")
    for name in {each["metadata"]["name"] for each in json.loads(report.read_text())["install"]} - {"mnist_lib"}:
        for part in {file.parts[0] for file in metadata.distribution(name).files} - {"..", "__pycache__"}:
            if not (site / part).exists():
                (site / part).symlink_to(metadata.distribution(name).locate_file(part))
    write(tmp_path / "class", tmp_path, ["plain"])
    done = subprocess.run([fresh / "bin/python", "-m", "mnist_lib", "grade", "class", "--images", "64", "--seeds", "1",
                           "--trust"], cwd=tmp_path, capture_output=True, text=True,
                          env={"PATH": os.environ["PATH"], "PYTHONPATH": image, "MNIST_LIB_DATA": image / "data"})
    assert ": graded" in done.stdout, done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("apt-get"), reason="apt is Debian's")
def test_the_container_s_system_packages_are_there():
    (install,) = (each for each in commands("RUN") if each[:2] == ["apt-get", "install"])
    said = subprocess.run([*install, "--simulate"], capture_output=True, text=True)
    assert said.returncode == 0 and "bubblewrap" in said.stdout, said.stderr


def test_behind_docker_s_own_filter_grade_refuses_and_says_how_to_start_the_container(tmp_path):
    """Our own filter, which forbids what Docker's default one does without CAP_SYS_ADMIN, lies around the grader."""
    program, libc = walls.filtered(), ctypes.CDLL(None)
    content = ctypes.create_string_buffer(program)
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(content))

    def shut():
        libc.prctl(38, 1, 0, 0, 0)  # no new privileges
        assert libc.prctl(22, 2, head) == 0  # a filter of system calls

    write(tmp_path / "class", tmp_path, ["plain"])
    done = subprocess.run([sys.executable, "-m", "mnist_lib", "grade", "class"], cwd=tmp_path, capture_output=True,
                          text=True, preexec_fn=shut, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.returncode == 2 and walls.IN_DOCKER in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert not (tmp_path / "grades" / "results").exists()


@pytest.mark.parametrize("place", ["tools/grading/Dockerfile", "book/reference/teaching.md"])
def test_the_options_of_the_container_are_the_same_wherever_they_stand(place):
    assert walls.IN_DOCKER in " ".join((ROOT / place).read_text().replace("#", " ").replace("\\\n", " ").split())
