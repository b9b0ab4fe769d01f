"""Chapters become notebooks that say what the page says, in Markdown that every program reads."""

import shutil

import nbformat
import pytest
from check_notebooks import leftovers
from check_site import opened
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("notebooks")]  # one worker builds its book

HEAD = """---
file_format: mystnb
kernelspec: {display_name: Python 3, language: python, name: python3}
---

"""
PAGE = HEAD + r"""# All there is

```{toctree}
:hidden:
other
```

```{code-cell}
:tags: [remove-cell]

import json
from myst_nb import glue

size = 3
unused = json.dumps([])
glue("size", size, display=False)
for name in "ab":
    if name:
        glue(name, name, display=False)
```

The size is {glue:text}`size`, and $a_i^2$ costs 5 \$ or a snake_case_name, 2 * 3 * 4 & &lt;b>.
{cite:t}`one` said so {cite:p}`one`. See {term}`jump`, {numref}`fig-a`, {eq}`eq-a`,
[the other page](other.md), [a section](#sec), <https://example.org/a_b> and {doc}`other`.

% a comment that nobody sees

```{code-cell}
---
tags: [hide-input]
mystnb:
  figure: {name: fig-a, caption: "A *drawn* size."}
---
from IPython.display import SVG
SVG(f"<svg xmlns='http://www.w3.org/2000/svg' width='{size}' height='3'></svg>")
```

+++

(sec)=
## A section

$$
a = b
$$ (eq-a)

:::{note}
Mind the **gap**.
:::

:::{admonition} My title
:class: tip
- one
- two

  more of two
:::

1. first
2. second

> quoted

| a | b |
|---|---|
| $\|x\|$ | `c\|d` |

term
: its meaning

A line\
broken.

:::{card} Card
What it holds.
:::

```{literalinclude} code.py
:caption: Some code.
```

```{figure} picture.png
:name: fig-b
:alt: a dot

A picture.
```

```{code-cell}
:tags: [skip-execution]

raise SystemExit
```

```{exercise}
:label: ex-a

How large?
```

````{solution-start} ex-a
:class: dropdown
````

```{code-cell}
print(size * "solved ")
```

It is {glue:text}`size`.

````{solution-end}
````

```{code-cell}
:tags: [remove-output]

print("twice")
```
"""
OTHER = "# Other\n\nNo code. [Back](page.md)\n\n```{glossary}\njump\n  A distance.\n```\n\n```{bibliography}\n```\n"
CONFIG = {
    "extensions": ["sphinx_togglebutton", "myst_nb", "sphinx_design", "sphinx_exercise", "sphinxcontrib.bibtex",
                   "reexecute", "repository", "notebooks", "launch_buttons"],
    "master_doc": "page", "html_theme": "sphinx_book_theme", "numfig": True, "bibtex_bibfiles": ["refs.bib"],
    "bibtex_reference_style": "author_year", "nb_execution_mode": "cache", "html_title": "The book",
    "myst_enable_extensions": ["amsmath", "colon_fence", "deflist", "dollarmath"], "exclude_patterns": ["_build"],
}


def build(root):
    with patch_docutils(), docutils_namespace():
        app = Sphinx(root, None, root / "_build" / "html", root / "_build" / ".doctrees", "html",
                     {**CONFIG, "html_theme_options": {}}, status=None, warningiserror=True)
        app.build()
        assert app.statuscode == 0
    return root / "_build" / "html"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("book")
    (root / "page.md").write_text(PAGE)
    (root / "other.md").write_text(OTHER)
    (root / "code.py").write_text("x = '```'\n")
    (root / "picture.png").write_bytes(b"\x89PNG")
    (root / "requirements.txt").write_text("torch==2.13.0   # networks\nsphinx==7.4.7\n")
    (root / "refs.bib").write_text("@book{one, author={Ann One}, title={T}, publisher={P}, year=2001}")
    return root


@pytest.fixture(scope="module")
def site(root):
    patch = pytest.MonkeyPatch()
    patch.setenv("GITHUB_REPOSITORY", "o/n")
    patch.delenv("BOOK_SITE", raising=False)
    yield build(root)
    patch.undo()


@pytest.fixture(scope="module")
def notebook(site):
    return nbformat.read(site / "notebooks" / "page.ipynb", as_version=4)


@pytest.fixture(scope="module")
def text(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("markdown", [
    "# All there is\n\nThis notebook is [a page of *The book*](https://o.github.io/n/page.html).",
    r"The size is 3, and $a_i^2$ costs 5 \$ or a snake_case_name, 2 \* 3 \* 4 & &lt;b>.",
    "One [[2001](https://o.github.io/n/other.html#id",
    "See [jump](https://o.github.io/n/other.html#term-jump), [Fig. 1](https://o.github.io/n/page.html#fig-a), "
    "[(1)](https://o.github.io/n/page.html#equation-eq-a), [the other page](https://o.github.io/n/other.html), "
    "[a section](https://o.github.io/n/page.html#sec), <https://example.org/a_b> and "
    "[Other](https://o.github.io/n/other.html).",
    "**Fig. 1** A *drawn* size.",
    "## A section\n\n$$\na = b \\tag{1}\n$$",
    "> **Note**\n>\n> Mind the **gap**.",
    "> **My title**\n>\n> - one\n>\n> - two\n>\n>   more of two",
    "1. first\n2. second\n\n> quoted\n\n| a | b |\n| --- | --- |\n",
    r"| $\vert x\vert $ | `c\|d` |",
    "**term**\n\n> its meaning\n\nA line<br>broken.\n\n**Card**\n\nWhat it holds.",
    "**Listing 1** Some code.\n\n````\nx = '```'\n````",
    "![a dot](https://o.github.io/n/_images/picture.png)\n\n**Fig. 2** A picture.",
    "> **Exercise 1**\n>\n> How large?",
    "<details>\n<summary>Solution to Exercise 1</summary>\n\n```python\nprint(size * \"solved \")\n```\n\n"
    "```\nsolved solved solved\n```\n\nIt is 3.\n\n</details>",
])
def test_a_construct_becomes_plain_markdown(text, markdown):
    assert markdown in text


def test_nothing_is_left_that_only_the_book_understands(notebook):
    assert leftovers(notebook) == []
    assert "comment" not in str(notebook.cells)


def test_code_cells_keep_what_a_notebook_needs(notebook):
    first, setup, drawing, skipped, last = (cell for cell in notebook.cells if cell.cell_type == "code")
    assert "get_library('https://github.com/o/n'" in first.source
    assert "'torch>=2.2'," in first.source and "'tqdm>=" in first.source
    assert "'torch==2.13.0'," in first.source and "sphinx" not in first.source
    assert setup.source.endswith("\nsize = 3\nunused = json.dumps([])") and "glue" not in setup.source
    assert setup.metadata.jupyter.source_hidden
    assert drawing.metadata.jupyter.source_hidden and drawing.metadata.tags == ["hide-input"]
    assert drawing.outputs[0].data["text/html"].startswith('<img alt="" src="data:image/svg+xml;base64,')
    assert skipped.source.startswith("%%later") and skipped.source.endswith("\nraise SystemExit")
    assert last.source == 'print("twice")' and last.outputs == []
    assert "register_magic_function" in first.source


def test_a_hidden_cell_stands_where_it_is_needed(notebook):
    kinds = [(cell.cell_type, cell.source[:15]) for cell in notebook.cells[:4]]
    assert [kind for kind, _ in kinds] == ["markdown", "code", "code", "markdown"]
    assert kinds[2][1].startswith("import json") and kinds[3][1].startswith("The size is")


def test_buttons_lead_to_the_notebook_and_only_from_a_page_that_has_one(site):
    page, other = ((site / name).read_text() for name in ("page.html", "other.html"))
    colab = "https://colab.research.google.com/github/o/n/blob/gh-pages/notebooks/page.ipynb"
    binder = "https://mybinder.org/v2/gh/o/n/gh-pages?urlpath=lab/tree/notebooks/page.ipynb"
    assert f'href="{colab}"' in page and f'href="{binder}"' in page and 'href="notebooks/page.ipynb"' in page
    assert opened(colab) == opened(binder) == "notebooks/page.ipynb"
    for word in (".ipynb", "colab", "binder", "_sources/other.md"):
        assert word not in other
    assert "_sources/page.md" not in page and not (site / "notebooks" / "other.ipynb").exists()


def test_outputs_stay_on_a_cache_hit_and_links_hold_without_an_address(root, site, notebook, monkeypatch):
    before = notebook.cells[4].outputs
    shutil.rmtree(root / "_build" / ".doctrees")
    shutil.rmtree(root / "_build" / "html")
    for name in ("GITHUB_REPOSITORY", "BOOK_SITE"):
        monkeypatch.delenv(name, raising=False)
    build(root)
    again = nbformat.read(site / "notebooks" / "page.ipynb", as_version=4)
    assert again.cells[4].outputs == before and before
    assert "[Other](../other.html)" in str([cell.source for cell in again.cells])
    assert "![a dot](../_images/picture.png)" in str([cell.source for cell in again.cells])
    page = (site / "page.html").read_text()
    assert "colab" not in page and "mybinder" not in page and 'href="notebooks/page.ipynb"' in page
