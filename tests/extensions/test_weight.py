"""One style sheet of what pages use, and no script that no page needs."""

import tinycss2
import weight
from PIL import Image, ImageChops
from weight import SCRIPTS, SHEETS, lighten, purge, sheet_of, words_used

from tests.site.conftest import ROOT

PAGE = '<div id="main" class="kept other"><p class="note">x</p></div>'


def cut(css: str, page: str = PAGE) -> str:
    return sheet_of([css], words_used([page], []))


def test_rules_that_no_element_can_match_go():
    css = ".kept{a:b} .gone{a:b} #main p{a:b} #nowhere{a:b} p .note,p .gone{a:b} h1{a:b}"
    assert cut(css) == ".kept{a:b}#main p{a:b}p .note{a:b}h1{a:b}"


def test_what_a_selector_excludes_or_chooses_among_is_no_reason_to_go():
    for css in (".kept:not(.gone){a:b}", ":is(.gone,.kept) p{a:b}", "[data-x=gone]{a:b}", "::before{a:b}"):
        assert cut(css) == css


def test_media_and_supports_are_looked_into():
    assert cut("@media print{.gone{a:b}.kept{a:b}}@media screen{.gone{a:b}}") == "@media print{.kept{a:b}}"
    nested = "@media (min-width:1px){@supports (a:b){.kept{a:b}}}"
    assert cut(nested) == nested


def test_fonts_of_the_theme_go_and_our_own_stay():
    ours = '@font-face{font-family:"Formulas";src:url(a)}'
    theirs = '@font-face{font-family:"Font Awesome 6 Free";src:url(b)}'
    assert cut(ours + theirs) == ours
    assert cut('@import "x.css";@charset "utf-8";.kept{a:b}') == ".kept{a:b}"


def test_a_class_that_a_script_sets_counts():
    assert ".late" in sheet_of([".late{a:b}"], words_used([PAGE], ['element.classList.add("late")']))


def test_a_broken_sheet_is_told():
    rules = tinycss2.parse_stylesheet("a{b:c} }", True, True)
    try:
        purge(rules, set())
    except ValueError as fault:
        assert "cannot be read" in str(fault)
    else:
        raise AssertionError("a sheet with a stray brace passed")


class Asset:
    def __init__(self, filename):
        self.filename, self.attributes = filename, {}


class Builder:
    format = "html"


def lightened(names, body=""):
    context = {"body": body, "css_files": [], "script_files": [Asset(name) for name in names],
               "pathto": lambda name, _: f"../{name}"}
    lighten(type("App", (), {"builder": Builder})(), "page", "page.html", context, None)
    return [asset.filename for asset in context["script_files"]], context


def test_a_script_comes_where_its_marker_stands():
    names = ["_static/doctools.js", "_static/design-tabs.js", "_static/calculator/page.js"]
    assert lightened(names)[0] == ["_static/calculator/page.js"]
    kept, context = lightened(names, '<div class="sd-tab-set">')
    assert "_static/design-tabs.js" in kept and context["site_sheet"].startswith("../_static/site.css?v=")


def test_an_unknown_script_is_a_warning(monkeypatch):
    said = []
    monkeypatch.setattr(weight.logger, "warning", lambda text, *values, **_: said.append(text % values))
    lightened(["_static/new-and-unknown.js"])
    assert len(said) == 1 and "new-and-unknown.js" in said[0]


def test_all_that_is_joined_is_there():
    for name in SCRIPTS:
        assert (ROOT / "book/_static/site" / f"{name}.js").exists(), name
    for name in SHEETS:
        if name.startswith(("site/", "book")):
            assert (ROOT / "book/_static" / name).exists(), name


def test_a_picture_gets_smaller_and_looks_the_same(tmp_path):
    rows = [[(x * y % 251,) * 3 + (255,) for x in range(200)] for y in range(200)]
    for name, pixels in {"opaque": rows, "clear": [[(9, 9, 9, x) for x in range(200)]] * 200}.items():
        full = Image.new("RGBA", (200, 200))
        full.putdata([pixel for row in pixels for pixel in row])
        full.save(path := tmp_path / f"{name}.png")
        before = path.stat().st_size
        weight.shrink(path)
        assert (path.stat().st_size < 0.7 * before) == (name == "opaque")
        difference = ImageChops.difference(full, Image.open(path).convert("RGBA"))
        assert max(high for _, high in difference.getextrema()) <= 8
        once = path.read_bytes()
        weight.shrink(path)
        assert path.read_bytes() == once
