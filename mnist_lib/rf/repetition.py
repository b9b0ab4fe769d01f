"""A second run takes the first one's decisions and works out no intervals."""

from __future__ import annotations

from .operators import COSTLY, Filler, without_computing


class Repetition:
    """In an interpreter's place in a second run: no intervals, and the first run's decisions."""

    follows = chance = False

    def __init__(self, decisions, seed):
        self._decisions = iter(decisions)
        self._filler = Filler(seed)

    def operation(self, function, args, kwargs, mutated, step, unseen=False):
        """(output, False)."""
        skip = function.overloadpacket.__name__ in COSTLY and next(self._decisions, False)
        output = without_computing(function, args, kwargs, self._filler) if skip else None
        return function(*args, **kwargs) if output is None else output, False

    def attends(self, *_) -> bool:
        """What the first run found."""
        return next(self._decisions, True)

    def speaks(self, tree) -> bool:
        """What the first run said."""
        return next(self._decisions, False)

    def spoken(self, rule, name, args, kwargs):
        """What the first run found: any rule will do, as it is not asked."""
        return rule if next(self._decisions, False) else None

    def _nothing(self, *_):
        """Nothing is known of any tensor, and nothing noted."""

    begin = all = keyed = first = lost = by_chance = tell = count = _nothing
