"""Generators of random numbers: which a network's functions draw from, their states, and other ones."""

from __future__ import annotations

import copy
import random
import sys
import types

import torch

EMPTY = object()
_MOST = 1000  # functions that are looked into
_ALL_ONES = 0x12DD9BB3  # the word of a Mersenne twister's state that gives 0xFFFFFFFF


def is_source(thing) -> bool:
    """Whether a thing draws random numbers: a generator of torch's, numpy's or Python's."""
    return isinstance(thing, (random.Random, torch.Generator)) or hasattr(thing, "bit_generator") or \
        hasattr(thing, "_bit_generator")


class Sources:
    """The generators of random numbers that functions have a name for: global, or around them."""

    def __init__(self):
        self._seen: set = set()

    def of_class(self, kind) -> list:
        """Those of the methods of a class and its bases, but for PyTorch's own."""
        return [source for each in kind.__mro__ if not _library(each.__module__)
                for method in vars(each).values() for source in self.of(method)]

    def of(self, function) -> list:
        """Those of a function, and of the functions that it calls by name."""
        function = function.fget if isinstance(function, property) else function
        function = getattr(function, "__func__", function)
        if not isinstance(function, types.FunctionType) or id(function) in self._seen or len(self._seen) > _MOST:
            return []
        self._seen.add(id(function))
        codes, things = [function.__code__], [content_of(cell) for cell in function.__closure__ or ()]
        things += [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        while codes:
            code = codes.pop()
            codes += [part for part in code.co_consts if isinstance(part, types.CodeType)]
            things += [function.__globals__.get(name) for name in code.co_names]
        found = []
        for thing in things:
            if isinstance(thing, types.FunctionType) and not _library(thing.__module__):
                found += self.of(thing)
            elif is_source(thing) and not isinstance(thing, type):
                found.append(thing)
        return found


def _library(name):
    first = (name or "").partition(".")[0]
    return first in ("torch", "numpy") or first in sys.stdlib_module_names and first != "__main__"


def content_of(cell):
    """What a function's cell holds; ``EMPTY`` where that is nothing yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return EMPTY


def states():
    """The states of the generators that everybody shares, Python's and numpy's, to compare with later ones."""
    numpy = sys.modules.get("numpy")
    kind, key, place, *_ = numpy.random.get_state() if numpy else (None, None, None)
    return random.getstate(), numpy and (key.tobytes(), place)


def draw_by(seed, generators) -> None:
    """Other random numbers, by a seed; or Python's and numpy's as "low" or as "high" as they get."""
    extreme = {"low": 0, "high": _ALL_ONES}.get(seed)
    number = seed if isinstance(seed, int) else 77
    torch.manual_seed(number)
    random.seed(number)
    for generator in generators:
        reseed(generator, number)
    numpy = sys.modules.get("numpy")
    if numpy:
        numpy.random.seed(number)
    if extreme is not None:
        random.setstate((3, (extreme,) * 624 + (0,), None))
        if numpy:
            numpy.random.set_state(("MT19937", [extreme] * 624, 0))


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
