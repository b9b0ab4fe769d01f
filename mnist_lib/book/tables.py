"""Tables as pages and terminals show them: a caption, header cells with a scope, no colours."""

import re
from dataclasses import dataclass
from html import escape

from ..rf import Cell, html_table, side

NUMERIC = re.compile(r"[-+−±]?[\d.,]+[KM]?(( (of|to|±) |–)[-+−]?[\d.,]+)?( %)?|\d+\n\d+ to \d+ %|–|yes|no")  # right

WIDE = "95 % intervals over the seeds; a second line is over images and seeds, where it says something else."
MANY = 6  # columns that stand side by side in the page's own size of letters


class Link(str):
    """A cell's text that leads somewhere: ``Link("steplr", "https://…")``."""

    href: str

    def __new__(cls, text: str, href: str):
        link = super().__new__(cls, text)
        link.href = href
        return link

    def html(self) -> str:
        """The anchor element."""
        kind = "external" if "://" in self.href else "internal"
        return f'<a class="reference {kind}" href="{escape(self.href)}">{escape(str(self))}</a>'


class Keyed(str):
    """A cell's text with the number it is sorted by: ``Keyed("99.34 ± 0.06", 99.34)``."""

    key: float

    def __new__(cls, text: str, key: float):
        keyed = super().__new__(cls, text)
        keyed.key = key
        return keyed


def signed(value: float, digits: int = 2) -> str:
    """A number with its sign, and no sign for what rounds to zero."""
    text = f"{value:+.{digits}f}".replace("-", "−")
    return text[1:] if float(f"{value:.{digits}f}") == 0 else text


@dataclass(frozen=True)
class PageTable:
    """A table of strings. The first column holds the rows' names; lines in a cell end with ``\\n``.

    Shows as HTML in a notebook and as text elsewhere. On a page of the book a reader sorts a
    ``sortable`` one by its columns (``book/_static/site/sorting.js``), and on a phone opens the
    ``secondary`` columns, named here, when they are wanted (``columns.js`` beside it); the cells of a ``stacked``
    one stand one below the other there, each with its column's name.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    sortable: bool = False
    secondary: tuple[str, ...] = ()
    stacked: bool = False

    def _repr_html_(self) -> str:
        sides = [self._side(i) for i in range(len(self.columns))]
        aside = [' class="secondary"' * (c in self.secondary) for c in self.columns]
        whole = [f'{where[:-1]}; white-space: nowrap"' if "right" in where else where for where in sides]
        told = [f' data-column="{escape(c)}"' * self.stacked for c in self.columns]
        rows = [[Cell(_text(row[0]), sides[0], names_row=True),
                 *(Cell(_text(cell), kind + name * bool(cell) + _key(cell) + where)
                   for cell, kind, name, where in zip(row[1:], aside[1:], told[1:], whole[1:], strict=True))]
                for row in self.rows]
        kinds = ("table" + " wide" * (len(self.columns) > MANY) + " sortable n-last" * self.sortable
                 + " stacked" * self.stacked)
        heads = [Cell(_text(c), kind + where) for c, kind, where in zip(self.columns, aside, sides, strict=True)]
        return html_table(kinds, _text(self.caption), heads, rows, _text(self.note))

    def _side(self, i: int) -> str:
        """Numbers stand on the right, words on the left."""
        cells = [row[i] for row in self.rows if row[i]]
        words = i == 0 or not all(NUMERIC.fullmatch(cell) for cell in cells)
        return side("left" if words else "right")

    def __str__(self) -> str:
        grid = [self.columns, *self.rows]
        lines = [[cell.split("\n") for cell in row] for row in grid]
        widths = [max(len(part) for row in lines for part in row[i]) for i in range(len(self.columns))]
        out = [self.caption]
        for number, row in enumerate(lines):
            for k in range(max(map(len, row))):
                out.append("  ".join((cell[k] if k < len(cell) else "").ljust(w)
                                     for cell, w in zip(row, widths, strict=True)).rstrip())
            if number == 0:
                out.append("  ".join("-" * w for w in widths))
        return "\n".join(out + ([self.note] if self.note else []))

    __repr__ = __str__


def _key(cell: str) -> str:
    return f' data-sort="{cell.key:g}"' if isinstance(cell, Keyed) else ""


def _text(text: str) -> str:
    return text.html() if isinstance(text, Link) else escape(text).replace("\n", "<br>")
