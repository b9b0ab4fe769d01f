"""Sphinx extension: what the book's own search looks through, as a script that is loaded when somebody searches.

Sphinx's own search counts words, takes a table of a record for a sentence, and finds no "google colab";
Pagefind needs a server, since a page opened from a file may not fetch. So each page leaves its sections
here, prose alone, when it is written: no code, no tables, no front matter. How they are ranked is in
``site/finding.js``; what a lesson is worth beside an API page is here, and what words mean the same in
``synonyms.yaml``.
"""

import json
import re
from pathlib import Path

import yaml
from bs4 import BeautifulSoup
from bundle import when_written
from minutes import below
from sphinx import addnodes

WORTH = {  # of a page, by the beginning of its name: lessons before what is looked up
    "book/reference/api/": 0.35, "book/reference/contributing": 0.7, "book/reference/references": 0.5,
    "book/reference/glossary": 0.8, "book/index": 0.8, "book/evidence/status": 0.6, "book/evidence/": 0.8,
    "book/learn/": 1.2, "book/build/": 1.2, "book/yours/": 1.1, "book/further/": 1.0, "book/paths/": 0.75,
}
SAME = yaml.safe_load(Path(__file__).with_name("synonyms.yaml").read_text(encoding="utf-8"))
SKIPPED = "pre, table, script, style, svg, math, button, nav, noscript, form, .headerlink"
PARAGRAPHS = ("p", "li", "dd", "div", "figcaption", "summary")
END = "\x1e"  # of a paragraph
FOLDER = "sections"  # where pages leave theirs, a file each


def sections_of(body: str) -> list[list[str]]:
    """[anchor, heading, prose] of each part of a page, a paragraph of prose a line.

    Names of the library and terms of the glossary are parts too.
    """
    page = BeautifulSoup(body, "html.parser")
    for skipped in page.select(SKIPPED):
        skipped.decompose()
    for paragraph in page.find_all(PARAGRAPHS):
        paragraph.append(END)
    found = []
    for part in reversed(page.select("section, dt[id]")):  # what lies in another comes before it, and is taken out
        if part.name == "dt":
            heading, prose = part, [one for one in part.find_next_siblings(("dt", "dd"))]
            prose = prose[:next((i for i, one in enumerate(prose) if one.get("id")), None)]
        else:
            heading, prose = part.find(re.compile("^h[1-6]$")), [part]
        title = re.sub(r"\s+", " ", heading.extract().get_text()).strip() if heading else ""
        text = END.join(one.extract().get_text() for one in prose)
        paragraphs = (re.sub(r"\s+", " ", piece).strip() for piece in text.split(END))
        found.insert(0, [part.get("id", ""), title, "\n".join(filter(None, paragraphs))])
    return found


def worth(name: str) -> float:
    """What a page counts beside others that say as much."""
    return next((value for start, value in WORTH.items() if name.startswith(start)), 1.0)


def note_sections(app, pagename, templatename, context, doctree):
    if app.builder.format != "html" or pagename not in app.env.found_docs:
        return
    sections = sections_of(context.get("body") or "")
    file = Path(app.doctreedir) / FOLDER / f"{pagename}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(sections, ensure_ascii=False), encoding="utf-8")


def part_of(app) -> dict[str, str]:
    """The part of the book that a page belongs to: the caption above it in the table of contents."""
    parts = {}
    for toctree in app.env.get_doctree(app.config.root_doc).findall(addnodes.toctree):
        parts |= dict.fromkeys(below(app, toctree["includefiles"]), toctree.get("caption") or "")
    return parts


def write_data(app):
    """One script with the sections of all pages, in order of their names."""
    parts = part_of(app)
    pages = []
    for name in sorted(app.env.found_docs):
        sections = json.loads((Path(app.doctreedir) / FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        pages.append([f"{name}.html", app.env.titles[name].astext(), parts.get(name, ""), worth(name), sections])
    text = json.dumps({"pages": pages, "same": SAME}, ensure_ascii=False, separators=(",", ":"))
    target = Path(app.outdir) / "_static" / "site" / "search-data.js"
    target.write_text(f"bookSearch.data({text});\n", encoding="utf-8")


def setup(app):
    app.connect("html-page-context", note_sections, priority=925)  # as markup.py leaves them
    when_written(app, write_data)
