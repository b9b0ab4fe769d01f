"""Sphinx extension: what the theme copies into every site and no page ever asks for goes again.

Its scripts, sheets and fonts, which ``weight.py`` replaces; maps of compressed files (3.3 MB, for the
theme's own developers); templates that lie among the static files; and the translations of a book
that has one language. And the sources of scripts that the site has in another form, and the pictures that no
page shows as files: a line figure stands in its page (``figures.py``).
"""

import re
import shutil
from pathlib import Path

from bundle import when_written

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
    remove_unnamed_images(Path(app.outdir))


def remove_unnamed_images(site: Path) -> None:
    """Remove the files of ``_images`` that no page, script, style sheet or notebook of the site names."""
    asking = (path for ending in ("html", "js", "css", "ipynb") for path in site.rglob(f"*.{ending}"))
    named = {name for path in asking for name in re.findall(r"_images/([\w.-]+)", path.read_text(encoding="utf-8"))}
    for path in (site / "_images").glob("*"):
        if path.name not in named:
            path.unlink()


def do_not_look_for_the_index(app):
    """Sphinx warns when the index of its own search is gone, and a warning fails the build."""
    app.builder.load_indexer = lambda docnames: None


def setup(app):
    app.connect("builder-inited", do_not_look_for_the_index)
    when_written(app, remove_unneeded, 900)  # after weight.py has read them
