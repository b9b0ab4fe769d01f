"""The benchmark of the site: what is counted, and against which limits."""

import gzip

import pytest

from benchmarks.site import LIMITS, PAGES, ROOT, blocked, limits, line, measure, packed


def test_only_the_part_of_a_task_that_is_felt_counts_and_only_after_the_first_paint():
    assert blocked({"first": 100, "tasks": [[50, 500], [150, 50], [300, 80]]}) == 30


def test_pages_that_are_touched_may_weigh_more():
    assert limits("book/yours/digit.html")["kilobytes"] == 450 and limits("book/learn/luck.html") == LIMITS


def test_the_pages_that_are_visited_are_the_book_s():
    assert [name for name in PAGES if not (ROOT / name).with_suffix(".md").exists()] == []


def test_a_cost_over_its_limit_is_marked():
    costs = {"kilobytes": 301, "requests": 20, "paint": 1500, "loaded": 3000, "blocked": 200, "shift": 0.03}
    assert line("book/learn/luck.html", costs).count("!") == 2


def test_text_travels_packed_and_pictures_as_they_are(tmp_path):
    (tmp_path / "a.html").write_text("a" * 1000)
    (tmp_path / "a.png").write_bytes(b"b" * 1000)
    assert gzip.decompress(packed(tmp_path / "a.html")) == b"a" * 1000 and packed(tmp_path / "a.png") == b"b" * 1000


@pytest.mark.slow
def test_a_page_is_measured(tmp_path):
    from playwright.sync_api import sync_playwright

    from tests.site.conftest import FLAGS, find_browser, missing

    if find_browser() is None:
        missing("no Chromium was found")
    (tmp_path / "a.css").write_text("p { color: red }")
    (tmp_path / "a.html").write_text("<!doctype html><title>t</title><link rel=stylesheet href=a.css>"
                                     "<link rel=icon href=data:,><p>text</p>")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        found = measure(browser, ["a.html"], 1, 150, tmp_path)["a.html"]
        browser.close()
    assert found["requests"] == 2 and 0 < found["kilobytes"] < 2
    assert found["paint"] > 150 and found["shift"] == 0
