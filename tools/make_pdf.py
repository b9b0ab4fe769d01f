"""The line and the sheets as one PDF, printed by Chromium from the built pages.

    python tools/make_pdf.py [FILE]        # what `make pdf` runs; default: _build/book.pdf

The pages' texts are joined in the order of the table of contents. Links to a page that is there lead to
its place in the PDF and say its page; others lead to the published site, where its address is known. The
numbers of pages are known when all is laid out, so the book is printed twice, with the same room for them.
Folds are open; where a page needs a script, what it says without one is printed. The file is put in its
place when it is whole, and says which build it was made from.
"""

from __future__ import annotations

import hashlib
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import unquote

import pikepdf
import yaml
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "_build" / "html"
sys.path[:0] = [str(ROOT), str(ROOT / "book" / "_ext")]

import repository  # noqa: E402

from mnist_lib import __version__  # noqa: E402
from tests.site.conftest import FLAGS, find_browser  # noqa: E402

PARTS = ("Learn", "Build", "Your turn", "Five projects")
SHEETS = ("site.css", "parts/learning.css", "figures/touch.css", "parts/first-training.css")
PAPER = {"format": "A4", "margin": {"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"}}
FOOT = ('<div style="font: 8pt sans-serif; width: 100%; text-align: center; color: #444">'
        '<span class="pageNumber"></span></div>')
STYLE = """
@page { size: A4; }
body { font-size: 10pt; }
.bd-article { font-size: 10pt; padding: 0 !important; }
.bd-article :is(p, ul, ol, dl, figure, .admonition) { max-width: none !important; }
.bd-article h1 { display: block !important; font-size: 20pt; }
.bd-article h2 { font-size: 15pt; break-after: avoid; }
.bd-article :is(h3, h4) { font-size: 12pt; break-after: avoid; }
.bd-article section > h1 { break-before: page; }
.book-title { break-after: page; padding-top: 70mm; text-align: center; }
.book-title h1 { border: 0; font-size: 30pt; }
.book-contents { break-after: page; }
.book-contents p { display: flex; gap: 0.5em; margin: 0 0 2pt; }
.book-contents p.part { font-weight: 700; margin-top: 8pt; }
.book-contents p.sub { padding-left: 1.5em; }
.book-contents p > span:last-child { margin-left: auto; }
.to-page { color: #444; display: inline-block; font-size: 80%; white-space: nowrap; width: 7ch; }
.headerlink, .copybtn, .more-columns, .landing-help, .pst-js-only { display: none !important; }
pre { white-space: pre-wrap !important; font-size: 7.5pt !important; }
svg, img { max-width: 100%; }
"""


@dataclass(frozen=True)
class Chapter:
    """A page of the book: its name, title, part and depth in the contents, and its text."""

    name: str
    title: str
    part: str
    depth: int
    body: str

    @property
    def anchor(self) -> str:
        """Where it begins in the joined document."""
        return self.name.replace("/", "-")


def names_in_order(toc: dict):
    """(name, part, depth) of every page that is printed, as the table of contents has them."""
    for part in toc["parts"]:
        if part["caption"] in PARTS:
            for chapter in part["chapters"]:
                yield chapter["file"], part["caption"], 0
                for section in chapter.get("sections", ()):
                    yield section["file"], part["caption"], 1


def build_of(site: Path) -> str:
    """What tells one build of the site from another: a hash of all its files."""
    digest = hashlib.sha256()
    for path in sorted(path for path in site.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(site).as_posix()}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def is_of(pdf: Path, site: Path) -> bool:
    """Whether a PDF was made from this build of the site."""
    with pikepdf.open(pdf) as book:
        return str(book.docinfo.get("/Keywords", "")) == build_of(site)


def read_chapters(site: Path, toc: dict) -> list[Chapter]:
    """All pages, their addresses rewritten so that they can stand in one document."""
    names = {name for name, _, _ in names_in_order(toc)}
    chapters = []
    for name, part, depth in names_in_order(toc):
        page = (site / f"{name}.html").read_text(encoding="utf-8")
        title = re.sub(r"<[^>]+>", "", re.search(r"<h1[^>]*>(.*?)<a class=\"headerlink", page, re.DOTALL)[1]).strip()
        body = re.search(r'<article class="bd-article[^"]*">(.*)</article>', page, re.DOTALL)[1]
        chapters.append(Chapter(name, title, part, depth, joined_up(body, name, names, site)))
    return chapters


def joined_up(body: str, name: str, names: set[str], site: Path) -> str:
    """A page's text with its ids set apart, its links led to their places, and its folds open."""
    own = name.replace("/", "-")
    folder, published = (site / name).parent, repository.site_address(ROOT)

    def target(address: str) -> str:
        path, _, anchor = address.partition("#")
        if re.match(r"[a-z]+:", address):
            return address
        place = (folder / unquote(path)).resolve().relative_to(site.resolve()).as_posix() if path else f"{name}.html"
        if (page := place.removesuffix(".html")) in names:
            start = page.replace("/", "-")
            return f"#{start}--{anchor}" if anchor else f"#{start}"
        if published and place.endswith(".html"):
            return published + place + (f"#{anchor}" if anchor else "")
        return (site / place).as_uri()

    body = re.sub(r"<script\b.*?</script>", "", body, flags=re.DOTALL)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{own}--\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{own}--\1)", body)
    body = re.sub(r'\b(xlink:href|for|aria-labelledby|aria-describedby)="#?([^"]+)"',
                  lambda m: f'{m[1]}="{"#" * m[1].startswith("xlink")}{own}--{m[2]}"', body)
    body = re.sub(r'(?<!:)\b(href|src)="([^"]*)"', lambda m: f'{m[1]}="{target(m[2])}"', body)
    body = re.sub(r' href="file:[^"]*"', "", body)  # what lies on this machine alone
    body = body.replace(' loading="lazy"', "").replace(' decoding="async"', "")
    return re.sub(r"<details(?![^>]* open)", "<details open", body)


def with_pages(body: str, chapter: Chapter, pages: dict[str, int]) -> str:
    """Links to other chapters, followed by the page that they lead to."""
    return re.sub(r'<a class="reference internal" href="#([^"]+)">.*?</a>', lambda link: link[0] + (
        "" if link[1].partition("--")[0] == chapter.anchor
        else f' <span class="to-page">(p.&nbsp;{pages.get(link[1], "")})</span>'), body, flags=re.DOTALL)


def title_page(title: str) -> str:
    """What the book is, and of which version, day and commit."""
    commit, day = (repository.git(ROOT, "log", "-1", f"--format={what}") for what in ("%H", "%cs"))
    told = [f"Version {__version__}", day, commit and f"commit {commit[:12]}", repository.site_address(ROOT)]
    return (f'<div class="book-title"><h1>{escape(title)}</h1><p>{" · ".join(PARTS)}</p>'
            f'{"".join(f"<p>{line}</p>" for line in told if line)}</div>')


def document(chapters: list[Chapter], pages: dict[str, int], site: Path) -> str:
    """One HTML document of the whole book, its contents with the given pages."""
    contents, part = [], None
    for chapter in chapters:
        if chapter.part != part and chapter.part:
            contents.append(f'<p class="part">{escape(chapter.part)}</p>')
        part = chapter.part
        kind = "sub" if chapter.depth else "chapter"
        contents.append(f'<p class="{kind}"><a href="#{chapter.anchor}">{chapter.title}</a>'
                        f"<span>{pages.get(chapter.anchor, '')}</span></p>")
    texts = "".join(f'<div class="chapter" id="{c.anchor}">{with_pages(c.body, c, pages)}</div>' for c in chapters)
    title = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["title"]
    sheets = "".join(f'<link rel="stylesheet" href="{(site / "_static" / name).as_uri()}">' for name in SHEETS)
    return (f'<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{title}</title>'
            f'{sheets}<style>{STYLE}</style></head><body><main class="bd-main"><div '
            f'class="bd-article">{title_page(title)}<div class="book-contents">'
            f'<p class="part" role="heading" aria-level="1">Contents</p>{"".join(contents)}</div>{texts}'
            "</div></main></body></html>")


def pages_of(file: Path, places: set[str]) -> dict[str, int]:
    """The page, from 1, of each place that a link leads to."""
    reader = PdfReader(file)
    numbers = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages, 1)}
    return {place: numbers.get(getattr(destination.page, "idnum", None), 0)
            for name, destination in reader.named_destinations.items()
            if (place := unquote(name.lstrip("/"))) in places and destination.page is not None}


def make(site: Path, file: Path, browser) -> None:
    """Print the book to `file`, which is there whole or as it was before.

    Raises RuntimeError if a page number does not hold in the end.
    """
    chapters = read_chapters(site, yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
    links = re.findall(r'href="#([^"]+)"', "".join(chapter.body for chapter in chapters))
    places = {chapter.anchor for chapter in chapters} | set(links)
    build = build_of(site)
    page = browser.new_context(java_script_enabled=False, offline=True).new_page()
    page.set_default_timeout(300_000)
    page.emulate_media(media="print")
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        source, printed, whole = (Path(folder) / name for name in ("book.html", "printed.pdf", "whole.pdf"))
        pages: dict[str, int] = {}
        for last in (False, True):
            source.write_text(document(chapters, pages, site), encoding="utf-8")
            page.goto(source.as_uri())
            page.pdf(path=printed, outline=last, tagged=last, print_background=True, display_header_footer=True,
                     header_template="<span></span>", footer_template=FOOT, **PAPER)
            before, pages = pages, pages_of(printed, places)
        if pages != before:
            raise RuntimeError("the second printing has other page numbers than the first")
        with pikepdf.open(printed) as book:
            book.docinfo["/Keywords"] = build
            book.save(whole, object_stream_mode=pikepdf.ObjectStreamMode.generate, recompress_flate=True)
        whole.replace(file)


def main(arguments: list[str]) -> int:
    browser_path = find_browser()
    if not browser_path or not (SITE / "index.html").exists():
        print("There is no site yet: run make book first" if browser_path else
              "No Chromium was found: install one, or name it in $CHROMIUM", file=sys.stderr)
        return 1
    file = Path(arguments[0] if arguments else ROOT / "_build" / "book.pdf").resolve()
    began = time.monotonic()
    with sync_playwright() as playwright:
        make(SITE, file, playwright.chromium.launch(executable_path=browser_path, args=FLAGS))
    print(f"The book is in {file}: {len(PdfReader(file).pages)} pages, {file.stat().st_size / 1e6:.1f} MB "
          f"({time.monotonic() - began:.0f} s).")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
