"""The book as one PDF: links led to their places, numbers of pages, contents and outline."""

import re

import make_pdf
import pytest
from make_pdf import Chapter, document, joined_up, names_in_order, pages_of, with_pages

NAMES = {"book/a", "book/paths/b"}
TOC = {"root": "book/a", "parts": [{"caption": "Part", "chapters": [
    {"file": "book/paths/b", "sections": [{"file": "book/paths/c"}]}]}]}


def test_pages_come_in_the_order_of_the_contents():
    assert list(names_in_order(TOC)) == [("book/a", "", 0), ("book/paths/b", "Part", 0), ("book/paths/c", "Part", 1)]


@pytest.mark.parametrize("address, target", [
    ("#x", "#book-paths-b--x"), ("../a.html", "#book-a"), ("../a.html#y", "#book-a--y"),
    ("https://example.org/a.html#y", "https://example.org/a.html#y"), ("mailto:a@b", "mailto:a@b"),
])
def test_links_lead_to_their_places(tmp_path, address, target):
    assert joined_up(f'<a href="{address}">x</a>', "book/paths/b", NAMES, tmp_path) == f'<a href="{target}">x</a>'


def test_pictures_ids_folds_and_clips(tmp_path):
    body = ('<img loading="lazy" src="../../_images/i.png"><p id="x" style="fill:url(#x)"></p><use xlink:href="#x"/>'
            "<details><summary>s</summary></details><script>alert(1)</script>")
    made = joined_up(body, "book/paths/b", NAMES, tmp_path)
    assert f'src="{(tmp_path / "_images/i.png").as_uri()}"' in made and "lazy" not in made and "script" not in made
    for part in ('id="book-paths-b--x"', "url(#book-paths-b--x)", 'xlink:href="#book-paths-b--x"'):
        assert part in made
    assert "<details open>" in made


def test_a_picture_leads_to_no_file_of_the_machine_that_prints(tmp_path):
    body = '<a class="image-reference" href="../../_images/i.png"><img src="../../_images/i.png"></a>'
    source = (tmp_path / "_images/i.png").as_uri()
    assert joined_up(body, "book/paths/b", NAMES, tmp_path) == f'<a class="image-reference"><img src="{source}"></a>'


def test_a_link_to_another_chapter_says_its_page():
    chapter = Chapter("book/a", "A", "", 0, "")
    link = '<a class="reference internal" href="#book-paths-b--x">b</a>'
    assert "(p.&nbsp;7)" in with_pages(link, chapter, {"book-paths-b--x": 7})
    assert "(p." not in with_pages('<a class="reference internal" href="#book-a--x">a</a>', chapter, {})


@pytest.mark.slow
def test_a_printed_book_has_its_pages_contents_and_outline(browser, tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static/site.css").write_text("")
    chapters = [Chapter(f"book/{name}", name.upper(), "Part", 0,
                        f'<section id="book-{name}--s"><h1>{name.upper()}</h1><p>text</p></section>') for name in "abc"]
    source, file = tmp_path / "book.html", tmp_path / "book.pdf"
    source.write_text(document(chapters, {"book-b": 4}, tmp_path))
    page = browser.new_context(java_script_enabled=False, offline=True).new_page()
    page.goto(source.as_uri())
    page.pdf(path=file, outline=True, tagged=True, **make_pdf.PAPER)
    assert pages_of(file, {"book-a", "book-b", "book-c"}) == {"book-a": 3, "book-b": 4, "book-c": 5}
    from pypdf import PdfReader
    reader = PdfReader(file)
    titles = re.findall(r"'/Title': '([^']+)'", str(reader.outline))
    assert {"A", "B", "C"} <= set(titles)
    assert "Contents" in reader.pages[1].extract_text()
