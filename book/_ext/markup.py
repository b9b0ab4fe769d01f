"""Sphinx extension: what is changed in a page's HTML when it is written.

Solutions are folded by ``<details>``, which needs no script. Images say their size and are fetched when
they come near. A number is not parted from its "%", a long name breaks behind its slash, a line of code
that goes on below is set in. An id is given once.
"""

import re
from functools import cache
from pathlib import Path

import imagesize
from bs4 import BeautifulSoup, NavigableString
from figures import put_in
from pygments.formatters import HtmlFormatter
from sphinx.highlighting import PygmentsBridge

EAGER = 1  # images of a page that are fetched at once: what the first screen may show
PARTED = re.compile(r"(?<=\d) (?=%)|^\s(?=%)")
AS_WRITTEN = {"pre", "code", "script", "style", "math", "textarea"}


size_of = cache(imagesize.get)  # width and height of a file in the page's pixels


def fold_solutions(page: BeautifulSoup) -> None:
    """An admonition of class ``dropdown`` becomes a ``<details>`` with its title as the summary."""
    for box in page.select("div.admonition.dropdown"):
        box.name = "details"
        title = box.find(class_="admonition-title")
        title.name = "summary"
        for link in title.find_all("a"):  # a summary is a button: what is inside cannot be one
            link.unwrap()


def hold_place(page: BeautifulSoup, files: dict[str, Path]) -> None:
    """Give every image its width and height, and let all but the first wait until they are near."""
    for number, image in enumerate(page.find_all("img", src=True)):
        written = dict(re.findall(r"(width|height):\s*([\d.]+)px", image.get("style", "")))
        file = files.get(Path(image["src"]).name)
        size = (written.get("width"), written.get("height")) if len(written) == 2 else file and size_of(file)
        if size and float(size[0]) > 0 and "width" not in image.attrs:
            image["width"], image["height"] = (f"{float(side):.0f}" for side in size)
            image.attrs.pop("style", None)
        image["decoding"] = "async"
        if number >= EAGER and not image["src"].startswith("data:"):
            image["loading"] = "lazy"


def keep_together(page: BeautifulSoup) -> None:
    """A space between a number and its "%" does not break."""
    for text in page.find_all(string=PARTED):
        if not any(parent.name in AS_WRITTEN for parent in text.parents):
            text.replace_with(NavigableString(PARTED.sub("\u00a0", text)))


def break_names(page: BeautifulSoup) -> None:
    """The name of a row, such as ``six-models/batchnorm``, may go on below behind a sign that parts its words."""
    for text in page.find_all(string=re.compile(r"\w[/._=]\w")):
        if text.find_parent("th", scope="row"):
            pieces = re.split(r"(?<=\w[/._=])(?=\w)", text)
            text.replace_with(pieces[0], *(part for piece in pieces[1:] for part in (page.new_tag("wbr"), piece)))


def leave_to_page(page: BeautifulSoup) -> None:
    """What a drawing brings for a notebook goes: its style sheet, and the digit it lies on but for the first."""
    for brought in [*page.select("style.drawn-style"), *page.select("svg.drawn-digit")[1:]]:
        brought.decompose()


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
    break_names(page)
    leave_to_page(page)
    name_once(page)
    return page.decode(formatter="minimal")


class Lines(HtmlFormatter):
    """Each line of a block of code is an element that knows how far it is set in."""

    def _format_lines(self, tokens):
        for is_code, line in super()._format_lines(tokens):
            text = re.sub("<[^>]+>", "", line)
            blank = len(text) - len(text.lstrip(" "))
            style = f' style="--set-in:{blank}"' if blank else ""
            yield is_code, f'<span class="line"{style}>{line}</span>'


def change_body(app, pagename, templatename, context, doctree):
    if context.get("body") and app.builder.format == "html":
        files = {name: Path(app.srcdir) / source for source, name in app.builder.images.items()}
        context["body"] = put_in(rewrite(context["body"], files), files, pagename)  # the rest stays a picture


def setup(app):
    PygmentsBridge.html_formatter = Lines
    app.connect("html-page-context", change_body, priority=920)
