"""Look through the built site for what would need another host, or leads nowhere.

    python tools/check_site.py [FOLDER]        # default: _build/html

Reads the HTML and the style sheets as they are: scripts, styles, images, fonts and frames must
come from the site itself, and every link inside the site must find its file and its anchor.
Links that a reader clicks may lead anywhere (the weekly link check follows those), but for the
buttons that open a page in Colab or on Binder: they must name the page's own notebook as it will
lie on the published branch, which is this folder. A page with code has a notebook and its button.
A page and all that it loads, as it is sent, keeps to a budget, and so does each picture. A table is
a table, not its text.
"""

from __future__ import annotations

import gzip
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "book" / "_ext"))

from repository import PUBLISHED  # noqa: E402

LOADING = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"),
           ("audio", "src"), ("object", "data"), ("embed", "src"), ("link", "href")}
PAGE, PICTURE = 300_000, 150_000  # bytes: budgets of a page with all that it loads, and of a picture
SENT_AS_IT_IS = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".woff2"}  # hosts compress the rest
LOADING_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "manifest", "prefetch", "preconnect"}


class Page(HTMLParser):
    """What one HTML file loads, links to, and can be linked at."""

    def __init__(self, path: Path):
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.has_code = False
        self.raw = ""  # the first words of a paragraph that is the text of a table
        self.tag = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_data(self, data):
        if self.tag == "p" and data.startswith("| ") and not self.raw:
            self.raw = data[:40]

    def handle_starttag(self, tag, attrs):
        self.tag = tag
        attributes = {name: value or "" for name, value in attrs}
        self.anchors.update(attributes[name] for name in ("id", "name") if name in attributes)
        for name, value in attributes.items():
            if (tag, name) in LOADING:
                if tag != "link" or set(attributes.get("rel", "").lower().split()) & LOADING_LINKS:
                    self.loads.append(value)
            elif (tag, name) == ("a", "href"):
                self.links.append(value)
        self.has_code |= tag == "div" and "cell" in attributes.get("class", "").split()
        if "srcset" in attributes:
            self.loads += [part.split()[0] for part in attributes["srcset"].split(",") if part.strip()]


def is_elsewhere(address: str) -> bool:
    """Whether loading `address` would ask another host."""
    return bool(urlsplit(address).netloc)


def opened(address: str) -> str | None:
    """The file on the published branch that a launch address opens; None for any other address."""
    parts = urlsplit(address)
    if parts.netloc == "colab.research.google.com":
        return parts.path.partition(f"/blob/{PUBLISHED}/")[2]
    if parts.netloc == "mybinder.org":
        files = parse_qs(parts.query).get("urlpath", [""])[0].partition("lab/tree/")[2]
        return files if parts.path.endswith(f"/{PUBLISHED}") else ""
    return None


def notebook_faults(site: Path, path: Path, page: Page) -> list[str]:
    """What is wrong with a page's buttons that open or download its notebook."""
    name = path.relative_to(site).as_posix()
    notebook = "notebooks/" + name.removesuffix(".html") + ".ipynb"
    there = (site / notebook).exists()
    found = [f"{name} opens {address}, which is not its notebook on {PUBLISHED}"
             for address in page.links if opened(address) not in (None, notebook if there else "-")]
    downloads = {(path.parent / unquote(address)).resolve() for address in page.links if address.endswith(".ipynb")}
    if there and (site / notebook).resolve() not in downloads:
        found.append(f"{name} has no link to its notebook")
    if page.has_code and not there:
        found.append(f"{name} has code, but no notebook")
    return found


def sent(path: Path) -> int:
    """How many bytes a host sends for a file."""
    data = path.read_bytes()
    return len(data) if path.suffix in SENT_AS_IT_IS else len(gzip.compress(data, mtime=0))


def weight_faults(site: Path, pages: dict[Path, Page]) -> list[str]:
    """The pages and pictures that are over their budget."""
    weights = {path: (sent(path), PICTURE) for path in (site / "_images").glob("*")}
    for path, page in pages.items():
        loaded = {path.parent / unquote(urlsplit(address).path) for address in page.loads
                  if not is_elsewhere(address) and not urlsplit(address).scheme}
        weights[path] = (sent(path) + sum(sent(file) for file in loaded if file.is_file()), PAGE)
    return [f"{path.relative_to(site).as_posix()} weighs {weight / 1000:.0f} KB, and its budget is {most / 1000:.0f} KB"
            for path, (weight, most) in weights.items() if weight > most]


def faults(site: Path) -> list[str]:
    """One line for each thing that a page loads from elsewhere, or that is not there."""
    pages = {path: Page(path) for path in sorted(site.rglob("*.html"))
             if "_static" not in path.relative_to(site).parts}
    found = weight_faults(site, pages) if pages else [f"{site} holds no page"]
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        for address in page.loads:
            parts = urlsplit(address)
            if is_elsewhere(address):
                found.append(f"{name} loads {address}")
            elif not parts.scheme and not (path.parent / unquote(parts.path)).exists():
                found.append(f"{name} loads {address}, which is not there")
        for address in page.links:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
            if not target.exists():
                found.append(f"{name} links to {address}, which is not there")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                found.append(f"{name} links to {address}, which has no such place")
        found += [f"{name} shows a table as text: {page.raw!r}"] * bool(page.raw) + notebook_faults(site, path, page)
    for path in sorted(site.rglob("*.css")):
        for address in re.findall(r"(?:url\(|@import\s+)\s*['\"]?((?:https?:)?//[^'\")\s]+)",
                                  path.read_text(encoding="utf-8")):
            found.append(f"{path.relative_to(site).as_posix()} loads {address}")
    return found


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "_build" / "html").resolve()
    lines = faults(folder)
    print("\n".join(lines) or f"Nothing in {folder} needs another host or is too heavy, and each link inside it holds.",
          file=sys.stderr if lines else sys.stdout)
    sys.exit(1 if lines else 0)
