"""One HTML page in one file: no script, no font, no address outside it; light and dark, phone and paper.

Everything that a reader or a student wrote goes through :func:`text`: escaped, in one line, without control characters.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from .. import challenge as own

STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --quiet: #595959; --line: #d0d0d0; --soft: #f4f4f4 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #161616; --quiet: #a8a8a8; --line: #444; --soft: #222 } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto;
  max-width: 64rem; padding: 1rem; overflow-wrap: anywhere }
p, li, figure { max-width: 44rem }
h1 { font-size: 1.6rem; line-height: 1.2 } h2 { font-size: 1.2rem; margin-top: 2rem }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-size: .95rem }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: normal }
th { font-weight: 600 } td.number, th.number { text-align: right; white-space: nowrap }
figure { margin: 1rem 0; background: #fff; border-radius: 4px; padding: .5rem } figure svg { width: 100%; height: auto }
figcaption { color: #595959; font-size: .9rem }
.rehearsal { font-size: 1.8rem; font-weight: 700; line-height: 1.2; border: 3px solid; padding: .5rem }
.verdict { font-size: 1.15rem; border-left: 4px solid; padding-left: .8rem }
.quiet { color: var(--quiet); font-size: .9rem } pre { background: var(--soft); padding: .6rem; overflow-x: auto }
@media (max-width: 40rem) {
  thead { display: none } table, tbody, tr, td { display: block }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0 }
  td, td.number { border: 0; padding: 0; text-align: left; white-space: normal } td:empty { display: none }
  td::before { content: attr(data-head) ": "; color: var(--quiet) } }
.yes::before { content: "✓ " } .no::before { content: "✗ " } .look::before { content: "? " } .no { font-weight: 600 }
"""


def text(value: object, longest: int = 300) -> str:
    """A value of unknown origin as HTML text."""
    return escape(own.line(value, longest))


def table(head: Iterable[str], rows: Iterable[Iterable[object]], numbers: Iterable[int] = ()) -> str:
    """A table; cells are escaped unless they are :class:`Html`. ``numbers`` are columns that stand on the right."""
    numbers, head = set(numbers), list(head)
    def cells(row, tag):
        return "".join(f"<{tag}{' scope=col' if tag == 'th' else f' data-head={chr(34)}{escape(head[i])}{chr(34)}'}"
                       f"{' class=number' if i in numbers else ''}>"
                       f"{cell if isinstance(cell, Html) else text(cell)}</{tag}>" for i, cell in enumerate(row))
    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return (f'<div class="wide" tabindex="0"><table><thead><tr>{cells(head, "th")}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>")


class Html(str):
    """Text that is HTML already."""


def figure(svg: str, caption: str, label: str) -> str:
    """An SVG with its caption; ``label`` is what a screen reader says."""
    return (f'<figure>{svg.replace("<svg", f"<svg role=img aria-label={chr(34)}{escape(label)}{chr(34)}", 1)}'
            f"<figcaption>{text(caption)}</figcaption></figure>")


def page(title: str, *parts: str) -> str:
    """The whole page."""
    return (f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
            f'content="width=device-width, initial-scale=1"><meta http-equiv="Content-Security-Policy" '
            f"content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"><title>{text(title)}</title>"
            f"<style>{STYLE}</style></head><body><main><h1>{text(title)}</h1>\n"
            + "\n".join(parts) + "\n</main></body></html>\n")
