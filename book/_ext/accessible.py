"""Sphinx extension: names for the controls that the theme and MyST-NB leave without a right one.

What can be mended in a template is in ``book/_templates``; here is what is made in code.
"""


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
            return sidebar

        context["generate_toctree_html"] = make_named_sidebar


def setup(app):
    app.connect("html-page-context", name_controls, priority=900)  # after the theme's own
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
