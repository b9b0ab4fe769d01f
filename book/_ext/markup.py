"""Sphinx extension: what is changed in a page's HTML when it is written.

Solutions are folded by ``<details>``, which needs no script. Images say their size and are fetched when
they come near. A number is not parted from its "%". An id is given once.
"""

from __future__ import annotations

import re
import struct
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, NavigableString

EAGER = 1  # images of a page that are fetched at once: what the first screen may show
PARTED = re.compile(r"(?<=\d) (?=%)")
AS_WRITTEN = {"pre", "code", "script", "style", "math", "textarea"}


@cache
def size_of(path: Path) -> tuple[int, int] | None:
    """Width and height of a PNG or SVG in its own pixels; None for another file."""
    data = path.read_bytes()
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return struct.unpack(">II", data[16:24])
    box = re.search(rb'viewBox="0 0 ([\d.]+) ([\d.]+)"', data[:2000])
    return (round(float(box[1]) * 4 / 3), round(float(box[2]) * 4 / 3)) if box else None  # points


def fold_solutions(page: BeautifulSoup) -> None:
    """An admonition of class ``dropdown`` becomes a ``<details>`` with its title as the summary."""
    for box in page.select("div.admonition.dropdown"):
        box.name = "details"
        title = box.find(class_="admonition-title")
        title.name = "summary"


def hold_place(page: BeautifulSoup, files: dict[str, Path]) -> None:
    """Give every image its width and height, and let all but the first wait until they are near."""
    for number, image in enumerate(page.find_all("img", src=True)):
        file = files.get(Path(image["src"]).name)
        style = dict(re.findall(r"(width|height):\s*([\d.]+)px", image.get("style", "")))
        given = [style.get(name) or image.get(name) for name in ("width", "height")]
        size = size_of(file) if file else None
        if size and not all(given):
            ratio = size[1] / size[0]
            width = next((float(value) for value in given[:1] if value and value.replace(".", "").isdigit()), size[0])
            given = [width, width * ratio]
        if all(given):
            image["width"], image["height"] = (str(round(float(str(value)))) for value in given)
            image.attrs.pop("style", None)
        image["decoding"] = "async"
        if number >= EAGER:
            image["loading"] = "lazy"


def keep_together(page: BeautifulSoup) -> None:
    """A space between a number and its "%" does not break."""
    for text in page.find_all(string=PARTED):
        if not any(parent.name in AS_WRITTEN for parent in text.parents):
            text.replace_with(NavigableString(PARTED.sub("\u00a0", text)))


def name_once(page: BeautifulSoup) -> None:
    """An id that stands a second time is taken away there."""
    seen = set()
    for element in page.find_all(id=True):
        if element["id"] in seen:
            del element["id"]
        else:
            seen.add(element["id"])


def rewrite(body: str, files: dict[str, Path]) -> str:
    """A page's HTML, changed; `files` are its images, by the names they will have on the site."""
    page = BeautifulSoup(body, "html.parser")
    fold_solutions(page)
    hold_place(page, files)
    keep_together(page)
    name_once(page)
    return page.decode(formatter="minimal")


def change_body(app, pagename, templatename, context, doctree):
    if context.get("body") and app.builder.format == "html":
        files = {name: Path(app.srcdir) / source for source, name in app.builder.images.items()}
        context["body"] = rewrite(context["body"], files)


def setup(app):
    app.connect("html-page-context", change_body, priority=920)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
