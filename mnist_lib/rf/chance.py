"""Sources of random numbers outside of torch: noticed when they are drawn from, and made to give others."""

from __future__ import annotations

import copy
import os
import random
import sys
import types
from contextlib import contextmanager
from unittest import mock

import torch


def is_source(thing) -> bool:
    """Whether a thing draws random numbers: a generator of torch's, numpy's or Python's."""
    return isinstance(thing, (random.Random, torch.Generator)) or hasattr(thing, "bit_generator") or \
        hasattr(thing, "_bit_generator")


def sources_of(function, seen=None) -> list:
    """The sources among the global names that a function uses, and the functions that it calls by name."""
    seen, found = set() if seen is None else seen, []
    if not isinstance(function, types.FunctionType) or id(function) in seen or len(seen) > 500:
        return found
    seen.add(id(function))
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        codes += [part for part in code.co_consts if isinstance(part, types.CodeType)]
        for name in code.co_names:
            thing = function.__globals__.get(name)
            if isinstance(thing, types.FunctionType) and not _library(thing.__module__):
                found += sources_of(thing, seen)
            elif thing is not None and not isinstance(thing, (type, types.ModuleType)) and is_source(thing):
                found.append(thing)
    return found


def sources_of_classes(modules) -> list:
    """The sources that the methods of modules' classes use by a global name."""
    kinds = {each for module in modules for each in type(module).__mro__ if not _library(each.__module__)}
    seen: set = set()
    return [source for kind in kinds for method in vars(kind).values() for source in sources_of(method, seen)]


def _library(name):
    return (name or "").partition(".")[0] in ("torch", "numpy", "builtins")


class Outside:
    """What has been drawn since this was made: from Python's or numpy's own source, or the operating system's."""

    def __init__(self, snapshot):
        self._snapshot, self._before, self.asked = snapshot, _states(), 0

    def drew(self) -> bool:
        """Whether anything was, or the network has sources of its own."""
        (python, numpy), (python_now, numpy_now) = self._before, _states()
        return bool(self._snapshot.generators or self.asked) or python != python_now or numpy is not None and (
            numpy[1] != numpy_now[1] or bool((numpy[0] != numpy_now[0]).any()))

    @contextmanager
    def watched(self):
        """While this lasts, the operating system's random bytes are counted."""
        def counting(count, original=os.urandom):
            self.asked += 1
            return original(count)

        with _system(counting):
            yield


def _states():
    numpy = sys.modules.get("numpy")
    return random.getstate(), numpy and numpy.random.get_state()[1:3]


@contextmanager
def _system(function):
    with mock.patch.object(os, "urandom", function), mock.patch.object(random, "_urandom", function):
        yield


@contextmanager
def drawing(seed, snapshot):
    """While this lasts, all sources draw other random numbers: of a seed, or all as "low" or as "high" as they get."""
    if seed is None:
        yield
        return
    _reseed(seed, snapshot)
    generator = random.Random(str(seed))
    with _system(bytes if seed == "low" else generator.randbytes):
        yield


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
