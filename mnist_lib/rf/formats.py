"""How a receptive-field table is written: text, HTML, Markdown, CSV and plain dictionaries.

Where the axes of the image differ, a cell has a number for each: 3×5, or 3×3×5 in a volume. Of
several inputs each has columns of its own, as ``r_out mask``.
"""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from html import escape

from .html_writer import Cell, html_table, side

#: Every column in order, with what it means (the HTML header's title).
COLUMNS = {
    "name": "layer, by the module's qualified name",
    "block": "the module it belongs to",
    "op": "operation",
    "kernel": "kernel size k",
    "stride": "stride s",
    "padding": "padding p",
    "dilation": "dilation d",
    "n_in": "size of the input map",
    "n_out": "size of the output map",
    "ch_in": "input channels",
    "ch_out": "output channels",
    "j_in": "jump before the layer, in pixels",
    "j_out": "jump after the layer, in pixels",
    "r_in": "receptive field before the layer, in pixels",
    "r_out": "receptive field after the layer, in pixels",
    "start": "centre of unit 0, in pixels from the image's edge",
    "r_image": "largest part of a field that lies inside the image, in pixels",
    "parameters": "parameters, counted at their first use",
    "multiply_adds": "multiply-adds of convolutions and matrix products, for one image",
    "notes": "remarks",
}
#: The columns that students fill in by hand; the block is the front of the layer's name.
COMPACT = ("name", "op", "kernel", "stride", "padding", "dilation", "n_in", "n_out", "ch_in", "ch_out",
           "j_in", "j_out", "r_in", "r_out", "parameters", "notes")
SHORT = {"name": "layer", "kernel": "k", "stride": "s", "padding": "p", "dilation": "d",
         "multiply_adds": "multiply-adds"}
_OPTIONAL = {"dilation": ("1", ""), "notes": ("",), "block": ("",)}  # left out where all rows say that
_LEFT = {"name", "block", "op", "notes"}
_OF_INPUT = {"n_in", "n_out", "j_in", "j_out", "r_in", "r_out", "start", "r_image"}  # told along an input's axes


def value(row, column):
    """The value of one column, plain: a pair with equal halves is one number, else a tuple."""
    if column == "name":
        return row.label
    if column == "r_image":
        return _collapse(tuple(extent.widest for extent in row.extents.axes))
    if column == "start":
        return _collapse(tuple(plain_number(g.start) for g in row.output))
    letter, _, side = column.partition("_")
    if letter in ("n", "j", "r") and side in ("in", "out"):
        attribute = {"n": "size", "j": "jump", "r": "field"}[letter]
        pair = row.input if side == "in" else row.output
        return _collapse(tuple(plain_number(getattr(g, attribute)) for g in pair))
    found = object.__getattribute__(row, column)
    return _collapse(found) if column in ("kernel", "stride", "padding", "dilation") else found


def _collapse(pair):
    if not isinstance(pair, tuple):
        return pair
    return pair[0] if len(set(pair)) == 1 else pair


def plain_number(number):
    """A length as an int where it is one, else as a float; None stays."""
    if number is None or isinstance(number, int):
        return number
    exact = Fraction(number).limit_denominator(10**6)
    return exact.numerator if exact.denominator == 1 else float(number)


def _written(found) -> str:
    """A value as people read it: 3, 3x5, 0.5, 1,024 stays 1024; nothing for None."""
    if found is None or found == ():
        return ""
    if isinstance(found, tuple):
        return ("; " if isinstance(found[0], str) else "×").join(_written(part) or "–" for part in found)
    return f"{found:.4g}" if isinstance(found, float) and abs(found) < 1000 else str(found)


def _chosen(table, columns, plain):
    """The rows and columns to show: (names of columns, rows, cell by cell the value)."""
    rows = [row for row in table.rows if plain or not row.plain]
    wanted = list(COMPACT if columns == "compact" else COLUMNS if columns == "full" else columns)
    several = [each.name for each in table.space.inputs] if len(table.space.inputs) > 1 else []
    parts = {name: {id(row): row.of(group) for row in rows} for name, group in zip(several, table.space.groups)}
    names, values = [], []
    for name in wanted:
        column, _, of = name.partition(" ")
        if column not in COLUMNS or of and (of not in several or column not in _OF_INPUT):
            raise ValueError(f"no column is called {name!r}; there are " + ", ".join(COLUMNS))
        own = [of] if of else several if column in _OF_INPUT else [""]
        for each in own or [""]:
            names.append(f"{column} {each}" if each else column)
            values.append([value(parts[each][id(row)] if each else row, column) for row in rows])
    if columns == "compact":
        kept = [i for i, name in enumerate(names) if name not in _OPTIONAL
                or not {_written(found) for found in values[i]} <= set(_OPTIONAL[name])]
        names, values = [names[i] for i in kept], [values[i] for i in kept]
    return names, rows, [list(line) for line in zip(*values)]


def _texts(table, columns, plain):
    """(names of columns, their short names, rows, the text of each cell)."""
    names, rows, values = _chosen(table, columns, plain)
    return names, [_short(name) for name in names], rows, [[_written(found) for found in line] for line in values]


def _short(name):
    column, _, of = name.partition(" ")
    return f"{SHORT.get(column, column)} {of}".rstrip()


def _caption(table) -> str:
    sizes = [" × ".join(map(str, each.size)) for each in table.space.inputs]
    if len(sizes) > 1:
        sizes = [f"{each.name} {size}" for each, size in zip(table.space.inputs, sizes)]
    return f"Receptive fields of {table.title}, input {', '.join(sizes)}"


def _summary(table, rows) -> str:
    hidden = len(table.rows) - len(rows)
    last = table.rows[-1] if table.rows else None
    parts = [f"{table.parameters:,} parameters, {table.multiply_adds:,} multiply-adds"]
    if table.unused:
        more = f" and {len(table.unused) - 4} more" if len(table.unused) > 4 else ""
        parts.append(f"not used: {', '.join(table.unused[:4])}{more}")
    if last is not None:
        fields = [_written(value(last.of(group), "r_out")) for group in table.space.groups]
        if len(fields) > 1:
            fields = [f"{field} of {each.name}" for field, each in zip(fields, table.space.inputs)]
        parts.append(f"field {', '.join(fields)} at the output")
    if hidden:
        parts.append(f"{hidden} layer{'s that move' if hidden > 1 else ' that moves'} nothing "
                     f"{'are' if hidden > 1 else 'is'} not shown")
    if table.convention:
        parts.append(table.convention)
    return "; ".join(parts) + "."


def as_dict(table, columns="full", plain=True) -> dict:
    names, rows, values = _chosen(table, columns, plain)

    def listed(found):
        return [listed(part) for part in found] if isinstance(found, tuple) else found

    size = ({name: list(each) for name, each in table.input_size.items()} if isinstance(table.input_size, dict)
            else list(table.input_size))
    return dict(title=table.title, input_size=size, convention=table.convention,
                parameters=table.parameters, multiply_adds=table.multiply_adds, unused=list(table.unused),
                rows=[{name: listed(found) for name, found in zip(names, line)} for line in values])


def as_text(table, columns="compact", plain=False) -> str:
    names, heads, rows, cells = _texts(table, columns, plain)
    lines = [heads, *cells]
    widths = [max(len(line[i]) for line in lines) for i in range(len(names))]
    body = ["  ".join(cell.ljust(width) if name in _LEFT else cell.rjust(width)
                      for cell, width, name in zip(line, widths, names)).rstrip() for line in lines]
    return "\n".join([_caption(table), "", body[0], "  ".join("-" * w for w in widths), *body[1:],
                      "", _summary(table, rows)])


def as_markdown(table, columns="compact", plain=False) -> str:
    names, heads, rows, cells = _texts(table, columns, plain)
    lines = ["| " + " | ".join(head.replace("|", "\\|") for head in heads) + " |",
             "|" + "|".join(" --- " if name in _LEFT else " ---: " for name in names) + "|"]
    for line in cells:
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |")
    return "\n".join([*lines, "", _summary(table, rows)])


def as_csv(table, columns="full", plain=True) -> str:
    names, _, _, cells = _texts(table, columns, plain)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(cells)
    return text.getvalue()


def as_html(table, columns="compact", plain=False) -> str:
    names, heads, rows, cells = _texts(table, columns, plain)
    sides = [side("left" if name in _LEFT else "right") for name in names]
    heads = [Cell(escape(head), f'{where} title="{escape(COLUMNS[name.partition(" ")[0]])}"')
             for name, head, where in zip(names, heads, sides)]
    lines = [[Cell(escape(cell), where, name == "name") for name, where, cell in zip(names, sides, line)]
             for line in cells]
    return html_table("table receptive-fields", escape(_caption(table)), heads, lines, escape(_summary(table, rows)),
                      newline="\n")
