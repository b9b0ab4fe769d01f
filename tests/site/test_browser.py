"""The browser that the tests of pages stand on works, and a page's faults reach the test."""

import os

import pytest

from .conftest import why_no_site


def test_a_page_runs_its_script(page, tmp_path):
    file = tmp_path / "page.html"
    file.write_text("<!doctype html><title>t</title><p id=x></p><script>x.textContent = 6 * 7</script>")
    page.goto(file.as_uri())
    assert page.inner_text("#x") == "42"


@pytest.mark.parametrize("body, said", [
    ("<script>throw Error('torn')</script>", "torn"),
    ("<img src=nowhere.png alt=''>", "nowhere.png"),
    ("<script src=https://example.org/x.js></script>", "example.org"),
])
def test_a_fault_is_seen(browser, tmp_path, body, said):
    context = browser.new_context(offline=True)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("requestfailed", lambda request: errors.append(request.url))
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><title>t</title>{body}")
    page.goto(file.as_uri())
    context.close()
    assert any(said in error for error in errors)


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
