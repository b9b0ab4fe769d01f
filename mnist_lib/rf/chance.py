"""Chance outside of torch: where a network's functions draw it from, and runs in which it gives something else."""

from __future__ import annotations

import copy
import random
import sys
import types
from contextlib import contextmanager

import torch

from .world import World, is_asked

EMPTY = object()
_MOST = 1000  # functions that are looked into
#: Names of what gives something else from run to run, or from process to process, in ways of its own.
_HINTS = {"id", "hash", "data_ptr", "Random", "SystemRandom", "RandomState", "default_rng", "seed", "uuid1", "uuid4",
          "datetime64", "Timestamp", "getrefcount", "get_ident", "get_native_id", "getrusage", "getloadavg",
          "Thread", "ThreadPoolExecutor", "cpu_percent", "virtual_memory", "memory_allocated"}


def is_source(thing) -> bool:
    """Whether a thing draws random numbers: a generator of torch's, numpy's or Python's."""
    return isinstance(thing, (random.Random, torch.Generator)) or hasattr(thing, "bit_generator") or \
        hasattr(thing, "_bit_generator")


class Survey:
    """What the functions that a network may call draw chance from, as far as their names tell.

    ``places`` (holder, name) are names of their own for what the world answers (``world.py``); ``hints``, whether
    anything is named that gives something else from run to run.
    """

    def __init__(self):
        self.places: list = []
        self.hints = False
        self._seen: set = set()

    def of(self, function) -> list:
        """The sources among the global names that a function uses, and in the functions that it calls by name."""
        function, found = _plain(function), []
        if not isinstance(function, types.FunctionType) or id(function) in self._seen or len(self._seen) > _MOST:
            return found
        self._seen.add(id(function))
        codes, names = [function.__code__], {}
        while codes:
            code = codes.pop()
            codes += [part for part in code.co_consts if isinstance(part, types.CodeType)]
            names.update(dict.fromkeys(code.co_names))
        self.hints |= not _HINTS.isdisjoint(names)
        for name in names:
            thing = function.__globals__.get(name, hash if name == "hash" else None)
            self.holds(function.__globals__, name, thing)
            found += self._from(thing, names)
        for cell in function.__closure__ or ():
            thing = content_of(cell)
            self.holds(cell, "cell_contents", thing)
            found += self._from(thing, names)
        for name, thing in (function.__kwdefaults__ or {}).items():
            self.holds(function.__kwdefaults__, name, thing)
            found += self._from(thing, names)
        for thing in function.__defaults__ or ():
            self.holds(function, "__defaults__", thing)
            found += self._from(thing, names)
        return found

    def of_class(self, kind) -> list:
        """The sources that the methods of a class and its bases use by a global name."""
        new = [each for each in kind.__mro__ if id(each) not in self._seen and not _library(each.__module__)]
        self._seen.update(map(id, new))
        methods = [(each, *method) for each in new for method in vars(each).items()]
        for each, name, method in methods:
            self.holds(each, name, method.__func__ if isinstance(method, staticmethod) else method)
        return [source for *_, method in methods for source in self.of(method)]

    def holds(self, holder, name, thing) -> None:
        """Somebody has a thing under a name, and it may be one that the world answers for."""
        if is_asked(thing):
            self.places.append((holder, name))

    def _from(self, thing, names):
        """The sources in something that a function has a name for; ``names`` are all that it uses."""
        if isinstance(thing, types.FunctionType):
            return [] if _library(thing.__module__) else self.of(thing)
        if isinstance(thing, types.ModuleType):
            parts = () if _library(thing.__name__) else [vars(thing).get(name) for name in names]
            return [source for part in parts if not isinstance(part, types.ModuleType)
                    for source in self._from(part, names)]
        if isinstance(thing, type):
            return self.of_class(thing)
        return [thing] if is_source(thing) else []


def _library(name):
    first = (name or "").partition(".")[0]
    return first in ("torch", "numpy") or first in sys.stdlib_module_names and first != "__main__"


def _plain(method):
    """The function that a method, property or decorated function is made of."""
    method = method.fget if isinstance(method, property) else method
    return getattr(method, "__func__", method)


def content_of(cell):
    """What a function's cell holds; ``EMPTY`` where that is nothing yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return EMPTY


class Chance:
    """What a network draws from, and may ask, in its runs."""

    def __init__(self, snapshot):
        self._snapshot, self._truth, self._before, self._asked = snapshot, {}, _states(), 0

    def drew(self) -> bool:
        """Whether the runs so far have drawn from outside of torch or asked the world, or may have without notice."""
        (python, numpy), (python_now, numpy_now) = self._before, _states()
        return bool(self._snapshot.generators or self._snapshot.survey.hints or self._asked) or (
            python != python_now or numpy is not None and (
                numpy[1] != numpy_now[1] or bool((numpy[0] != numpy_now[0]).any())))

    @contextmanager
    def of(self, seed=None):
        """While this lasts, the first run's chance; by a seed other chance, or all as "low" or as "high" as it gets."""
        elsewhere = []  # memory in use, so that new things lie in other places
        if seed is not None:
            elsewhere = [torch.empty(17 * n) for n in range(7 * (seed if isinstance(seed, int) else len(seed)) % 30)]
            _reseed(seed, self._snapshot)
        world = World(self._truth, seed)
        try:
            with world.around(self._snapshot.survey.places):
                yield
        finally:
            self._asked += world.asked
            elsewhere.clear()


def _states():
    numpy = sys.modules.get("numpy")
    return random.getstate(), numpy and numpy.random.get_state()[1:3]


def _reseed(seed, snapshot):
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


def _bits(generator):
    """What holds the state of one of numpy's generators, of the new kind or of the old."""
    return generator.bit_generator if hasattr(generator, "bit_generator") else generator._bit_generator


def state_of(generator):
    """A function that gives a generator of random numbers the state that it has now."""
    if isinstance(generator, random.Random):
        state = generator.getstate()
        return lambda: generator.setstate(state)
    if isinstance(generator, torch.Generator):
        state = generator.get_state()
        return lambda: generator.set_state(state)
    state = copy.deepcopy(_bits(generator).state)
    return lambda: setattr(_bits(generator), "state", state)


def reseed(generator, seed: int) -> None:
    """Another state for a generator."""
    if isinstance(generator, random.Random):
        generator.seed(seed)
    elif isinstance(generator, torch.Generator):
        generator.manual_seed(seed)
    else:
        bits = _bits(generator)
        bits.state = type(bits)(seed).state
