"""Glue goes out of the code of notebooks, and what only glue needed goes with it."""

import re
from pathlib import Path

import pytest
from nbformat import from_dict
from notebook_cells import notebook_cell, notebook_outputs, without_glue, without_unused
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


@pytest.mark.parametrize("source, later, left", [
    ("import a\nimport b.c\nx = a.y\nz = 3", "print(x)", "import a\nx = a.y"),
    ("from m import p as q, r\nq()", "", "from m import p as q, r\nq()"),
    ("x = 1\nx += 1", "x", "x = 1\nx += 1"),
    ("x.y = 1", "", "x.y = 1"),
    ("a, b = 1, 2", "b", "a, b = 1, 2"),
    ("def f():\n    return g\n\n\ndef h():\n    pass\n\ng = 1", "f()", "def f():\n    return g\n\ng = 1"),
    ("if c:\n    u = 1\nelse:\n    v = 2", "", ""),
    ("x = 1", "!ls", "x = 1"),
])
def test_what_nothing_uses_is_cut_out(source, later, left):
    assert without_unused(source, later) == left


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
