"""The graph of a table's layers: which reads which, and which block each stands in. No torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Graph:
    """Edges and nesting of the rows of a table.

    ``sources``: for each row, the numbers of the rows that it reads; -1 is the first input, -2 the
    second. ``inside``: for each row, the number of the block it stands in, in ``Table.blocks``;
    ``within``: the same for each block, None for the network itself. ``outputs``: the rows that
    the network returns.
    """

    sources: tuple[tuple[int, ...], ...]
    inside: tuple[int | None, ...]
    within: tuple[int | None, ...]
    outputs: tuple[int, ...]


def chain(count: int) -> Graph:
    """The graph of layers that stand one behind another."""
    return Graph(tuple((i - 1,) for i in range(count)), (None,) * count, (), (count - 1,) if count else ())


def graph_of(root, made, blocks) -> Graph:
    """The graph of a run, from its steps: the groups that became rows, and those that became blocks."""
    owner: dict = {}
    for number, group in enumerate(made):
        for step in group:
            _own(step, number, owner)
    known: dict = {}

    def resolved(maker):
        """The rows or inputs whose numbers a maker holds; steps without a row hand on what they read."""
        if isinstance(maker, int):
            return (-1 - maker,)
        if id(maker) in owner:
            return (owner[id(maker)],)
        if id(maker) not in known:
            known[id(maker)] = ()  # a circle, where memory is written again and again, ends here
            known[id(maker)] = _once(row for read in maker.reads.values() for row in resolved(read))
        return known[id(maker)]

    reads: list[list] = [[] for _ in made]
    for step in _all(root):
        if id(step) in owner:
            reads[owner[id(step)]] += step.reads.values()
    sources = tuple(_once(row for maker in makers for row in resolved(maker) if row < number)
                    for number, makers in enumerate(reads))
    places = {id(block): number for number, group in enumerate(blocks) for block in group}
    parents = _parents(root, places)
    return Graph(sources, tuple(parents.get(id(group[-1])) for group in made),
                 tuple(parents.get(id(group[-1])) for group in blocks),
                 _once(row for maker in root.reads.values() for row in resolved(maker) if row >= 0))


def _own(step, number, owner):
    """A row stands for its step and all that happened inside; where that has rows itself, they come first."""
    owner.setdefault(id(step), number)
    for inner in step.inside:
        _own(inner, number, owner)


def _all(step):
    yield step
    for inner in step.inside:
        yield from _all(inner)


def _parents(root, places) -> dict:
    """For each step the number of the innermost block around it."""
    found, waiting = {}, [(root, None)]
    while waiting:
        step, around = waiting.pop()
        found[id(step)] = around
        here = places.get(id(step), around)
        waiting += [(inner, here) for inner in step.inside]
    return found


def _once(numbers) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))
