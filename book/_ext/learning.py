"""Sphinx extension: the sheets and scripts of what answers back, on the pages where it stands and no other."""

from pathlib import Path

import calculator
from bundle import STATIC, bundle, write
from touch import FOLDER, NAMES

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
    'id="field-calculator"': ("calculator/calculator.css", "calculator/all.js"),
    'id="digit-app"': ("digit/digit.css", "digit/all.js"),
    **{f'data-figure="{name}"': (f"{FOLDER}/touch.css", f"{FOLDER}/shared.js", f"{FOLDER}/{name}.js")
       for name in NAMES},
}


def write_scripts(app) -> None:
    for name, parts in SCRIPTS.items():
        write(app, name, bundle(STATIC, parts))
    if (Path(app.srcdir) / f"{calculator.PAGE}.md").exists():
        write(app, "calculator/all.js", calculator.script())


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
