"""Sphinx extension: the directive `touch`, a figure that answers back, placed with one line.

    ```{touch} luck
    :step: six-models/steplr

    What there is to see, as a caption.
    ```

When the page is written the figure gets its data and its still picture from ``stills/NAME.py``; the script
``_static/touch/NAME.js`` then takes the picture's place, with the same data. A page loads the parts that all
figures share and the scripts of its own figures, and nothing without a figure. A notebook shows the still, and
leads to the page. Pages are written again when a record or the library changed.
"""

from __future__ import annotations

import hashlib
from html import unescape
from pathlib import Path

import rcssmin
import stills
from bundle import bundle
from docutils import nodes
from docutils.parsers.rst import directives
from fresh import is_fresh
from predict import predict
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from stills.placing import END, figure_of, guessed, made, options_of, picture, place

logger = logging.getLogger(__name__)
STATIC = Path(__file__).resolve().parents[1] / "_static"
FOLDER = "figures"  # of the site, below _static
SHARED = ("parts/dom", "parts/work", "parts/numbers", "parts/units", "parts/chart", "parts/controls", "parts/touch")
# What a figure loads when it is asked for, not with the page.
LATER = {
    "reader": ("parts/windows", *(f"digit/{name}" for name in (
        "activations", "shapes", "forward", "network", "reading", "preprocess", "loading", "pad")))}
MADE_FROM = ("results/*/*/*.json", "mnist_lib/**/*.py", "mnist_lib/**/*.json", "data/*", "book/_ext/stills/*.py",
             "book/_ext/touch.py")


class touch_figure(nodes.General, nodes.Element):  # noqa: N801 - a node's name is its class's
    """A figure that answers back; its children are the caption."""


# In a page ------------------------------------------------------------------------------------


class Touch(SphinxDirective):
    """``touch NAME``, with the figure's own options and a caption."""

    required_arguments = 1
    has_content = True
    option_spec = {option: directives.unchanged for name in stills.NAMES for option in figure_of(name).OPTIONS}

    def run(self):
        name = self.arguments[0]
        try:
            options = options_of(name, self.options)
        except ValueError as fault:
            raise self.error(str(fault)) from None
        self.env.metadata[self.env.docname].setdefault("touch", "yes")
        count = self.env.new_serialno(f"touch-{name}")
        node = touch_figure(figure=name, options=options, anchor=f"touch-{name}" + (f"-{count + 1}" if count else ""))
        node["ids"].append(node["anchor"])
        self.set_source_info(node)
        node += self.parse_content_to_nodes()
        return [node]


def visit(self, node):
    self.body.append(place(node["figure"], node["options"], node["anchor"]))


def leave(self, node):
    self.body.append(END)


def skip(self, node):
    raise nodes.SkipNode


def check_guess(node, document) -> None:
    """A figure that shows the reader's guess names a question of its page that is answered with per cents."""
    name = node["options"].get("guess")
    asked = {name for box in document.findall(predict) if box["settings"].get("unit") == "%" for name in box["ids"]}
    if name and guessed(node["options"])["guess"] not in asked:
        logger.warning("the figure %r shows the guess at %r, and no predict of this page has that name and the unit %%",
                       node["figure"], name, location=node)


def keep_stills(app, doctree, docname):
    """Each figure of a page as a picture, before the page's notebook is written."""
    if app.builder.format != "html":
        return
    for node in list(doctree.findall(touch_figure)):
        check_guess(node, doctree)
        try:
            _, still = made(node["figure"], tuple(sorted(node["options"].items())))
        except (LookupError, ValueError) as fault:
            logger.warning("the figure %r cannot be made: %s", node["figure"], fault, location=node)
            node.parent.remove(node)
            continue
        text = picture(still)
        name = f"{node['figure']}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.svg"
        target = Path(app.outdir) / "_static" / FOLDER / "stills" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        node["still"] = "../" * docname.count("/") + f"_static/{FOLDER}/stills/{name}"
        node["words"] = unescape(still.partition('aria-label="')[2].partition('"')[0])


def load(app, pagename, templatename, context, doctree):
    """The scripts of a page's own figures, on this page alone."""
    names = list(dict.fromkeys(node["figure"] for node in doctree.findall(touch_figure))) if doctree else []
    if names and app.builder.format == "html":
        app.add_css_file(f"{FOLDER}/touch.css")
        for name in ("shared", *names):
            app.add_js_file(f"{FOLDER}/{name}.js", loading_method="defer")


# In the site ----------------------------------------------------------------------------------


def scripts() -> dict[str, str]:
    """Every script of the figures, by its name in the site."""
    found = {"shared": SHARED, **LATER}
    found |= {name: (*getattr(figure_of(name), "SCRIPTS", ()), f"touch/{name}") for name in stills.NAMES}
    return {name: bundle(STATIC, files) for name, files in found.items()}


def write_scripts(folder: Path) -> None:
    """The scripts and the sheet of the figures."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in scripts().items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    sheets = [STATIC / "touch/touch.css"]
    (folder / "touch.css").write_text(
        rcssmin.cssmin("\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)), encoding="utf-8"
    )


def write_into_site(app):
    """Before any page is written, so that the address of a script can carry its content's hash."""
    folder = Path(app.outdir) / "_static" / FOLDER
    if app.builder.format == "html" and not is_fresh(
        folder / "touch.css", Path(app.srcdir), "book/_static/**/*", "book/_ext/bundle.py", "book/_ext/touch.py",
        "book/_ext/stills/*.py"
    ):
        write_scripts(folder)


def marker(app) -> Path:
    """A file that is as old as the last whole build."""
    return Path(app.doctreedir) / "figures-made"


def write_again(app, env):
    """The pages with figures, where what these are made from is younger than they are."""
    if is_fresh(marker(app), Path(app.srcdir), *MADE_FROM):
        return []
    return [name for name in env.found_docs if env.metadata[name].get("touch")]


def finish(app, error):
    if not error and app.builder.format == "html":
        marker(app).touch()


def setup(app):
    app.add_node(touch_figure, html=(visit, leave), **dict.fromkeys(("latex", "text", "man", "texinfo"), (skip, None)))
    app.add_directive("touch", Touch)
    app.connect("builder-inited", write_into_site)
    app.connect("env-updated", write_again)
    app.connect("doctree-resolved", keep_stills, priority=800)  # before notebooks.py
    app.connect("html-page-context", load)
    app.connect("build-finished", finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
