"""The directive that places a figure that answers back: its options, its picture, its scripts, its notebook."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import painting
import pytest
import touch
from docutils import nodes
from to_markdown import Markdown

from tests import ROOT


def test_a_figure_that_cannot_be_made_fails_the_build_and_leaves_the_rest(monkeypatch, tmp_path):
    said = []
    monkeypatch.setattr(touch.logger, "warning", lambda text, *values, **_: said.append(text % values))
    app = type("App", (), {"builder": type("Builder", (), {"format": "html"}), "outdir": tmp_path})
    wrong = {"curve": {}, "pooling": {"step": "a"}, "field": {"show": "everything"}, "augmentation": {
        "network": "six-models/setup"}, "luck": {"step": "six-models/none"}}
    section = nodes.section("", *(touch.touch_figure(figure=name, options=options, anchor="a")
                                  for name, options in {**wrong, "schedules": {}}.items()))
    touch.paint(app, section, "book/page")
    for text, name, word in zip(said, wrong, ("touch_data.curve", "step", "everything", "six-models/setup", "none"),
                                strict=True):
        assert f"the figure {name!r} cannot be made" in text and word in text
    assert len(section.children) == 1
    assert list(tmp_path.rglob("*.svg"))[0].name == section.children[0]["still"].rpartition("/")[2]


def test_a_script_that_fails_is_named_with_its_line(tmp_path):
    (tmp_path / "touch").mkdir()
    (tmp_path / "touch/torn.js").write_text("(function () {\n  document.nothing.append(1);\n})();\n")
    with pytest.raises(ValueError, match=r"touch/torn\.js:2.*undefined"):
        painting.painted(tmp_path, ("parts/dom", "touch/torn"), "{}", 660)


def test_a_picture_is_the_same_in_every_build_and_stands_by_itself():
    svg = touch.made("pooling", {})[1][0]
    painting.painted.cache_clear()
    assert touch.made("pooling", {})[1][0] == svg
    text = painting.as_file(svg, touch.SHEET.read_text(encoding="utf-8"))
    tree = ElementTree.fromstring(text)
    assert tree.tag == "{http://www.w3.org/2000/svg}svg" and "var(" not in text and "8,000" in tree.get("aria-label")
    look = (ROOT / "book/_static/site/look.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--([\w-]+): (#\w+);", look.partition('html[data-theme="dark"],')[0]))
    roles = re.findall(r"--figure-(\w+): var\(--([\w-]+)\);", look)
    assert {role: light[colour] for role, colour in roles} == painting.LIGHT
    assert f".touch-grid {{ stroke: {light['line']}" in text and f".touch-pos {{ fill: {light['pos']}" in text


def test_a_place_holds_its_data_and_its_links_lead_to_the_book():
    text = touch.place("luck", {"step": "six-models/steplr"}, "touch-luck")
    data = json.loads(re.search(r'class="touch-data">(.*?)</script>', text)[1])
    first = data["steps"][data["first"]]
    assert first["step"] == "six-models/steplr" and len(first["runs"][0]["test"]) == 15
    assert text.count('<img alt="') == len(painting.WIDTHS) - 1 and text.endswith("<figcaption>")
    led = set(re.findall(r'href="([^"]*)"', touch.place("ideas", {}, "touch-ideas", "../")))
    assert led and all((ROOT / link.removeprefix("../").replace(".html", ".md")).exists() for link in led)


def test_a_notebook_shows_the_picture_and_leads_to_the_page():
    node = touch.touch_figure(figure="pooling", anchor="touch-pooling", words="A *curve*.",
                              still="../_static/figures/stills/x.svg")
    node += nodes.paragraph("", "Move the slider.")
    found = Markdown(lambda address: f"site/{address}", str, {}).block(node)
    assert found == ["![A \\*curve\\*.](site/../_static/figures/stills/x.svg)", "Move the slider.",
                     "[This figure answers back on the page.](site/#touch-pooling)"]


def test_every_figure_stands_on_a_page_and_has_its_script():
    """One that no page shows any more goes, with its script."""
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "book").rglob("*.md"))
    assert set(re.findall(r"^```\{touch\} ([\w-]+)$", pages, re.MULTILINE)) == set(touch.NAMES)
    assert {path.stem for path in (ROOT / "book/_static/touch").glob("*.js")} == set(touch.NAMES)
    for name in touch.NAMES:
        assert f'touch.figure("{name}"' in touch.scripts()[name]
