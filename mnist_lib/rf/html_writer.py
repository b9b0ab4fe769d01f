"""HTML tables, the calculator's and the book's: a caption above, header cells with a scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Cell(NamedTuple):
    """A cell: its text, HTML already; attributes with a blank before each; whether it names its row."""

    text: str
    attributes: str = ""
    names_row: bool = False


def side(name: str) -> str:
    """The attribute that puts a cell's text on the left or the right."""
    return f' style="text-align: {name}"'


def html_table(kind: str, caption: str, heads: Sequence[Cell], rows: Iterable[Sequence[Cell]], note: str = "",
               newline: str = "") -> str:
    """The table as HTML, with ``note`` in small letters below; ``newline`` stands between its parts."""
    head = "".join(f'<th scope="col"{cell.attributes}>{cell.text}</th>' if cell.text else "<td></td>" for cell in heads)
    body = newline.join("<tr>" + "".join(
        f'<th scope="row"{cell.attributes}>{cell.text}</th>' if cell.names_row
        else f"<td{cell.attributes}>{cell.text}</td>" for cell in row) + "</tr>" for row in rows)
    parts = [f'<table class="{kind}">', f'<caption style="caption-side: top">{caption}</caption>',
             f"<thead><tr>{head}</tr></thead>", "<tbody>", body, "</tbody>", "</table>"]
    return newline.join([*parts, f"<p><small>{note}</small></p>"] if note else parts)
