"""Sphinx extension: what the book's own search looks through, as a script that is loaded when somebody searches.

Sphinx's own search counts words, takes a table of a record for a sentence, and finds no "google colab";
Pagefind needs a server, since a page opened from a file may not fetch. So each page leaves its sections
here, prose alone, when it is written: no code, no tables, no front matter. How they are ranked is in
``site/finding.js``; what a lesson is worth beside an API page is here, and what words mean the same in
``synonyms.yaml``.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import yaml
from sphinx import addnodes

WORTH = {  # of a page, by the beginning of its name: lessons before what is looked up
    "book/reference/api/": 0.45, "book/reference/contributing": 0.7, "book/reference/references": 0.5,
    "book/reference/glossary": 0.8, "book/index": 0.8, "book/evidence/status": 0.6, "book/evidence/": 0.8,
    "book/learn/": 1.2, "book/build/": 1.2, "book/yours/": 1.1, "book/further/": 1.0, "book/paths/": 0.75,
}
SAME = yaml.safe_load(Path(__file__).with_name("synonyms.yaml").read_text(encoding="utf-8"))
SKIPPED = {"pre", "table", "script", "style", "svg", "math", "button", "nav", "noscript", "form"}
PARAGRAPHS = {"p", "li", "dd", "div", "figcaption", "summary"}
END = "\x1e"  # of a paragraph


class Section:
    """A part of a page: where it begins, what it is called, and its prose."""

    def __init__(self, anchor: str, kind: str):
        self.anchor, self.kind, self.heading, self.prose = anchor, kind, "", ""

    def told(self) -> list[str]:
        """[anchor, heading, prose], a paragraph of prose a line."""
        paragraphs = (re.sub(r"\s+", " ", part).strip() for part in self.prose.split(END))
        return [self.anchor, re.sub(r"\s+", " ", self.heading).strip(), "\n".join(filter(None, paragraphs))]


class Reader(HTMLParser):
    """Reads the sections of a page; names of the library and terms of the glossary are sections too."""

    def __init__(self, body: str):
        super().__init__()
        self.sections: list[Section] = []
        self.around: list[Section] = []
        self.skipping: list[str] = []
        self.heading: str | None = None  # the tag of the heading that is being read
        self.feed(body)

    def begin(self, anchor: str, kind: str):
        self.around.append(Section(anchor, kind))
        self.sections.append(self.around[-1])

    def leave(self, kind: str):
        if self.around and self.around[-1].kind == kind:
            self.around.pop()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if self.skipping:
            self.skipping += [tag] * (tag == self.skipping[-1])
        elif tag in SKIPPED or "headerlink" in (attributes.get("class") or ""):
            self.skipping.append(tag)
        elif tag == "section":
            self.begin(attributes.get("id", ""), tag)
        elif tag == "dt" and attributes.get("id"):
            self.leave(tag)
            self.begin(attributes["id"], tag)
            self.heading = tag
        elif re.fullmatch("h[1-6]", tag):
            self.heading = tag

    def handle_endtag(self, tag):
        if self.skipping:
            if tag == self.skipping[-1]:
                self.skipping.pop()
        elif tag == self.heading:
            self.heading = None
        elif tag in PARAGRAPHS:
            self.handle_data(END)
        elif tag == "dl":
            self.leave("dt")
        elif tag == "section":
            self.leave("dt")
            self.leave(tag)

    def handle_data(self, data):
        if self.around and not self.skipping:
            if self.heading:
                self.around[-1].heading += data
            else:
                self.around[-1].prose += data


def worth(name: str) -> float:
    """What a page counts beside others that say as much."""
    return next((value for start, value in WORTH.items() if name.startswith(start)), 1.0)


def folder(app) -> Path:
    """Where pages leave their sections, a file each."""
    return Path(app.doctreedir) / "sections"


def note_sections(app, pagename, templatename, context, doctree):
    if app.builder.format != "html" or pagename not in app.env.found_docs:
        return
    sections = [section.told() for section in Reader(context.get("body") or "").sections]
    file = folder(app) / f"{pagename}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(sections, ensure_ascii=False), encoding="utf-8")


def part_of(app) -> dict[str, str]:
    """The part of the book that a page belongs to: the caption above it in the table of contents."""
    parts = {}
    for toctree in app.env.get_doctree(app.config.root_doc).findall(addnodes.toctree):
        waiting = list(toctree["includefiles"])
        while waiting:
            name = waiting.pop()
            parts[name] = toctree.get("caption") or ""
            waiting += app.env.toctree_includes.get(name, [])
    return parts


def write_data(app, error):
    """One script with the sections of all pages, in order of their names."""
    if error or app.builder.format != "html":
        return
    parts = part_of(app)
    pages = []
    for name in sorted(app.env.found_docs):
        sections = json.loads((folder(app) / f"{name}.json").read_text(encoding="utf-8"))
        pages.append([f"{name}.html", app.env.titles[name].astext(), parts.get(name, ""), worth(name), sections])
    text = json.dumps({"pages": pages, "same": SAME}, ensure_ascii=False, separators=(",", ":"))
    target = Path(app.outdir) / "_static" / "site" / "search-data.js"
    target.write_text(f"bookSearch.data({text});\n", encoding="utf-8")


def setup(app):
    app.connect("html-page-context", note_sections, priority=925)  # as markup.py leaves them
    app.connect("build-finished", write_data)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
