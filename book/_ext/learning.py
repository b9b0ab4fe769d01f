"""Sphinx extension: the look and the scripts of questions and of the first chapter's figures, where there are some."""

from __future__ import annotations

from pathlib import Path

from bundle import bundle
from fresh import is_fresh

SCRIPTS = {  # each of several parts, as one file
    "parts/learning.js": ("parts/dom", "parts/predict"),
    "parts/labels.js": ("parts/dom", "parts/pictures", "parts/labelling"),
    "parts/first-training.js": ("parts/dom", "parts/pictures", "parts/units", "parts/convolution", "parts/slope"),
}
NEEDED = {  # what stands on a page: the files that it needs
    '<div class="predict"': ("parts/learning.css", "parts/learning.js"),
    '<div class="quiz"': ("parts/learning.css",),
    '<div class="labelling"': ("parts/learning.css", "parts/labels.js"),
    '<div class="convolution"': ("parts/first-training.css", "parts/first-training.js"),
}


def write_scripts(app) -> None:
    """Before any page is written, so that a script's address can carry its hash."""
    if app.builder.format != "html":
        return
    for name, parts in SCRIPTS.items():
        target = Path(app.outdir) / "_static" / name
        if not is_fresh(target, Path(app.srcdir), "book/_static/parts/*.js", "book/_ext/bundle.py",
                        "book/_ext/learning.py"):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(bundle(Path(app.srcdir) / "book" / "_static", parts), encoding="utf-8")


def load_scripts(app, pagename, templatename, context, doctree) -> None:
    body = context.get("body") or ""
    for name in dict.fromkeys(name for mark, names in NEEDED.items() if mark in body for name in names):
        if name.endswith(".css"):
            app.add_css_file(name)
        else:
            app.add_js_file(name, loading_method="defer")


def setup(app):
    app.connect("builder-inited", write_scripts)
    app.connect("html-page-context", load_scripts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
