"""The book's search: what students type finds the page that a teacher would point to."""

from pathlib import Path

import pytest
import yaml

from .visits import press

pytestmark = pytest.mark.slow
QUERIES = yaml.safe_load(Path(__file__).with_name("queries.yaml").read_text(encoding="utf-8"))
ANSWERS = """async (queries) => {
  document.querySelector("form.bd-search input").focus();
  while (!window.bookSearch) await new Promise((done) => setTimeout(done, 20));
  await bookSearch.ready();
  return Object.fromEntries(queries.map((query) => [query, bookSearch.find(query, 10)]));
}"""


@pytest.fixture
def answers(site, page):
    """The first ten results of every query."""
    page.goto((site / "search.html").as_uri())
    return page.evaluate(ANSWERS, list(map(str, QUERIES)))


def place(results: list[dict], pages: list[str]) -> int:
    """Where the first of the pages stands, from 1; 99 where none does."""
    wanted = {f"book/{name}.html" for name in pages}
    return next((number for number, result in enumerate(results, 1) if result["page"] in wanted), 99)


def test_what_students_type_is_found(answers):
    places = {query: place(answers[str(query)], pages) for query, pages in QUERIES.items()}
    assert len(places) == 50
    late = {query: (at, [r["page"] for r in answers[str(query)][:4]]) for query, at in places.items() if at > 3}
    assert len(late) <= 4, late
    assert not (lost := {query: found for query, found in late.items() if found[0] > 10}), lost


def test_snippets_are_prose(answers):
    """A line of the page's own sentences, not code, a table or front matter."""
    for query, results in answers.items():
        for result in results[:3]:
            assert "kernelspec" not in result["snippet"] and "{" not in result["snippet"], (query, result["snippet"])
            assert len(result["snippet"]) <= 245, (query, result["snippet"])


def test_nothing_and_nonsense_find_nothing(site, page):
    page.goto((site / "search.html").as_uri() + "?q=xylophonequartz")
    page.wait_for_selector("#search-results p")
    assert "No page has" in page.inner_text("#search-results")
    page.fill("article input[type=search]", "<img src=x onerror=alert(1)>")
    page.wait_for_timeout(400)
    assert page.locator("#search-results img").count() == 0


def test_the_field_opens_by_keyboard_and_leads_to_all_results_and_on_to_a_page(site, page):
    page.goto((site / "book/index.html").as_uri())
    press(page, "Control+k", *"dilation", "Enter")
    page.wait_for_url("**/search.html?q=dilation*")
    page.wait_for_selector("#search-results li:nth-child(2) a")
    page.locator("#search-results li a").first.click()
    assert "dilation" in page.inner_text("article").lower()


def test_results_come_while_one_types_and_the_arrows_reach_them(site, page):
    page.goto((site / "book/index.html").as_uri())
    press(page, "Control+k", *"batchn")
    page.wait_for_selector("#pst-search-dialog .found a")
    page.keyboard.press("ArrowDown")
    assert "batchnorm" in page.evaluate("document.activeElement.href")
    page.keyboard.press("Enter")
    page.wait_for_url("**/batchnorm.html*")


def test_no_page_loads_the_index_before_somebody_searches(site, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "book/learn/luck.html").as_uri())
    page.wait_for_timeout(300)
    assert not [url for url in asked if "search-data" in url or "finding" in url]
