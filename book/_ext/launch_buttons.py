"""Sphinx extension: the buttons that open or download a page's notebook.

The theme's own lead to the chapter's Markdown, which Colab cannot open, and offer it for download.
Here they lead to the notebook that is published beside the page. A page without code has none.
"""

from urllib.parse import urlsplit

import repository
from notebooks import FOLDER, is_chapter

COLAB, BINDER = "https://colab.research.google.com", "https://mybinder.org"


def button(text: str, url: str, tooltip: str, icon: str) -> dict:
    """One entry of a menu, as the theme wants it."""
    return {"type": "link", "text": text, "url": url, "tooltip": tooltip, "icon": icon}


def set_buttons(app, pagename, templatename, context, doctree):
    """Replace what the theme put into the menus at the top of a page."""
    groups = [g for g in context.get("header_buttons", []) if g.get("label") != "launch-buttons"]
    chapter = is_chapter(app, pagename)
    notebook = f"{FOLDER}/{pagename}.ipynb"
    for group in groups:
        if group.get("label") == "download-buttons":
            kept = [b for b in group["buttons"] if b.get("label") == "download-pdf-button"]
            own = button(".ipynb", context["pathto"](notebook, 1), "Download this page as a notebook", "fas fa-code")
            group["buttons"] = [own, *kept] if chapter else kept
    address = urlsplit(app.config.book_address or "")
    if chapter and address.netloc == "github.com":
        buttons = [button("Colab", f"{COLAB}/github{address.path}/blob/{repository.PUBLISHED}/{notebook}",
                          "Open this page in Colab", "_static/images/logo_colab.png"),
                   button("Binder", f"{BINDER}/v2/gh{address.path}/{repository.PUBLISHED}?urlpath=lab/tree/{notebook}",
                          "Open this page on Binder", "_static/images/logo_binder.svg")]
        groups.insert(0, {"type": "group", "tooltip": "Run this page", "icon": "fas fa-rocket", "buttons": buttons,
                          "label": "launch-buttons"})
    context["header_buttons"] = groups


def setup(app):
    app.connect("html-page-context", set_buttons, priority=900)  # after the theme's own
