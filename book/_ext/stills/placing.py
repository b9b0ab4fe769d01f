"""From the name and the options of a figure to what stands in a page, and to its still as a file."""

from __future__ import annotations

import importlib
import json
import re
from functools import cache
from pathlib import Path

from docutils import nodes

from . import NAMES

SHEET = Path(__file__).resolve().parents[2] / "_static/touch/touch.css"
LIGHT = {  # what look.css gives the roles in the light
    "ink": "#15202d", "soft": "#4b5968", "grid": "#d3dae2", "band": "#f2f5f8", "ground": "#fff", "blue": "#1b5fc1",
    "red": "#c0400f", "green": "#0b7269", "orange": "#7c5600", "purple": "#9a2b7c", "sky": "#6c7987", "pale": "#cfe0f8"}


def figure_of(name: str):
    """The module of a figure; ``ValueError`` names those there are."""
    if name not in NAMES:
        raise ValueError(f"there is no figure {name!r} that answers back; there are {', '.join(NAMES)}")
    return importlib.import_module(f"stills.{name}")


def options_of(name: str, given: dict[str, str]) -> dict[str, str]:
    """A figure's options with the usual values filled in; ``ValueError`` for one that is unknown."""
    known = figure_of(name).OPTIONS
    if unknown := sorted(given.keys() - known.keys()):
        raise ValueError(f"the figure {name!r} has no option {unknown[0]!r}; it has {', '.join(known) or 'none'}")
    return {**known, **given}


def guessed(options: dict[str, str]) -> dict[str, str]:
    """For a figure's data: the id of the question whose answer the reader guesses, and the figure shows; or nothing."""
    return {"guess": f"predict-{nodes.make_id(options['guess'])}"} if options["guess"] else {}


@cache
def made(name: str, options: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """(data as JSON, still) of a figure."""
    module = figure_of(name)
    data = module.data(dict(options))
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return text, module.still(data)


def place(name: str, options: dict[str, str], anchor: str, caption: str = "") -> str:
    """The HTML of a figure: its still and its data, before any script."""
    module = figure_of(name)
    data, still = made(name, tuple(sorted(options_of(name, options).items())))
    height = still.partition(' height="')[2].partition('"')[0]
    broad = " touch-broad" if getattr(module, "BROAD", False) else ""
    return (
        f'<figure class="touch{broad}" id="{anchor}" data-figure="{name}" '
        f'style="--height: {height}px; --controls: {module.ROOM}px">'
        f'<div class="touch-stage">{still}</div><script type="application/json" class="touch-data">{data}</script>'
        f"<figcaption>{caption}"
    )


END = "</figcaption></figure>"


def picture(still: str) -> str:
    """The still as a file of its own, on white: what a notebook shows."""
    rules = [
        line.replace(".touch svg ", "").strip()
        for line in SHEET.read_text(encoding="utf-8").splitlines()
        if line.startswith(".touch svg ") and "focus" not in line
    ]
    style = "\n".join(rules).replace("var(--sans)", "sans-serif")
    for role, colour in LIGHT.items():
        style = style.replace(f"var(--figure-{role})", colour)
        still = still.replace(f"var(--figure-{role})", colour)
    style = re.sub(r"var\(--[\w-]+, (#\w+)\)", r"\1", style)  # a colour of the site, with its own
    still = still.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    opening, rest = still.split(">", 1)
    return f'{opening}><style>{style}</style><rect width="100%" height="100%" fill="#fff"/>{rest}\n'
