"""Sphinx extension: every chapter with code is written as a notebook too, beside the pages.

A notebook is made from the page's tree when the page is written, so it says what the page says,
and from the outputs of the same execution, out of the cache. It lies in ``notebooks/`` of the
site, under the page's own path. Its links lead to the published site, or, where the address is
not known, to the pages beside it.
"""

import json
import posixpath
import re
from importlib.metadata import requires
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import first_cell
import nbformat
import repository
from ahead import read_chapter
from bundle import when_written
from jupyter_cache import get_cache
from notebook_cells import notebook_cell
from reexecute import cache_root
from sphinx.util import logging
from to_markdown import Caption, Markdown, NoMarkdown, is_cell

FOLDER = "notebooks"
EXTRAS = ("plot", "frame", "train", "chapters")  # of the package: what the cells need
HEADING = re.compile(r"#{1,6} ")
logger = logging.getLogger(__name__)


def is_chapter(app, docname: str) -> bool:
    """Whether a page has code, and so a notebook."""
    return bool(getattr(app.env, "chapter_keys", {}).get(docname))


def notebook_path(app, docname: str) -> Path:
    """Where the notebook of a page lies."""
    return Path(app.outdir) / FOLDER / f"{docname}.ipynb"


def executed(app, docname: str) -> nbformat.NotebookNode | None:
    """The cells of a chapter with their outputs, from the cache; None if its execution failed."""
    cache = get_cache(cache_root(app) / app.env.chapter_keys[docname])
    try:
        return cache.merge_match_into_notebook(read_chapter(app.env, docname))[1]
    except KeyError:
        return None


def page_markdown(app, docname: str) -> Markdown:
    """What turns this page's tree into Markdown: where its links and pictures are, and its numbers."""
    site = app.config.book_site
    here = site or "../" * (docname.count("/") + 1)
    page = app.builder.get_target_uri(docname)

    def link(address: str) -> str:
        if urlsplit(address).scheme or address.startswith("//"):
            return address
        if site:
            return urljoin(site + page, address)
        path, _, anchor = address.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
        return here + path + ("#" + anchor if anchor else "")

    def picture(name: str) -> str:
        return here + posixpath.join("_images", app.env.images[name][1]) if name in app.env.images else link(name)

    numbers = {kind: {anchor: app.config.numfig_format[kind] % ".".join(map(str, number))
                      for anchor, number in anchors.items()}
               for kind, anchors in app.env.toc_fignumbers.get(docname, {}).items() if kind in app.config.numfig_format}
    return Markdown(link, picture, numbers)


def prepare_setup(app, config) -> None:
    """Once a build: the code of the first cell, for this repository at this version."""
    address, branch = repository.address_and_branch(app.srcdir)
    extras = "|".join(EXTRAS)
    needs = [need[1] for line in requires("mnist_lib")
             if (need := re.fullmatch(rf'(?!mnist_lib)([^;]+?)(?: ?; extra == "(?:{extras})")?', line))]
    names = {re.split(r"\W", need)[0] for need in needs}
    pinned = [line.partition("#")[0].strip() for line in
              (Path(app.srcdir) / "requirements.txt").read_text(encoding="utf-8").splitlines()]
    tested = [line for line in pinned if re.split(r"\W", line)[0] in names]
    app.notebook_setup = first_cell.first_cell(address or "", repository.commit(app.srcdir), branch, needs, tested)


def make_notebook(app, docname: str, doctree, source) -> nbformat.NotebookNode:
    """The notebook of one page, from its resolved tree and the executed cells of its source."""
    writer = page_markdown(app, docname)
    cells: list[dict] = []

    def add_text(block: str) -> None:
        if not cells or cells[-1]["cell_type"] == "code" or HEADING.match(block):
            cells.append({"cell_type": "markdown", "metadata": {}, "source": block})
        else:
            cells[-1]["source"] += "\n\n" + block

    veiled = cells_inside(doctree, "predict_evidence")  # until the reader has answered

    def add_code(index: int) -> None:
        later = "\n".join(c.source for c in source.cells[index + 1:] if c.cell_type == "code")
        cell = notebook_cell(source.cells[index], later, index in veiled)
        cells.extend([cell] if cell else [])

    folded = cells_inside(doctree, "solution_node")
    blocks = writer.blocks(doctree)
    shown = {block for block in blocks if isinstance(block, int)}
    waiting = [i for i, cell in enumerate(source.cells) if cell.cell_type == "code" and i not in folded]
    for block in blocks:
        # a cell that the page does not show stands behind the one before it
        behind = isinstance(block, int) or (cells and not isinstance(block, Caption))
        while behind and waiting and waiting[0] not in shown:
            add_code(waiting.pop(0))
        if isinstance(block, int):
            add_code(waiting.pop(0))
        else:
            add_text(block)
    for index in waiting:
        add_code(index)

    add_opening(app, docname, cells)
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    notebook = nbformat.from_dict({
        "cells": cells, "nbformat": 4, "nbformat_minor": 5,
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                     "language_info": {"name": "python"}}})
    nbformat.validate(notebook)
    return notebook


def cells_inside(doctree, kind: str) -> set[int]:
    """The numbers of the cells that stand inside nodes of a kind."""
    return {cell["cell_index"] for node in doctree.findall(lambda node: type(node).__name__ == kind)
            for cell in node.findall(is_cell)}


def add_opening(app, docname: str, cells: list[dict]) -> None:
    """Below the title: what this is, and the cell that gets what it needs."""
    page = page_markdown(app, docname).link(posixpath.basename(app.builder.get_target_uri(docname)))
    said = (f"This notebook is [a page of *{app.config.html_title}*]({page}). Run the next cell first: it gets the "
            "library, the data and the recorded runs where they are missing.")
    title, _, rest = cells.pop(0)["source"].partition("\n\n")
    cells[:0] = [{"cell_type": "markdown", "metadata": {}, "source": f"{title}\n\n{said}"},
                 {"cell_type": "code", "execution_count": None, "outputs": [], "source": app.notebook_setup,
                  "metadata": {"cellView": "form", "jupyter": {"source_hidden": True}}}]
    if rest:
        cells.insert(2, {"cell_type": "markdown", "metadata": {}, "source": rest})


def write_notebook(app, doctree, docname: str) -> None:
    """When a page is resolved for HTML: write its notebook."""
    if app.builder.format != "html" or not is_chapter(app, docname):
        return
    source = executed(app, docname)
    if source is None:
        return  # which was told already
    try:
        notebook = make_notebook(app, docname, doctree, source)
    except NoMarkdown as error:
        logger.warning("no notebook for this page: %s", error, location=docname)
        return
    path = notebook_path(app, docname)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def complete(app) -> None:
    """After a build: notebooks of pages that were not written again are at this version, too."""
    paths = (notebook_path(app, docname) for docname in app.env.found_docs if is_chapter(app, docname))
    for path in filter(Path.exists, paths):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        first = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
        if "".join(first["source"]) != app.notebook_setup:
            first["source"] = app.notebook_setup
            path.write_text(nbformat.writes(nbformat.from_dict(notebook)) + "\n", encoding="utf-8")


def setup(app):
    app.connect("config-inited", prepare_setup)
    app.connect("doctree-resolved", write_notebook, priority=900)
    when_written(app, complete)
