"""Where a table on a page leads: the pages of the steps, and the sources' notebooks."""

from pathlib import Path

from .sources import source
from .tables import Link

_TOLD_ELSEWHERE = ("-corrected", "-13160")  # endings of steps that another step's page tells


def page_of(step: str) -> str | None:
    """The page that tells a step, ``"paths/six-models/steplr"``; ``None`` if the book has none."""
    for ending in ("", *_TOLD_ELSEWHERE):
        name = step.removesuffix(ending)
        if (book := _book()) and (book / "paths" / f"{name}.md").exists():
            return f"paths/{name}"
    return None


def step_link(step: str, text: str | None = None) -> str:
    """A step's name (or ``text``) as a link to its page, or to the source's notebook where the book has no page."""
    if page := page_of(step):
        return Link(text or step, f"{_up()}{page}.html")
    return Link(text or step, source(step).url) if source(step) else text or step


def label(name: str) -> str:
    """A network in a word or two: a final by its path."""
    path, _, step = name.partition("/")
    return {"beyond/skeleton-he": "plain network"}.get(name, step if path == "beyond" else path)


def _book() -> Path | None:
    """The folder of the book whose page is being executed: a page runs in its own folder."""
    places = [place for folder in (Path.cwd(), *Path.cwd().parents) for place in (folder, folder / "book")]
    return next((place for place in places if (place / "paths").is_dir() and (place / "index.md").is_file()), None)


def _up() -> str:
    """The way from the page that is being executed to the top of the book."""
    here, book = Path.cwd(), _book()
    return "../" * len(here.relative_to(book).parts) if book and here.is_relative_to(book) else ""
