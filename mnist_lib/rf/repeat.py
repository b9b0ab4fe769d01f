"""Does the table hold for another image, and whatever chance draws? The network runs again, and tables are compared.

What looks like a constant must be the same on another image, where decisions that were taken from the image's
numbers are taken as before (``journal.py``). Then each such decision is turned, numbers that were read are
others, and so are random numbers. A run that executes anything else is another path: it is followed, too, its
table must say the same, and it is judged as the first one. An assertion that then fails has only looked.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections import deque
from dataclasses import dataclass, field, replace
from functools import cached_property

import torch

from .chance import draw_by, states
from .interpreter import Interpreter
from .journal import constant_changed, difference
from .operators import advice, explanation, where
from .repetition import Repetition
from .rows import rows_of
from .rules.registry import UnknownOperation
from .trace_step import Step
from .tracer import Tracer

_SEEDS = 6  # how often random numbers are drawn anew, besides once all low and once all high
_MOST = 24  # decisions that are turned one by one, or in pairs where they are fewer
_PATHS = 64  # other paths that are followed
_IMAGES = 6  # that are tried to take a path again
_LEFT = "it takes values of the image out of the graph"
_ALONE = "it computes with numbers that change from run to run, on the same image too (the time, for example)"
_UNSEEN = "where no operation can be followed (through numpy, a file, another thread)"
_DECIDES = "values of the image decide what the network executes"
_CHANCE = "what the network executes depends on chance"
_ONLY_LOOKED = (AssertionError, RuntimeError, ValueError, ArithmeticError)


@dataclass(frozen=True)
class Path:
    """One way through the network: the run that was followed, and how it is run again."""

    run: Tracer
    space: object
    tensors: list = field(repr=False)
    alter: dict = field(default_factory=dict)  # readings by their numbers, and what was read instead
    seed: object = None
    fresh: int = 0  # from this reading on, they are others than those of the path it turned off

    @cached_property
    def rows(self) -> dict:
        """The table; empty where nothing that is returned depends on the image."""
        root = self.run.open[0]
        return rows_of(root, self.space) if root.result is not None else {}

    def exits(self, reads="image"):
        """What was read of the image, or of random numbers."""
        return [e for e in self.run.exits.seen if e.reads == reads]

    @property
    def decided(self) -> dict:
        """Its decisions, to be taken again on another image, and how numbers were altered."""
        return {**self.alter, **{e.number: e.decided for e in self.exits() if e.decided is not None}}

    def plans(self, reads="image"):
        """How its readings can be altered: fresh decisions one by one, or all; numbers all alike."""
        exits = self.exits(reads)
        turned = [{e.number: not e.decided} for e in exits if e.decided is not None and e.number >= self.fresh]
        found, numbers = turned[:_MOST], [e for e in exits if e.decided is None and e.number not in self.alter]
        if len(turned) > _MOST:
            found.append({number: value for each in turned for number, value in each.items()})
        return found + [{e.number: how for e in numbers} for how in ("up", "down", "zero", "far") if numbers]


class Repeats:
    """The further runs of a network that was followed once, each from the same state.

    ``paths`` counts those that an image may take; ``unused`` names the parameters that none of them uses.
    """

    def __init__(self, network, first: Tracer, space, tensors, snapshot):
        self.network, self.space = network, space
        self.first = Path(first, space, tensors)
        self.paths, self.unused = 1, first.interpreter.unused()
        self._waiting: deque[Path] = deque()  # to have their readings altered
        self._snapshot = snapshot
        self._settled = False  # whether caches outside of the network have been filled

    def confirm(self) -> None:
        """Raise UnknownOperation where the first run's table would not hold for another image, or by chance."""
        self._waiting.append(self._on_another_image(self.first))
        while self._waiting:
            path = self._waiting.popleft()
            if path.run.drew and path.seed is None:
                self._draw(path)
            self._turn(path)
            if self.paths > _PATHS:
                raise self.refusal(None, f"{_DECIDES}, in more ways than can be tried", path.exits())

    # Other images --------------------------------------------------------------------------------

    def _on_another_image(self, path) -> Path:
        """The path, which does the same on another image; the one to go on with, where caches are full now."""
        if path.run.exits.written():
            raise self.refusal(None, f"values are written into the memory of one of its tensors, {_UNSEEN}")
        image = _others(path.tensors, 1)
        other, error = self.again(path, image, path.decided, path.seed, fill=2)
        place = difference(path.run.journal, other.journal, cut_short=error is not None)
        if place is None:
            return path
        same, stopped = self.again(path, path.tensors, path.alter, path.seed)
        alone = difference(path.run.journal, same.journal, cut_short=stopped is not None)
        if alone is not None:
            if self._settled or len(same.journal.entries) >= len(path.run.journal.entries):
                raise self.refusal(alone, _ALONE, other=same)
            self._settled = True  # something is kept outside of the network: what the next runs do is compared
            return self._on_another_image(self.follow(path, _LEFT, path.tensors, path.alter, path.seed))
        if error is not None or constant_changed(path.run.journal, other.journal):
            raise self.refusal(place, f"{_LEFT}, and they come back, {_UNSEEN}", other=other)
        found = self.follow(path, _DECIDES, image, path.decided, path.seed)
        for number in range(2, _IMAGES):  # numbers have decided: is there another image on which they decide alike?
            third, error = self.again(found, _others(path.tensors, number), found.decided, path.seed, fill=2)
            if error is None and difference(found.run.journal, third.journal) is None:
                self._found(found)
                return path
        raise self.refusal(place, _DECIDES, other=other)

    # Decisions -----------------------------------------------------------------------------------

    def _turn(self, path) -> None:
        """Look for other paths that begin where one of its readings is another."""
        plans, tried = deque(path.plans()), 0
        while plans:
            plan, tried = plans.popleft(), tried + 1
            self._way(path, plan)
            if tried + len(plans) < _MOST and not isinstance(plan[max(plan)], str):  # few: also several together
                plans += [{**plan, e.number: not e.decided} for e in path.exits()
                          if e.decided is not None and e.number > max(*plan, path.fresh - 1)]

    def _way(self, path, plan, why=_DECIDES, seed=None) -> None:
        """Note the other path that a plan, or other random numbers, lead to, if anything else is executed."""
        alter, seed = {**path.alter, **plan}, path.seed if seed is None else seed
        other, error = self.again(path, path.tensors, alter, seed)
        place = difference(path.run.journal, other.journal, cut_short=error is not None)
        exits = [e for e in path.run.exits.seen if e.number in plan]
        ends = "far" in plan.values() or plan and not any(isinstance(how, str) for how in plan.values())
        if error is not None and (place is not None or not (ends or isinstance(error, _ONLY_LOOKED))):
            raise self.refusal(place, why, exits, other)
        if place is None:
            return
        if why is _DECIDES and constant_changed(path.run.journal, other.journal):
            raise self.refusal(place, f"{_LEFT}, and they come back", exits, other)
        found = self.follow(path, why, path.tensors, alter, seed, exits, place)
        if why is _CHANCE and [e.what for e in path.run.journal.entries] == [e.what for e in found.run.journal.entries]:
            return  # other numbers, which the same is done with
        self._found(self._on_another_image(replace(found, fresh=_fresh(path, found, max(plan, default=-1)))))

    def _found(self, path) -> None:
        self._waiting.append(path)
        self.paths += 1
        self.unused = tuple(name for name in self.unused if name in path.run.interpreter.unused())

    def _draw(self, path) -> None:
        """Look for other paths that other random numbers lead to."""
        for plan in path.plans("chance"):
            self._way(path, plan, _CHANCE)
        for seed in (*range(1, _SEEDS + 1), "low", "high"):
            self._way(path, {}, _CHANCE, seed)

    # Runs ----------------------------------------------------------------------------------------

    def follow(self, path, why, tensors, alter, seed, exits=None, place=None) -> Path:
        """Another path, followed, whose table says what the first one's says; else UnknownOperation says ``why``."""
        run, error = self._run(Interpreter(self.network), tensors, alter, seed)
        if error is not None:
            raise error if isinstance(error, UnknownOperation) else self.refusal(place, why, exits, run)
        found = Path(run, self.space, tensors, alter, seed)
        apart = _apart(self.first.rows, found.rows)
        if apart:
            if why is _CHANCE:
                why += ": draw once, when the network is built, and keep it"
            raise self.refusal(place, f"{why}: {apart}", exits, run)
        return found

    def again(self, path, tensors, alter=None, seed=None, fill=1):
        """Another run, which is not followed: its tracer, and the error that it stopped with."""
        return self._run(Repetition(path.run.interpreter.decisions, fill), tensors, alter, seed)

    def _run(self, interpreter, tensors, alter, seed):
        error = None
        with self._snapshot.running() as snapshot, contextlib.redirect_stdout(io.StringIO()), \
                warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tracer = Tracer(self.network, interpreter, snapshot.tensors, alter)
            if seed is not None:
                draw_by(seed, snapshot.generators)
            before = states()
            try:
                tracer.run(self.space, [t.clone() for t in tensors])
            except Exception as stopped:
                error = stopped.with_traceback(None)  # which would hold all tensors of the run
            tracer.drew = interpreter.chance or bool(snapshot.generators) or states() != before
        return tracer, error

    def refusal(self, place, why, exits=None, other=None):
        """The error: which function has read the numbers, in which module, and a rule that helps."""
        exits = self.first.exits() if exits is None else exits
        runs = [run.journal.entries for run in (self.first.run, other) if run is not None and run.journal.entries]
        at = [entries[min(place, len(entries) - 1)] for entries in runs] if place is not None else []
        step = _step(self.network, _common([e.step.name for e in exits] + [entry.place for entry in at]))
        if exits:
            inner = exits[0].called if isinstance(exits[0].called, torch._ops.OpOverload) else None
            return UnknownOperation(explanation(exits[0].called, inner, step, why.removesuffix(f", {_UNSEEN}"), True))
        what = f"before {at[0].name!r}" if at and not at[0].name.startswith("(call ") else "there"
        return UnknownOperation(f"no rule for what {where(step)} does {what}: {why}. {advice(step)}")


def _fresh(old, new, last):
    """From which reading on those of a path are others than those of the path that it turned off."""
    tails = [[(e.called, e.step.name) for e in path.exits() if e.number > last] for path in (old, new)]
    return last + 1 if tails[0] != tails[1] else max((e.number for e in new.exits()), default=0) + 1


def _apart(one, other) -> str:
    """What two tables say otherwise of an output, or of a row that both have; "" where nothing."""
    if not one or not other or [row.name for row in one["outputs"]] != [row.name for row in other["outputs"]]:
        return "" if not one and not other else "something else is returned then"
    for kind in ("outputs", "blocks", "parts", "rows"):
        ours, theirs = ({(row.name, row.call, row.calls): row for row in table[kind]} for table in (one, other))
        for key, row in ours.items():
            there = theirs.get(key, row)
            if (row.output, row.shape, row.extents) != (there.output, there.shape, there.extents):
                name = repr(row.label) if row.label else "the output"
                return f"the field of {name} is {_size(there)} then, not {_size(row)}" if _size(row) != _size(
                    there) else f"the units of {name} see other pixels then"
    return ""


def _size(row):
    return " × ".join(str(g.field) for g in row.output)


def _others(tensors, number):
    """Other inputs of the same kind."""
    return [_other(tensor, number) for tensor in tensors]


def _other(tensor, number):
    if not tensor.is_floating_point():
        return torch.empty_like(tensor).copy_(tensor.flip(-1) if number % 2 else tensor.roll(number, -1))
    made = torch.rand(tensor.shape, generator=torch.Generator().manual_seed(number)).to(tensor)
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
