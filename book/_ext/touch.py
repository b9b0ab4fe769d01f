"""Sphinx extension: the directive `touch`, a figure that answers back, placed with one line.

    ```{touch} luck
    :step: six-models/steplr

    What there is to see, as a caption.
    ```

When the page is written the figure gets its data from ``touch_data/NAME.py``, and the script ``_static/touch/NAME.js``
paints the picture that stands there without JavaScript (``painting.py``), for a desktop and for a phone; in the browser
the same script takes the picture's place. A page loads the parts that all figures share and the scripts of its own
figures. A notebook shows the picture, and leads to the page. Pages are written again when a record or the library
changed.
"""

import hashlib
import importlib
import inspect
import json
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import quote

import rcssmin
from bundle import STATIC, bundle, when_written, write
from docutils import nodes
from docutils.parsers.rst import directives
from fresh import is_fresh
from painting import UP, WIDTHS, as_file, painted
from predict import predict
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)
SHEET = STATIC / "touch/touch.css"
NAMES = sorted(path.stem for path in Path(__file__).with_name("touch_data").glob("[a-z]*.py"))
FOLDER = "figures"  # of the site, below _static
SHARED = ("parts/dom", "parts/work", "parts/numbers", "parts/units", "parts/chart", "parts/controls", "parts/touch")
# What a figure loads when it is asked for, not with the page.
LATER = {
    "reader": ("parts/windows", *(f"digit/{name}" for name in (
        "activations", "shapes", "forward", "network", "reading", "preprocess", "loading", "pad")))}
MADE_FROM = ("results/*/*/*.json", "mnist_lib/**/*.py", "mnist_lib/**/*.json", "data/*", "book/_ext/touch_data/*.py",
             "book/_ext/painting.py", "book/_ext/small_dom.js", "book/_ext/touch.py", "book/_static/**/*.js")
END = "</figcaption></figure>"
MARKER = "figures-made"  # a file that is as old as the last whole build


class touch_figure(nodes.General, nodes.Element):  # noqa: N801 - a node's name is its class's
    """A figure that answers back; its children are the caption, its ``html`` what stands before it."""


# A figure -------------------------------------------------------------------------------------


def figure_of(name: str):
    """The module of a figure."""
    return importlib.import_module(f"touch_data.{name}")


def scripts_of(name: str) -> tuple[str, ...]:
    """The scripts of a figure besides the shared ones."""
    return (*getattr(figure_of(name), "SCRIPTS", ()), f"touch/{name}")


@cache
def data_of(name: str, options: tuple[tuple[str, str], ...]) -> str:
    """What the figure's script gets, as JSON."""
    return json.dumps(figure_of(name).data(**dict(options)), ensure_ascii=False, separators=(",", ":"))


def made(name: str, options: dict[str, str]) -> tuple[str, list[str]]:
    """(data as JSON, a picture for each of the widths) of a figure."""
    data = data_of(name, tuple(sorted(options.items())))
    return data, [painted(STATIC, (*SHARED, *scripts_of(name)), data, width) for width in WIDTHS]


def words_of(svg: str) -> str:
    """What a picture says of itself, as it stands in its markup."""
    return svg.partition('aria-label="')[2].partition('"')[0]


def place(name: str, options: dict[str, str], anchor: str, up: str = UP) -> str:
    """The HTML of a figure: its pictures and its data, before any script; `up` leads to the top of the site."""
    data, pictures = made(name, options)
    heights = "; ".join(f'--{side}: {svg.partition(" height=")[2].split(chr(34))[1]}px'
                        for side, svg in zip(("tall", "long"), pictures, strict=True))
    shown = pictures[0].replace(f'href="{UP}', f'href="{up}')
    if pictures[0] != pictures[1]:  # the phone's is a picture of its own: its words stand on the page once
        file = quote(as_file(pictures[1], SHEET.read_text(encoding="utf-8")), safe=" ='/:;,()#")
        shown += f'<img alt="{words_of(pictures[1])}" src="data:image/svg+xml,{file.replace("#", "%23")}"/>'
    return (f'<figure class="touch" id="{anchor}" data-figure="{name}" '
            f'style="{heights}; --controls: {figure_of(name).ROOM}px"><div class="touch-stage">{shown}</div>'
            f'<script type="application/json" class="touch-data">{data.replace("<", chr(92) + "u003c")}</script>'
            "<figcaption>")


# In a page ------------------------------------------------------------------------------------


class Touch(SphinxDirective):
    """``touch NAME``, with the figure's own options and a caption."""

    required_arguments = 1
    has_content = True
    option_spec = {option: directives.unchanged
                   for name in NAMES for option in inspect.signature(figure_of(name).data).parameters}

    def run(self):
        name = self.arguments[0]
        self.env.metadata[self.env.docname].setdefault("touch", "yes")
        count = self.env.new_serialno(f"touch-{name}")
        anchor = f"touch-{name}" + (f"-{count + 1}" if count else "")
        node = touch_figure(figure=name, options=self.options, anchor=anchor, ids=[anchor])
        self.set_source_info(node)
        node += self.parse_content_to_nodes()
        return [node]


def check_guess(node, document) -> None:
    """A figure that shows the reader's guess names a question of its page that is answered with per cents."""
    name = node["options"].get("guess")
    asked = {name for box in document.findall(predict) if box["settings"].get("unit") == "%" for name in box["ids"]}
    if name and f"predict-{nodes.make_id(name)}" not in asked:
        logger.warning("the figure %r shows the guess at %r, and no predict of this page has that name and the unit %%",
                       node["figure"], name, location=node)


def paint(app, doctree, docname):
    """Each figure of a page, for the page and as a file for its notebook."""
    if app.builder.format != "html":
        return
    up = "../" * docname.count("/")
    for node in list(doctree.findall(touch_figure)):
        check_guess(node, doctree)
        try:
            node["html"] = place(node["figure"], node["options"], node["anchor"], up)
        except Exception as fault:  # whatever keeps it from being drawn, an unknown name or option, too
            logger.warning("the figure %r cannot be made: %s", node["figure"], fault, location=node)
            node.parent.remove(node)
            continue
        svg = made(node["figure"], node["options"])[1][0]
        text = as_file(svg, SHEET.read_text(encoding="utf-8"))
        name = f"{FOLDER}/stills/{node['figure']}-{hashlib.sha256(text.encode()).hexdigest()[:8]}.svg"
        write(app, name, text)
        node["still"] = f"{up}_static/{name}"
        node["words"] = unescape(words_of(svg))


# In the site ----------------------------------------------------------------------------------


def scripts() -> dict[str, str]:
    """Every script of the figures, by its name in the site."""
    found = {"shared": SHARED, **LATER, **{name: scripts_of(name) for name in NAMES}}
    return {name: bundle(STATIC, files) for name, files in found.items()}


def write_scripts(app):
    """The scripts and the sheet of the figures."""
    for name, text in scripts().items():
        write(app, f"{FOLDER}/{name}.js", text)
    write(app, f"{FOLDER}/touch.css", rcssmin.cssmin(SHEET.read_text(encoding="utf-8")))


def write_again(app, env):
    """The pages with figures, where what these are made from is younger than they are."""
    if is_fresh(Path(app.doctreedir) / MARKER, Path(app.srcdir), *MADE_FROM):
        return []
    return [name for name in env.found_docs if env.metadata[name].get("touch")]


def setup(app):
    app.add_node(touch_figure, html=(lambda page, node: page.body.append(node["html"]),
                                     lambda page, node: page.body.append(END)))
    app.add_directive("touch", Touch)
    app.connect("builder-inited", write_scripts)
    app.connect("env-updated", write_again)
    app.connect("doctree-resolved", paint, priority=800)  # before notebooks.py
    when_written(app, lambda app: (Path(app.doctreedir) / MARKER).touch())
