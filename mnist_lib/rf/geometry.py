"""The receptive-field recurrence: where the units of a map look, along one axis. No torch.

Of a map of ``size`` units, unit 0 is centred at ``start`` (in pixels of the image; pixel 0
covers 0 to 1, so its centre is 0.5), the next unit looks ``jump`` pixels further on, and each
looks at ``field`` pixels. A layer changes the four numbers; for a window of k taps, stride s,
padding p and dilation d::

    n_out = floor((n_in + 2 p - d (k - 1) - 1) / s) + 1
    j_out = j_in s
    r_out = r_in + d (k - 1) j_in
    start_out = start_in + (d (k - 1) / 2 - p) j_in

Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill
2019, https://distill.pub/2019/computing-receptive-fields/, derive an equivalent recurrence that
runs from the output back: r_in = s r_out + (k - s). Chapter: ``book/learn/receptive-field.md``.
What single layers read is in ``taps.py``; ``maps.py`` finds the four numbers of a map of any network.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from .taps import Taps


class ReceptiveFieldError(ValueError):
    """A field cannot be told; the message names the layer and what to do next."""


@dataclass(frozen=True)
class Geometry:
    """Where the units of one map look, along one axis; all lengths in pixels of the image.

    ``jump`` is a whole number, or a fraction where up-sampling sets units closer than pixels.
    Up-sampled units do not all see alike: ``phases`` then holds the interval (first, last) of
    each unit of one period, ``field`` is the largest of them, and ``start`` belongs to the
    straight line through their centres (None: such a unit looks at nothing, as between the
    taps of a transposed convolution). For every other map ``phases`` is empty. ``start`` is None
    where all units look at the same pixels, ``jump`` too where they stand in no line any more.
    ``Geometry(28)`` is an image of 28 pixels.
    """

    size: int
    jump: int | Fraction | None = 1
    field: int = 1
    start: float | None = 0.5
    phases: tuple[tuple[int, int] | None, ...] = ()

    def sees(self, unit: int) -> tuple[int, int] | None:
        """First and last pixel that ``unit`` looks at, or None if at nothing.

        ``unit`` is any whole number and nothing is clipped: pixels outside the image are
        padding, units outside the map are what a further layer's padding stands for.
        """
        if self.start is None:
            raise ReceptiveFieldError("these units have no places of their own, so no formula says what one sees")
        if not self.phases:
            first = int(self.start - self.field / 2) + unit * self.jump
            return first, first + self.field - 1
        period, phase = divmod(unit, len(self.phases))
        if self.phases[phase] is None:
            return None
        first, last = self.phases[phase]
        shift = int(self.jump * len(self.phases)) * period
        return first + shift, last + shift

    def read(self, reach: Taps) -> Geometry:
        """The map whose unit i reads the units ``reach.taps(i)`` of this one: the recurrence above, for any layer."""
        outputs, inputs = reach.period
        if not inputs:  # every unit reads the same
            period = 1
        else:
            period = outputs * (len(self.phases) or 1) // gcd(len(self.phases) or 1, inputs)
        phases = [_hull(self.sees(tap) for tap in reach.taps(unit)) for unit in range(period)]
        return _from_phases(reach.size, whole(Fraction(self.jump) * inputs / outputs), phases)

    def misalignment(self, other: Geometry) -> float:
        """The largest distance, in pixels, between the centres of the two maps' equal units."""
        apart = self.start - other.start
        return float(max(abs(apart), abs(apart + (self.size - 1) * (self.jump - other.jump))))


def _hull(intervals) -> tuple[int, int] | None:
    """The smallest interval that holds all the given ones; None if there is none to hold."""
    some = [interval for interval in intervals if interval]
    return (min(a for a, _ in some), max(b for _, b in some)) if some else None


def _from_phases(size: int, jump: int | Fraction, phases: list) -> Geometry:
    """A geometry from the intervals of one period's units; plain where all units see alike."""
    seen = [(i, *interval) for i, interval in enumerate(phases) if interval]
    if not seen:
        raise ReceptiveFieldError("no unit of the map looks at the image")
    if isinstance(jump, int) and len(seen) == len(phases):
        _, first, last = seen[0]
        if all((a, b) == (first + i * jump, last + i * jump) for i, a, b in seen):
            return Geometry(size, jump, last - first + 1, (first + last + 1) / 2)
    start = sum(Fraction(a + b + 1, 2) - i * jump for i, a, b in seen) / len(seen)
    field = max((b - a + 1 for i, a, b in seen if i < size), default=0)
    return Geometry(size, jump, field, float(start), tuple(phases))


def whole(number: Fraction) -> int | Fraction:
    """The same number as an int where it is one."""
    return number.numerator if number.denominator == 1 else number
