"""How sure a difference is: intervals over seeds, over images and seeds, and the verdicts drawn from them.

Two questions are asked of every difference of accuracies. *On these images, would other seeds say
the same?* Welch's interval over the seeds answers (Welch, Biometrika 34, 1947). *Would other images
say the same, too?* A two-way interval answers, in which images and seeds are both drawn at random;
its part for the images comes from the lists of misclassified images that every record has. A family
of comparisons has its declared size and is adjusted by Holm's method (Scandinavian Journal of
Statistics 6, 1979), "k of n" has the interval of Clopper and Pearson (Biometrika 26, 1934), and one new
training has a prediction interval. "Not clear" is never read as "equal". Chapter: ``book/evidence/how-sure.md``.

Accuracies are in per cent, differences in points. The formulas stand in ``intervals.py``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..training import TEST_IMAGES
from .intervals import (
    LEVEL,
    Interval,
    Share,
    adjusted,
    by_image,
    half_width,
    images_variance,
    p_value,
    standard_error,
)
from .tables import signed

__all__ = ["CLEAR", "ENOUGH", "HERE", "LEVEL", "NOT_CLEAR", "NOT_CONTRADICTED", "NO_VERDICT", "Comparison", "Interval",
           "Share", "Spread", "adjusted", "compare", "contrast", "half_width", "holm", "images_variance", "judged",
           "mostly", "prediction", "standard_error"]

CLEAR, HERE, NOT_CLEAR = "clear", "clear on these images only", "not clear"
NO_VERDICT = "no verdict"
NOT_CONTRADICTED = "not contradicted"  # one number within a prediction interval, which proves nothing
ENOUGH = 3  # seeds from which on a step says something about its scatter; with fewer there is no verdict


@dataclass(frozen=True)
class Spread:
    """The values of one measure over the random seeds."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Their mean."""
        return sum(self.values) / len(self.values)

    @property
    def sd(self) -> float | None:
        """Their sample standard deviation; ``None`` for a single value."""
        if len(self.values) < 2:
            return None
        return math.sqrt(sum((v - self.mean) ** 2 for v in self.values) / (len(self.values) - 1))

    @property
    def low(self) -> float:
        """The smallest."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The largest."""
        return max(self.values)


@dataclass(frozen=True)
class Comparison:
    """A difference in points, what it scatters by, and the verdict.

    ``parts`` are (variance of a mean over seeds, degrees of freedom), one a side; ``images`` is the variance that
    other images add, ``None`` where nobody can say; ``bound`` says that it is the most it can be: the lists of misses
    are not known, and two networks that miss different images scatter most. ``seeds`` is the smaller number of
    trainings; ``tested`` says that both sides are accuracies on the test images, so that points count images.
    """

    points: float
    parts: tuple[tuple[float, int], ...]
    images_variance: float | None
    seeds: int
    bound: bool = False
    tested: bool = True

    @property
    def images(self) -> float:
        """The difference as a number of test images."""
        return self.points * TEST_IMAGES / 100

    def interval(self, *, images: bool = False) -> Interval | None:
        """The 95 % interval over the seeds, or over ``images`` and seeds; ``None`` where it is not known."""
        if not self.parts or images and self.images_variance is None:
            return None
        half = float(half_width(*zip(*self.parts)))
        if images:  # never the narrower one, though more degrees of freedom make its quantile smaller
            half = max(half, float(half_width(*zip(*self.parts), self.images_variance)))
        return Interval(self.points - half, self.points + half)

    @property
    def factor(self) -> float:
        """What the errors are multiplied by, of a contrast of their logarithms."""
        return math.exp(self.points)

    def factors(self, *, images: bool = False) -> Interval | None:
        """The interval of ``factor``."""
        found = self.interval(images=images)
        return found and Interval(*map(math.exp, found))

    @property
    def p(self) -> tuple[float, float]:
        """The p-values over the seeds, and over images and seeds; 1 where there is no verdict."""
        if self.seeds < ENOUGH:
            return 1.0, 1.0
        over_seeds = float(p_value(self.points, *zip(*self.parts)))
        return over_seeds, (1.0 if self.images_variance is None else
                            max(over_seeds, float(p_value(self.points, *zip(*self.parts), self.images_variance))))

    @property
    def verdict(self) -> str:
        """``CLEAR``, ``HERE``, ``NOT_CLEAR``, or ``NO_VERDICT`` for fewer than three trainings on a side."""
        return judged(self, self.p)

    @property
    def clear(self) -> bool:
        """Whether other seeds would say the same, at least on these images."""
        return self.verdict in (CLEAR, HERE)

    @property
    def direction(self) -> str:
        """``"rises"`` or ``"falls"`` where it is clear, at least on these images; else the verdict."""
        return self.verdict if not self.clear else "rises" if self.points > 0 else "falls"

    @property
    def wider(self) -> bool:
        """Whether other images say something else: an interval wider by a tenth, or another verdict."""
        inner, outer = self.interval(), self.interval(images=True)
        return outer is not None and (outer.high - outer.low > 1.1 * (inner.high - inner.low)
                                      or inner.holds(0) != outer.holds(0))

    @property
    def told(self) -> str:
        """The interval over the seeds; in a second line that over images and seeds, where it says something else."""
        inner = self.interval()
        return "–" if inner is None else f"{inner}\n{self.interval(images=True)}" if self.wider else str(inner)

    def __sub__(self, other: "Comparison") -> "Comparison":
        """The difference of two differences between other trainings: their variances add."""
        return Comparison(self.points - other.points, self.parts + other.parts if self.parts and other.parts else (),
                          None if None in (self.images_variance, other.images_variance) else
                          self.images_variance + other.images_variance,
                          min(self.seeds, other.seeds), self.bound or other.bound, self.tested and other.tested)

    def __neg__(self) -> "Comparison":
        return replace(self, points=-self.points)

    def __str__(self) -> str:
        text = f"{signed(self.points)} points" + f", {signed(self.images, 0)} images" * self.tested
        if self.seeds < ENOUGH:
            return f"{text}; from {'one training' if self.seeds == 1 else f'{self.seeds} trainings'}, {NO_VERDICT}"
        text += f"; 95 % interval over the seeds {self.interval()}"
        if self.images_variance is not None:
            text += f", over images and seeds {'at most ' * self.bound}{self.interval(images=True)}"
        return f"{text}: {self.verdict}"


def judged(of: Comparison, p: tuple[float, float]) -> str:
    """The verdict that a pair of p-values gives: over the seeds, and over images and seeds."""
    if of.seeds < ENOUGH:
        return NO_VERDICT
    over_seeds, over_both = (one < 1 - LEVEL for one in p)
    return CLEAR if over_seeds and over_both else HERE if over_seeds else NOT_CLEAR


def compare(before: Spread | Sequence[float] | float, after: Spread | Sequence[float], *, paired: bool = False,
            missed: tuple[Sequence, Sequence] | None = None,
            images: tuple[int, int] | None = (TEST_IMAGES, TEST_IMAGES)) -> Comparison:
    """``after - before``: accuracies in per cent, one for each seed; ``before`` may be a fixed number.

    ``paired`` takes the values of one training together, in the order given. ``missed`` are, for each seed of
    the two sides, the indices of the images it gets wrong; without them the images' part is at most that of two
    samples of ``images`` images drawn apart. For what is no accuracy ``images`` is ``None``: then a difference is
    clear on these images at most.
    """
    if isinstance(before, int | float):
        sides, level = (), float(before)
    else:
        sides = (tuple(getattr(before, "values", before)),)
        level = sum(sides[0]) / len(sides[0])
    sides += (tuple(getattr(after, "values", after)),)
    points = sum(sides[-1]) / len(sides[-1]) - level
    drawn = [Spread(tuple(b - a for a, b in zip(*sides, strict=True)))] if paired else [Spread(s) for s in sides]
    seeds = min(len(s.values) for s in drawn)
    parts = tuple((s.sd**2 / len(s.values), len(s.values) - 1) for s in drawn) if seeds > 1 else ()
    if missed is not None and seeds > 1:
        wrong = [by_image(of) for of in missed[-len(sides):]]
        variance = images_variance(*(((1,), (wrong[1] - wrong[0],)) if paired else ((1, -1)[-len(wrong):], wrong)))
        return Comparison(points, parts, variance, seeds)
    if images is None:
        return Comparison(points, parts, None, seeds, tested=False)
    means = [sum(s) / len(s) for s in sides]
    return Comparison(points, parts, sum(standard_error(min(m, 100), n) ** 2
                                         for m, n in zip(means, images[-len(means):])), seeds, bound=True,
                      tested=set(images) == {TEST_IMAGES})


def contrast(weights: Sequence[float], values: Sequence[Sequence[float]],
             missed: Sequence[Sequence[Sequence[int]]] | None = None, *, logs: bool = False) -> Comparison:
    """The sum of several networks' mean accuracies, each times its weight: +1 and -1 are a difference.

    ``values`` are, for each network, the accuracies of its trainings in per cent; they may scatter unequally and be of
    different number. ``missed`` are the images that each training gets wrong. With ``logs`` it is the sum of the mean
    logarithms of the errors, so that ``Comparison.factor`` is what the errors are multiplied by. Its ``seeds`` are
    those of the network with the fewest: a verdict asks for three of each. ``ValueError`` for a network with a weight
    and no training.
    """
    used = [i for i, weight in enumerate(weights) if weight]
    if not all(len(values[i]) for i in used):
        raise ValueError("a network of the contrast has no training; train it, or give it no weight")
    seeds = min(len(values[i]) for i in used)
    sides = {i: Spread(tuple(math.log(100 - v) if logs else v for v in values[i])) for i in used}
    points = sum(weights[i] * sides[i].mean for i in used)
    if seeds < 2:
        return Comparison(points, (), None, seeds, tested=not logs)
    parts = tuple((weights[i] ** 2 * sides[i].sd ** 2 / len(values[i]), len(values[i]) - 1) for i in used)
    scales = {i: 1 / (100 - Spread(tuple(values[i])).mean) if logs else 1.0 for i in used}  # of log(x) it is dx / x
    variance = None if missed is None else images_variance(
        [weights[i] * scales[i] for i in used], [by_image(missed[i]) for i in used])
    return Comparison(points, parts, variance, seeds, tested=not logs)


def holm(family: Sequence[Comparison | None], declared: int = 0) -> list[str]:
    """The verdicts of comparisons that were declared as one family, so that one false "clear" in it is rare.

    A family has the size that was ``declared``. Members that are missing (``None``, or not in the list) or that have
    too few trainings count in it with p = 1, and have no verdict.
    """
    p = [(1.0, 1.0) if of is None else of.p for of in family]
    both = list(zip(*(adjusted([each[question] for each in p], declared) for question in (0, 1))))
    return [NO_VERDICT if of is None else judged(of, each) for of, each in zip(family, both, strict=True)]


def prediction(of: Spread | Sequence[float], level: float = LEVEL) -> Interval | None:
    """Where one more training ends, in 95 of 100 cases: mean ± t sd sqrt(1 + 1 / n); ``None`` below three seeds.

    On the same images, for trainings that scatter normally. More seeds make it sharper, down to ± 1.96 sd.
    """
    of = of if isinstance(of, Spread) else Spread(tuple(of))
    n = len(of.values)
    if n < ENOUGH:
        return None
    half = float(half_width([of.sd**2 * (1 + 1 / n)], [n - 1], level=level))
    return Interval(of.mean - half, of.mean + half)


def mostly(share: Share) -> bool | str:
    """Whether more than half of all trainings would: its interval lies above one half, or below, or it is not clear."""
    if share.of < ENOUGH:
        return NO_VERDICT
    return NOT_CLEAR if share.interval.holds(50) else share.interval.low > 50
