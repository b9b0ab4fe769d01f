"""Pieces of HTML in the look of the book's pages: tables of words and of numbers.

Outside of a notebook a piece is its text. The classes are those of ``book/_static``: ``stack`` turns a table's rows
into blocks on a phone, ``sticky`` keeps its first column in sight, ``wideonly`` columns go there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Html:
    """A piece of a page; outside of a notebook it is its ``text``."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], kind: str, *,
          aside: Sequence[str] = (), html: bool = False) -> Html:
    """A table of the kit: ``stack`` for words, ``sticky`` for numbers. A phone leaves out the columns in ``aside``.

    Cells are text, or with ``html`` markup that the caller has escaped.
    """
    rows = [tuple(cell or "" for cell in row) for row in rows]
    told = (lambda cell: cell) if html else (lambda cell: escape(cell).replace("\n", "<br>"))
    number = kind == "sticky"
    kinds = [" ".join(filter(None, ("n" * number, "seen" * (head == "sees, px"), "wideonly" * (head in aside))))
             for head in heads]
    names = ["" if number else f' data-h="{escape(head.partition(",")[0])}"' for head in heads]
    top = "".join(f'<th scope="col"{_class(k)}>{told(head)}</th>'
                  for k, head in zip(["", *kinds[1:]], heads, strict=True))
    body = []
    for row in rows:
        cells = "".join(f"<td{_class(k)}{name}>{told(cell)}</td>"
                        for k, name, cell in zip(kinds[1:], names[1:], row[1:], strict=True))
        body.append(f'<tr{_class("sum" * (row[0] == "in all"))}><th scope="row">{told(row[0])}</th>{cells}</tr>')
    scrolls = f' tabindex="0" role="group" aria-label="{escape(caption)}"'
    return Html(f'<div class="tablebox{" sticky" * number}"{scrolls}><table{_class("stack" * (not number))}>'
                f'<caption class="vh">{escape(caption)}</caption><thead><tr>{top}</tr></thead>'
                f'<tbody>{"".join(body)}</tbody></table></div>', _plain(caption, heads, rows))


def _class(names: str) -> str:
    return f' class="{names}"' if names else ""


def _plain(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, *rows]
    flat = [[cell.replace("\n", "; ") for cell in line] for line in lines]
    widths = [max(len(line[i]) for line in flat) for i in range(len(heads))]
    return "\n".join([caption, *("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
                                 for line in flat)])
