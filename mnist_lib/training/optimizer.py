"""From an experiment's settings to torch's optimizer and learning-rate schedule."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import nn
from torch.optim import lr_scheduler

from ..experiments import Experiment, OneCycleLR, ReduceLROnPlateau, StepLR, WarmupDecay


def sgd(network: nn.Module, step: Experiment) -> torch.optim.SGD:
    """The experiment's optimizer, in PyTorch's fused form where the device has it."""
    o = step.optimizer
    fused = next(network.parameters()).device.type in ("cpu", "cuda")
    return torch.optim.SGD(network.parameters(), lr=o.learning_rate, momentum=o.momentum,
                           weight_decay=o.weight_decay, nesterov=o.nesterov, fused=fused)


SCHEDULERS = {  # an experiment's schedule → torch's
    StepLR: lambda optimizer, of, step: lr_scheduler.StepLR(optimizer, of.step_size, of.gamma),
    OneCycleLR: lambda optimizer, of, step: lr_scheduler.OneCycleLR(
        optimizer, of.max_lr, epochs=of.epochs, steps_per_epoch=of.steps_per_epoch),
    ReduceLROnPlateau: lambda optimizer, of, step: lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=of.factor, patience=of.patience),
    WarmupDecay: lambda optimizer, of, step: lr_scheduler.LambdaLR(
        optimizer, _line(of.warmup, step.epochs * step.steps_per_epoch)),
}


class Schedule:
    """A learning-rate schedule that knows when it is advanced: each batch, each epoch, or never.

    The trainer tells it of both; ``rate`` is the learning rate now in force. ``inner`` is a scheduler of torch's,
    advanced ``per`` "batch" or "epoch", where it is not the experiment's own.
    """

    def __init__(self, optimizer: torch.optim.Optimizer, step: Experiment, inner=None, per: str = ""):
        settings, self.optimizer, self.most = step.schedule, optimizer, math.inf
        if inner is None and settings is not None:
            if type(settings) not in SCHEDULERS:
                raise TypeError(f"{step.name}: no schedule is known for {settings!r}; "
                                f"use {', '.join(kind.__name__ for kind in SCHEDULERS)}")
            inner = SCHEDULERS[type(settings)](optimizer, settings, step)
            self.most = getattr(inner, "total_steps", math.inf) - 1
        each_batch = isinstance(settings, WarmupDecay) or isinstance(settings, OneCycleLR) and settings.per == "batch"
        self.inner, self.per = inner, per or ("batch" if each_batch else "epoch")

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return float(self.optimizer.param_groups[0]["lr"])

    def after_batch(self) -> None:
        """Advance, if this schedule is advanced with every batch."""
        if self.inner and self.per == "batch" and self.inner.last_epoch < self.most:
            self.inner.step()

    def after_epoch(self, test_loss: float) -> None:
        """Advance, if this schedule is advanced once an epoch."""
        if self.inner and self.per == "epoch":
            self.inner.step(*[test_loss] * isinstance(self.inner, lr_scheduler.ReduceLROnPlateau))

    def state_dict(self) -> dict:
        """What a checkpoint needs."""
        return self.inner.state_dict() if self.inner else {}

    def load_state_dict(self, state: dict) -> None:
        """Go back to the state of a checkpoint."""
        if self.inner:
            self.inner.load_state_dict(state)


def _line(warmup: float, total: int) -> Callable[[int], float]:
    """The share of the rate at step i of ``total``: up over ``warmup``, down to 0 after the last step."""
    top = max(1, round(warmup * total))
    return lambda i: (i + 1) / top if i < top else max(0, total - i) / (total - top + 1)
