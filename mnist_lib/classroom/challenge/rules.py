"""The rule sheet of the assignment, checked in seconds and before any training.

Each :class:`Finding` has a verdict: "yes", "no" (the rule is broken, the entry can't be judged), or "look"
(allowed, and worth a look). What is measured is in ``probes.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...reading import watching
from . import probes
from .entry import Entry, Refused, line
from .recipe import AT_MOST, Recipe
from .results import count

IMAGE = 28
YES, NO, LOOK = "yes", "no", "look"
BY_HEART, AT_LEAST = 0.9, 0.4  # of one batch's images: what is usual, and what shows that anything is learnt


@dataclass(frozen=True)
class Terms:
    """The assignment: parameters and epochs that are allowed, and the accuracy (%) that has to be held."""

    limit: int = 8_000
    epochs: int = 15
    target: float = 99.40

    def __post_init__(self):
        if not (self.limit >= 1 and 1 <= self.epochs <= AT_MOST and 0 < self.target < 100):
            raise ValueError(f"--limit is from 1 on, --epochs from 1 to {AT_MOST}, --target between 0 and 100 (%)")


@dataclass(frozen=True)
class Finding:
    """One rule: what it asks, whether it is kept, and what was found."""

    rule: str
    verdict: str
    found: str


@dataclass(frozen=True)
class Sheet:
    """What can be said at once: ``layers`` are (name, kind, numbers), ``field`` pixels or None.

    ``seconds`` are those of one epoch on this machine, by a few batches.
    """

    findings: tuple[Finding, ...]
    parameters: int
    layers: tuple[tuple[str, str, int], ...]
    field: int | None
    table: object
    seconds: float
    learnt: float

    @property
    def kept(self) -> bool:
        """Whether no rule is broken."""
        return all(f.verdict != NO for f in self.findings)

    @property
    def broken(self) -> str:
        """The broken rules in one line, or nothing."""
        return "; ".join(f"{f.rule}: {f.found}" for f in self.findings if f.verdict == NO)


TERMS = Terms()


def examine(entry: Entry, images: Tensor, labels: Tensor, terms: Terms = TERMS, *, timing: bool = True) -> Sheet:
    """The rule sheet of an entry, with uint8 training images at hand. Trains on one batch, and keeps nothing.

    Raises :class:`Refused` where the entry can't be run at all.
    """
    torch.manual_seed(0)
    network, limit = entry.build(), terms.limit
    size = count(network)
    layers = tuple((name or "(itself)", type(module).__name__, own) for name, module in network.named_modules()
                   if (own := sum(p.numel() for p in module.parameters(recurse=False))))
    if size > 100 * limit:
        raise Refused(f"{entry.name} has {size:,} parameters, and {limit:,} are allowed: nothing was run; "
                      "use narrower layers, and an average of each map instead of a wide last layer")
    findings = [Finding(f"at most {limit:,} parameters", YES if size <= limit else NO, _of_limit(size, limit)),
                _epochs(entry.recipe, terms.epochs)]
    transformed = probes.transformed(entry, images[:64])
    with watching(entry.watch):
        probes.must_run(entry, network, transformed)
        findings += [_hidden(entry, network, transformed, labels[:64]), _random_start(entry),
                     _alone(network, transformed)]
        table, field, told = probes.field(network)
        learnt = probes.by_heart(entry.build(), transformed, labels[:64])
        seconds = probes.seconds_an_epoch(entry, images, labels) if timing else 0.0
    findings += [
        Finding("no weights from a file", NO if entry.watch.weights else YES,
                ", ".join(sorted(entry.watch.weights))[:200] or "none was opened"),
        Finding("the test set is not touched", NO if entry.watch.test_set else YES,
                ", ".join(sorted(entry.watch.test_set)) + "; take the line out that opens it"
                if entry.watch.test_set else "it was not opened"),
        _by_heart(learnt),
        Finding(f"sees the digit: {IMAGE} pixels before the head", YES if field and field >= IMAGE * 0.7 else LOOK,
                told)]
    return Sheet(tuple(findings), size, layers, field, table, seconds, learnt)


def _of_limit(size: int, limit: int) -> str:
    return f"{size:,}, " + (f"{limit - size:,} unspent" if size <= limit else f"{size - limit:,} too many; "
                            "make the widest layer narrower (the table says which it is)")


def _epochs(recipe: Recipe, most: int) -> Finding:
    return Finding(f"at most {most} epochs", YES if recipe.epochs <= most else NO,
                   f"{recipe.epochs}" + ("" if recipe.epochs <= most else f"; set epochs={most} or fewer"))


def _hidden(entry: Entry, network: nn.Module, x: Tensor, y: Tensor) -> Finding:
    outside = probes.outside_numbers(network, x, y)
    stored = sum(b.numel() for b in network.buffers())
    allowed = 2 * sum(m.num_features + 1 for m in network.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm))
    if outside:
        return Finding("all that learns is a parameter", NO, f"{outside:,} numbers that learn belong to no module; "
                       "make them an nn.Parameter of the network")
    if stored > allowed + 100:
        return Finding("all that learns is a parameter", LOOK, f"{stored:,} numbers lie in buffers; say what they are")
    return Finding("all that learns is a parameter", YES, "nothing else was found")


def _random_start(entry: Entry) -> Finding:
    if same := probes.same_with_any_seed(entry):
        return Finding("begins from random weights", NO, f"{line(same)} is the same with another seed; "
                       "leave the weights as torch makes them, or draw them")
    return Finding("begins from random weights", YES, "another seed, other weights")


def _by_heart(learnt: float) -> Finding:
    verdict = YES if learnt >= BY_HEART else LOOK if learnt >= AT_LEAST else NO
    hint = {YES: "", LOOK: "; it learns slowly: normalization helps", NO: "; look for a ReLU behind the last layer, a "
            "dropout of nearly 1, or weights that are all alike"}[verdict]
    return Finding("learns one batch by heart", verdict,
                   f"{100 * learnt:.0f} % of 64 images after {probes.STEPS} steps{hint}")


def _alone(network: nn.Module, x: Tensor) -> Finding:
    if probes.judges_alone(network, x):
        return Finding("judges each image alone", YES, "the same logits alone and in a batch")
    return Finding("judges each image alone", NO, "in evaluation an image's logits change with its neighbours or from "
                   "call to call; use running statistics, and self.training around what is random")
