"""Where a table on a page leads: the pages of the steps, and the sources' notebooks."""

from __future__ import annotations

from pathlib import Path

from ._html import Link
from .sources import source

_BOOK = Path(__file__).resolve().parent.parent / "book"
_TOLD_ELSEWHERE = ("-corrected", "-13160")  # endings of steps that another step's page tells


def page_of(step: str) -> str | None:
    """The page that tells a step, ``"paths/six-models/steplr"``; ``None`` if the book has none."""
    for ending in ("", *_TOLD_ELSEWHERE):
        name = step.removesuffix(ending)
        if (_BOOK / "paths" / f"{name}.md").exists():
            return f"paths/{name}"
    return None


def step_link(step: str, text: str | None = None) -> str:
    """A step's name (or ``text``) as a link to its page, or to the source's notebook where the book has no page."""
    if page := page_of(step):
        return Link(text or step, f"{_up()}{page}.html")
    return Link(text or step, source(step).url) if source(step) else text or step


def _up() -> str:
    """The way from the page that is being executed to the top of the book: a page runs in its own folder."""
    here = Path.cwd()
    return "../" * len(here.relative_to(_BOOK).parts) if here.is_relative_to(_BOOK) else ""
