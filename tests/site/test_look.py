"""What the look promises: it can be read without a script, and shows where the reader is."""

import pytest

from .test_pages import READY
from .visits import drag, visit

pytestmark = pytest.mark.slow


def test_the_page_can_be_read_without_a_script(site, browser):
    with visit(browser, (site / "book/build/batchnorm.html").as_uri(), java_script_enabled=False) as page:
        assert page.locator("article svg").count() >= 3 and page.locator("article math").count() >= 1
        fold = page.locator("details.solution").first
        assert not fold.locator("p").last.is_visible()
        fold.locator("summary").click()
        assert fold.locator("p").last.is_visible()
        page.goto((site / "book/index.html").as_uri())
        assert page.locator("#landing svg").count() == 1 and "7,242" in page.inner_text(".hero")


def test_the_list_of_pages_shows_the_page_that_is_open(site, page):
    """Also where the page before left the list at its top."""
    for address in ("book/index.html", "book/evidence/claims.html"):
        page.goto((site / address).as_uri())
        page.evaluate(READY)
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
    drag(page, (box["x"] + 140, box["y"] + 50), (box["x"] + 140, box["y"] + 230))
    page.wait_for_function("document.getElementById('landing-digit').textContent === '1'")


def test_a_figure_changes_its_colours_with_the_page(site, page):
    page.goto((site / "book/further/little.html").as_uri())
    found = set()
    for mode in ("light", "dark"):
        page.emulate_media(color_scheme=mode)
        page.evaluate(READY)
        found.add(page.evaluate("getComputedStyle(document.querySelector('svg.figure text')).fill"))
    assert len(found) == 2
