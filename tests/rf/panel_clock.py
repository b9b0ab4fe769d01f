"""Small networks that ask for the time and the like: those that choose by it are refused, those that note it are not.

As in ``panel_soundness.py``; ``test_soundness.py`` judges these, too.
"""

import datetime
import os
import random
import time
import uuid
from datetime import datetime as moment
from time import perf_counter

import torch.nn.functional as F

from tests.rf.panel_soundness import TWO, c


def by(choice):
    return lambda m, x: m.c(x) if choice(m) else m.d(x)


def in_time(m, x):
    """As many layers as go into a second."""
    began = perf_counter()
    while perf_counter() - began < 1 and x.mean() > -9 and len(m.log) < 3:
        m.log.append(1)
        x = m.c(x)
    return x


def timed(m, x):
    began = time.time()
    y = m.c(x)
    m.log += [moment.now(), datetime.date.today(), time.strftime("%X"), uuid.uuid4(), os.getpid(), id(y), hash("y")]
    if time.time() - began > 60:
        print("slow")
    return F.relu(y)


def by_date(m, x):
    """Real dates are dates, whatever answers in their class's place."""
    known = isinstance(m.day[0], datetime.date) and issubclass(type(m.day[0]), moment) and moment(2020, 1, 1) < m.day[0]
    return (m.c if known and type(moment.now()) is type(m.day[0]) else m.d)(x)


def kept(m, x):
    return m.c(x) * m.log.setdefault(hash(("scale", x.shape[-1])), 2.0)


LOG = {"c": c(1, 2), "log": list}
FOLLOWED = [
    ("timed and logged", timed, LOG),
    ("a known date", by_date, {**TWO, "day": lambda: [moment(2024, 1, 1)]}),
    ("kept under a hash", kept, {"c": c(1, 2), "log": dict}),
    ("the time as a little noise", lambda m, x: m.c(x) + time.time() * 1e-12, {"c": c(1, 2)}),
]
REFUSED = [
    ("by the time", by(lambda m: int(time.time()) % 2), TWO),
    ("by a clock's own name", lambda m, x: x.roll(int(perf_counter() * 100) % 8, 2), {}),
    ("by a clock that it holds", by(lambda m: m.clocks[0]() % 60 < 20), {**TWO, "clocks": lambda: [time.monotonic]}),
    ("by nanoseconds, rarely", by(lambda m: time.time_ns() % 100_000 == 0), TWO),
    ("by what goes into a second", in_time, {"c": c(1, 1, padding=1), "log": list}),
    ("by the hour", by(lambda m: moment.now().hour < 12), TWO),
    ("by the day of the week", by(lambda m: datetime.date.today().weekday() == 2), TWO),
    ("by a written time", by(lambda m: time.strftime("%S") < "30"), TWO),
    ("by a name with the time in it", lambda m, x: x.roll(uuid.uuid1().time % 8, 2), {}),
    ("by the process", by(lambda m: os.getpid() % 2), TWO),
    ("by a word's hash", lambda m, x: x.roll(hash("word") % 8, 2), {}),
    ("by a place in memory", lambda m, x: x.roll(id(x * 1) // 16 % 8, 2), {}),
    ("by a new source", lambda m, x: x.roll(random.Random().randrange(8), 2), {}),
]
