"""A figure that answers back, painted by its own script when the book is built: the picture that needs no JavaScript.

The script runs in an embedded V8 (the wheel ``mini-racer``) with as much of a page as it needs, ``small_dom.js``.
"""

import json
import re
from functools import cache
from pathlib import Path

from bundle import source
from py_mini_racer import JSEvalException, MiniRacer

HERE = Path(__file__).resolve().parent
WIDTHS = (660, 336)  # of the stage on a desktop and on a phone, in pixels
SQUARE = 330  # the height of a picture that has none of its own
UP = "../../"  # from a figure's script to the top of the site, as the links of pictures begin
LIGHT = {  # what look.css gives the roles in the light
    "ink": "#15202d", "soft": "#4b5968", "grid": "#d3dae2", "band": "#f2f5f8", "ground": "#fff", "blue": "#1b5fc1",
    "red": "#c0400f", "green": "#0b7269", "orange": "#7c5600", "purple": "#9a2b7c", "sky": "#6c7987", "pale": "#cfe0f8"}


@cache
def painted(static: Path, names: tuple[str, ...], data: str, width: int) -> str:
    """The SVG that scripts paint at a width; ``ValueError`` names the file and the line where one of them fails."""
    engine = MiniRacer()

    def run(text: str, name: str):
        return engine.eval(f"{text}\n//# sourceURL={name}")

    try:
        run((HERE / "small_dom.js").read_text(encoding="utf-8"), "book/_ext/small_dom.js")
        run(f"place({json.dumps(data)}, {width})", "place")
        for name in names:
            run(source(static, name).read_text(encoding="utf-8"), f"{name}.js")
        return run(f"painted({SQUARE})", "painted")
    except JSEvalException as fault:
        said = re.sub(r"\s*\n\s*", " ", str(fault).strip())
        raise ValueError(f"its script fails when the book is built: {said[:400]}") from fault


def as_file(svg: str, sheet: str) -> str:
    """A picture as a file of its own, on white, with the rules of a style sheet: what a notebook shows."""
    rules = [line.replace(".touch svg ", "").strip() for line in sheet.splitlines()
             if line.startswith(".touch svg ") and "focus" not in line]
    style = "\n".join(rules).replace("var(--sans)", "sans-serif")
    svg = re.sub(rf' href="{re.escape(UP)}[^"]*"', "", svg)
    for role, colour in LIGHT.items():
        style, svg = (text.replace(f"var(--figure-{role})", colour) for text in (style, svg))
    style = re.sub(r"var\(--[\w-]+, (#\w+)\)", r"\1", style)  # a colour of the site, with its own
    opening, rest = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).split(">", 1)
    return f'{opening}><style>{style}</style><rect width="100%" height="100%" fill="#fff"/>{rest}\n'
