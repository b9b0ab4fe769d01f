"""Sphinx extension: what the theme copies into every site and no page ever asks for goes again.

Its scripts, sheets and fonts, which ``weight.py`` replaces; maps of compressed files (3.3 MB, for the
theme's own developers); templates that lie among the static files; and the translations of a book
that has one language. And the sources of scripts that the site has in another form, and the files of line
figures, which stand in their pages (``figures.py``).
"""

import shutil
from pathlib import Path

from bundle import when_written
from figures import is_line_figure

UNNEEDED = ("**/*.map", "*-macros.html", "locales", "scripts", "styles", "vendor/fontawesome",
            "images/logo_deepnote.svg", "images/logo_jupyterhub.svg", "images/logo_jupyterlite.svg",
            "mystnb.*.css", "basic.css", "book.css", "drawing.css",
            "pygments.css", "exercise.css", "sphinx-design.min.css", "sphinx_highlight.js", "doctools.js",
            "documentation_options.js", "togglebutton.*", "copybutton*", "clipboard.min.js", "copy-button.svg",
            "check-solid.svg", "webpack-macros.html", "site/*.css", "searchtools.js", "language_data.js",
            "../searchindex.js",
            "touch")  # whose scripts lie in figures, put together


def remove_unneeded(app):
    for pattern in UNNEEDED:
        for path in (Path(app.outdir) / "_static").glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in (Path(app.outdir) / "_images").glob("*.svg"):
        if is_line_figure(path.read_text(encoding="utf-8")):  # it stands in its page
            path.unlink()


def do_not_look_for_the_index(app):
    """Sphinx warns when the index of its own search is gone, and a warning fails the build."""
    app.builder.load_indexer = lambda docnames: None


def setup(app):
    app.connect("builder-inited", do_not_look_for_the_index)
    when_written(app, remove_unneeded, 900)  # after weight.py has read them
