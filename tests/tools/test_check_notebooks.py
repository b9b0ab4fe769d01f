"""The search for what only the book's own tools understand finds each kind of it, and nothing else."""

import pytest
from check_notebooks import leftovers
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


@pytest.mark.parametrize("text, what", [
    ("```{note}\nMind.\n```", "a directive"),
    ("> :::{note}\n> Mind.", "a directive"),
    ("````{exercise} Title\n````", "a directive"),
    (":::\n", "a fence of colons"),
    ("See {term}`kernel`.", "a role"),
    ("It is {glue:text}`size`.", "a role"),
    ("(sec-one)=\n# One", "a label"),
    ("One\n\n+++\n\nTwo", "a break between cells"),
    ("One\n% hidden\nTwo", "a comment"),
    ("It is {{ size }}.", "a substitution"),
    (":tags: [hide-input]", "an option"),
    ("---\nkernelspec: x\n---\n", "front matter"),
])
def test_a_leftover_is_found(text, what):
    assert any(what in line for line in leftovers(new_notebook(cells=[new_markdown_cell(text)])))


@pytest.mark.parametrize("text", [
    "# Title\n\n- 98 % of $f(x) = \\{a\\}$\n\n```python\n:tags: [x]\n% no\n```\n\n`{}` and `a`\n\n| a |\n| --- |",
    "$$\ny = \\sqrt{x}\n$$\n\n* * *\n\n<details>\n<summary>So</summary>\n\nIt.\n\n</details>", "(a note)",
])
def test_plain_markdown_is_no_leftover(text):
    assert leftovers(new_notebook(cells=[new_markdown_cell(text)])) == []


def test_glue_in_code_is_found():
    for source in ("from myst_nb import glue", "glue('x', 1)"):
        assert leftovers(new_notebook(cells=[new_code_cell(source)]))
