"""The recipe of a page that can be touched (``book/reference/contributing.md``), followed to the letter in Chromium."""

import shutil
import sys
from types import ModuleType

import pytest

from tests import ROOT
from tests.chapters.test_contributing import blocks


@pytest.mark.slow
def test_the_page_that_can_be_touched(page, tmp_path):
    parts = blocks("page")
    assert list(parts) == ["script", "place", "test"]
    (tmp_path / "book").mkdir()
    (tmp_path / "_static/stride").mkdir(parents=True)
    (tmp_path / "_static/parts").symlink_to(ROOT / "book/_static/parts")
    (tmp_path / "_static/stride/page.js").write_text(parts["script"])
    (tmp_path / "book/stride.html").write_text("<!doctype html><title>stride</title>" + parts["place"])
    page.goto((tmp_path / "book/stride.html").as_uri())
    names = {}
    exec(parts["test"], names)
    names["test_the_slider_says_what_the_library_says"](page)


@pytest.mark.slow
def test_the_figure_that_answers_back(page, tmp_path, monkeypatch):
    import stills
    import touch

    from .touch_page import write_site

    parts = blocks("figure")
    assert list(parts) == ["still", "script", "test"]
    module = ModuleType("stills.stride")
    exec(parts["still"], module.__dict__)
    monkeypatch.setitem(sys.modules, "stills.stride", module)
    monkeypatch.setattr(stills, "NAMES", ("stride",))
    monkeypatch.setattr(stills.placing, "NAMES", ("stride",))
    static = tmp_path / "static"
    shutil.copytree(ROOT / "book/_static", static, ignore=shutil.ignore_patterns("*.png"))
    (static / "touch/stride.js").write_text(parts["script"])
    monkeypatch.setattr(touch, "STATIC", static)
    page.goto(write_site(tmp_path / "site", {"stride": ("stride", {"kernel": "3"})}).as_uri())
    names = {}
    exec(parts["test"], names)
    names["test_the_figure_says_what_the_library_says"](page)
