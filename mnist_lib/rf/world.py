"""What a network may ask outside of torch: the time, the process, the system's random bytes.

All its runs are told the same, so that they do the same; then they are told otherwise, to see whether they do
something else (``repeat.py``). A time that only goes into a log changes nothing.
"""

from __future__ import annotations

import datetime
import functools
import os
import random
import sys
import threading
import time
import timeit
import types
from contextlib import contextmanager

_SECOND = 10**9  # nanoseconds
_DAY = 86400 * _SECOND
_HOURS = _DAY // 7 + 1_234_567_892  # and some of each smaller unit
_LATE = 10**10 * _SECOND - 1000  # just before a full second of the year 2286
_CLOCKS = ("time", "perf_counter", "monotonic", "process_time", "thread_time", "clock_gettime")
_DATES = {"localtime": 0, "gmtime": 0, "ctime": 0, "asctime": 0, "strftime": 1}  # which argument is the time
_NOTHING = object()
_ONE_WORLD = threading.RLock()
_KINDS = types.BuiltinFunctionType, type
_IN_UUID = ("_generate_time_safe", "_last_timestamp")  # without its own clock it asks for the time


class World:
    """What one run is told.

    ``truth`` keeps, for all runs, what the first one was told. By a ``seed``, they are told something else: "low"
    are zeros, and "high" is a late and quick time. ``asked`` counts. Threads that were there before are not the
    network's, and are told the truth.
    """

    def __init__(self, truth: dict, seed=None):
        self._truth, self._seed, self._counts, self.asked = truth, seed, {}, 0
        self._draw = random.Random(f"{truth.setdefault('entropy', os.urandom(8))}{seed}")
        self._others = {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}
        between = int(10 ** self._draw.uniform(3, 12))  # a microsecond to a quarter of an hour from look to look
        self._tick = {None: 1000, "low": 0, "high": 1000 * _SECOND}.get(seed, between)
        self._weeks, self._mark = self._draw.randrange(500), self._draw.getrandbits(22)

    @contextmanager
    def around(self, places=()):
        """While this lasts, the world answers, also by the names that its functions have at ``places``."""
        with _ONE_WORLD:  # of two, the second would take the first one's answers for the truth
            changes = self._changes(places)
            before = [_get(holder, name) for holder, name, _ in changes]
            try:
                for change in changes:
                    _put(*change)
                yield self
            finally:
                for (holder, name, _), original in zip(changes, before):
                    _put(holder, name, original)

    def _changes(self, places):
        """What is named where, and what is put there."""
        answers, uuid = self._answers(), sys.modules.get("uuid")
        named = [(vars(sys.modules[module]), name) for module in _NAMES if module in sys.modules
                 for name in _NAMES[module]]
        found = [(*place, _answered(hash if place[1] == "hash" else _get(*place), answers))
                 for place in (*named, *places)]
        found += [(vars(uuid), name, None) for name in _IN_UUID if uuid]
        return [*found, (random.Random, "seed", self._seeding(random.Random.seed))]

    def _here(self) -> bool:
        """Whether it is the network that asks."""
        here = threading.get_ident() not in self._others
        self.asked += here
        return here

    def _now(self, clock, true) -> int:
        """What a clock says, in nanoseconds; ``true`` is what it really says."""
        count = self._counts[clock] = self._counts.get(clock, -1) + 1
        start = self._truth.setdefault(clock, true)
        if isinstance(self._seed, int):  # six seeds meet the other days of the week, each at another time of the day
            start = (start // _DAY + 7 * self._weeks + self._seed) * _DAY + self._seed * _HOURS
        waited = 1000 * max(0, count - 100) ** 3  # who waits for a time is not kept waiting
        return {"low": 0, "high": _LATE}.get(self._seed, start) + count * self._tick + waited

    def _answers(self) -> dict:
        """Functions and classes, and what answers in their place."""
        answers = {}
        for name in _CLOCKS:
            for clock, unit in ((name, _SECOND), (f"{name}_ns", 1)):
                if hasattr(time, clock):
                    answers[getattr(time, clock)] = self._clock(getattr(time, clock), name, unit)
        for name, place in _DATES.items():
            answers[getattr(time, name)] = self._date(getattr(time, name), place)
        for kind in (datetime.datetime, datetime.date):
            answers[kind] = self._kind(kind)
            answers |= {getattr(kind, name): getattr(answers[kind], name) for name in ("now", "utcnow", "today")
                        if hasattr(kind, name)}
        for name, answer in (("urandom", self._bytes), ("getrandom", self._bytes), ("getpid", self._number),
                             ("getppid", self._number), ("times", self._times)):
            if hasattr(os, name):
                answers[getattr(os, name)] = self._instead(getattr(os, name), answer)
        answers[hash] = self._instead(hash, self._hash)
        if "uuid" in sys.modules:
            getnode = sys.modules["uuid"].getnode
            answers[getnode] = self._instead(getnode, self._number)
        return answers

    def _instead(self, original, answer):
        @functools.wraps(original)
        def answering(*args, **kwargs):
            return answer(original, *args, **kwargs) if self._here() else original(*args, **kwargs)

        return answering

    def _clock(self, original, name, unit):
        def answer(original, *args):
            found = self._now((name, *args), round(original(*args) * (_SECOND // unit)))
            return found if unit == 1 else found / unit

        return self._instead(original, answer)

    def _date(self, original, place):
        def answer(original, *args):
            if len(args) <= place or args[place] is None:
                now = self._now(("time",), time_ns()) // _SECOND
                args = (*args[:place], now if original not in _OF_PARTS else localtime(now))
            return original(*args)

        time_ns, localtime = time.time_ns, time.localtime
        return self._instead(original, answer)

    def _kind(self, real):
        """A class in the place of ``datetime`` or ``date``; whatever it makes is of the real one."""
        world, time_ns = self, time.time_ns

        def now(timezone=None):
            seconds = world._now(("time",), time_ns()) / _SECOND if world._here() else time_ns() / _SECOND
            return real.fromtimestamp(seconds, timezone) if timezone else real.fromtimestamp(seconds)

        class Kind(real, metaclass=_Kind):
            stands_for = real

            def __new__(cls, *args, **kwargs):
                return real(*args, **kwargs)

            today = staticmethod(lambda: now())

        if real is datetime.datetime:
            Kind.now = staticmethod(lambda tz=None: now(tz))
            Kind.utcnow = staticmethod(lambda: now(datetime.timezone.utc).replace(tzinfo=None))
        return Kind

    def _bytes(self, original, count, *_):
        return bytes(count) if self._seed == "low" else self._draw.randbytes(count)

    def _number(self, original):
        number = original()
        return {None: number, "low": 0, "high": 2**22 - 1}.get(self._seed, number ^ self._mark)

    def _times(self, original):
        now = self._now("times", round(original()[4] * _SECOND)) / _SECOND
        return type(original())([now] * 5)

    def _hash(self, original, thing):
        changed = self._seed is not None and isinstance(thing, (str, bytes, tuple, frozenset))
        return original((thing, self._seed) if changed else thing)

    def _seeding(self, original):
        """How a generator gets its first state, also one that is given no seed."""
        @functools.wraps(original)
        def seed(generator, a=None, version=2):
            if a is None and self._here():
                a = self._draw.getrandbits(64)
            original(generator, a, version)

        return seed


class _Kind(type):
    """Of classes that stand for another one."""

    def __instancecheck__(cls, thing):
        return isinstance(thing, cls.stands_for)

    def __subclasscheck__(cls, kind):
        return issubclass(kind, cls.stands_for)


_OF_PARTS = {time.asctime, time.strftime}  # their time is one of year, month, day, ...
_NAMES = {
    "time": (*_CLOCKS, *(f"{name}_ns" for name in _CLOCKS), *_DATES), "datetime": ("datetime", "date"),
    "os": ("urandom", "getrandom", "getpid", "getppid", "times"), "timeit": ("default_timer",),
    "random": ("_urandom",), "uuid": ("getnode",)}
_ASKED = {hash, datetime.datetime.now, datetime.datetime.utcnow, datetime.datetime.today, datetime.date.today}
_ASKED |= {getattr(module, name) for module in (time, datetime, os, timeit) for name in _NAMES[module.__name__]
           if hasattr(module, name)}


def is_asked(thing) -> bool:
    """Whether a thing is a function or class that the world answers for."""
    thing = thing.func if isinstance(thing, functools.partial) else thing
    return isinstance(thing, _KINDS) and thing in _ASKED


def _get(holder, name):
    if isinstance(holder, type):
        thing = vars(holder).get(name, _NOTHING)
        return staticmethod(thing) if isinstance(thing, types.BuiltinFunctionType) else thing
    if isinstance(holder, dict):
        return holder.get(name, _NOTHING)
    if isinstance(holder, list):
        return holder[name] if name < len(holder) else _NOTHING
    return getattr(holder, name, _NOTHING)


def _answered(thing, answers):
    """What answers in a thing's place, or in that of each of some."""
    if isinstance(thing, tuple):
        return tuple(_answered(each, answers) for each in thing)
    if isinstance(thing, functools.partial):
        return functools.partial(_answered(thing.func, answers), *thing.args, **thing.keywords)
    if isinstance(thing, staticmethod):
        return staticmethod(_answered(thing.__func__, answers))
    return answers.get(thing, thing) if isinstance(thing, (*_KINDS, types.FunctionType)) else thing


def _put(holder, name, value):
    if value is _NOTHING:
        holder.pop(name, None) if isinstance(holder, dict) else None
    elif isinstance(holder, dict):
        holder[name] = value
    elif isinstance(holder, list):
        holder[name:name + 1] = [value]
    else:
        setattr(holder, name, value)
