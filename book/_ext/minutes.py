"""Sphinx extension: how long a page takes, counted from its text and cells instead of promised by hand.

    **It takes** about {minutes}`this page`.
    To learn and to build takes about {minutes}`Learn, Build`.

    The path takes about {minutes}`this path`.
    Before it, in minutes: {minutes}`book/challenge`

The second names parts of the table of contents; the third is the page with those below it; the fourth is another
page. Folded solutions and code that is not shown
don't count.
"""

import re

from docutils import nodes
from sphinx.addnodes import toctree
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

logger = logging.getLogger(__name__)
WORDS = 180  # read in a minute, for prose that one thinks about
SECONDS = {"line": 4, "formula": 20, "figure": 20, "exercise": 300, "question": 40}  # what else stops a reader
ROUND = 5
COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight")
FOLDED = ("solution_node",)
ASKING = ("predict", "quiz_question")


class time_to_read(nodes.Inline, nodes.Element):
    """Stands where the time goes; ``of`` is a part of the book, or "this page"."""


class Minutes(SphinxRole):
    """The role; its text says of what."""

    def run(self):
        return [time_to_read(of=self.text)], []


def seconds(document: nodes.Node) -> float:
    """How long a page's tree takes."""
    total = 0.0
    waiting = list(document.children)
    while waiting:
        node = waiting.pop()
        kind = type(node).__name__
        if kind in FOLDED or isinstance(node, nodes.comment):
            continue
        if kind in ASKING:
            total += SECONDS["question"]
        elif kind.startswith("exercise") and kind.endswith("node"):
            total += SECONDS["exercise"]
        elif isinstance(node, nodes.literal_block):
            total += SECONDS["line"] * sum(bool(line.strip()) for line in node.astext().splitlines())
            continue
        elif isinstance(node, (nodes.math_block, nodes.math)):
            total += SECONDS["formula"] * isinstance(node, nodes.math_block)
            continue
        elif isinstance(node, nodes.image) or isinstance(node, nodes.raw) and 'class="fit' in node.astext():
            total += SECONDS["figure"]
        elif isinstance(node, nodes.Text):
            total += 60 * len(re.findall(r"\w+", node)) / WORDS
        if "cell_input" in node_classes(node) and "tag_hide-input" in node_classes(node.parent):
            continue
        if kind != "raw":
            waiting += node.children
    return total


def node_classes(node) -> list[str]:
    """The classes of a node; none of a text."""
    return node.get("classes", []) if isinstance(node, nodes.Element) else []


def rounded(of_seconds: float) -> int:
    """Minutes, to the nearest five."""
    return max(ROUND, round(of_seconds / (60 * ROUND)) * ROUND)


def hours(minutes: float) -> str:
    """Many minutes in words."""
    count = max(1, round(minutes / 60))
    return "an hour" if count == 1 else f"{COUNTED[count - 1] if count <= len(COUNTED) else count} hours"


def note_time(app, doctree):
    """When a page is read: keep its time, and write it into the page."""
    times = app.env.__dict__.setdefault("page_minutes", {})
    times[app.env.docname] = rounded(seconds(doctree))
    for node in list(doctree.findall(time_to_read)):
        if node["of"] == "this page":
            node.replace_self(nodes.Text(f"{times[app.env.docname]} minutes"))
        else:
            telling(app.env).add(app.env.docname)


def telling(env) -> set[str]:
    """The pages that tell the time of others."""
    return env.__dict__.setdefault("pages_telling_minutes", set())


def pages_telling(app, env) -> list[str]:
    """They are written again whenever a page was read."""
    return sorted(telling(env) & env.found_docs)


def pages_of(app, part: str, docname: str) -> list[str]:
    """The pages of a part of the table of contents, or this page, with those below them."""
    waiting = [docname] if part == "this path" else [
        name for tree in app.env.get_doctree(app.config.root_doc).findall(toctree)
        if tree.get("caption") in part.split(", ") for name in tree["includefiles"]]
    found = []
    while waiting:
        found.append(waiting.pop())
        waiting += app.env.toctree_includes.get(found[-1], [])
    return found


def write_time(app, doctree, docname):
    """When all pages are read: the time of a part, or of another page."""
    for node in list(doctree.findall(time_to_read)):
        if node["of"] in app.env.page_minutes:
            node.replace_self(nodes.Text(str(app.env.page_minutes[node["of"]])))
            continue
        pages = pages_of(app, node["of"], docname)
        if not pages:
            logger.warning("there is no page and no part %r in the table of contents", node["of"], location=docname)
        node.replace_self(nodes.Text(hours(sum(app.env.page_minutes.get(name, 0) for name in pages))))


def setup(app):
    app.add_role("minutes", Minutes())
    app.add_node(time_to_read)
    app.connect("doctree-read", note_time, priority=900)
    app.connect("doctree-resolved", write_time)
    app.connect("env-updated", pages_telling)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
