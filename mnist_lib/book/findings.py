"""What a difference is worth: the noise of a test set, verdicts, and findings with their evidence.

A test accuracy on n images is a count of successes, so two trainings of one
quality differ by the binomial standard error, sqrt(p (1 - p) / n). Seeds differ
for more reasons than that, so where several were trained their own spread counts
too. A difference is called noise while it is smaller than both allow for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from ..training import TEST_IMAGES

HOLDS, FAILS, NOISE = "holds", "does not hold", "within noise"
_BOX = {HOLDS: "tip", FAILS: "warning", NOISE: "note"}  # the theme's own boxes, for light and dark
_MARK = {HOLDS: ("✓", "#00674c"), FAILS: ("✗", "#9a4300"), NOISE: ("≈", "#0a5b97")}  # for a notebook, which has none


def standard_error(accuracy: float, images: int = TEST_IMAGES) -> float:
    """The binomial standard error of an accuracy in per cent, in points: 0.077 at 99.4 %."""
    p = accuracy / 100
    return 100 * math.sqrt(p * (1 - p) / images)


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


class Difference(NamedTuple):
    """``after - before`` in points, and the noise it stands in."""

    points: float
    noise: float

    @property
    def images(self) -> float:
        """The difference as a number of test images."""
        return self.points * TEST_IMAGES / 100

    @property
    def is_noise(self) -> bool:
        """Whether it is no larger than the noise."""
        return abs(self.points) <= self.noise

    @property
    def direction(self) -> str:
        """``"rises"``, ``"falls"`` or ``"is noise"``."""
        return "is noise" if self.is_noise else "rises" if self.points > 0 else "falls"

    def verdict(self, expected: int = 1) -> str:
        """Whether an expected rise (1) or fall (-1) holds, does not hold, or is within noise."""
        if self.is_noise:
            return NOISE
        return HOLDS if self.points * expected > 0 else FAILS

    @property
    def digits(self) -> int:
        """The decimals that tell difference and noise apart: two, or three where two are the same."""
        return 3 if f"{abs(self.points):.2f}" == f"{self.noise:.2f}" else 2

    def __str__(self) -> str:
        return (f"{signed(self.points, self.digits)} points, {signed(self.images, 0)} images; "
                f"noise {self.noise:.{self.digits}f} points")


def difference(before: Spread | Sequence[float], after: Spread | Sequence[float]) -> Difference:
    """The difference of two mean accuracies (per cent), and its noise.

    The noise is the larger of two standard errors: the binomial one of a single
    test reading at their common mean, and, where both have several seeds, that of
    the difference of the two means, sqrt(sd_a² / n_a + sd_b² / n_b).
    """
    before, after = (s if isinstance(s, Spread) else Spread(tuple(s)) for s in (before, after))
    noise = standard_error((before.mean + after.mean) / 2)
    if before.sd is not None and after.sd is not None:
        seeds = math.sqrt(before.sd**2 / len(before.values) + after.sd**2 / len(after.values))
        noise = max(noise, seeds)
    return Difference(after.mean - before.mean, noise)


def signed(value: float, digits: int = 2) -> str:
    """A number with its sign, and no sign for what rounds to zero."""
    text = f"{value:+.{digits}f}".replace("-", "−")
    return text[1:] if float(f"{value:.{digits}f}") == 0 else text


@dataclass(frozen=True)
class Finding:
    """A sentence, what speaks for or against it, and the verdict."""

    sentence: str
    evidence: str
    verdict: str

    def _repr_html_(self) -> str:
        title = f"{self.verdict.capitalize()}: {self.sentence}"
        mark, colour = _MARK[self.verdict]
        return (f'<div class="admonition {_BOX[self.verdict]}" style="border-left: 4px solid {colour}; '
                f'padding-left: 12px">'
                f'<p class="admonition-title"><span class="mark" aria-hidden="true">{mark} </span>'
                f'<strong>{escape(title)}</strong></p>'
                f"<p>{escape(self.evidence)}</p></div>")

    def __repr__(self) -> str:
        return f"[{self.verdict}] {self.sentence}\n    {self.evidence}"


def finding(sentence: str, evidence: str, verdict: bool | str | Difference) -> Finding:
    """A finding; its verdict is a truth value, one of the three verdicts, or an expected rise."""
    if isinstance(verdict, Difference):
        verdict = verdict.verdict()
    elif not isinstance(verdict, str):
        verdict = HOLDS if verdict else FAILS
    if verdict not in _BOX:
        raise ValueError(f"a verdict is one of {', '.join(_BOX)}, not {verdict!r}")
    return Finding(sentence, evidence, verdict)
