"""A link to a file for the reader's disk says so: a host that sends notebooks as JSON would show them raw."""

from html.parser import HTMLParser

import pytest

from .conftest import SITE

pytestmark = pytest.mark.slow


class Links(HTMLParser):
    """The links to notebooks of this site, each with whether it is a download."""

    def __init__(self):
        super().__init__()
        self.found: list[tuple[str, bool]] = []

    def handle_starttag(self, tag, attributes):
        href = dict(attributes).get("href") or ""
        if tag == "a" and href.endswith(".ipynb") and "://" not in href:
            self.found.append((href, "download" in dict(attributes)))


def test_every_notebook_is_downloaded(site):
    links = Links()
    for page in sorted((SITE / "book").rglob("*.html")):
        links.feed(page.read_text(encoding="utf-8"))
    assert len(links.found) > 40 and [href for href, download in links.found if not download] == []
