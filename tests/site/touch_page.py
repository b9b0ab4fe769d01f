"""A page with every figure that answers back, as the book builds them, without the theme: what their tests open."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

from tests import ROOT

FIGURES = {  # anchor: (figure, options)
    "schedules": ("schedules", {}),
    "luck": ("luck", {"guess": "end"}),
    "leaderboard": ("leaderboard", {}),
    "ideas": ("ideas", {}),
    "factorial": ("factorial", {}),
    "fashion": ("fashion", {}),
    "batchnorm": ("batchnorm", {}),
    "dropout": ("dropout", {}),
    "averaging": ("averaging", {}),
    "pooling": ("pooling", {}),
    "channels": ("channels", {}),
    "valley": ("valley", {}),
    "field": ("field", {}),
    "field-dilation": ("field", {"show": "dilation"}),
    "field-padding": ("field", {"show": "padding"}),
    "augmentation": ("augmentation", {}),
    "shifts": ("shifts", {}),
    "little": ("little", {}),
    "bits": ("bits", {}),
}


def open_page(page, address: str) -> None:
    """Open the page and wait until every figure on it answers, also those that are not on the screen."""
    page.goto(address)
    alive(page)


def alive(page) -> None:
    """Wait until the last figure has begun."""
    page.wait_for_function("!document.querySelector('figure.touch:not(.touch-alive)')")


def figure(anchor: str, name: str, options: dict[str, str]) -> str:
    """The HTML of one figure."""
    import touch

    return touch.place(name, options, f"touch-{anchor}", "../") + "What there is to see." + touch.END


def question(name: str = "end") -> str:
    """The HTML of a question whose guess figures show, and its fold."""
    import predict

    settings = {"kind": "number", "answer": [99.2, 99.3], "says": "They end at", "unit": "%", "digits": 2}
    page = SimpleNamespace(body=[])
    predict.open_question(page, predict.predict(ids=[f"predict-{name}"], settings=settings))
    page.body.append("<p>Where does it end?</p>")
    predict.close_question(page, None)
    predict.open_evidence(page, None)
    page.body.append("<p>There.</p>")
    predict.close_evidence(page, None)
    return f"<section><h2>question</h2>{''.join(page.body)}</section>"


def write_site(folder: Path, figures: dict = FIGURES) -> Path:
    """Write the page, its scripts, its sheets and the network that it reads with; returns the page."""
    import digit_data
    import learning
    import touch
    from bundle import bundle

    static = folder / "_static"
    touch.write_scripts(SimpleNamespace(outdir=folder, builder=SimpleNamespace(format="html")))
    questions = bundle(ROOT / "book/_static", learning.SCRIPTS["parts/learning.js"])
    (static / "learning.js").write_text(questions, encoding="utf-8")
    for sheet in ("site/look.css", "book.css", "parts/learning.css"):
        (static / sheet).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "book/_static" / sheet, static / sheet)
    if any(name == "augmentation" for name, _ in figures.values()):
        (static / "digit/networks").mkdir(parents=True)
        run = next(run for run in digit_data.offered() if run.experiment == "six-models/steplr")
        (static / "digit/networks" / f"{digit_data.file_name(run)}.js").write_text(digit_data.network_script(run))
    body = "".join(f"<section><h2>{anchor}</h2>{figure(anchor, name, options)}</section>"
                   for anchor, (name, options) in figures.items())
    scripts = "".join(
        f'<script defer src="../_static/{touch.FOLDER}/{name}.js"></script>'
        for name in dict.fromkeys(["shared", *(name for name, _ in figures.values())])
    )
    scripts += '<script defer src="../_static/learning.js"></script>'
    sheets = "".join(
        f'<link rel="stylesheet" href="../_static/{sheet}">'
        for sheet in ("site/look.css", "book.css", "parts/learning.css", f"{touch.FOLDER}/touch.css")
    )
    page = folder / "book" / "page.html"
    page.parent.mkdir()
    page.write_text(
        '<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Figures</title>'
        f"{sheets}<style>body {{ margin: 1rem; background: var(--pst-color-background); color: "
        f"var(--pst-color-text-base) }}</style>{scripts}<main><article class='bd-article'><h1>Figures</h1>"
        f"{body}{question()}</article></main></html>",
        encoding="utf-8",
    )
    return page
