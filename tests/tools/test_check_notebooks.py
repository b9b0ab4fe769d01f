"""The search for what only the book's own tools understand finds each kind of it, and nothing else."""

import subprocess

import check_notebooks
import nbformat
import pytest
from check_notebooks import leftovers
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output


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


@pytest.mark.parametrize("stream, said", [("stderr", "it writes on stderr: careful"), ("stdout", "")])
def test_what_a_notebook_writes_on_stderr_is_a_fault(tmp_path, monkeypatch, stream, said):
    class Client:
        """Executes nothing: the first cell writes on a stream, the last tells a library in its own folder."""

        def __init__(self, notebook, resources, **_):
            self.notebook, self.folder = notebook, resources["metadata"]["path"]

        def execute(self, env):
            self.notebook.cells[0].outputs = [new_output("stream", name=stream, text="careful\n")]
            self.notebook.cells[-1].outputs = [new_output("stream", name="stdout", text=f"{self.folder}/mnist_lib")]

    monkeypatch.setattr(check_notebooks, "NotebookClient", Client)
    monkeypatch.setattr(check_notebooks, "NOTEBOOKS", tmp_path)
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), tmp_path / "a.ipynb")
    assert check_notebooks.execute(tmp_path / "a.ipynb", {}) == said


@pytest.mark.parametrize("frozen, status", [("torch==2.6.0+cpu\nnumpy==2.0.2\n", 0),
                                            ("torch==2.13.0\nnumpy==2.0.2\n", 1)])
def test_a_package_that_was_there_has_to_stay(tmp_path, monkeypatch, capsys, frozen, status):
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), tmp_path / "a.ipynb")
    monkeypatch.setattr(check_notebooks, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(check_notebooks, "execute", lambda *_: "")
    asked = []
    monkeypatch.setattr(check_notebooks, "make_environment", lambda folder, packages: asked.extend(packages))
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 0, stdout=frozen))
    assert check_notebooks.main(["a", "torch==2.6.0", "numpy==2.0.2"]) == status
    assert asked == ["torch==2.6.0", "numpy==2.0.2"]
    assert ("torch==2.6.0 did not stay" in capsys.readouterr().err) == bool(status)
