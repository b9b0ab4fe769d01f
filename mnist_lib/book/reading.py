"""How long a part of the book takes to read and work through: counted in its text and its cells.

Words are read, code is read line by line, tables and figures are looked at, exercises are worked on. The
speeds are assumptions, written here; the counts are not.
"""

from __future__ import annotations

import re

from .links import the_book

WORDS = 150      # a minute, of prose that has numbers in it
CODE = 10        # lines a minute, of code that is shown
LOOKING = 0.5    # minutes for each table, figure and verdict
EXERCISE = 6.0   # minutes for each exercise with its solution
_CELL = re.compile(r"^(`{3,})\{code-cell\}[^\n]*\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
_OPTIONS = re.compile(r"\A(---\n.*?^---\n|(:[\w-]+:[^\n]*\n)+)", re.MULTILINE | re.DOTALL)
_HIDDEN = re.compile(r"(hide|remove)-(input|cell)")


def minutes(source: str) -> float:
    """The time for one page, from its Markdown."""
    text = re.sub(r"\A---\n.*?\n---\n", "", source, flags=re.DOTALL)
    lines = looks = 0
    for _, cell in _CELL.findall(text):
        options = _OPTIONS.match(cell)
        said = options[0] if options else ""
        if "remove-cell" in said:
            continue
        looks += 1
        lines += 0 if _HIDDEN.search(said) else sum(bool(line.strip()) for line in cell[len(said):].splitlines())
    prose = _CELL.sub("", text)
    words = len(re.findall(r"\w+", re.sub(r"^`{3,}.*$|^:[\w-]+:.*$", "", prose, flags=re.MULTILINE)))
    return words / WORDS + lines / CODE + looks * LOOKING + text.count("{exercise}") * EXERCISE


def takes(*pages: str) -> str:
    """How long some pages take, in words: "40 minutes", "two and a half hours"; to five minutes or half an hour.

    A page is named as in the table of contents (``"paths/six-models/setup"``), a folder is all its pages. Raises
    FileNotFoundError for a name that the book does not have.
    """
    files = []
    for name in pages:
        place = the_book() / name
        found = sorted(place.glob("*.md")) if place.is_dir() else [place.with_suffix(".md")]
        files += found
    return in_words(sum(minutes(file.read_text(encoding="utf-8")) for file in files))


def in_words(whole: float) -> str:
    """Minutes as one says them."""
    if whole < 57.5:
        return f"{max(5, 5 * round(whole / 5))} minutes"
    halves = round(whole / 30)
    names = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}
    hours = names.get(halves // 2, str(halves // 2))
    return f"{hours} hour{'s' * (halves > 2)}" if halves % 2 == 0 else f"{hours} and a half hours"
