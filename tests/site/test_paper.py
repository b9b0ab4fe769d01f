"""Folds are opened with one button and before printing, and a long table has its heads on every sheet."""

import pytest
from pypdf import PdfReader
from weight import apart

from tests import ROOT

STATIC = ROOT / "book" / "_static"
FOLDS = """<article class="bd-article"><section id="a"><h1>A</h1><p>text</p>
<div><details class="predict-evidence"><summary>answer</summary>
<details><summary>in it</summary>x</details></details></div>
<div class="cell"><details id="first"><summary>code</summary>x</details></div>
<details class="solution dropdown"><summary>solution</summary>x</details>
<details class="quiz-choice"><summary>choice</summary>x</details>
</section></article>"""


@pytest.fixture
def opened(page, tmp_path):
    """Opens a body with the book's own sheets and some of its scripts, from a file."""
    def goto(body: str, *scripts: str):
        sheets = "".join(f'<link rel="stylesheet" href="{(STATIC / name).as_uri()}">'
                         for name in ("site/look.css", "book.css"))
        file = tmp_path / "page.html"
        file.write_text(f"<!doctype html><html lang='en' data-theme='light'><title>x</title>{sheets}<body>"
                        f"<main class='bd-main'>{body}</main><script>{apart(STATIC, scripts)}</script>")
        page.goto(file.as_uri())
        return page

    return goto


def test_one_button_opens_all_folds_and_closes_them(opened):
    page = opened(FOLDS, "menus", "paper")
    button = page.get_by_role("button", name="Open all folds")
    assert button.evaluate("(button) => button.matches('article > section > :last-child')")  # below the page's text
    state = "[...document.querySelectorAll('details')].map((fold) => fold.open)"
    button.click()
    page.get_by_text("text", exact=True).click()
    assert page.evaluate(state) == [False, True, True, True, False]  # not the answers to questions
    page.get_by_role("button", name="Close all folds").click()
    assert page.evaluate(state) == [False] * 5
    button.click()
    page.locator("#first > summary").click()
    assert button.inner_text() == "Open all folds"
    page.emulate_media(media="print")
    assert not button.is_visible()


def test_a_page_with_few_folds_has_no_button(opened):
    page = opened('<article><section><details><summary>a</summary>x</details></section></article>', "paper")
    assert page.locator("button").count() == 0


def test_before_printing_every_fold_opens_and_closes_again(opened):
    page = opened(FOLDS, "paper")
    page.locator("#first > summary").click()
    count = "document.querySelectorAll('details[open]').length"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(count) == 5
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(count) == 1


def test_a_long_sortable_table_has_its_heads_on_every_sheet(opened, tmp_path):
    rows = "".join(f"<tr><td>row {number}</td><td>{number}</td></tr>" for number in range(150))
    heads = "<thead><tr><th>Network</th><th>Score</th></tr></thead>"
    table = f"<table class='sortable'>{heads}<tbody>{rows}</tbody></table>"
    page = opened(f'<article class="bd-article">{table}</article>', "sorting")
    page.wait_for_selector("button.sort")
    page.pdf(path=tmp_path / "table.pdf", format="A4")
    texts = [sheet.extract_text() for sheet in PdfReader(tmp_path / "table.pdf").pages]
    assert len(texts) > 2 and all("Network" in text and "Score" in text for text in texts)


def test_a_script_that_fails_takes_no_other_with_it(browser, tmp_path):
    (tmp_path / "site").mkdir()
    for name, text in {"first": "window.first = 1;", "bad": "(() => { missing.part(); })();",
                       "storage": "(() => { localStorage.setItem('x', 'y'); })();", "last": "window.last = 1;"}.items():
        (tmp_path / "site" / f"{name}.js").write_text(text)
    (tmp_path / "page.html").write_text(f"<script>{apart(tmp_path, ['first', 'bad', 'storage', 'last'])}</script>")
    (tmp_path / "frame.html").write_text('<iframe sandbox="allow-scripts" src="page.html"></iframe>')
    page, told = browser.new_page(), []
    page.on("pageerror", lambda error: told.append(error.message))
    page.goto((tmp_path / "frame.html").as_uri())
    page.wait_for_timeout(200)
    assert page.frames[1].evaluate("[window.first, window.last]") == [1, 1]
    assert len(told) == 2 and "missing" in told[0] and "localStorage" in told[1]  # and is not silent
    page.close()
