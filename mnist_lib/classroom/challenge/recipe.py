"""How a reader's own network is trained: a small record, with the book's settings or torch's own.

``Recipe(epochs=12, optimizer=partial(torch.optim.Adam, lr=0.01), schedule=None)`` is a complete recipe.
An experiment of the book is one as well: ``Recipe.of("beyond/champion")``.
"""

from __future__ import annotations

import functools
import hashlib
import json
import types
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import torch
from torch import nn

from ...data import Normalize, ToTensor
from ...experiments import SGD, Experiment, OneCycleLR, ReduceLROnPlateau, StepLR, WarmupDecay, experiment
from ...training import Schedule, sgd

PLAIN = (ToTensor(), Normalize())
BOOKS = (StepLR, OneCycleLR, ReduceLROnPlateau, WarmupDecay)
AT_MOST = 100  # epochs: more is a slip of the pen


@dataclass(frozen=True)
class Recipe:
    """A training's settings.

    ``transforms`` come from ``mnist_lib.data``. ``optimizer`` is the book's ``SGD`` or a callable that takes
    the parameters; ``schedule`` one of the book's or a callable that takes the optimizer and the number of
    all batches, advanced ``per`` "batch" or "epoch", where its own
    numbers don't say it (a plateau is told the loss on the training images).
    ``label_smoothing`` and ``averaging`` are those of an :class:`Experiment`.
    """

    epochs: int = 10
    batch_size: int = 128
    transforms: tuple = PLAIN
    optimizer: Any = SGD(0.1, momentum=0.9, weight_decay=1e-4, nesterov=True)
    schedule: Any = WarmupDecay(0.2)
    per: str | None = None
    label_smoothing: float = 0.0
    averaging: float = 0.0
    passes = 1  # an epoch shows each image once

    def __post_init__(self):
        for kept, told in (
                (_whole(self.epochs, AT_MOST), f"a recipe has 1 to {AT_MOST} epochs, not {self.epochs!r}"),
                (_whole(self.batch_size, 60_000),
                 f"batch_size is a whole number from 1 to 60,000, not {self.batch_size!r}"),
                (self.per in (None, "batch", "epoch"), f'per is "batch" or "epoch", not {self.per!r}'),
                (isinstance(self.transforms, tuple) and all(map(callable, self.transforms)),
                 "transforms is a tuple of mnist_lib.data's: (RandomAffine(10), ToTensor(), Normalize())"),
                (isinstance(self.optimizer, SGD) or callable(self.optimizer),
                 "optimizer is the book's SGD(...) or a callable that takes the parameters, such as "
                 f"partial(torch.optim.Adam, lr=0.01), not {type(self.optimizer).__name__}"),
                (self.schedule is None or isinstance(self.schedule, BOOKS) or callable(self.schedule),
                 "schedule is None, one of the book's, or a callable that takes the optimizer and the number of "
                 f"batches, not {type(self.schedule).__name__}")):
            if not kept:
                raise ValueError(told)

    @classmethod
    def of(cls, step: Recipe | Experiment | str | None) -> Recipe:
        """The recipe of a step of the book, of its name, or the recipe itself; None is the default one."""
        if step is None:
            return cls()
        if isinstance(step, cls):
            return step
        if not isinstance(step, (Experiment, str)):
            raise ValueError(f"recipe is a Recipe, or a step of the book, not {type(step).__name__}")
        step = experiment(step)
        per = "epoch" if isinstance(step.schedule, (StepLR, ReduceLROnPlateau)) else "batch"
        return cls(step.epochs, step.batch_size, step.transforms, step.optimizer, step.schedule, per,
                   step.label_smoothing, step.averaging)

    @property
    def augmented(self) -> bool:
        """Whether each batch has to be transformed anew."""
        return any(not isinstance(t, (ToTensor, Normalize)) for t in self.transforms)

    def describe(self, code: bool = True) -> dict:
        """The settings as plain JSON data: what a report shows and a fingerprint is made from.

        Without ``code`` a function stands by its name alone, which is the same in every version of Python.
        """
        told = {f.name: plain(getattr(self, f.name), code) for f in fields(self)}
        return told | {"per": self.unit()}

    def words(self) -> str:
        """The settings in words: ``SGD 0.01, momentum 0.9, StepLR 6, 0.1, batches of 128, 15 epochs``."""
        try:
            optimizer = self.make_optimizer(nn.Linear(1, 1))
            known, rate = optimizer.defaults, optimizer.param_groups[0]["lr"]
            told = [f"{type(optimizer).__name__} {float(known.get('lr') or rate):g}"]
            told += [f"{name.replace('_', ' ')} {known[name]:g}" for name in ("momentum", "weight_decay")
                     if known.get(name)]
            told += ["nesterov" if known.get("nesterov") else "",
                     "" if self.schedule is None else self._schedule_in_words(optimizer)]
        except Exception:  # whatever a reader's optimizer or schedule raises, its check tells
            told = ["an optimizer of its own"]
        told += [f"batches of {self.batch_size}", f"{self.epochs} epoch{'s' * (self.epochs != 1)}"]
        told += [type(t).__name__ for t in self.transforms if not isinstance(t, (ToTensor, Normalize))]
        told += [f"{name.replace('_', ' ')} {value:g}" for name in ("label_smoothing", "averaging")
                 if (value := getattr(self, name))]
        return ", ".join(filter(None, told))

    def _schedule_in_words(self, optimizer) -> str:
        if isinstance(self.schedule, BOOKS):
            made, names, unit = self.schedule, [f.name for f in fields(self.schedule)], ""
        else:
            made = self.schedule(optimizer, 100 * self.epochs)
            names = ("step_size", "milestones", "gamma", "factor", "patience")
            unit = " after each batch" * ((self.per or _unit(made, self.epochs, 100 * self.epochs)) == "batch")
        values = [str(sorted(v) if name == "milestones" else v) for name in names
                  if (v := getattr(made, name, None)) is not None]
        return f"{type(made).__name__} {', '.join(values)}".strip() + unit

    def unit(self) -> str:
        """After what the schedule is advanced; "ask" where nothing says it, and the check before a training does."""
        if self.per or self.schedule is None or isinstance(self.schedule, BOOKS):
            return self.per or "batch"
        try:
            return self.make_schedule(self.make_optimizer(nn.Linear(1, 1)), 100).per
        except Exception:  # whatever a reader's optimizer or schedule raises, its check tells
            return "ask"

    def make_optimizer(self, network: nn.Module) -> torch.optim.Optimizer:
        """The optimizer of the network's parameters; ``ValueError`` if it is none."""
        if isinstance(self.optimizer, SGD):
            return sgd(network, self)
        made = self.optimizer(network.parameters())
        if not isinstance(made, torch.optim.Optimizer):
            raise ValueError(f"the recipe's optimizer gave a {type(made).__name__}, not a torch optimizer")
        return made

    def make_schedule(self, optimizer: torch.optim.Optimizer, batches: int):
        """What the trainer tells of each batch and epoch; ``batches`` are those of one epoch."""
        plan = types.SimpleNamespace(name="the recipe", schedule=self.schedule, epochs=self.epochs,
                                     steps_per_epoch=batches)
        if self.schedule is None or isinstance(self.schedule, BOOKS):
            return Schedule(optimizer, plan)
        made = self.schedule(optimizer, self.epochs * batches)
        per = self.per or _unit(made, self.epochs, self.epochs * batches)
        if not hasattr(made, "step"):
            raise ValueError(f"the recipe's schedule gave a {type(made).__name__}, not a scheduler of torch")
        return Schedule(optimizer, plan, made, per)


def _unit(made, epochs: int, batches: int) -> str:
    """After what a scheduler of torch's is advanced, where its own numbers say it; ``ValueError`` asks otherwise."""
    if isinstance(made, torch.optim.lr_scheduler.ReduceLROnPlateau):
        return "epoch"
    lengths = [getattr(made, name, None) for name in ("total_steps", "T_max", "step_size", "total_iters")]
    lengths += [max(getattr(made, "milestones", None) or [0])]
    length = max((n for n in lengths if isinstance(n, int)), default=0)
    if length == batches:
        return "batch"
    if 0 < length <= epochs:
        return "epoch"
    raise ValueError(f"{type(made).__name__} can be advanced after each batch or each epoch: say which in the recipe, "
                     'per="epoch" or per="batch"')


def plain(value: Any, code: bool = True) -> Any:
    """A setting as JSON data; code stands as its name and a hash of what it does, or by its name alone."""
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {type(value).__name__: {f.name: plain(getattr(value, f.name), code) for f in fields(value)}}
    if isinstance(value, (tuple, list)):
        return [plain(v, code) for v in value]
    if isinstance(value, dict):
        return {str(key): plain(v, code) for key, v in value.items()}
    if isinstance(value, functools.partial):
        return {plain(value.func, code): plain([*value.args], code) + [plain(value.keywords, code)]}
    name = getattr(value, "__qualname__", type(value).__name__)
    own = getattr(value, "__code__", None)
    return f"{name} {_hash_of(own)}" if own and code else name


def _hash_of(code) -> str:
    """A hash of compiled code that a moved line or another file leaves as it is."""
    def told(c):
        return [c.co_code.hex(), c.co_names, [told(k) if hasattr(k, "co_code") else repr(k) for k in c.co_consts]]
    return hashlib.sha256(json.dumps(told(code)).encode()).hexdigest()[:8]


def _whole(value, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
