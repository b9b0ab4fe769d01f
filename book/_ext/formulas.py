"""Sphinx extension: formulas are MathML, made when the book is built, which browsers draw themselves.

latex2mathml reads the TeX. Not every system has a font for formulas, so the site brings STIX Two Math
(SIL Open Font License, from the package ziamath), cut down to the characters that its formulas use; a
page without a formula does not load it. A formula that cannot be read fails the build.
"""

import importlib.resources
import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

from bundle import when_written
from docutils import nodes
from fontTools import subset
from latex2mathml.converter import convert
from sphinx.util import logging

logger = logging.getLogger(__name__)

FONT = "site/formulas.woff2"
PARTS = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "mroot": 2, "msubsup": 3, "munderover": 3}
ALWAYS = "0123456789()[]{}|+-−=<>.,/∑∏√‖⌈⌉⌊⌋⏟⏞‾^~"  # what is stretched or put together from others
ITALIC = (("a", "z", 0x1D44E), ("A", "Z", 0x1D434), ("α", "ω", 0x1D6FC), ("Α", "Ω", 0x1D6E2))  # from a letter on


def mathml(tex: str, display: bool = False) -> str:
    """A formula as MathML; ``ValueError`` for TeX that cannot be read.

    >>> "<mfrac>" in mathml(r"\\frac{1}{2}")
    True
    """
    tex = re.sub(r"\d+(?:\{,\}\d+)+", lambda number: rf"\text{{{number[0].replace('{,}', ',')}}}", tex)
    tex = tex.replace("{aligned}", "{split}")  # the same, under the name that latex2mathml knows
    try:
        made = convert(tex, display="block" if display else "inline")
    except Exception as fault:  # latex2mathml has a dozen classes of them, with no common one
        raise ValueError(f"the formula {tex!r} cannot be read: {type(fault).__name__} {fault}") from fault
    if unread := re.search(r">\s*(\\[A-Za-z]+|&|\\\\)\s*<", made):
        raise ValueError(f"the formula {tex!r} cannot be read: {unread[1]} is not known here")
    for element in ElementTree.fromstring(made).iter():
        name = element.tag.rpartition("}")[2]
        if len(element) != PARTS.get(name, len(element)):
            raise ValueError(f"the formula {tex!r} cannot be read: a part of its {name} is missing")
    # a name of a function stands close to what follows, not between the spaces of a relation
    return re.sub(r"<mo>([A-Za-z ]+)</mo>", r'<mo form="prefix" lspace="0" rspace="0.17em">\1</mo>', made)


def translated(node, display: bool = False) -> str:
    """The MathML of a node; a fault is told with its place."""
    try:
        return mathml(node.astext(), display)
    except ValueError as fault:
        logger.warning("%s", fault, location=node)
        return ""


def visit_inline(self, node):
    self.body.append(f'<span class="math">{translated(node)}</span>')
    raise nodes.SkipNode


def visit_block(self, node):
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node.get("number"):
        self.body.append(f'<span class="eqno">({node["number"]})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(translated(node, display=True) + "</div>\n")
    raise nodes.SkipNode


def characters(pages: list[str]) -> set[int]:
    """The code points that the formulas of some pages show: a letter alone is shown in italics."""
    found = {ord(character) for character in ALWAYS}
    for page in pages:
        for formula in re.findall(r"<math\b.*?</math>", page, re.DOTALL):
            found.update(ord(character) for character in unescape(re.sub(r"<[^>]+>", "", formula)))
    for first, last, italic in ITALIC:
        found |= {italic + code - ord(first) for code in found if ord(first) <= code <= ord(last)}
    found.add(0x210E)  # the italic h
    return {code for code in found if code >= 32}


def write_font(app):
    """STIX Two Math with the characters that are there, as WOFF2."""
    out = Path(app.outdir)
    target = out / "_static" / FONT
    shown = characters([path.read_text(encoding="utf-8") for path in out.glob("book/**/*.html")])
    options = subset.Options(flavor="woff2", layout_features=["*"], hinting=False, name_IDs=[0, 1, 2, 13, 14],
                             recalc_timestamp=False)
    with importlib.resources.as_file(importlib.resources.files("ziamath.fonts") / "STIXTwoMath-Regular.ttf") as source:
        font = subset.load_font(str(source), options)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=shown)
    cut.subset(font)
    target.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, str(target), options)


def setup(app):
    app.add_html_math_renderer("mathml", inline_renderers=(visit_inline, None), block_renderers=(visit_block, None))
    app.connect("config-inited", lambda app, config: config.__setitem__("html_math_renderer", "mathml"))
    when_written(app, write_font)
