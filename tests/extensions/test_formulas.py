"""Formulas as MathML, and the font they are drawn with."""

import re
from xml.etree import ElementTree

import pytest
from formulas import characters, mathml

from tests.site.conftest import ROOT


def test_every_formula_of_the_book_can_be_read():
    found = 0
    for path in (ROOT / "book").rglob("*.md"):
        text = re.sub(r"```\{code-cell\}.*?\n```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for tex in re.findall(r"\$\$(.+?)\$\$", text, re.DOTALL) + re.findall(r"(?<![\\$])\$([^$\n]+?)\$(?!\$)", text):
            ElementTree.fromstring(mathml(tex.strip()))  # well formed
            found += 1
    assert found > 250


@pytest.mark.parametrize("tex, part", [
    (r"\frac{a}{b}", "<mfrac>"),
    (r"1{,}000", "<mtext>1,000</mtext>"),
    (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "<mtable"),
    (r"\max_i x", 'form="prefix"'),
])
def test_what_a_formula_becomes(tex, part):
    assert part in mathml(tex)


@pytest.mark.parametrize("tex", [r"\frac{a}", r"\begin{array} a & b", r"a & b", r"\nosuchcommand x"])
def test_what_cannot_be_read_is_an_error_that_names_it(tex):
    with pytest.raises(ValueError, match="cannot be read"):
        mathml(tex)


def test_the_font_has_the_italics_of_single_letters():
    shown = characters(["<math><mi>x</mi><mi>&#x003B1;</mi><mo>&#x02211;</mo></math><p>z</p>"])
    assert {ord("x"), 0x1D465, 0x1D6FC, 0x2211} <= shown and ord("z") not in shown
