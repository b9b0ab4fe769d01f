"""Sphinx extension: formulas are set by a copy of MathJax inside the site.

The package ``sphinx-mathjax-offline`` carries MathJax 3; of its 24 MB the pages need one script
and one set of fonts (1.6 MB). MathJax's own menu loads more than that and is switched off in
``_config.yml``.
"""

import importlib.metadata
import shutil
from pathlib import Path

NEEDED = ("tex-mml-chtml.js", "output/chtml/fonts/woff-v2/")


def copy_mathjax(app, error):
    if error or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "mathjax"
    for file in importlib.metadata.files("sphinx-mathjax-offline"):
        name = str(file).partition("static/mathjax/")[2]
        if name.startswith(NEEDED) and not (target / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.locate(), target / name)


def use_local_copy(app, config):
    config.mathjax_path = "mathjax/tex-mml-chtml.js"


def setup(app):
    app.connect("config-inited", use_local_copy, priority=100)
    app.connect("build-finished", copy_mathjax)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
