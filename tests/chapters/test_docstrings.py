"""Every page of the book that a docstring of the library or the benchmarks sends its reader to is there."""

import ast
import re

import pytest

from tests import ROOT

PAGE = re.compile(r"\bbook/[\w/-]+\.md\b")
FILES = sorted(path for room in ("mnist_lib", "benchmarks") for path in (ROOT / room).rglob("*.py"))


def named(code: str) -> set[str]:
    """The pages that the docstrings of a file name."""
    with_docstring = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    told = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(code)) if isinstance(node, with_docstring)]
    return set(PAGE.findall("\n".join(told)))


def test_every_page_a_docstring_names_is_there():
    pages = {(path.relative_to(ROOT).as_posix(), page) for path in FILES for page in named(path.read_text("utf-8"))}
    assert len(pages) > 20
    assert sorted((path, page) for path, page in pages if not (ROOT / page).exists()) == []


@pytest.mark.parametrize("code", ['"""Chapter: ``book/gone.md``."""', 'def f():\n    """Shown on book/gone.md."""\n'])
def test_a_page_that_is_named_is_found(code):
    assert named(code) == {"book/gone.md"} and named("x = 'book/gone.md'") == set()
