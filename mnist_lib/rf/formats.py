"""How a receptive-field table is written: text, HTML, Markdown, CSV and plain dictionaries.

Where the axes of the image differ, a cell has a number for each: 3×5, or 3×3×5 in a volume. Of
several inputs each has columns of its own, as ``r_out mask``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
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


@dataclass(frozen=True)
class View:
    """What of a table is shown: which columns and layers, how deep in its blocks, which names, and its outputs."""

    columns: str | Sequence[str] = "compact"
    plain: bool = False
    depth: int | None = None
    filter: str = ""
    outputs: bool = False

    def rows(self, table) -> tuple[list, int]:
        """The rows, and how many more move nothing."""
        rows = [row for row in (table.rows if self.depth is None else _folded(table, self.depth)) if self._named(row)]
        shown = [row for row in rows if self.plain or not row.plain]
        outputs = [row for row in table.outputs if self._named(row)] if self.outputs and len(table.outputs) > 1 else []
        return shown + outputs, len(rows) - len(shown)

    def _named(self, row):
        return self.filter in row.label or fnmatchcase(row.label, self.filter)


def _folded(table, depth):
    """The rows down to a depth of names; a deeper one's block stands for all that it contains."""
    found: dict = {}
    for number, (row, inside) in enumerate(zip(table.rows, table.graph.inside)):
        place = ("row", number)
        while row.name.count(".") >= depth and inside is not None and table.blocks[inside].name:
            if table.blocks[inside].name.count(".") < depth:
                place = ("block", inside)
                break
            inside = table.graph.within[inside]
        found.setdefault(place, []).append(row)
    return [rows[0] if kind == "row" else replace(
        table.blocks[number], parameters=sum(row.parameters for row in rows),
        multiply_adds=sum(row.multiply_adds for row in rows), plain=all(row.plain for row in rows))
        for (kind, number), rows in found.items()]


def _chosen(table, view, rows):
    """Names of columns, and of each row the values."""
    several = [each.name for each in table.space.inputs] if len(table.space.inputs) > 1 else []
    parts = {name: {id(row): row.of(group) for row in rows} for name, group in zip(several, table.space.groups)}
    names, values = [], []
    for name in {"compact": COMPACT, "full": COLUMNS}.get(view.columns, view.columns) if isinstance(
            view.columns, str) else view.columns:
        column, _, of = name.partition(" ")
        if column not in COLUMNS or of and (of not in several or column not in _OF_INPUT):
            raise ValueError(f"no column is called {name!r}; there are " + ", ".join(COLUMNS))
        own = [of] if of else several if column in _OF_INPUT else [""]
        for each in own or [""]:
            names.append(f"{column} {each}" if each else column)
            values.append([value(parts[each][id(row)] if each else row, column) for row in rows])
    if view.columns == "compact":
        kept = [i for i, name in enumerate(names) if name not in _OPTIONAL
                or not {_written(found) for found in values[i]} <= set(_OPTIONAL[name])]
        names, values = [names[i] for i in kept], [values[i] for i in kept]
    return names, list(zip(*values))


def _texts(table, view):
    """Names of columns, their short names, of each row the text of each cell, and what is said below."""
    rows, hidden = view.rows(table)
    names, values = _chosen(table, view, rows)
    return names, [_short(name) for name in names], [[_written(found) for found in line] for line in values], _summary(
        table, hidden)


def _short(name):
    column, _, of = name.partition(" ")
    return f"{SHORT.get(column, column)} {of}".rstrip()


def _caption(table) -> str:
    sizes = [" × ".join(map(str, each.size)) for each in table.space.inputs]
    if len(sizes) > 1:
        sizes = [f"{each.name} {size}" for each, size in zip(table.space.inputs, sizes)]
    return f"Receptive fields of {table.title}, input {', '.join(sizes)}"


def _summary(table, hidden) -> str:
    parts = [f"{table.parameters:,} parameters, {table.multiply_adds:,} multiply-adds"]
    if table.unused:
        more = f" and {len(table.unused) - 4} more" if len(table.unused) > 4 else ""
        parts.append(f"not used: {', '.join(table.unused[:4])}{more}")
    if table.outputs:
        told = [f"{_field(row, table.space)} at {row.name if len(table.outputs) > 1 else 'the output'}"
                for row in table.outputs]
        parts.append("field " + ", ".join(told[:8]) + (f" and of {len(told) - 8} more" if len(told) > 8 else ""))
    if hidden:
        parts.append(f"{hidden} layer{'s that move' if hidden > 1 else ' that moves'} nothing "
                     f"{'are' if hidden > 1 else 'is'} not shown")
    if table.convention:
        parts.append(table.convention)
    return "; ".join(parts) + "."


def _field(row, space):
    """The field of a row, in each input."""
    fields = [_written(value(row.of(group), "r_out")) for group in space.groups]
    if len(fields) == 1:
        return fields[0]
    return ", ".join(f"{field} of {each.name}" for field, each in zip(fields, space.inputs))


def as_dict(table, view, intervals=False) -> dict:
    """Plain numbers, strings and lists; with ``intervals`` also those of every unit, and the kernels of blocks."""
    def listed(found):
        return [listed(part) for part in found] if isinstance(found, (tuple, list)) else found

    def told(rows):
        names, lines = _chosen(table, view, rows)
        found = [{name: listed(cell) for name, cell in zip(names, line)} for line in lines]
        for record, row in zip(found, rows) if intervals else ():
            record |= {"shape": list(row.shape), "intervals": {
                axis: {key: listed(getattr(extent, key)) for key in ("shape", "first", "last")}
                for axis, extent in zip(table.space.axis_names, row.extents.axes)}}
        return found

    size = ({name: list(each) for name, each in table.input_size.items()} if isinstance(table.input_size, dict)
            else list(table.input_size))
    return dict(title=table.title, input_size=size, convention=table.convention, parameters=table.parameters,
                multiply_adds=table.multiply_adds, unused=list(table.unused), rows=told(view.rows(table)[0]),
                outputs=told(table.outputs), blocks=told((*table.blocks, *table.parts)))


def as_text(table, view) -> str:
    names, heads, cells, below = _texts(table, view)
    lines = [heads, *cells]
    widths = [max(len(line[i]) for line in lines) for i in range(len(names))]
    body = ["  ".join(cell.ljust(width) if name in _LEFT else cell.rjust(width)
                      for cell, width, name in zip(line, widths, names)).rstrip() for line in lines]
    return "\n".join([_caption(table), "", body[0], "  ".join("-" * w for w in widths), *body[1:], "", below])


def as_markdown(table, view) -> str:
    names, heads, cells, below = _texts(table, view)
    lines = ["| " + " | ".join(head.replace("|", "\\|") for head in heads) + " |",
             "|" + "|".join(" --- " if name in _LEFT else " ---: " for name in names) + "|"]
    for line in cells:
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |")
    return "\n".join([*lines, "", below])


def as_csv(table, view) -> str:
    names, _, cells, _ = _texts(table, view)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(cells)
    return text.getvalue()


def as_html(table, view) -> str:
    names, heads, cells, below = _texts(table, view)
    sides = [side("left" if name in _LEFT else "right") for name in names]
    heads = [Cell(escape(head), f'{where} title="{escape(COLUMNS[name.partition(" ")[0]])}"')
             for name, head, where in zip(names, heads, sides)]
    lines = [[Cell(escape(cell), where, name == "name") for name, where, cell in zip(names, sides, line)]
             for line in cells]
    return html_table("table receptive-fields", escape(_caption(table)), heads, lines, escape(below), newline="\n")
