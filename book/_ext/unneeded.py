"""Sphinx extension: what the theme copies into every site and no page ever asks for goes again.

Maps of compressed scripts and styles (3.3 MB, for the theme's own developers), templates that lie
among the static files, and the translations of a book that has one language.
"""

import shutil
from pathlib import Path

UNNEEDED = ("**/*.map", "*-macros.html", "locales")


def remove_unneeded(app, error):
    if error or app.builder.format != "html":
        return
    for pattern in UNNEEDED:
        for path in (Path(app.outdir) / "_static").glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def setup(app):
    app.connect("build-finished", remove_unneeded)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
