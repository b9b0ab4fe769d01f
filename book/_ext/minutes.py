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

logger = logging.getLogger(__name__)
WORDS = 180  # read in a minute, for prose that one thinks about
SECONDS = {"line": 4, "formula": 20, "figure": 20, "exercise": 300, "question": 40}  # what else stops a reader
STOPS = {"math_block": "formula", "image": "figure", "exercise_node": "exercise",
         "exercise_enumerable_node": "exercise", "predict": "question", "quiz_question": "question"}
UNREAD = ("solution_node", "comment", "math", "math_block")  # whose text is not read
ROUND = 5
COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight")


class time_to_read(nodes.Inline, nodes.Element):
    """Stands where the time goes; ``of`` is a part of the book, or "this page"."""


def minutes(name, rawtext, text, lineno, inliner, options=None, content=None):
    """The role; its text says of what."""
    return [time_to_read(of=text)], []


def seconds(node: nodes.Node) -> float:
    """How long a page's tree takes, or a part of it."""
    kind = type(node).__name__
    own = SECONDS.get(STOPS.get(kind, ""), 0)
    if isinstance(node, nodes.Text):
        return 60 * len(re.findall(r"\w+", node)) / WORDS
    if isinstance(node, nodes.raw):
        return SECONDS["figure"] * ('class="fit' in node.astext())
    if isinstance(node, nodes.literal_block):
        hidden = "cell_input" in node.parent["classes"] and "tag_hide-input" in node.parent.parent["classes"]
        return 0 if hidden else SECONDS["line"] * sum(bool(line.strip()) for line in node.astext().splitlines())
    return own if kind in UNREAD else own + sum(map(seconds, node.children))


def rounded(of_seconds: float) -> int:
    """Minutes, to the nearest five."""
    return max(ROUND, round(of_seconds / (60 * ROUND)) * ROUND)


def hours(minutes: float) -> str:
    """Many minutes in words."""
    count = max(1, round(minutes / 60))
    return "an hour" if count == 1 else f"{COUNTED[count - 1] if count <= len(COUNTED) else count} hours"


def note_time(app, doctree):
    """When a page is read: keep its time, and whether it tells that of others."""
    app.env.__dict__.setdefault("page_minutes", {})[app.env.docname] = rounded(seconds(doctree))
    if any(node["of"] != "this page" for node in doctree.findall(time_to_read)):
        app.env.metadata[app.env.docname]["tells_minutes"] = "yes"


def pages_telling(app, env) -> list[str]:
    """The pages that tell the time of others are written again whenever a page was read."""
    return [name for name in sorted(env.found_docs) if env.metadata[name].get("tells_minutes")]


def below(app, names) -> list[str]:
    """Pages, and those below them in the table of contents."""
    found, waiting = [], list(names)
    while waiting:
        found.append(waiting.pop())
        waiting += app.env.toctree_includes.get(found[-1], [])
    return found


def pages_of(app, part: str, docname: str) -> list[str]:
    """The pages of a part of the table of contents, or this page, with those below them."""
    return below(app, [docname] if part == "this path" else [
        name for tree in app.env.get_doctree(app.config.root_doc).findall(toctree)
        if tree.get("caption") in part.split(", ") for name in tree["includefiles"]])


def write_time(app, doctree, docname):
    """When all pages are read: the time of this page, of another one, or of a part."""
    times = app.env.page_minutes
    for node in list(doctree.findall(time_to_read)):
        if node["of"] == "this page":
            text = f"{times[docname]} minutes"
        elif node["of"] in times:
            text = str(times[node["of"]])
        else:
            pages = pages_of(app, node["of"], docname)
            text = hours(sum(times.get(name, 0) for name in pages))
            if not pages:
                logger.warning("there is no page and no part %r in the table of contents", node["of"], location=docname)
        node.replace_self(nodes.Text(text))


def setup(app):
    app.add_role("minutes", minutes)
    app.add_node(time_to_read)
    app.connect("doctree-read", note_time, priority=900)
    app.connect("doctree-resolved", write_time)
    app.connect("env-updated", pages_telling)
