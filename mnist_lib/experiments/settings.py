"""An experiment is everything a training needs to know, as a frozen record.

``Experiment.then`` writes a step as what it changes from the step before, with
the reason beside each value, so that "what changed" can be printed and never be
wrong. ``fingerprint`` is a hash of what decides the result (not the name, not
the reasons): a recorded run belongs to one fingerprint. The catalogue of all
steps is ``catalogue.py``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from ..networks import Architecture, flat_layers

TRAINING_IMAGES = 60_000
SETTINGS = ("architecture", "transforms", "batch_size", "optimizer", "schedule", "epochs")
SHOWN = 10_000  # images that an epoch shows at least
OPTIONS = {"label_smoothing": 0.0, "averaging": 0.0, "held_out": 0, "initialization": "", "images": 0,
           "data_set": "mnist"}  # count only where they are not these


@dataclass(frozen=True)
class SGD:
    """Stochastic gradient descent with momentum, as ``torch.optim.SGD``."""

    learning_rate: float
    momentum: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False


@dataclass(frozen=True)
class StepLR:
    """The learning rate times ``gamma`` every ``step_size`` epochs."""

    step_size: int
    gamma: float


@dataclass(frozen=True)
class OneCycleLR:
    """Up from max/25 to ``max_lr`` in 30 % of the steps, then down to almost nothing.

    Planned for ``epochs * steps_per_epoch`` steps. ``per`` says when the schedule
    is really advanced: each ``"batch"``, as it must be, or each ``"epoch"``, the
    bug of one source. Momentum runs the other way, 0.95 to 0.85 and back, whatever
    the optimizer was given (Smith & Topin 2019).
    """

    max_lr: float
    epochs: int
    steps_per_epoch: int
    per: str = "batch"


@dataclass(frozen=True)
class ReduceLROnPlateau:
    """The learning rate times ``factor`` after more than ``patience`` epochs without a lower test loss.

    The sources feed it the test loss, so the test set steers their training.
    """

    factor: float
    patience: int


@dataclass(frozen=True)
class WarmupDecay:
    """Up from 0 to the optimizer's rate over the share ``warmup`` of all steps, then down to 0, both in a line.

    Advanced each batch, for as many batches as the experiment has; momentum stays as it is.
    """

    warmup: float


class Because(NamedTuple):
    """A value and the reason for it, as :meth:`Experiment.then` takes them."""

    value: Any
    why: str


class Change(NamedTuple):
    """One setting that differs between two experiments."""

    setting: str
    before: Any
    after: Any
    why: str


@dataclass(frozen=True)
class Experiment:
    """One step: a network and how it is trained. ``name`` is ``path/step``.

    ``transforms`` run on each training batch in order (``augment.py``); the test
    set gets ``ToTensor`` and ``Normalize`` only. ``reasons`` say why each setting
    was changed from the step called ``before``.

    ``label_smoothing`` is that of ``torch.nn.functional.cross_entropy``. With an
    ``averaging`` of d, what is evaluated and kept is an exponential moving average of
    the weights, a' = d a + (1 - d) w after each step. With ``held_out`` images, the
    last so many of the training set are not trained on and take the place of the test
    set: for choices (book/evidence/protocol.md). ``initialization`` is "he", or empty for
    PyTorch's own (:func:`mnist_lib.networks.builder.initialize`). With ``images``, only so
    many are trained on, drawn anew by each seed; an epoch goes through fewer than 10,000 of
    them several times (book/further/little.md). 0 is all. ``data_set`` is the name of one of
    ``mnist_lib.data.DATA_SETS``: its images are trained on and judged on.

    Raises ``ValueError`` for more ``images`` than there are.
    """

    name: str
    architecture: Architecture
    transforms: tuple
    batch_size: int
    optimizer: SGD
    schedule: StepLR | OneCycleLR | ReduceLROnPlateau | WarmupDecay | None = None
    epochs: int = 15
    before: str | None = None
    reasons: tuple[tuple[str, str], ...] = ()
    label_smoothing: float = 0.0
    averaging: float = 0.0
    held_out: int = 0
    initialization: str = ""
    images: int = 0
    data_set: str = "mnist"

    def __post_init__(self):
        most = TRAINING_IMAGES - self.held_out
        if not 0 <= self.images <= most:
            raise ValueError(f"{self.name}: images must be from 0 (all) to {most:,}, not {self.images:,}")

    @property
    def path(self) -> str:
        """The path this step belongs to: ``"six-models"``."""
        return self.name.partition("/")[0]

    @property
    def step(self) -> str:
        """The step's own name: ``"steplr"``."""
        return self.name.partition("/")[2]

    @property
    def augmented(self) -> bool:
        """Whether any transform draws random numbers."""
        return any(type(t).__name__.startswith(("Random", "Color")) for t in self.transforms)

    @property
    def on_all_of_mnist(self) -> bool:
        """Whether it belongs beside the sources' steps: trained on all digits, and on no other images."""
        return self.data_set == "mnist" and not self.images

    @property
    def passes(self) -> int:
        """How often an epoch goes through its images: once, or until it has shown 10,000."""
        return max(1, -(-SHOWN // self.images)) if self.images else 1

    @property
    def shown(self) -> int:
        """Images that an epoch shows, each as often as ``passes`` says."""
        return self.passes * (self.images or TRAINING_IMAGES - self.held_out)

    @property
    def steps_per_epoch(self) -> int:
        """Batches an epoch, the last one included, however small it is."""
        return -(-self.shown // self.batch_size)

    def then(self, name: str, **changes: Because) -> Experiment:
        """The next step: this one with some settings changed, each with its reason."""
        return dataclasses.replace(
            self, name=name, before=self.name,
            reasons=tuple((setting, change.why) for setting, change in changes.items()),
            **{setting: change.value for setting, change in changes.items()})

    def changes_since(self, before: Experiment) -> list[Change]:
        """What differs from ``before``, setting by setting, with the recorded reasons."""
        why = dict(self.reasons) if self.before == before.name else {}
        return [Change(s, getattr(before, s), getattr(self, s), why.get(s, ""))
                for s in (*SETTINGS, *OPTIONS) if _canonical(getattr(before, s)) != _canonical(getattr(self, s))]

    @cached_property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change with anything that can change the result."""
        settings = {s: _canonical(getattr(self, s)) for s in SETTINGS}
        settings |= {s: value for s, default in OPTIONS.items() if (value := getattr(self, s)) != default}
        text = json.dumps(settings, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def _canonical(value):
    """A value as plain JSON data; fields at their default are left out, so that a new
    option with a default does not orphan the runs recorded before it."""
    if isinstance(value, Architecture):
        return [_canonical(layer) for _, layer in flat_layers(value)]
    if dataclasses.is_dataclass(value):
        given = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)
                 if f.default is dataclasses.MISSING or getattr(value, f.name) != f.default}
        return [type(value).__name__, {k: _canonical(v) for k, v in given.items()}]
    if isinstance(value, (tuple, list)):
        return [_canonical(v) for v in value]
    return value
