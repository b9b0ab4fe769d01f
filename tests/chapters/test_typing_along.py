"""Whoever types what a chapter shows, cell by cell, has every name that the next cell needs."""

import builtins
import symtable

import nbformat
import pytest
from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import create_nb_reader
from myst_parser.config.main import MdParserConfig

from tests.chapters.prose import ROOT, chapters

HIDDEN = {"remove-cell", "remove-input"}


def names(source):
    """The global names that a cell needs, and those that it defines."""
    needs, defines = set(), set()

    def look(table, outermost):
        for symbol in table.get_symbols():
            if outermost and (symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()):
                defines.add(symbol.get_name())
            elif symbol.is_referenced() and (outermost or symbol.is_global()):
                needs.add(symbol.get_name())
        for inner in table.get_children():
            look(inner, False)

    look(symtable.symtable(source, "a cell", "exec"), True)
    return needs - defines - set(dir(builtins)), defines


def missing(cells):
    """(cell, names) for each shown cell that needs what no shown cell before it defines."""
    known, found = set(), []
    for cell in cells:
        if not HIDDEN & set(cell.metadata.get("tags", ())):
            needs, defines = names(cell.source)
            if needs - known:
                found.append((cell.source.splitlines()[0], sorted(needs - known)))
            known |= defines | needs
    return found


def test_names_of_a_cell():
    assert names("import math\nx = [y * math.pi for y in values]\ndef f(z):\n    return z + later\n") == (
        {"values", "later"}, {"math", "x", "f"})


def test_a_name_from_a_hidden_cell_is_missing():
    shown, hidden = nbformat.v4.new_code_cell("print(x)"), nbformat.v4.new_code_cell("x = 1")
    hidden.metadata["tags"] = ["remove-cell"]
    assert missing([hidden, shown]) == [("print(x)", ["x"])]
    assert missing([nbformat.v4.new_code_cell("x = 1"), hidden, shown]) == []


@pytest.mark.parametrize("path", [p for p in chapters() if "```{code-cell}" in p.read_text(encoding="utf-8")],
                         ids=lambda p: str(p.relative_to(ROOT / "book").with_suffix("")))
def test_a_reader_can_type_along(path):
    text = path.read_text(encoding="utf-8")
    notebook = create_nb_reader(str(path), MdParserConfig(), NbParserConfig(), text).read(text)
    assert not missing(c for c in notebook.cells if c.cell_type == "code"), (
        "define these names in a cell that is shown, or hide the cell that needs them, too")
