"""The worked example of ``book/reference/teaching.md`` is done as told, in a copy of the library, on few digits."""

import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from tests.chapters.prose import ROOT, parser, results, split_options
from tests.chapters.test_exercises import problems
from tests.chapters.test_prose import allowed_by, page

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("teaching")]  # one worker makes its course

PAGE = ROOT / "book/reference/teaching.md"
NEW_PAGE = "book/paths/our-course/gentler.md"
FEW = """
import sys, torch
torch.set_num_threads(1)
from mnist_lib.__main__ import main
from tests.conftest import use_few_digits
use_few_digits(setattr, 128, 200)
"""
SHOW = """
import ast
for cell in sys.argv[1:]:  # run, and show what the last line is, as a notebook does
    *rest, last = ast.parse(cell).body
    if not isinstance(last, ast.Expr):
        rest, last = [*rest, last], None
    exec(compile(ast.Module(rest, []), "cell", "exec"), globals())
    if last:
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), globals())
        getattr(value, "_repr_html_", value.__repr__)()
"""


def blocks() -> dict[str, str]:
    """The named code blocks of the worked example, ``worked-…``, by their names."""
    found = {}
    for token in parser().parse(PAGE.read_text(encoding="utf-8")):
        if token.type == "fence" and token.info.startswith("{code-block}"):
            options, body, _ = split_options(token.content)
            if options.get("name", "").startswith("worked-"):
                found[options["name"].removeprefix("worked-")] = body.lstrip("\n") + "\n"
    return found


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the library with the example's step in its catalogue; nothing is trained yet."""
    folder = tmp_path_factory.mktemp("course")
    for part in ("mnist_lib", "tests"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("_toc.yml", "_config.yml", "data"):
        (folder / part).symlink_to(ROOT / part)
    catalogue = folder / "mnist_lib/experiments/catalogue.py"
    source = catalogue.read_text()
    start = re.search(r"^OWN_PATHS[^\n]*= \{\n", source, re.MULTILINE)
    end = source.index("}", start.end()) - 1
    catalogue.write_text(source[:start.start()] + blocks()["experiment"] + "\n\n" + source[start.start():end + 1]
                         + blocks()["path"] + source[end + 1:])
    return folder


def run(folder, *command, status=0):
    """Run Python in the copy, with few digits where a script asks for them; returns what it printed."""
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, timeout=600, env={
        **os.environ, "PYTHONPATH": str(folder), "MNIST_LIB_RESULTS": str(folder / "results"),
        "MNIST_LIB_DATA": str(ROOT / "data"), "MNIST_LIB_PROGRESS": "lines"})
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def commands(block: str) -> list[list[str]]:
    """The lines of a terminal block that call the library, as arguments of its command line."""
    lines = [line.partition("#")[0].split() for line in blocks()[block].splitlines()]
    return [line[3:] for line in lines if line[:3] == ["python", "-m", "mnist_lib"]]


def few(*steps: list[str] | str) -> str:
    """A script that does the steps one after the other on few digits: commands, as arguments, and code."""
    done = (step if isinstance(step, str) else f"assert main({step!r}) in (0, None)" for step in steps)
    return "\n".join([FEW, *done])


def test_the_experiment_is_found(course):
    listing, field = run(course, "-c", few(*commands("look"))).split("block1.conv1", 1)
    assert "our-course/gentler" in listing and "7,416 parameters" in listing
    assert "block2.conv4" in field


def test_from_the_live_epoch_to_the_executed_page(course):
    first = ["train", "six-models/steplr", "--seeds", "3"]  # what the page compares with
    live = blocks()["live"].replace("live(\"our", "print(live(\"our") + ")"
    assert "<our-course/gentler, seed 0: 1 epoch, not recorded>" in run(course, "-c", few(first, live))
    assert not (course / "results/our-course").exists()

    cells = re.findall(r"^```\{code-cell\}\n(.*?)^```$", blocks()["page"], re.MULTILINE | re.DOTALL)
    assert len(cells) == 10
    code = [re.sub(r"\A(---\n.*?^---\n|(:[\w-]+:[^\n]*\n)+\n?)", "", cell, flags=re.MULTILINE | re.DOTALL)
            for cell in cells]
    said = run(course, "-c", few(*commands("train"), SHOW), *code)
    assert "6 records, 6 sets of weights run on the test set, 0 failed" in said
    assert sorted(file.name for file in (course / "results/our-course/gentler").iterdir()) == [
        f"seed-{seed}.{kind}" for seed in range(3) for kind in ("json", "safetensors")]


def test_the_page_keeps_the_book_s_rules():
    text = blocks()["page"]
    assert [found for found in results(text) if not allowed_by(found, "paths/our-course/gentler")] == []
    assert problems(text) == []
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    theirs = re.findall(r"^## (.+)$", (ROOT / "book/paths/six-models/steplr.md").read_text(), re.MULTILINE)
    assert headings == theirs


def test_the_entry_fits_the_table_of_contents():
    toc = (ROOT / "_toc.yml").read_text()
    before = toc.index("  - caption: ", toc.index("  - caption: Five projects") + 1)
    new = yaml.safe_load(toc[:before] + blocks()["toc"].rstrip("\n") + "\n" + toc[before:])
    paths = next(part for part in new["parts"] if part["caption"] == "Five projects")
    assert {"file": NEW_PAGE.removesuffix(".md")} in paths["chapters"]


def test_the_tests_it_names_pass_with_the_new_step(course):
    (line,) = blocks()["tests"].split("\n", 1)[:1]
    files = [word for word in line.split() if word.startswith("tests/")]
    assert files and all((ROOT / file).exists() for file in files)
    own = [file for file in files if "prose" not in file and "exercises" not in file]  # those read the book's pages
    assert "passed" in run(course, "-m", "pytest", "-q", "-p", "no:cacheprovider", *own)


def test_reading_times_are_those_of_the_chapters():
    """Each is counted by the build (``minutes.py``), from the chapter that stands beside it."""
    rows = re.findall(r"\{minutes\}`book/([\w/-]+)`: \[[^]]*\]\(\.\./([\w/-]+)\.md\)", PAGE.read_text())
    assert len(rows) == 6 and all(counted == linked for counted, linked in rows)


def test_every_page_has_a_name_here():
    assert page(PAGE) == "reference/teaching"
