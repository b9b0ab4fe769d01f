"""The scripts of a page that answers back, as one file: a request instead of twenty.

They are classic scripts, each in a function of its own, so that putting one behind the other is all
there is to it. (A page opened from a file may not load modules.)
"""

import re
from collections.abc import Iterable
from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "_static"
PACKAGED = ("parts/dom", "parts/windows")  # which the library ships with the explorer of receptive fields
EXPLORER = Path(__file__).resolve().parents[2] / "mnist_lib/rf/explorer"
# Shared by all such pages.
PARTS = ("parts/dom", "parts/work", "parts/numbers", "parts/windows", "parts/units", "parts/pictures")


def lighter(script: str) -> str:
    """A script without its indentation and the comments that begin a line.

    A minifier would save a twentieth more once both are compressed; that of PyPI which is small (rjsmin) takes
    spaces out of a template that stands in a template. No template of ours goes over a line's end.
    """
    without = re.sub(r"^[ \t]*/\*.*?\*/[ \t]*\n", "", script, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"^[ \t]+", "", without, flags=re.MULTILINE)


def source(static: Path, name: str) -> Path:
    """Where a script lies: below the folder `static`, or in the library."""
    return EXPLORER / f"{Path(name).name}.js" if name in PACKAGED else static / f"{name}.js"


def bundle(static: Path, names: Iterable[str]) -> str:
    """The scripts `names` below the folder `static`, in their order; raises FileNotFoundError naming one not there."""
    return "\n".join(lighter(source(static, name).read_text(encoding="utf-8")) for name in names)


def when_written(app, do, priority: int = 500) -> None:
    """Call ``do(app)`` when a site's pages are all written."""
    app.connect("build-finished", lambda app, error: error or app.builder.format != "html" or do(app), priority)


def write(app, name: str, text: str) -> None:
    """Write a file of the site, below ``_static``: before any page, so that a script's address can carry its hash."""
    if app.builder.format == "html":
        target = Path(app.outdir) / "_static" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
