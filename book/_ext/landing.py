"""Sphinx extension: the first screen of the landing page, where the last network of a path reads a digit.

The page has the class ``landing`` in a raw block; here the block gets its numbers from the library and
its picture from the test set, and the page's script is put together: the parts that "Draw a digit" is
made of, the weights of this one network, and what joins them (``site/landing.js``).
"""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

from bundle import PARTS, bundle
from fresh import is_fresh

PATH, DIGIT = "six-models", 30  # the path the book begins with, and a test image of a 3
MARK = "<!-- the first screen -->"
SCRIPT = "digit/landing.js"  # beside the networks, which loading.js looks for there
SCRIPTS = (*PARTS, "digit/activations", "digit/shapes", "digit/forward", "digit/network", "digit/reading",
           "digit/preprocess", "digit/loading", "digit/pad", "site/landing")


@cache
def sizes() -> tuple[int, int]:
    """Parameters of the first and the last network of the path."""
    from mnist_lib.experiments import PATHS
    from mnist_lib.networks import count_parameters

    path = PATHS[PATH]
    return count_parameters(path[0].architecture), count_parameters(path[-1].architecture)


@cache
def digit() -> tuple[bytes, int]:
    """The 784 bytes of the digit that is there at first, and its label."""
    from mnist_lib.data import mnist

    test = mnist("test")
    return test.images[DIGIT, 0].numpy().tobytes(), int(test.labels[DIGIT])


def picture(pixels: bytes) -> str:
    """The digit as SVG, a square a pixel: what a reader without JavaScript sees."""
    squares = "".join(f'<rect x="{i % 28}" y="{i // 28}" width="1.02" height="1.02" opacity="{value / 255:.2f}"/>'
                      for i, value in enumerate(pixels) if value > 20)
    return ('<svg viewBox="0 0 28 28" width="280" height="280" role="img" aria-label="A handwritten digit">'
            f"{squares}</svg>")


def first_screen(template: str) -> str:
    """The block with its numbers and its picture in it."""
    large, small = sizes()
    pixels, label = digit()
    bars = "".join(f"<li><span>{number}</span><i></i></li>" for number in range(10))
    values = {"digit": base64.b64encode(pixels).decode(), "label": label, "picture": picture(pixels), "bars": bars,
              "large": f"{large:,}", "small": f"{small:,}"}
    for name, value in values.items():
        template = template.replace(f"{{{{ {name} }}}}", str(value))
    return template


def fill(app, pagename, templatename, context, doctree):
    if MARK in (context.get("body") or ""):
        template = (Path(app.srcdir) / "book" / "_includes" / "landing.html").read_text(encoding="utf-8")
        context["body"] = context["body"].replace(MARK, first_screen(template))
        app.add_js_file(SCRIPT, loading_method="defer")


def write_script(app):
    """The parts as one file, before any page is written, so that its address can carry its hash."""
    if app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    target = static / SCRIPT
    if not is_fresh(target, Path(app.srcdir), "book/_static/**/*.js", "book/_ext/bundle.py", "book/_ext/landing.py"):
        text = bundle(Path(app.srcdir) / "book" / "_static", SCRIPTS)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def setup(app):
    app.connect("html-page-context", fill, priority=940)
    app.connect("builder-inited", write_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
