"""A step's network as its page shows it: what is new in full, what is as on the step before in a line with a link.

``torchsummary`` and the receptive-field table stand in folds; a notebook opens them as the page does.
"""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from html import escape

import torch

from ..experiments import Experiment, experiment
from ..networks import build
from ..rf import Table, receptive_field
from .links import page_of, step_link

IMAGE = (1, 28, 28)
GEOMETRY = ("op", "kernel", "stride", "padding", "dilation", "n_in", "n_out", "j_in", "j_out", "r_in", "r_out")


@dataclass(frozen=True, repr=False)
class StepNetwork:
    """What there is to see of a step's network; ``before`` and ``old`` are the step before and its table."""

    step: Experiment
    table: Table
    layers: str
    before: Experiment | None = None
    old: Table | None = None

    @property
    def same_network(self) -> bool:
        """Whether it is the network of the step before, layer by layer."""
        return self.before is not None and self.before.architecture == self.step.architecture

    @property
    def same_table(self) -> bool:
        """Whether the table would say again what that of the step before says."""
        return self.old is not None and _rows(self.table) == _rows(self.old)

    @property
    def same_field(self) -> bool:
        """Whether the layers move the field as those of the step before do, whatever their channels are."""
        return self.old is not None and [_geometry(row) for row in _rows(self.table)] == [
            _geometry(row) for row in _rows(self.old)]

    def _repr_html_(self) -> str:
        there = _there(self.before) if self.before else ""
        if self.same_network:
            return f"<p>The network is that of {there}, layer for layer.</p>"
        parts = [_fold(f"torchsummary: {self.table.parameters:,} parameters, layer by layer",
                       f"<pre>{escape(self.layers)}</pre>")]
        table = self.table.to_html()
        if self.same_table:
            parts.insert(0, f"<p>Its receptive-field table is that of {there}, number for number.</p>")
        elif self.same_field:
            parts.append(_fold("Receptive fields: as on the step before, with other channels", table))
        else:
            parts.insert(0, table)
        return "\n".join(parts)

    def __repr__(self) -> str:
        if self.same_network:
            return f"The network is that of {self.before.name}, layer for layer."
        table = (f"The receptive-field table is that of {self.before.name}, number for number." if self.same_table
                 else str(self.table))
        return f"{self.layers}\n\n{table}"


def network(step: str | Experiment) -> StepNetwork:
    """A step's network: what ``torchsummary`` prints of it, and its receptive-field table, beside the step before.

    Nothing is drawn from the random numbers that later cells use. Without torchsummary MissingExtra says what to
    install.
    """
    step = experiment(step)
    before = experiment(step.before) if step.before else None
    with torch.random.fork_rng(devices=[]):
        built = build(step.architecture).eval()
        old = receptive_field(build(before.architecture).eval(), IMAGE) if before else None
        return StepNetwork(step, receptive_field(built, IMAGE), _torchsummary(built), before, old)


def _torchsummary(built: torch.nn.Module) -> str:
    """What torchsummary prints of a network."""
    from mnist_lib import need

    with contextlib.redirect_stdout(io.StringIO()) as printed:
        need("torchsummary").summary(built, IMAGE, device="cpu")
    return printed.getvalue().strip("\n")


def _rows(table: Table) -> list[dict]:
    return table.to_dict("compact", plain=False)["rows"]


def _geometry(row: dict) -> list:
    return [row.get(column) for column in GEOMETRY]


def _there(step: Experiment) -> str:
    """The step before, as a link where the page has one."""
    if page_of(step.name):
        return step_link(step.name, step.step).html()
    return escape(step.name)


def _fold(title: str, inside: str) -> str:
    return f'<details class="fold"><summary>{escape(title)}</summary>{inside}</details>'
