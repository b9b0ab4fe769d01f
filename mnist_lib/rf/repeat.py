"""Is what counts as constant really constant? The network runs again and is compared with its first run.

On another image, everything but followed values must be the same (``journal.py``). Where the network has
read numbers of the image, it reads others; where it has drawn random numbers, it draws others: what
it executes may not change. An assertion that then fails has only looked.
"""

from __future__ import annotations

import contextlib
import io
import random
import sys
import warnings

import torch

from .interpreter import Step
from .journal import difference
from .operators import advice, explanation, where
from .repetition import Repetition
from .rules.registry import UnknownOperation
from .snapshot import left_as_found
from .tracer import Tracer

_SEEDS = 6  # how often random numbers are drawn anew, besides once all low and once all high
_MOST = 24  # decisions that are turned one by one
_ONLY_LOOKED = (AssertionError, RuntimeError, ValueError, ArithmeticError)


def drawn_outside(snapshot):
    """A function that says whether random numbers were drawn from Python's, numpy's or the network's own generators."""
    numpy = sys.modules.get("numpy")
    before = random.getstate(), numpy and numpy.random.get_state()[1:3]

    def drew() -> bool:
        after = random.getstate(), numpy and numpy.random.get_state()[1:3]
        return bool(snapshot.generators) or before[0] != after[0] or numpy is not None and (
            before[1][1] != after[1][1] or bool((before[1][0] != after[1][0]).any()))
    return drew


class Repeats:
    """The further runs of a network that was followed once, each from the same state."""

    def __init__(self, network, first: Tracer, space, tensors):
        self.network, self.first, self.space, self.tensors = network, first, space, tensors

    def confirm(self, drew: bool) -> None:
        """Raise UnknownOperation where the first run's table would not hold for another image, or by chance.

        ``drew``: whether random numbers outside of torch were drawn, too.
        """
        if self.first.exits.written():
            raise self.refusal(None, "values are written into the memory of one of its tensors")
        other, error = self.again(list(map(_other, self.tensors)), fill=2)
        place = difference(self.first.journal, other.journal, cut_short=error is not None)
        if place is not None:
            raise self.refusal(place, "it takes values of the image out of the graph, and they come back")
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
                raise self.refusal(place, why, [e for e in exits if e.number in plan])

    def draw(self):
        """Draw other random numbers."""
        why = "what the network executes depends on chance"
        self.turn("chance", why)
        for seed in (*range(1, _SEEDS + 1), "low", "high"):
            other, error = self.again(self.tensors, seed=seed)
            place = difference(self.first.journal, other.journal, loosely=True, cut_short=error is not None)
            if place is not None:
                raise self.refusal(place, f"{why}: draw once and keep it, when the network is built",
                                   [e for e in self.first.exits.seen if e.reads == "chance"])

    def again(self, tensors, alter=None, seed=None, fill=1):
        """Another run: its tracer, and the error that it stopped with."""
        error = None
        with left_as_found(self.network) as snapshot, contextlib.redirect_stdout(io.StringIO()), \
                warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tracer = Tracer(self.network, Repetition(self.first.interpreter.decisions, fill), snapshot.tensors, alter)
            if seed is not None:
                _reseed(seed, snapshot)
            try:
                tracer.run(self.space, tensors)
            except Exception as stopped:
                error = stopped
        return tracer, error

    def refusal(self, place, why, exits=None):
        """The error: which function has read the numbers, in which module, and a rule that helps."""
        exits = [e for e in self.first.exits.seen if e.reads == "image"] if exits is None else exits
        entries = self.first.journal.entries
        at = entries[min(place, len(entries) - 1)] if place is not None and entries else None
        step = _step(self.network, _common([e.step.name for e in exits] + ([at.place] if at is not None else [])))
        if exits:
            inner = exits[0].called if isinstance(exits[0].called, torch._ops.OpOverload) else None
            return UnknownOperation(explanation(exits[0].called, inner, step, why, True))
        what = f"before {at.name!r}" if at is not None else "there"
        return UnknownOperation(f"no rule for what {where(step)} does {what}: {why}, where no operation can be "
                                f"followed (through numpy, a file, another thread, chance). {advice(step)}")


def _reseed(seed, snapshot):
    """Other random numbers: of a seed, or all as low or as high as they get."""
    extreme = {"low": 0, "high": _untempered(0xFFFFFFFF)}.get(seed)
    number = seed if isinstance(seed, int) else 77
    torch.manual_seed(number)
    snapshot.reseed(number)
    random.seed(number)
    numpy = sys.modules.get("numpy")
    if extreme is not None:
        random.setstate((3, (extreme,) * 624 + (0,), None))
    if numpy:
        numpy.random.seed(number)
        if extreme is not None:
            numpy.random.set_state(("MT19937", [extreme] * 624, 0))


def _untempered(word):
    """The word of a Mersenne twister's state that gives ``word``."""
    word ^= word >> 18
    word ^= word << 15 & 0xEFC60000
    found = word
    for _ in range(4):
        found = word ^ (found << 7 & 0x9D2C5680)
    word = found & 0xFFFFFFFF
    for _ in range(2):
        found = word ^ found >> 11
    return found & 0xFFFFFFFF


def _other(tensor):
    """Another input of the same kind."""
    if not tensor.is_floating_point():
        return tensor.flip(-1)
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
