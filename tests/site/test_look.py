"""What the look promises: it weighs little, can be read without a script, and shows where the reader is."""

from __future__ import annotations

import gzip
import re

import pytest

from .test_pages import html_files

pytestmark = pytest.mark.slow


def test_a_page_without_its_pictures_weighs_little(site):
    """HTML, sheet and script, compressed: what has to come before anything can be read."""
    shared = sum(len(gzip.compress((site / "_static" / name).read_bytes())) for name in ("site.css", "site.js"))
    for name in html_files(site):
        page = (site / name).read_bytes()
        assert len(gzip.compress(page)) + shared < 150_000, name
        loaded = re.findall(rb'<script[^>]* src=|<link[^>]* rel="stylesheet"|<img ', page)
        assert len([tag for tag in loaded if not tag.startswith(b"<img")]) <= 20, name


def test_the_page_can_be_read_without_a_script(site, browser):
    context = browser.new_context(viewport={"width": 1366, "height": 900}, offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "book/build/batchnorm.html").as_uri())
    assert page.locator("article svg").count() >= 3 and page.locator("article math").count() >= 1
    fold = page.locator("details.solution").first
    assert not fold.locator("p").last.is_visible()
    fold.locator("summary").click()
    assert fold.locator("p").last.is_visible()
    page.goto((site / "book/index.html").as_uri())
    assert page.locator("#landing svg").count() == 1 and "7,242" in page.inner_text(".hero")
    context.close()


def test_the_list_of_pages_shows_the_page_that_is_open(site, page):
    """Also where the page before left the list at its top."""
    for address in ("book/index.html", "book/evidence/claims.html"):
        page.goto((site / address).as_uri(), wait_until="networkidle")
    inside = """(list) => {
      const entry = [...list.querySelectorAll("li.current.active > a")].at(-1);
      const [a, b] = [entry, list].map((node) => node.getBoundingClientRect());
      return a.top >= b.top && a.bottom <= Math.min(b.bottom, innerHeight);
    }"""
    assert page.locator("#pst-primary-sidebar").evaluate(inside)
    page.set_viewport_size({"width": 390, "height": 844})
    page.click(".primary-toggle")
    assert page.locator("#pst-primary-sidebar-modal").evaluate(inside)


def test_the_first_screen_reads_what_is_written_over_it(site, page):
    page.goto((site / "book/index.html").as_uri())
    page.wait_for_function("document.getElementById('landing-sure').textContent.includes('sure')")
    assert page.inner_text("#landing-digit") == "2"
    page.click("#landing-clear")
    page.wait_for_function("document.getElementById('landing-sure').textContent === 'Write a digit.'")
    box = page.locator("#landing-canvas").bounding_box()
    page.mouse.move(box["x"] + 140, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 230, steps=12)
    page.mouse.up()
    page.wait_for_function("document.getElementById('landing-digit').textContent === '1'")


def test_a_figure_changes_its_colours_with_the_page(site, browser):
    found = {}
    for mode in ("light", "dark"):
        page = browser.new_page(color_scheme=mode)
        page.goto((site / "book/further/little.html").as_uri())
        found[mode] = page.evaluate("""() => [...document.querySelectorAll("svg.figure text")]
          .map((text) => getComputedStyle(text).fill)[0]""")
        page.close()
    assert found["light"] != found["dark"], found
