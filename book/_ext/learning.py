"""Sphinx extension: the look of questions (``predict``, ``quiz``), and the script that predictions need."""

from __future__ import annotations

from pathlib import Path

from bundle import bundle
from fresh import is_fresh

SCRIPTS = ("parts/dom", "parts/predict")
SCRIPT, SHEET = "parts/learning.js", "parts/learning.css"
PREDICTION, CHECK = '<div class="predict"', '<div class="quiz"'


def write_script(app) -> None:
    """The parts as one file, before any page is written, so that its address can carry its hash."""
    target = Path(app.outdir) / "_static" / SCRIPT
    if app.builder.format == "html" and not is_fresh(target, Path(app.srcdir), "book/_static/parts/*.js",
                                                     "book/_ext/learning.py"):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(bundle(Path(app.srcdir) / "book" / "_static", SCRIPTS), encoding="utf-8")


def load_script(app, pagename, templatename, context, doctree) -> None:
    body = context.get("body") or ""
    if PREDICTION in body or CHECK in body:
        app.add_css_file(SHEET)
    if PREDICTION in body:
        app.add_js_file(SCRIPT, loading_method="defer")


def setup(app):
    app.connect("builder-inited", write_script)
    app.connect("html-page-context", load_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
