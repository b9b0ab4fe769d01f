"""The line figures of a page stand in it as SVG, in the page's own colours, which ``markup.py`` has put in.

matplotlib draws a figure once, on white (``mnist_lib/book/style.py``). Here its colours become roles,
CSS variables that ``site/look.css`` gives a value for the light and one for the dark, and its text
takes the page's font. A colour that has no role fails the build: the figure would not be drawn for
the dark. Figures that hold a photograph, and all others, stay pictures.
"""

import re
from html import escape, unescape
from itertools import count
from pathlib import Path

from painting import LIGHT
from sphinx.util import logging

logger = logging.getLogger(__name__)

ROLES = {  # as in mnist_lib/book/style.py and mnist_lib/rf/plots.py
    **{colour: role for role, colour in LIGHT.items()}, "#ffffff": "ground", "#000000": "ink", "#757575": "soft",
    "#d9730d": "orange",
}
COLOUR = re.compile(r"#[0-9a-f]{6}\b")


def is_line_figure(text: str) -> bool:
    """Whether an SVG is a figure of matplotlib's without a photograph in it."""
    return "matplotlib.org" in text and "<image" not in text


# An attribute with a quotation mark in it stands in single quotes.
ATTRIBUTE = {name: re.compile(rf"""\b{name}=(?P<mark>["'])(?P<value>.*?)(?P=mark)""", re.DOTALL)
             for name in ("src", "alt")}


CLEANED = (  # what matplotlib writes, and what is left of it
    (re.compile(r"^.*?(?=<svg)|<metadata>.*?</metadata>\s*|<!--.*?-->\s*|<defs>\s*<style.*?</style>\s*</defs>\s*",
                re.DOTALL), ""),
    (re.compile(r'<g id="(?!m[0-9a-f]{10}|p[0-9a-f]{10}|C)[^"]*"'), "<g"),  # names that nothing refers to
    (re.compile(r'\bid="([^"]+)"'), r'id="NAME-\1"'),
    (re.compile(r'(url\(#|xlink:href="#)'), r"\g<1>NAME-"),
    (COLOUR, lambda colour: f"var(--figure-{ROLES[colour[0]]})" if colour[0] in ROLES else colour[0]),
    (re.compile(r"font-family:[^;\"]+;? ?"), ""),
    (re.compile(r' transform="rotate\(-?0 [^)]*\)"'), ""),
    (re.compile(r"(\d+\.\d\d)\d+"), r"\1"),  # a hundredth of a point is finer than any screen
    (re.compile(r"\s+(?=<)|(?<=>)\s+"), ""),
    (re.compile(r"\s*\n\s*"), " "),
)


def in_roles(text: str, name: str, alt: str) -> str:
    """A figure of matplotlib's as an element of a page; `name` sets its ids apart from those of other figures."""
    for pattern, left in CLEANED:
        text = pattern.sub(left.replace("NAME", name) if isinstance(left, str) else left, text)
    width, height = (float(re.search(rf'\b{side}="([\d.]+)pt"', text)[1]) * 4 / 3 for side in ("width", "height"))
    box = re.search(r'viewBox="[^"]+"', text)[0]
    opening = (f'<svg class="figure" role="img" aria-label="{escape(alt)}" width="{width:.0f}" height="{height:.0f}" '
               f'{box} xmlns:xlink="http://www.w3.org/1999/xlink">')
    return re.sub(r"<svg\b[^>]*>", lambda _: opening, text, count=1)


def put_in(body: str, files: dict[str, Path], place: str) -> str:
    """A page's HTML with its line figures in it; `files` are its images by name."""
    numbers = count(1)

    def figure(image: re.Match) -> str:
        source, alt = (ATTRIBUTE[name].search(image[0]) for name in ("src", "alt"))
        path = files.get(Path(source["value"]).name)
        text = path.read_text(encoding="utf-8") if path and path.suffix == ".svg" else ""
        if not is_line_figure(text):
            return image[0]
        if unknown := set(COLOUR.findall(text)) - ROLES.keys():
            logger.warning("a figure has %s, which book/_ext/figures.py gives no role", ", ".join(sorted(unknown)),
                           location=place)
        return in_roles(text, f"f{next(numbers)}", unescape(alt["value"] if alt else ""))

    return re.sub(r"<img\b[^>]*>", figure, body)
