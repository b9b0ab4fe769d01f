"""What an operation without a rule depends on, found by trying it: line after line of its inputs is changed.

From several starts each line becomes not a number, a little and very much larger and smaller, and as large and as
small as the others get. What changes then depends on the line. A rule says more: what only few inputs show (a step
far out, places told by numbers) may be missed, and so the row says that it is measured.
"""

from __future__ import annotations

import torch

from . import intervals
from .intervals import NOTHING, Intervals, found_steps
from .rules.registry import flat_tensors
from .trace_step import NoRule

_STARTS = 8
_MOST = 5_000_000_000  # numbers that are worked out for one operation from one start


def measured(call):
    """The intervals of an operation's outputs; NotImplemented where they cannot be measured."""
    tags, traced = getattr(call.function, "tags", ()), list({id(t): t for t in call.traced}.values())
    if call.written or torch.Tag.dynamic_output_shape in tags or torch.Tag.nondeterministic_seeded in tags or any(
            t.is_meta or t.is_nested or t.layout is not torch.strided for t in (*traced, *call.outputs)) or any(
            not t.is_floating_point() for t in traced) or any(
            call.lookup(t) is None and call.origin(t) == "random" for t in call.tensors):
        return NotImplemented
    lines = {id(t): _lines(call.intervals(t)) for t in traced}
    size = sum(t.numel() for t in (*traced, *call.outputs)) * sum(map(len, lines.values()))
    starts = [_start(call, number) for number in range(_STARTS)] if 7 * size < _MOST else []
    tries = [_Try(call, start) for start in starts]
    if not all(each.repeats for each in tries[:1]) or not any(each.repeats for each in tries):
        return NotImplemented
    parts: list[list] = [[] for _ in call.outputs]
    for tensor in traced:
        reached = [[torch.zeros(t.shape, dtype=torch.bool) for t in call.outputs] for _ in lines[id(tensor)]]
        for one in (each for each in tries if each.repeats):
            for found, line in zip(reached, lines[id(tensor)]):
                one.change(tensor, line, found)
        for output, part, *found in zip(call.outputs, parts, *reached):
            part.append(_gathered(call.intervals(tensor), lines[id(tensor)], found, tuple(output.shape)))
    made = [intervals.union(t.shape, part) for t, part in zip(call.outputs, parts)]
    if all(spans.constant for spans in made):
        return NotImplemented
    call.details["measured"] = True
    every = [intervals.whole(map(call.intervals, traced), spans.shape) for spans in made]
    return [known if spans.constant and t.is_floating_point() else spans for spans, known, t in zip(
        made, every, call.outputs)]  # numbers that nothing reaches may be statistics; lengths are not


def _lines(spans):
    """(dimension, index) of all lines along which a tensor's intervals change; where none do, all of it is one."""
    sizes = [max(part.shape[d + 1] for part in spans.bounds) if spans.bounds else 1 for d in range(len(spans.shape))]
    return [(d, i) for d, n in enumerate(sizes) if n > 1 for i in range(n)] or [(None, 0)]


def _start(call, number):
    """Other values for what is followed or learned, by the tensors' ids; the first start has today's."""
    generator, found = torch.Generator().manual_seed(number // 2), {}
    for tensor in call.tensors:
        learned = call.lookup(tensor) is None and call.origin(tensor) != "constant"
        if not tensor.is_floating_point() or call.lookup(tensor) is None and not (learned and number):
            continue
        values = tensor.detach().cpu()
        if number == 1:
            values = torch.rand(tensor.shape, generator=generator)
        elif number:  # and the same turned around
            values = 3 * torch.randn(tensor.shape, generator=generator) * (-1) ** number
        found[id(tensor)] = values.to(tensor.device, torch.float64)
    return found


class _Try:
    """The operation at one start, and with lines of an input changed."""

    def __init__(self, call, start):
        self._call, self._start, self._dtype = call, start, torch.float64
        self.before = self._outputs(start)
        if self.before is None:  # not with doubles, then
            self._dtype = None
            self.before = self._outputs(start)
        again = self._outputs(start)
        self.repeats = again is not None and not any(bool(_differ(a, b).any()) for a, b in zip(self.before, again))

    def _outputs(self, values):
        def filled(leaf):
            if isinstance(leaf, (list, tuple)):
                return type(leaf)(map(filled, leaf))
            if not isinstance(leaf, torch.Tensor):
                return leaf
            leaf = values[id(leaf)].to(leaf.dtype) if id(leaf) in values and self._dtype is None else values.get(
                id(leaf), leaf)
            return leaf.clone() if self._dtype is None or not leaf.is_floating_point() else leaf.to(self._dtype)

        try:
            made = self._call.function(*map(filled, self._call.args),
                                       **{name: filled(value) for name, value in self._call.kwargs.items()})
        except Exception:  # beyond what it takes
            return None
        made = flat_tensors(made)
        if [t.shape for t in made] != [t.shape for t in self._call.outputs]:
            raise NoRule(None)  # how many there are depends on the values
        return made

    def change(self, tensor, line, reached):
        """Mark in ``reached``, a mask for each output, what depends on a line of a tensor."""
        start, (dim, index) = self._start[id(tensor)], line
        generator = torch.Generator().manual_seed(index)
        for how in (torch.nan, 0.5, -0.5, 1e4, -1e4, "largest", "smallest"):
            if all(bool(found.all()) for found in reached):
                return
            values = start.clone()
            part = values if dim is None else values.select(dim, index)
            if isinstance(how, str):
                part.fill_(float((start.amax() if how == "largest" else start.amin()) if start.numel() else 0))
            else:
                part.add_((how * (0.5 + torch.rand(part.shape, generator=generator))).to(part))
            after = self._outputs({**self._start, id(tensor): values})
            for found, one, other in zip(reached, self.before, after or ()):
                found |= _differ(one, other).cpu()


def _differ(one, other):
    """Where numbers differ; what is no number is as good as another that is none."""
    return (one != other) & ~((one != one) & (other != other))


def _gathered(spans, lines, reached, shape) -> Intervals:
    """The union over the lines that each output element was seen to depend on: (lines, *shape) of yes and no."""
    reached = torch.stack(reached).reshape(len(reached), -1)
    dims = list(dict.fromkeys(dim for dim, _ in lines if dim is not None))
    used = {dim: reached[[i for i, line in enumerate(lines) if line[0] == dim]] for dim in dims}
    ever = reached.any(0)
    kinds = {}
    for dim, seen in used.items():
        seen = seen | (ever & ~seen.any(0))  # seen along another dimension only: it may be any along this one
        kinds[dim] = torch.unique(seen.T, dim=0, return_inverse=True)
    bounds = []
    for part in spans.bounds:
        for dim, (patterns, _) in kinds.items():
            if part.shape[dim + 1] > 1:
                columns = [part.index_select(dim + 1, row.nonzero().flatten()) for row in patterns]
                part = torch.cat([c.amin(dim + 1, keepdim=True) if c.shape[dim + 1] else torch.full_like(
                    part.narrow(dim + 1, 0, 1), NOTHING) for c in columns], dim + 1)
        index = [kinds[d][1] if d in kinds and part.shape[d + 1] > 1 else torch.zeros_like(ever, dtype=torch.long)
                 for d in range(len(spans.shape))]
        part = part[(slice(None), *index)] if index else part.reshape(4, 1).expand(4, len(ever))
        bounds.append(intervals.collapsed(part.masked_fill(~ever, NOTHING).reshape(4, *shape), 1))
    return Intervals(shape, tuple(bounds), found_steps(shape, bounds, spans.steps))
