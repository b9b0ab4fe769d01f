"""Glue goes out of the code of notebooks, and what only glue needed goes with it."""

import re
from pathlib import Path

import pytest
from nbformat import from_dict
from notebook_cells import is_unused, notebook_cell, notebook_outputs, without_glue
from reexecute import code_cells

BOOK = Path(__file__).resolve().parents[2] / "book"


@pytest.mark.parametrize("source, left", [
    ("from myst_nb import glue\nx = 1\nglue('x', x, display=False)", "x = 1"),
    ("for n, v in d.items():\n    glue(n, v)\n    if n in e:\n        glue(n, e[n])\ny = 2", "y = 2"),
    ("for n in d:\n    glue(n, 1)\n    print(n)", "for n in d:\n    glue(n, 1)\n    print(n)"),
    ("x = 1  # kept\n\n\ndef f():\n    return 1\n", "x = 1  # kept\n\n\ndef f():\n    return 1\n"),
    ("glue(\n    'a',\n    1)\n\n# said\nx = (1,\n     2)", "# said\nx = (1,\n     2)"),
    ("!echo glue('x')", "!echo glue('x')"),
])
def test_glue_is_cut_out(source, left):
    assert without_glue(source) == left


def test_no_chapter_has_a_cell_that_keeps_its_glue():
    """In a notebook `glue` is not there to be called."""
    kept = [(path.name, cell) for path in sorted(BOOK.rglob("*.md")) for cell in code_cells(path.read_text("utf-8"))
            if re.search(r"\bglue\(|\bmyst_nb\b", without_glue(cell))]
    assert kept == []


@pytest.mark.parametrize("source, later, unused", [
    ("import a\nimport b.c\nx = a.y\nz = 3", "print(x)", False),
    ("import a\nimport b.c\nx = a.y\nz = 3", "print(y)", True),
    ("from m import p as q", "q", False), ("import b.c", "b.c", False), ("from m import p as q", "p", True),
    ("q()", "", False), ("assert q", "", False), ("x.y = 1", "", False), ("x[0] = 1", "", False),
    ("x += 1", "x", False), ("a, b = 1, 2", "b", False), ("def f():\n    return g", "g", True),
    ("def f():\n    return g", "f()", False),
    ("if c:\n    u = 1\nelse:\n    v = 2", "", True), ("for x in c:\n    c.add(x)", "", False), ("x = 1", "!ls", False),
])
def test_a_hidden_cell_that_nothing_behind_it_uses_goes(source, later, unused):
    assert is_unused(source, later) is unused


def cell(source, tags=(), outputs=()):
    return from_dict({"cell_type": "code", "source": source, "metadata": {"tags": list(tags)},
                      "outputs": list(outputs), "execution_count": 3})


def test_a_removed_cell_that_only_glues_is_no_cell():
    assert notebook_cell(cell("from myst_nb import glue\nglue('x', 1)", ["remove-cell"])) is None


def test_a_cell_that_is_not_to_run_says_how_to_run_it():
    made = notebook_cell(cell("train()", ["skip-execution"]))
    assert made["source"].splitlines()[0].startswith("%%later") and made["source"].endswith("\ntrain()")
    assert "delete this line" in made["source"]


def test_outputs_are_what_every_program_shows():
    stream = {"output_type": "stream", "name": "stdout", "text": "a"}
    both = {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": "<svg/>", "image/png": "AA"}}
    glued = {"output_type": "display_data", "metadata": {}, "data": {"application/papermill.record/text/plain": "1"}}
    warning = {"output_type": "stream", "name": "stderr", "text": "w"}
    made = notebook_outputs(map(from_dict, [stream, stream, warning, glued, both]))
    assert made == [{**stream, "text": "aa"}, {**both, "data": {"image/png": "AA"}}]
