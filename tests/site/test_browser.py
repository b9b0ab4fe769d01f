"""A fault of a page reaches the test that visits it, and no old site is tested."""

import os

import pytest

from .conftest import why_no_site
from .visits import flaws, visit


@pytest.mark.parametrize("body, said", [
    ("<script>throw Error('torn')</script>", "script error: torn"),
    ("<script>console.error('told')</script>", "console: told"),
    ("<img src=nowhere.png alt=''>", "request failed: .*nowhere.png"),
    ("<script src=https://example.org/x.js></script>", "request failed: https://example.org"),
])
def test_a_fault_is_seen(browser, tmp_path, body, said):
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><title>t</title>{body}")
    with pytest.raises(AssertionError, match=said), visit(browser, file.as_uri()):
        pass


@pytest.mark.parametrize("body, said", [
    ("<p style='color: #aaa'>pale</p>", "light, color-contrast"),
    ("<style>[data-theme=dark] p {color: #222; background: #000}</style><p>dark</p>", "dark, color-contrast"),
    ("<img src='data:,'>", "light, image-alt"),
    ("<div style='width: 3000px'>wide</div>", "3008 pixels wide"),
])
def test_a_flaw_is_seen(page, body, said):
    page.set_content(f"<!doctype html><html lang=en><title>t</title><main><h1>A page</h1>{body}</main>")
    assert [flaw[:len(said)] for flaw in flaws(page)][:1] == [said]


def test_a_site_is_tested_only_if_it_is_newer_than_its_sources(tmp_path):
    source, marker = tmp_path / "book" / "page.md", tmp_path / "_build" / "built"
    for file in (source, marker):
        file.parent.mkdir()
    source.touch()
    assert "no built site" in why_no_site(tmp_path)
    marker.touch()
    os.utime(source, (1000, 1000))
    assert why_no_site(tmp_path) is None
    os.utime(marker, (900, 900))
    assert "older than" in why_no_site(tmp_path)
    os.utime(marker, (1100, 1100))
    (tmp_path / "book" / "__pycache__").mkdir()
    (tmp_path / "book" / "__pycache__" / "x.pyc").touch()
    assert why_no_site(tmp_path) is None
