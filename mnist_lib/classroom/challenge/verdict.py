"""What a few trainings are worth: whether they hold, with intervals, and which idea to try next.

Accuracies are counts of held-out images. The interval of a share is the exact one of Clopper and Pearson (1934).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from scipy.stats import binomtest

from .results import Result, holds
from .rules import TERMS, Sheet, Terms

LAST = (1, 3, 5)
HELD, NEAR, FAILS = "holds", "near", "does not hold"
LEARNT = 50  # per cent: what ends below has not learnt
GUESSED, FIRST = 30, 99.0  # more before any training, or after one epoch, is no training of these images


@dataclass(frozen=True)
class Verdict:
    """Over the seeds: ``holds[n]`` counts those that hold for n epochs; intervals are in per cent."""

    seeds: tuple[int, ...]
    mean: float
    sd: float | None
    between: tuple[float, float]
    holds: dict[int, int]
    target: float = TERMS.target

    @property
    def word(self) -> str:
        """The verdict in a word: all seeds hold for five epochs, some hold for one, or none."""
        return word_of(self.holds, len(self.seeds))

    @property
    def sure(self) -> bool:
        """Whether the rule lies outside the interval, so that these images can tell."""
        return not self.between[0] <= self.target <= self.between[1]


def holding(results: Sequence, target: float) -> dict[int, int]:
    """How many results, or grades, hold for so many of the last epochs."""
    return {n: sum(holds(r, n, target) for r in results) for n in LAST}


def word_of(holding: Mapping[int, int], seeds: int) -> str:
    """The word for how many seeds hold for so many epochs."""
    if holding[LAST[-1]] == seeds:
        return HELD
    return NEAR if holding[LAST[0]] else FAILS


def judge(results: Sequence[Result], target: float = TERMS.target) -> Verdict:
    """The verdict over the results of one entry; ``ValueError`` if there are none."""
    if not results:
        raise ValueError("there is no training to judge")
    finals = [r.final for r in results]
    hits = round(fmean(r.correct[-1] for r in results))
    low, high = binomtest(hits, results[0].held_out).proportion_ci(0.95, "exact")
    return Verdict(tuple(r.seed for r in results), fmean(finals), stdev(finals) if len(finals) > 1 else None,
                   (100 * float(low), 100 * float(high)), holding(results, target), target)


def warnings_of(correct: Sequence[int], of: int, before: int | None, rate: float | None) -> tuple[str, ...]:
    """What is strange about a training: it did not learn, or knew the images before it began."""
    told, shares = [], [100 * n / of for n in correct]
    if shares and shares[-1] < LEARNT:
        told.append(f"It did not learn: {shares[-1]:.2f} % after the last epoch"
                    + (f", with a learning rate of {rate:.2g} in it." if rate is not None else "."))
    if before is not None and 100 * before / of > GUESSED:
        told.append(f"Before any training it gets {100 * before / of:.2f} % right; a guess gets 10. "
                    "Where do its weights come from?")
    if shares and shares[0] > FIRST:
        told.append(f"After one epoch it gets {shares[0]:.2f} % right; no recorded network of the book gets above "
                    "98.91. Where do its weights come from?")
    return tuple(told)


def advice(sheet: Sheet, results: Sequence[Result], terms: Terms = TERMS) -> tuple[str, ...]:
    """What the numbers suggest to try next, the most telling first; with the numbers that suggest it."""
    first, verdict = results[0], judge(results, terms.target)
    train, held = fmean(r.epochs[-1].accuracy for r in results), verdict.word == HELD
    tips = list(warnings_of(first.correct, first.held_out, first.before, first.epochs[-1].rate))
    if verdict.mean < LEARNT:
        return (*tips, "Look at the learning rate over the epochs: is it far too small or too large? A schedule that "
                       'is meant for epochs says per="epoch".')
    last = [a for r in results for a in zip(r.accuracies[-5:], r.accuracies[-4:])]
    swing = fmean(abs(b - a) for a, b in last) if last else 0.0
    spare, more = terms.limit - sheet.parameters, terms.epochs - len(first.epochs)
    tips += [tip for applies, tip in (
        (held, "It holds. Fewer parameters, or fewer epochs: how small can it get?"),
        (not held, _short_of(results, terms.target)),
        (not verdict.sure and len(results) < 3,
         f"Can't tell yet: {terms.target:.2f} % lies within the interval. Train three seeds: --seeds 3."),
        (train - verdict.mean > 0.3,
         f"It overfits: {train:.2f} % in training against {verdict.mean:.2f} % held out. Rotate and shift the training "
         "images (RandomAffine), or add a little dropout."),
        (sheet.field is not None and sheet.field < 20,
         f"Its field is too small: {sheet.field} pixels before the head, and a digit is 20 tall. Add a layer, or pool "
         "earlier."),
        (swing > 0.08,
         f"It is unstable at the end: {swing:.2f} points from epoch to epoch. Let the learning rate fall to almost "
         "nothing (WarmupDecay, OneCycleLR), or average the weights (averaging=0.995)."),
        (not held and not any("Norm" in kind for _, kind, _ in sheet.layers),
         "No normalization: batch normalization behind each convolution lets it learn faster."),
        (not held and train < min(verdict.mean, terms.target) and spare < 0.2 * terms.limit,
         f"It underfits its own training images ({train:.2f} %, with augmentation on): weaker augmentation or dropout, "
         "or a higher learning rate."),
        (not held and spare > 0.2 * terms.limit,
         f"Budget unspent: {spare:,} parameters are left. Wider layers behind the pooling cost little time."),
        (not held and more > 0, f"{more} epoch{'s are' if more > 1 else ' is'} left.")) if applies and tip]
    return tuple(tips) or ("Nothing stands out: change one thing, and train three seeds.",)


def _short_of(results: Sequence[Result], target: float) -> str:
    """Which epoch alone keeps a network from holding, and by how many images; or nothing."""
    short = [(r.seed, len(r.correct) - place, math.ceil(round(target * r.held_out / 100, 6)) - n)
             for r in results for place, n in enumerate(reversed(r.correct[-LAST[-1]:]))
             if 100 * n < round(target * r.held_out, 4)]
    if len(short) != 1 or len(results[0].correct) < LAST[-1]:
        return ""
    seed, epoch, images = short[0]
    return f"It is short by {images} image{'s' * (images > 1)}, in one epoch: epoch {epoch} of seed {seed}."


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
