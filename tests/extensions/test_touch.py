"""The directive that places a figure that answers back: its options, its still as a file, its scripts, its notebook."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest
import touch
from docutils import nodes
from stills import NAMES, chart, placing
from to_markdown import Markdown

from tests import ROOT


@pytest.mark.parametrize("name, options, said", [
    ("curve", {}, "there is no figure 'curve' that answers back; there are schedules, "),
    ("luck", {"steps": "a"}, "has no option 'steps'; it has step, guess"),
    ("pooling", {"step": "a"}, "has no option 'step'; it has none"),
])
def test_a_wrong_line_is_told(name, options, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        placing.options_of(name, options)


@pytest.mark.parametrize("name, options, said", [
    ("field", {"show": "everything"}, "network, dilation, padding or stride"),
    ("field", {"network": "none"}, "there is no network 'none'; there are"),
    ("schedules", {"show": "cosine"}, "step, cycle, plateau"),
    ("luck", {"step": "six-models/none"}, "these have more"),
    ("augmentation", {"network": "six-models/setup"}, "six-models/setup"),
])
def test_a_figure_that_cannot_be_made_says_why(name, options, said):
    with pytest.raises((ValueError, LookupError), match=re.escape(said)):
        placing.place(name, options, "a")


def test_a_figure_that_cannot_be_made_fails_the_build_and_leaves_the_rest(monkeypatch, tmp_path):
    said = []
    monkeypatch.setattr(touch.logger, "warning", lambda text, *values, **_: said.append(text % values))
    app = type("App", (), {"builder": type("Builder", (), {"format": "html"}), "outdir": tmp_path})
    section = nodes.section("", *(touch.touch_figure(figure="schedules", options={"show": show}, anchor="a")
                                  for show in ("cosine", "step")))
    touch.keep_stills(app, section, "book/page")
    assert len(said) == 1 and "step, cycle, plateau" in said[0] and len(section.children) == 1
    assert list(tmp_path.rglob("*.svg"))[0].name == section.children[0]["still"].rpartition("/")[2]


def test_a_still_is_a_picture_by_itself():
    _, still = placing.made("pooling", ())
    text = placing.picture(still)
    tree = ElementTree.fromstring(text)
    assert tree.tag == "{http://www.w3.org/2000/svg}svg" and "var(" not in text and "8,000" in tree.get("aria-label")
    look = (ROOT / "book/_static/site/look.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--([\w-]+): (#\w+);", look.partition('html[data-theme="dark"],')[0]))
    roles = re.findall(r"--figure-(\w+): var\(--([\w-]+)\);", look)
    assert {role: light[colour] for role, colour in roles} == placing.LIGHT
    assert f".touch-grid {{ stroke: {light['line']}" in text and f".touch-pos {{ fill: {light['pos']}" in text


def test_a_place_holds_its_data_and_closes_nothing_before_its_end():
    text = placing.place("luck", {"step": "six-models/steplr"}, "touch-luck")
    data = json.loads(re.search(r'class="touch-data">(.*?)</script>', text)[1])
    first = data["steps"][data["first"]]
    assert first["step"] == "six-models/steplr" and len(first["runs"][0]["test"]) == 15
    assert text.endswith("<figcaption>") and "</figure>" not in text and placing.END.endswith("</figure>")


def test_a_notebook_shows_the_still_and_leads_to_the_page():
    node = touch.touch_figure(figure="pooling", anchor="touch-pooling", words="A *curve*.",
                              still="../_static/figures/stills/x.svg")
    node += nodes.paragraph("", "Move the slider.")
    found = Markdown(lambda address: f"site/{address}", str, {}).block(node)
    assert found == ["![A \\*curve\\*.](site/../_static/figures/stills/x.svg)", "Move the slider.",
                     "[This figure answers back on the page.](site/#touch-pooling)"]


def test_every_figure_has_its_script():
    found = touch.scripts()
    assert set(found) == {"shared", "reader", *NAMES}
    for name in NAMES:
        assert f'touch.figure("{name}"' in found[name]


def test_every_figure_stands_on_a_page():
    """One that no page shows any more goes, with its script."""
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "book").rglob("*.md"))
    assert set(re.findall(r"^```\{touch\} ([\w-]+)$", pages, re.MULTILINE)) == set(NAMES)
    assert {path.stem for path in (ROOT / "book/_static/touch").glob("*.js")} == set(NAMES)


@pytest.mark.parametrize("low, high, count", [(0, 15, 5), (98.2, 99.6, 5), (-0.7, 1.2, 6), (3600, 8800, 5)])
def test_ticks_are_round_and_inside(low, high, count):
    found = chart.ticks(low, high, count)
    assert 2 < len(found) <= 2 * count and low - 1e-9 <= found[0] and found[-1] <= high + 1e-9
    steps = {round(b - a, 9) for a, b in zip(found, found[1:], strict=False)}
    assert len(steps) == 1 and re.fullmatch(r"[125]0*|0\.0*[125]", f"{steps.pop():g}")
