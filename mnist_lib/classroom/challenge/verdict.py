"""What a few trainings are worth: whether they hold, with intervals, and which idea to try next.

Accuracies are counts of held-out images. An interval for a share is Clopper and Pearson's (1934).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from .results import Result
from .rules import EPOCHS, LIMIT, Sheet

RULE, LAST = 99.40, (1, 3, 5)
HELD, NEAR, FAILS = "holds", "near", "does not hold"


def interval(hits: int, of: int, confidence: float = 0.95) -> tuple[float, float]:
    """The shares that are compatible with ``hits`` of ``of``, both ends found by halving."""
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _where(lambda p: 1 - _at_most(hits - 1, of, p) >= tail)
    high = 1.0 if hits == of else _where(lambda p: _at_most(hits, of, p) <= tail)
    return low, high


def _at_most(hits: int, of: int, p: float) -> float:
    """The chance of ``hits`` or fewer of ``of``; summed from the shorter side."""
    if not 0 < p < 1:
        return float(p <= 0 or hits >= of)
    def chance(k):
        return math.exp(math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1)
                        + k * math.log(p) + (of - k) * math.log1p(-p))
    if hits > of // 2:
        return 1 - math.fsum(chance(k) for k in range(hits + 1, of + 1))
    return math.fsum(chance(k) for k in range(hits + 1))


def _where(reached) -> float:
    """The smallest share between 0 and 1 for which ``reached`` is true."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


@dataclass(frozen=True)
class Verdict:
    """Over the seeds: ``holds[n]`` counts those that hold for n epochs; intervals are in per cent."""

    seeds: tuple[int, ...]
    mean: float
    sd: float | None
    between: tuple[float, float]
    holds: dict[int, int]

    @property
    def word(self) -> str:
        """The verdict in a word: all seeds hold for five epochs, some hold for one, or none."""
        if self.holds[LAST[-1]] == len(self.seeds):
            return HELD
        return NEAR if self.holds[LAST[0]] else FAILS

    @property
    def sure(self) -> bool:
        """Whether the rule lies outside the interval, so that these images can tell."""
        return not self.between[0] <= RULE <= self.between[1]


def judge(results: Sequence[Result]) -> Verdict:
    """The verdict over the results of one entry; ``ValueError`` if there are none."""
    if not results:
        raise ValueError("there is no training to judge")
    finals = [r.final for r in results]
    hits = round(fmean(r.correct[-1] for r in results))
    low, high = interval(hits, results[0].held_out)
    return Verdict(tuple(r.seed for r in results), fmean(finals), stdev(finals) if len(finals) > 1 else None,
                   (100 * low, 100 * high), {n: sum(r.holds(n, RULE) for r in results) for n in LAST})


def advice(sheet: Sheet, results: Sequence[Result]) -> tuple[str, ...]:
    """What the numbers suggest to try next, the most telling first; with the numbers that suggest it."""
    tips, verdict = [], judge(results)
    train = fmean(r.epochs[-1].accuracy for r in results)
    if verdict.word == HELD:
        tips.append("It holds. Fewer parameters, or fewer epochs: how small can it get?")
    if train - verdict.mean > 0.3:
        tips.append(f"It overfits: {train:.2f} % in training against {verdict.mean:.2f} % held out. Rotate and shift "
                    "the training images (RandomAffine), or add a little dropout.")
    if sheet.field is not None and sheet.field < 20:
        tips.append(f"Its field is too small: {sheet.field} pixels before the head, and a digit is 20 tall. Add a "
                    "layer, or pool earlier.")
    last = [a for r in results for a in zip(r.accuracies[-5:], r.accuracies[-4:])]
    swing = fmean(abs(b - a) for a, b in last) if last else 0.0
    if swing > 0.08:
        tips.append(f"It is unstable at the end: {swing:.2f} points from epoch to epoch. Let the learning rate fall to "
                    "almost nothing (WarmupDecay, OneCycleLR), or average the weights (averaging=0.995).")
    if not any("BatchNorm" in kind or "Norm" in kind for _, kind, _ in sheet.layers) and verdict.word != HELD:
        tips.append("No normalization: batch normalization behind each convolution lets it learn faster.")
    if train < RULE and train - verdict.mean < 0 and verdict.word != HELD and sheet.parameters > 0.8 * LIMIT:
        tips.append(f"It underfits its own training images ({train:.2f} %, with augmentation on): weaker augmentation "
                    "or dropout, or a higher learning rate.")
    if verdict.word != HELD and sheet.parameters < 0.8 * LIMIT:
        tips.append(f"Budget unspent: {LIMIT - sheet.parameters:,} parameters are left. Wider layers behind the "
                    "pooling cost little time.")
    if verdict.word != HELD and len(results[0].epochs) < EPOCHS:
        tips.append(f"{EPOCHS - len(results[0].epochs)} epochs are left.")
    return tuple(tips) or ("Nothing stands out: change one thing, and train three seeds.",)


def worth(before: Sequence[Result], after: Sequence[Result]) -> tuple[float, float, str]:
    """What a try gained over the one before, in held-out images, its noise, and a sentence.

    Both were judged on the same images, so images that both get right, or wrong, say nothing. The noise is the
    standard error over the images on which they differ, and over the seeds where both have several.
    """
    gain = fmean(r.correct[-1] for r in after) - fmean(r.correct[-1] for r in before)
    a, b = ({place for place, _ in rs[0].wrong} for rs in (before, after))
    images = len(a ^ b)
    seeds = sum(stdev([r.correct[-1] for r in rs]) ** 2 / len(rs) for rs in (before, after) if len(rs) > 1)
    noise = math.sqrt(images + seeds)
    clear = abs(gain) > 2 * noise
    return gain, noise, (f"{gain:+.0f} of {after[0].held_out:,} held-out images against the last try, "
                         f"noise {noise:.0f}: "
                         + ("a clear difference." if clear else "not clear; it may be luck."))
