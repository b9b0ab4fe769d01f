"""What a forward pass is told in: one step for each module and each function that the network calls."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from .intervals import Intervals


class NoRule(Exception):
    """What an operation's outputs depend on is not known; they are its argument."""


@dataclass
class Step:
    """One module call or one function call, as it becomes a row of the table."""

    name: str
    op: str
    module: torch.nn.Module | None
    source: Intervals | None = None
    result: Intervals | None = None
    results: list = field(default_factory=list)  # (key, intervals) of each tensor that a module returns, if several
    details: dict = field(default_factory=dict)
    parameters: int = 0
    multiply_adds: int = 0
    operations: int = 0
    merged: list = field(default_factory=list)  # the intervals that were brought together
    inside: list = field(default_factory=list)  # steps made within a module's call
    children: bool = False
    waiting: int = 0  # parameters that went through something untraced, on their way to the next step
    reads: dict = field(default_factory=dict)  # the steps whose numbers it reads (flow.py)

    def add(self, step):
        """Append a step made within this one; what waited is counted there."""
        step.parameters, self.waiting = step.parameters + self.waiting, 0
        self.inside.append(step)
