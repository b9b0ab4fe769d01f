"""The figures of a training: its curves over the seeds, and its learning rates.

Figures are returned, not shown: the last line of a cell shows them. How they look
is in ``style.py``; pictures of digits are in ``pictures.py``.
"""

from __future__ import annotations

from functools import wraps

import matplotlib
from matplotlib.ticker import MaxNLocator

from ..experiments import Experiment, ReduceLROnPlateau, experiment
from ..training import Run
from .pictures import digits, draws
from .report import RULE, recorded
from .sources import source
from .style import (
    COLOURS,
    SOURCE,
    STYLE,
    TARGET,
    TEST,
    TRAIN,
    Picture,
    figure,
    use_style,
)

__all__ = ["COLOURS", "Picture", "digits", "draws", "figure", "learning_curves", "learning_rates", "use_style"]


def styled(draw):
    """Run a drawing function in the book's look, whatever the notebook's own settings are."""
    @wraps(draw)
    def drawn(*args, **options):
        with matplotlib.rc_context(STYLE):
            return draw(*args, **options)

    return drawn


@styled
def learning_curves(step: str | Experiment, runs: list[Run] | None = None):
    """Accuracy and loss of each epoch, a thin line a seed and a thick one for their mean.

    The source's own log is the thin dotted line; without a recorded run its training
    accuracy is shown too.
    """
    step, runs = experiment(step), recorded(step) if runs is None else runs
    log = source(step.name).log if source(step.name) else None
    drawing, (left, right) = figure(1, 2, height=3.8)
    _over_seeds(left, [r.train_accuracies for r in runs], TRAIN, "--", "training, running")
    _over_seeds(left, [r.test_accuracies for r in runs], TEST, "-", "test")
    _over_seeds(right, [[e.train_loss for e in r.epochs] for r in runs], TRAIN, "--", "training, running")
    _over_seeds(right, [[e.test_loss for e in r.epochs] for r in runs], TEST, "-", "test")
    if log and not runs:
        left.plot(range(1, len(log.train_accuracy) + 1), log.train_accuracy, color=TRAIN, linewidth=1,
                  linestyle="--", label="source's log, training")
    if log:
        _source_line(left, log.test_accuracy)
        _source_line(right, log.test_loss)
    left.axhline(RULE, color=TARGET, linewidth=1, label=f"{RULE:.1f} %")
    left.set(title="accuracy (%)", xlabel="epoch")
    right.set(title="loss (nats)", xlabel="epoch", yscale="log")
    drawing.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return drawing


def _over_seeds(axes, series, colour, line, label):
    """A thin line for each of the series and a thick one for their mean."""
    if not series:
        return
    epochs = range(1, len(series[0]) + 1)
    if len(series) > 1:
        for values in series:
            axes.plot(epochs, values, color=colour, linestyle=line, linewidth=0.8, alpha=0.55)
    mean = [sum(values) / len(values) for values in zip(*series, strict=True)]
    name = label if len(series) == 1 else f"{label}, mean of {len(series)}"
    axes.plot(epochs, mean, color=colour, linestyle=line, label=name)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))


def _source_line(axes, values):
    axes.plot(range(1, len(values) + 1), values, color=SOURCE, linewidth=1, linestyle=":", marker=".",
              markersize=4, label="source's log, test")


def learning_rates(step: str | Experiment) -> list[float]:
    """The learning rate of every training step of an experiment, from the schedule torch itself runs.

    ``ValueError`` for a schedule that follows the test loss: its rates are in the runs.
    """
    import torch

    from ..training import Schedule

    step = experiment(step)
    if isinstance(step.schedule, ReduceLROnPlateau):
        raise ValueError(f"{step.name}: the schedule follows the test loss; see the rates of a recorded run")
    weights = torch.nn.Parameter(torch.zeros(1))
    settings = step.optimizer
    optimizer = torch.optim.SGD([weights], settings.learning_rate, settings.momentum)
    schedule, rates = Schedule(optimizer, step), []
    optimizer.step()  # changes nothing; torch wants it before the schedule's first step
    for _ in range(step.epochs):
        for _ in range(step.steps_per_epoch):
            rates.append(schedule.rate)
            schedule.after_batch()
        schedule.after_epoch(0.0)
    return rates
