"""The recipe of a figure that answers back (``book/reference/contributing.md``), followed to the letter in Chromium."""

import shutil
import sys
from types import ModuleType

import pytest
import touch

from tests import ROOT
from tests.chapters.test_contributing import blocks

from .touch_page import write_site


@pytest.mark.slow
def test_the_figure_that_answers_back(page, tmp_path, monkeypatch):
    parts = blocks("figure")
    assert list(parts) == ["data", "script", "test"]
    module = ModuleType("touch_data.stride")
    exec(parts["data"], module.__dict__)
    monkeypatch.setitem(sys.modules, "touch_data.stride", module)
    monkeypatch.setattr(touch, "NAMES", ("stride",))
    static = tmp_path / "static"
    shutil.copytree(ROOT / "book/_static", static, ignore=shutil.ignore_patterns("*.png"))
    (static / "touch/stride.js").write_text(parts["script"])
    monkeypatch.setattr(touch, "STATIC", static)
    page.goto(write_site(tmp_path / "site", {"stride": ("stride", {"kernel": "3"})}).as_uri())
    names = {}
    exec(parts["test"], names)
    names["test_the_figure_says_what_the_library_says"](page)
