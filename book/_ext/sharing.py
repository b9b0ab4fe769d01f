"""Sphinx extension: how a page looks from outside, in a search engine or where a link is shared.

Each page gets a description (its first paragraph) and OpenGraph tags. Where the site's address is
known (``repository.py``) come what needs it: the card's picture, canonical links and a sitemap.

(sphinxext-opengraph 0.13 was tried: it has nothing for pages without a source, that is search, index, start and 404;
without the site's address it writes one that leads nowhere; and canonical links and the sitemap would stay here.)
"""

import re
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape as escape_xml

from bundle import when_written
from docutils import nodes
from repository import site_address

LENGTH = 200  # characters of a description: what is shown of it
NAMES = {"genindex": "Index", "search": "Search", "py-modindex": "Modules"}  # pages without a title of their own
TEXTS = {"genindex": "Every name of the book and its library, in the order of the alphabet.",
         "search": "Look a word or a question up in the book.",
         "py-modindex": "The modules of the library mnist_lib."}
CARD = "_static/social-card.png"
CARD_TEXT = "A handwritten digit made of many small blue squares, one of them orange: MNIST in 8,000 parameters"


def describe(doctree) -> str:
    """The first paragraph of a page that stands in no box and is no output, in at most LENGTH characters."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, (nodes.section, nodes.document)):
            return shorten(re.sub(r"\s+", " ", paragraph.astext()).strip())
    return ""


def shorten(text: str, length: int = LENGTH) -> str:
    """As many whole sentences as fit into `length` characters, else as many words."""
    if len(text) <= length:
        return text
    sentences = re.match(rf".{{40,{length - 1}}}[.?!](?= )", text)
    return sentences[0] if sentences else text[:length].rpartition(" ")[0].rstrip(",;:") + " …"


def tags(title: str, description: str, site_name: str, address: str | None, page: str) -> str:
    """The meta tags of one page."""
    properties = {"og:type": "article", "og:site_name": site_name, "og:title": title,
                  "og:description": description}
    if address:
        properties |= {"og:url": address + page, "og:image": address + CARD, "og:image:width": "1200",
                       "og:image:height": "630", "og:image:alt": CARD_TEXT}
    lines = [f'<meta property="{name}" content="{escape(value)}" />' for name, value in properties.items() if value]
    if address:
        lines.append('<meta name="twitter:card" content="summary_large_image" />')
    return "\n".join(lines) + "\n"


def add_tags(app, pagename, templatename, context, doctree):
    """Put description and tags into a page's head; one set by the page itself stays."""
    config = app.config
    if pagename.startswith("book/paths/") and not pagename.endswith("/index"):  # a sheet is called as others are
        context["title"] += f", {context['parents'][-1]['title']}"
    description = describe(doctree) if doctree else context.get("description") or TEXTS.get(pagename, "")
    title = unescape(re.sub(r"<[^>]+>", "", context.get("title") or NAMES.get(pagename, config.html_title)))
    before = context.get("metatags") or ""
    if description and 'name="description"' not in before:
        before += f'<meta name="description" content="{escape(description)}" />\n'
    page = f"{config.root_doc if pagename == 'index' else pagename}.html"
    context["metatags"] = before + tags(title, description, config.html_title, config.html_baseurl, page)


def extra_pages(app):
    """The start of the site, which leads to the landing page, and the page for what isn't there."""
    root = app.config.root_doc
    description = describe(app.env.get_and_resolve_doctree(root, app.builder))
    icon = quote((Path(app.srcdir) / app.config.html_favicon).read_text(encoding="utf-8").strip())
    shared = {"landing": f"{root}.html", "address": app.config.html_baseurl, "icon": f"data:image/svg+xml,{icon}"}
    yield "index", {"title": app.config.html_title, "description": description, **shared}, "start.html"
    shared["description"] = "No page of this book is at this address."
    yield "404", {"title": "Not found", **shared}, "not-found.html"


def write_sitemap(app):
    """List every page of the book, in order of their names."""
    target = Path(app.outdir) / "sitemap.xml"
    target.unlink(missing_ok=True)
    if app.config.html_baseurl:
        places = "".join(f"  <url><loc>{escape_xml(app.config.html_baseurl + name)}.html</loc></url>\n"
                         for name in sorted(app.env.found_docs))
        target.write_text('<?xml version="1.0" encoding="UTF-8"?>\n'
                          '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
                          f"{places}</urlset>\n", encoding="utf-8")


def set_address(app, config):
    config.html_baseurl = config.html_baseurl or site_address(app.srcdir) or ""


def setup(app):
    app.connect("config-inited", set_address, priority=100)
    app.connect("html-page-context", add_tags)
    app.connect("html-collect-pages", extra_pages)
    when_written(app, write_sitemap)
