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
from .recipe import AT_MOST
from .results import count

IMAGE = 28
YES, NO, LOOK = "yes", "no", "look"
WEIGHTS = (".pt", ".pth", ".ckpt", ".safetensors", ".npz", ".npy", ".pkl", ".pickle", ".h5", ".onnx", ".bin")
TEST_FILES = "t10k-"
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
    transformed = probes.transformed(entry, images[:64])
    with watching(entry.opened):
        probes.must_run(entry, network, transformed)
        outside, same = probes.outside_numbers(network, transformed, labels[:64]), probes.same_with_any_seed(entry)
        alone = probes.judges_alone(network, transformed)
        table, field, seen = probes.field(network)
        learnt = probes.by_heart(entry.build(), transformed, labels[:64])
        seconds = probes.seconds_an_epoch(entry, images, labels) if timing else 0.0
    stored = sum(b.numel() for b in network.buffers())
    allowed = 2 * sum(m.num_features + 1 for m in network.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm))
    weights = ", ".join(sorted(name for name in entry.opened if name.lower().endswith(WEIGHTS)))[:200]
    tests = ", ".join(sorted(name for name in entry.opened if name.startswith(TEST_FILES)))
    findings = (
        _rule(f"at most {limit:,} parameters", f"{size:,}, {abs(limit - size):,} "
              f"{'unspent' if size <= limit else 'too many'}", size <= limit,
              "make the widest layer narrower (the table says which it is)"),
        _rule(f"at most {terms.epochs} epochs", f"{entry.recipe.epochs}", entry.recipe.epochs <= terms.epochs,
              f"set epochs={terms.epochs} or fewer"),
        _rule("all that learns is a parameter", f"{outside:,} numbers that learn belong to no module" if outside else
              f"{stored:,} numbers lie in buffers" if stored > allowed + 100 else "nothing else was found",
              not outside, "make them an nn.Parameter of the network",
              look="say what they are" if stored > allowed + 100 else ""),
        _rule("begins from random weights", f"{line(same)} is the same with another seed" if same else
              "another seed, other weights", not same, "leave the weights as torch makes them, or draw them"),
        _rule("judges each image alone", "the same logits alone and in a batch" if alone else
              "in evaluation an image's logits change with its neighbours or from call to call", alone,
              "use running statistics, and self.training around what is random"),
        _rule("no weights from a file", weights or "none was opened", not weights),
        _rule("the test set is not touched", tests or "it was not opened", not tests,
              "take the line out that opens it"),
        _rule("learns one batch by heart", f"{100 * learnt:.0f} % of 64 images after {probes.STEPS} steps",
              learnt >= AT_LEAST, "look for a ReLU behind the last layer, a dropout of nearly 1, or weights that are "
              "all alike", look="it learns slowly: normalization helps" if learnt < BY_HEART else ""),
        Finding(f"sees the digit: {IMAGE} pixels before the head", YES if field and field >= IMAGE * 0.7 else LOOK,
                seen))
    return Sheet(findings, size, layers, field, table, seconds, learnt)


def _rule(rule: str, found: str, kept: bool, advice: str = "", look: str = "") -> Finding:
    """A finding: what was found, and behind it what to do where the rule is broken or something is worth a look."""
    verdict, then = (NO, advice) if not kept else (LOOK, look) if look else (YES, "")
    return Finding(rule, verdict, f"{found}; {then}" if then else found)
