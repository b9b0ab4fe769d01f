"""Which units of its input each unit of a layer reads, along one axis. No torch.

Every spatial layer is one :class:`Taps`: a function from an output's index to the input's
indices (its taps). ``windows.py`` reads the intervals of what a network executes at them.
Equal layers get the same object, so that what is worked out of one can be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor


@dataclass(frozen=True)
class Taps:
    """One layer along one axis: ``size`` outputs, of which output i reads the inputs ``taps(i)``.

    Taps may lie outside the input, and ``taps`` answers for any whole i, so that the layer's
    law is known beyond the border too: ``period`` (a, b) says that going a outputs on moves
    the taps b inputs on. ``border`` says where a tap outside lands: "zero" (it reads nothing),
    "edge" (the nearest unit), "reflect" or "wrap".
    """

    size: int
    taps: Callable[[int], Sequence[int]]
    period: tuple[int, int]
    border: str = "zero"


def inside(tap: int, size: int, border: str) -> int | None:
    """The unit of a map of ``size`` that a tap really reads; None where it reads padding."""
    if 0 <= tap < size:
        return tap
    if border == "edge":
        return min(max(tap, 0), size - 1)
    if border == "wrap":
        return tap % size
    if border == "reflect":
        return -tap if tap < 0 else 2 * (size - 1) - tap
    return None


def window_size(size, kernel, stride=1, padding=0, dilation=1, ceil_mode=False) -> int:
    """n_out of a window. In ceil mode the last window may hang over, but must start on the map."""
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    if room < 0 and not ceil_mode:
        return 0
    if not ceil_mode:
        return room // stride + 1
    outputs = -(-room // stride) + 1
    return outputs - 1 if (outputs - 1) * stride >= size + padding else outputs


@lru_cache(maxsize=256)
def window(size, kernel, stride=1, padding=0, dilation=1, ceil_mode=False) -> Taps:
    """Convolution and pooling: output i reads i s - p + t d for t = 0 ... k - 1."""
    span = dilation * (kernel - 1) + 1
    return Taps(window_size(size, kernel, stride, padding, dilation, ceil_mode),
                 lambda i: range(i * stride - padding, i * stride - padding + span, dilation),
                 (1, stride))


@lru_cache(maxsize=256)
def transposed(size, kernel, stride=1, padding=0, dilation=1, output_padding=0) -> Taps:
    """Transposed convolution: output i reads every j with j s - p + t d = i for some tap t.

    With a stride above 1 the number of such j depends on i modulo s; with a kernel smaller
    than the stride some outputs read nothing at all.
    """
    def taps(i):
        places = (i + padding - t * dilation for t in reversed(range(kernel)))
        return [place // stride for place in places if place % stride == 0]

    outputs = (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1
    return Taps(outputs, taps, (stride, 1))


@lru_cache(maxsize=256)
def shifted(size_out, offset, step=1, border="zero") -> Taps:
    """Padding (negative offset), cropping and slicing: output i reads i step + offset."""
    return Taps(size_out, lambda i: (i * step + offset,), (1, step), border)


@lru_cache(maxsize=256)
def adaptive(size, outputs) -> Taps:
    """Adaptive pooling: output i reads from floor(i n / m) up to ceil((i + 1) n / m)."""
    ratio = Fraction(size, outputs)
    return Taps(outputs, lambda i: range(floor(i * ratio), ceil((i + 1) * ratio)),
                 (ratio.denominator, ratio.numerator))


@lru_cache(maxsize=256)
def fractional(size, kernel, outputs) -> Taps:
    """Pooling at random places: output i begins by chance at floor(i a) or ceil(i a)."""
    ratio, last = Fraction(size - kernel, max(1, outputs - 1)), size - kernel if outputs == 1 else 0
    return Taps(outputs, lambda i: range(last + floor(i * ratio), last + ceil(i * ratio) + kernel),
                (ratio.denominator, ratio.numerator))


@lru_cache(maxsize=256)
def nearest(outputs, scale: Fraction, exact=False, read=()) -> Taps:
    """Nearest-neighbour resizing: output i reads floor(i scale), with half a step more if exact.

    ``read`` are the units really read where that is known: PyTorch multiplies in floating
    point, and for one size in fifty an output reads the neighbour of what the formula says.
    """
    shift = scale / 2 if exact else 0
    return Taps(outputs, lambda i: (read[i] if 0 <= i < len(read) else floor(i * scale + shift),),
                 (scale.denominator, scale.numerator), "edge")


@lru_cache(maxsize=256)
def interpolated(outputs, scale: Fraction, align_corners=False, reach=1) -> Taps:
    """Linear (reach 1) and cubic (reach 2) resizing: the ``reach`` units on either side.

    Output i stands at (i + 1/2) scale - 1/2, with aligned corners at i scale. Where it stands
    on a unit it reads that one alone, all other weights being zero.
    """
    def taps(i):
        place = i * scale if align_corners else (i + Fraction(1, 2)) * scale - Fraction(1, 2)
        below = floor(place)
        return (below,) if place == below else range(below - reach + 1, below + reach + 1)

    return Taps(outputs, taps, (scale.denominator, scale.numerator), "edge")


@lru_cache(maxsize=256)
def antialiased(outputs, scale: Fraction, reach=1) -> Taps:
    """Resizing with a filter as wide as the scale: all units less than reach max(scale, 1) away."""
    width = max(scale, 1)

    def taps(i):
        place = (i + Fraction(1, 2)) * scale - Fraction(1, 2)
        near = range(floor(place - reach * width) + 1, ceil(place + reach * width))
        return tuple(t for t in near if t == place or (t - place) / width % 1)  # else its weight is zero

    return Taps(outputs, taps, (scale.denominator, scale.numerator))
