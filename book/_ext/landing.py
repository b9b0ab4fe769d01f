"""Sphinx extension: the first screen of the landing page, where the champion reads a digit.

The page has a mark in a raw block. Here the page's title goes into the block, which gets its numbers from the
records, its drawing from the library and its picture from the test set. The page's script is put together: the
parts that "Draw a digit" is made of, the weights of this one network, and what joins them (``site/landing.js``).
"""

import base64
import re
from functools import cache
from pathlib import Path

from bundle import PARTS, STATIC, bundle, write

NETWORK, DIGIT = "beyond/champion", 1  # and a test image of a 2
MARK = "<!-- the first screen -->"
SCRIPT = "digit/landing.js"  # beside the networks, which loading.js looks for there
SCRIPTS = (*PARTS, "digit/activations", "digit/shapes", "digit/forward", "digit/network", "digit/reading",
           "digit/preprocess", "digit/loading", "digit/pad", "site/landing")
DRAWN = re.compile(r"<svg[^>]*\bdrawn-digit\b.*?</svg>", re.DOTALL)  # the digit that drawings lie on


@cache
def facts() -> dict[str, str]:
    """What the first screen says of the network: its size, its accuracy, how many trainings hold, its drawing."""
    from mnist_lib.book import draw, report

    of = report.summary(NETWORK)
    return {"small": f"{of.parameters:,}", "right": f"{of.final.mean:.2f} %",
            "network": draw.symbol() + draw.network(NETWORK, budget=False).body,
            "holds": f"{of.holds[5]} of {len(of.seeds)}"}


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


def first_screen(template: str, title: str) -> str:
    """The block with its numbers and its pictures in it."""
    pixels, label = digit()
    bars = "".join(f"<li><span>{number}</span><i></i></li>" for number in range(10))
    values = {**facts(), "digit": base64.b64encode(pixels).decode(), "label": label, "picture": picture(pixels),
              "bars": bars, "title": title}
    for name, value in values.items():
        template = template.replace(f"{{{{ {name} }}}}", str(value))
    return template


def fill(app, pagename, templatename, context, doctree):
    if MARK in (context.get("body") or ""):
        template = (Path(app.srcdir) / "book" / "_includes" / "landing.html").read_text(encoding="utf-8")
        heading = re.search(r"<h1>.*?</h1>\s*", context["body"], re.DOTALL)
        screen = first_screen(template, context["title"])
        rest = DRAWN.sub("", context["body"]) if DRAWN.search(screen) else context["body"]  # the page has it once
        context["body"] = rest.replace(heading[0], "", 1).replace(MARK, screen)
        app.add_js_file(SCRIPT, loading_method="defer")


def setup(app):
    app.connect("html-page-context", fill, priority=940)
    app.connect("builder-inited", lambda app: write(app, SCRIPT, bundle(STATIC, SCRIPTS)))
