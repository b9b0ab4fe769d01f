"""Is what counts as constant really constant? The network runs again and is compared with its first run.

On another image, everything but followed values must be the same (``journal.py``). Where the network has
read numbers of the image, it reads others; where it has drawn random numbers, it draws others: what
it executes may not change. An assertion that then fails has only looked.
"""

from __future__ import annotations

import contextlib
import io
import warnings

import torch

from .chance import draw_by
from .journal import difference
from .operators import advice, explanation, where
from .repetition import Repetition
from .rules.registry import UnknownOperation
from .snapshot import left_as_found
from .trace_step import Step
from .tracer import Tracer

_SEEDS = 6  # how often random numbers are drawn anew, besides once all low and once all high
_MOST = 24  # decisions that are turned one by one
_LEFT = "it takes values of the image out of the graph"
_ALONE = "it computes with numbers that change from run to run, on the same image too (the time, for example)"
_UNSEEN = "where no operation can be followed (through numpy, a file, another thread)"
_ONLY_LOOKED = (AssertionError, RuntimeError, ValueError, ArithmeticError)


class Repeats:
    """The further runs of a network that was followed once, each from the same state."""

    def __init__(self, network, first: Tracer, space, tensors, snapshot):
        self.network, self.first, self.space, self.tensors = network, first, space, tensors
        self._snapshot = snapshot

    def confirm(self, drew: bool) -> None:
        """Raise UnknownOperation where the first run's table would not hold for another image, or by chance.

        ``drew``: whether random numbers outside of torch were drawn, too.
        """
        if self.first.exits.written():
            raise self.refusal(None, f"values are written into the memory of one of its tensors, {_UNSEEN}")
        other, error = self.again(list(map(_other, self.tensors)), fill=2)
        place = difference(self.first.journal, other.journal, cut_short=error is not None)
        if place is not None:
            same, error = self.again(self.tensors)
            alone = difference(self.first.journal, same.journal, cut_short=error is not None) is not None
            raise self.refusal(place, _ALONE if alone else f"{_LEFT}, and they come back, {_UNSEEN}", other=other)
        self.turn("image", "values of the image decide what the network executes")
        if drew or self.first.interpreter.chance:
            self.draw()

    def turn(self, reads, why):
        """Read other numbers, or decide otherwise, and see whether the network executes anything else."""
        exits = [e for e in self.first.exits.seen if e.reads == reads]
        decisions = [e for e in exits if e.decides]
        plans = [{e.number: "turn"} for e in decisions[:_MOST]]
        if len(decisions) > _MOST:
            plans.append({e.number: "turn" for e in decisions})
        numbers = [e for e in exits if not e.decides]
        plans += [{e.number: how for e in numbers} for how in ("up", "down", "zero") if numbers]
        for plan in plans:
            other, error = self.again(self.tensors, plan)
            place = difference(self.first.journal, other.journal, loosely=reads == "chance",
                               cut_short=error is not None)
            looked = error is None or isinstance(error, _ONLY_LOOKED) or "turn" in plan.values()
            if place is not None or not looked:
                raise self.refusal(place, why, [e for e in exits if e.number in plan], other)

    def draw(self):
        """Draw other random numbers."""
        why = "what the network executes depends on chance"
        self.turn("chance", why)
        for seed in (*range(1, _SEEDS + 1), "low", "high"):
            other, error = self.again(self.tensors, seed=seed)
            place = difference(self.first.journal, other.journal, loosely=True, cut_short=error is not None)
            if place is not None:
                raise self.refusal(place, f"{why}: draw once, when the network is built, and keep it",
                                   [e for e in self.first.exits.seen if e.reads == "chance"], other)

    def again(self, tensors, alter=None, seed=None, fill=1):
        """Another run: its tracer, and the error that it stopped with."""
        error = None
        with self._left_as_found() as snapshot, contextlib.redirect_stdout(io.StringIO()), \
                warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tracer = Tracer(self.network, Repetition(self.first.interpreter.decisions, fill), snapshot.tensors, alter)
            try:
                if seed is not None:
                    draw_by(seed, snapshot.generators)
                tracer.run(self.space, tensors if seed is None else [t.clone() for t in tensors])
            except Exception as stopped:
                error = stopped.with_traceback(None)  # which would hold all tensors of the run
        return tracer, error

    @contextlib.contextmanager
    def _left_as_found(self):
        """As ``left_as_found``, by the first run's snapshot where that can be done."""
        if not self._snapshot.repeatable:
            with left_as_found(self.network) as snapshot:
                yield snapshot
            return
        try:
            self._snapshot.evaluate()
            yield self._snapshot
        finally:
            self._snapshot.put_back()

    def refusal(self, place, why, exits=None, other=None):
        """The error: which function has read the numbers, in which module, and a rule that helps."""
        exits = [e for e in self.first.exits.seen if e.reads == "image"] if exits is None else exits
        runs = [run.journal.entries for run in (self.first, other) if run is not None and run.journal.entries]
        at = [entries[min(place, len(entries) - 1)] for entries in runs] if place is not None else []
        step = _step(self.network, _common([e.step.name for e in exits] + [entry.place for entry in at]))
        if exits:
            inner = exits[0].called if isinstance(exits[0].called, torch._ops.OpOverload) else None
            return UnknownOperation(explanation(exits[0].called, inner, step, why.removesuffix(f", {_UNSEEN}"), True))
        what = f"before {at[0].name!r}" if at and at[0].name != "(call)" else "there"
        return UnknownOperation(f"no rule for what {where(step)} does {what}: {why}. {advice(step)}")


def _other(tensor):
    """Another input of the same kind."""
    if not tensor.is_floating_point():
        return torch.empty_like(tensor).copy_(tensor.flip(-1))
    made = torch.rand(tensor.shape, generator=torch.Generator().manual_seed(1)).to(tensor)
    return torch.empty_like(tensor).copy_(made)


def _common(names) -> str:
    """The innermost module that contains all the named ones."""
    parts = [name.split(".") if name else [] for name in names]
    common = []
    for level in zip(*parts):
        if len(set(level)) > 1:
            break
        common.append(level[0])
    return ".".join(common)


def _step(network, name):
    while name:
        try:
            module = network.get_submodule(name)
            return Step(name, type(module).__name__, module)
        except AttributeError:
            name = name.rpartition(".")[0]
    return Step("", type(network).__name__, network)
