"""Sphinx extension: the list of pages at the left, with the parts of the open one; and names for controls without one.

What can be mended in a template is in ``book/_templates``; here is what is made in code.
"""

from bs4 import BeautifulSoup

FOLDED = ("Further", "For teachers, reference")


def parts_of(toc: str):
    """The second-level headings of a page as a list of links, from its own table of contents; None without any."""
    found = BeautifulSoup(toc or "", "html.parser").select("body > ul > li > ul, :root > ul > li > ul, ul > li > ul")
    if not found:
        return None
    parts = found[0]
    parts["class"] = "parts"
    for deeper in parts.select("ul"):
        deeper.decompose()
    return parts


def fold_parts(sidebar) -> None:
    """Let the parts of the book that few begin with open by hand, or with a page of theirs."""
    for caption in sidebar.select("p.caption"):
        pages = caption.find_next_sibling("ul")
        if caption.get_text(strip=True) in FOLDED and pages:
            fold, summary = sidebar.new_tag("details"), sidebar.new_tag("summary", attrs={"class": "caption"})
            if pages.select_one(".current"):
                fold["open"] = ""
            summary.string = caption.get_text(strip=True)
            caption.replace_with(fold)
            fold.extend([summary, pages])


def name_controls(app, pagename, templatename, context, doctree):
    """Name the arrows of the sidebar, and let the text of a hidden cell be its name."""
    if context.get("body"):
        body = context["body"].replace(' aria-label="Toggle hidden content"', "")
        # the entries of a bibliography stand in a list, and doc-biblioentry is withdrawn
        context["body"] = body.replace('role="doc-biblioentry"', 'role="listitem"')
    make_sidebar = context.get("generate_toctree_html")
    if make_sidebar:
        def make_named_sidebar(*arguments, **options):
            sidebar = make_sidebar(*arguments, **options)
            for summary in getattr(sidebar, "select", lambda _: [])("li > details > summary"):
                link = summary.find_parent("li").find("a")
                summary["aria-label"] = f"Pages of “{link.get_text(strip=True)}”"
            here = getattr(sidebar, "select", lambda _: [])("li.current.active > a")  # the entries above it first
            if here and (parts := parts_of(context.get("toc"))):
                here[-1].insert_after(parts)
            if hasattr(sidebar, "new_tag"):
                fold_parts(sidebar)
            return sidebar

        context["generate_toctree_html"] = make_named_sidebar


def setup(app):
    app.connect("html-page-context", name_controls, priority=900)  # after the theme's own
