"""Whoever types what a chapter shows, cell by cell, has every name that the next cell needs."""

import subprocess
import sys

import nbformat
import pytest
from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import create_nb_reader
from myst_parser.config.main import MdParserConfig

from tests.chapters.prose import ROOT, chapters

HIDDEN = {"remove-cell", "remove-input"}


def undefined(cells, folder) -> str:
    """What ruff says of each shown cell together with those before it: names that none of them defines."""
    shown = [cell.source for cell in cells
             if cell.cell_type == "code" and not HIDDEN & set(cell.metadata.get("tags", ()))]
    for count in range(1, len(shown) + 1):
        (folder / f"{count}.py").write_text("\n".join(shown[:count]), encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--quiet", "--output-format=concise"]
    return subprocess.run([*ruff, "--select", "F821", folder], capture_output=True, text=True).stdout


def test_a_name_from_a_hidden_cell_or_a_later_one_is_missing(tmp_path):
    later, hidden, function = map(nbformat.v4.new_code_cell, ("x = 1", "x = 1", "def f(z):\n    return z + x\n"))
    hidden.metadata["tags"] = ["remove-cell"]
    assert undefined([hidden, function, later], tmp_path).splitlines() == [
        f"{tmp_path}/1.py:2:16: F821 Undefined name `x`"]
    assert undefined([later, hidden, function], tmp_path) == ""


@pytest.mark.parametrize("path", [p for p in chapters() if "```{code-cell}" in p.read_text(encoding="utf-8")],
                         ids=lambda p: str(p.relative_to(ROOT / "book").with_suffix("")))
def test_a_reader_can_type_along(path, tmp_path):
    text = path.read_text(encoding="utf-8")
    notebook = create_nb_reader(str(path), MdParserConfig(), NbParserConfig(), text).read(text)
    assert undefined(notebook.cells, tmp_path) == "", (
        "define these names in a cell that is shown, or hide the cell that needs them, too")
