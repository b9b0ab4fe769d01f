"""The book as one PDF: links led to their places, numbers of pages, contents and outline, whole or not at all."""

import re

import make_pdf
import pytest
import repository
import yaml
from make_pdf import PARTS, Chapter, is_of, joined_up, make, names_in_order, pages_of, with_pages
from pypdf import PdfReader

from mnist_lib import __version__
from tests import ROOT

NAMES = {"book/a", "book/paths/b"}
TOC = {"root": "book/index", "parts": [
    {"caption": "Learn", "chapters": [{"file": "book/a"}]},
    {"caption": "Evidence", "chapters": [{"file": "book/d"}]},
    {"caption": "Five projects", "chapters": [{"file": "book/paths/b", "sections": [{"file": "book/paths/c"}]}]}]}


def test_the_line_and_the_sheets_come_in_the_order_of_the_contents():
    assert list(names_in_order(TOC)) == [("book/a", "Learn", 0), ("book/paths/b", "Five projects", 0),
                                         ("book/paths/c", "Five projects", 1)]
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    printed = list(names_in_order(toc))
    assert {part for _, part, _ in printed} == set(PARTS)
    assert sum(name.startswith("book/paths/") for name, _, depth in printed if depth) == 29


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


@pytest.mark.parametrize("published, target", [
    ("https://o.github.io/n/", ' href="https://o.github.io/n/book/evidence/d.html#z"'), (None, "")])
def test_a_link_to_a_page_that_is_not_printed_leads_to_the_published_site(tmp_path, monkeypatch, published, target):
    monkeypatch.setattr(repository, "site_address", lambda root: published)
    body = '<a href="../evidence/d.html#z">d</a>'
    assert joined_up(body, "book/paths/b", NAMES, tmp_path) == f"<a{target}>d</a>"


def page_of(name: str, text: str) -> str:
    return (f'<article class="bd-article"><section id="s"><h1>{name}<a class="headerlink" href="#s">#</a></h1>'
            f"<p>{text}</p></section></article>")


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A small built site of three pages, whose contents stand in a folder beside it."""
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump(TOC))
    (tmp_path / "_config.yml").write_text("title: A book\n")
    root = tmp_path / "html"
    (root / "book/paths").mkdir(parents=True)
    (root / "_static").mkdir()
    (root / "_static/site.css").write_text("")
    link = '<a class="reference internal" href="paths/b.html">b</a>'
    for name, text in {"a": link, "paths/b": "text " * 2000, "paths/c": "end"}.items():
        (root / f"book/{name}.html").write_text(page_of(name, text))
    monkeypatch.setattr(make_pdf, "ROOT", tmp_path)
    return root


@pytest.mark.slow
def test_a_printed_book_has_its_title_pages_contents_and_outline(browser, site, tmp_path, monkeypatch):
    monkeypatch.setattr(repository, "git", lambda root, *command: {"%H": "12345678901234"}.get(
        command[-1].partition("=")[2], "2026-01-02"))
    file = tmp_path / "book.pdf"
    make(site, file, browser)
    reader = PdfReader(file)
    texts = [page.extract_text() for page in reader.pages]
    assert "A book" in texts[0] and f"Version {__version__}" in texts[0] and "2026-01-02" in texts[0]
    assert "commit 123456789012" in texts[0] and "Contents" in texts[1]
    pages = pages_of(file, {"book-a", "book-paths-b", "book-paths-c"})
    assert pages["book-a"] == 3 and pages["book-paths-b"] == 4 and pages["book-paths-c"] > 5
    assert re.search(rf"b\s+4\s+paths/c\s+{pages['book-paths-c']}", texts[1])
    assert re.search(r"\(p.\s4\)", texts[2])
    assert {"a", "paths/b", "paths/c"} <= set(re.findall(r"'/Title': '([^']+)'", str(reader.outline)))
    assert b"/ObjStm" in file.read_bytes()  # its structure is compressed
    assert is_of(file, site)
    assert {path.name for path in tmp_path.iterdir()} == {"_toc.yml", "_config.yml", "html", "book.pdf"}
    (site / "book/a.html").write_text(page_of("a", "another build"))
    assert not is_of(file, site)


@pytest.mark.slow
def test_a_printing_that_is_cut_off_leaves_what_was_there(browser, site, tmp_path, monkeypatch):
    file = tmp_path / "book.pdf"
    file.write_text("the last one")

    def cut_off(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(make_pdf, "pages_of", cut_off)
    with pytest.raises(KeyboardInterrupt):
        make(site, file, browser)
    assert file.read_text() == "the last one"
    counts = iter((1, 2))
    monkeypatch.setattr(make_pdf, "pages_of", lambda *_: {"book-a": next(counts)})
    with pytest.raises(RuntimeError, match="other page numbers"):
        make(site, file, browser)
    assert file.read_text() == "the last one"
    assert {path.name for path in tmp_path.iterdir()} == {"_toc.yml", "_config.yml", "html", "book.pdf"}
