"""What the page is told of a table: names and numbers, small enough to be written into it. No torch."""

from __future__ import annotations

from mnist_lib import __version__

from .. import formats
from ..space import AXES

MOST = 20_000  # numbers for the fields of one map's units along one axis


def contents(table, effective=None, picture="") -> dict:
    """Everything that the page shows, for JSON; ``effective`` by row, ``picture`` a data address."""
    pool: dict = {}
    rows = [_told(row, table, pool) for row in table.rows]
    blocks = [_told(row, table, pool) for row in table.blocks]
    returned = [_told(row, table, pool) for row in table.outputs] if len(table.outputs) > 1 else []
    graph = table.graph
    for row, sources, inside in zip(rows, graph.sources, graph.inside):
        row |= {"sources": list(sources), "inside": inside}
    for block, within in zip(blocks, graph.within):
        block["inside"] = within
    inputs = [{"name": each.name, "size": list(each.size), "axes": list(AXES[each.axes]), "group": list(group)}
              for each, group in zip(table.space.inputs, table.space.groups)]
    return {"title": table.title, "version": __version__, "inputs": inputs, "pixels": list(table.space.pixels),
            "axes": list(table.space.axis_names), "rows": rows, "blocks": blocks, "outputs": list(graph.outputs),
            "returned": returned, "extents": list(pool.values()), "parameters": table.parameters,
            "multiplyAdds": table.multiply_adds,
            "unused": list(table.unused), "convention": table.convention, "effective": effective or {},
            "picture": picture}


def _told(row, table, pool) -> dict:
    """One row or block; what says nothing is left out."""
    found = {"name": row.label, "op": row.op, "shape": list(row.shape), "channels": [row.ch_in, row.ch_out],
             "field": [g.field for g in row.output], "jump": [formats.plain_number(g.jump) for g in row.output],
             "start": [formats.plain_number(g.start) for g in row.output], "size": [g.size for g in row.output],
             "before": [g.size for g in row.input], "seen": [_pooled(extent, pool) for extent in row.extents.axes]}
    for name in ("kernel", "stride", "padding", "dilation"):
        value = getattr(row, name)
        if value is not None:
            found[name] = list(value) if isinstance(value, tuple) else value
    for name, value in (("parameters", row.parameters), ("products", row.multiply_adds), ("plain", row.plain),
                        ("notes", list(row.notes))):
        if value:
            found[name] = value
    return found


def _pooled(extent, pool) -> int:
    """The number of an extent in the pool: equal ones are told once."""
    key = (extent.shape, extent.first, extent.last)
    if key not in pool:
        told = {"shape": list(extent.shape), "first": packed(extent.first, extent.shape),
                "last": packed(extent.last, extent.shape)}
        if _length(told["first"]) + _length(told["last"]) > MOST:
            told = {"shape": list(extent.shape)}
        pool[key] = {"number": len(pool), **told}
    return pool[key]["number"]


def packed(numbers, shape):
    """A map's numbers as runs; or as {"lines": different lines of its last dimension, "at": which stands where}."""
    plain, size = runs(numbers), next((n for n in reversed(shape) if n > 1), 1)
    if len(plain) < 100 or size == len(numbers):
        return plain
    lines: dict = {}
    at = [lines.setdefault(tuple(numbers[i:i + size]), len(lines)) for i in range(0, len(numbers), size)]
    found = {"lines": [runs(line) for line in lines], "at": runs(at)}
    return found if _length(found) < len(plain) else plain


def _length(found) -> int:
    return len(found) if isinstance(found, list) else len(found["at"]) + sum(map(len, found["lines"]))


def runs(numbers) -> list[int]:
    """A list as runs of equal steps, each as its first number, its step and its length, in one flat list."""
    found: list[int] = []
    place, count = 0, len(numbers)
    while place < count:
        end = place + 1
        step = numbers[end] - numbers[place] if end < count else 0
        while end < count and numbers[end] - numbers[end - 1] == step:
            end += 1
        found += (numbers[place], step, end - place)
        place = end
    return found
