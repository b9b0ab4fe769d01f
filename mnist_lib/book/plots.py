"""The figures of the step pages: curves over the seeds, and the size of a network against its accuracy.

Figures are returned, not shown: the last line of a cell shows them. How they look
is in ``style.py``; pictures of digits are in ``pictures.py``.
"""

from __future__ import annotations

from functools import wraps

import matplotlib
from matplotlib.ticker import MaxNLocator

from ..experiments import ALL_PATHS, Experiment, ReduceLROnPlateau, experiment
from ..training import Run
from .pictures import confusion, digits, draws, misclassified
from .report import RULE, recorded, summary
from .sources import source
from .style import (
    BAND,
    COLOURS,
    GREY,
    INK,
    LINES,
    MARKERS,
    SOURCE,
    STYLE,
    TARGET,
    TEST,
    TRAIN,
    Picture,
    figure,
    use_style,
)
from .tables import signed

__all__ = ["COLOURS", "Picture", "accuracy_zoom", "confusion", "digits", "distributions", "draws", "figure",
           "learning_curves", "learning_rate", "misclassified", "path_curves", "size_against_accuracy",
           "use_style"]


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


@styled
def accuracy_zoom(step: str | Experiment, low: float = 98.5, high: float = 99.6,
                  runs: list[Run] | None = None):
    """Test and training accuracy between ``low`` and ``high``, with the 99.4 % line.

    The band round the line is one binomial standard error; the last five epochs
    are shaded. Values below ``low`` are outside the figure.
    """
    from .statistics import standard_error

    step, runs = experiment(step), recorded(step) if runs is None else runs
    drawing, axes = figure(height=4)
    noise = standard_error(RULE)
    axes.axvspan(step.epochs - 4.5, step.epochs + 0.5, color=BAND, zorder=0, label="last five epochs")
    axes.axhspan(RULE - noise, RULE + noise, color=TARGET, alpha=0.15, linewidth=0)
    axes.axhline(RULE, color=TARGET, linewidth=1.2, label=f"{RULE:.1f} % ± {noise:.3f}")
    _over_seeds(axes, [r.train_accuracies for r in runs], TRAIN, "--", "training, running")
    _over_seeds(axes, [r.test_accuracies for r in runs], TEST, "-", "test")
    if source(step.name):
        _source_line(axes, source(step.name).log.test_accuracy)
    axes.set(title=f"accuracy (%), from {low:g} to {high:g}", xlabel="epoch", ylim=(low, high),
             xlim=(0.5, step.epochs + 0.5))
    drawing.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
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


@styled
def path_curves(path: str, low: float = 98.0, high: float = 99.6, steps: tuple[str, ...] | None = None):
    """Mean test accuracy over the epochs, a line for each recorded step of a path."""
    drawing, axes = figure(height=4.6)
    axes.axhline(RULE, color=TARGET, linewidth=1.2)
    axes.annotate(f"{RULE:.1f} %", (1, RULE), (0, 3), textcoords="offset points", fontsize=11)
    chosen = [s for s in ALL_PATHS[path] if recorded(s) and (steps is None or s.step in steps)]
    for i, step in enumerate(chosen):
        runs = recorded(step)
        mean = [sum(v) / len(v) for v in zip(*(r.test_accuracies for r in runs), strict=True)]
        axes.plot(range(1, len(mean) + 1), mean, color=COLOURS[i % len(COLOURS)],
                  linestyle=LINES[i % len(LINES)], label=step.step)
    axes.set(title="test accuracy (%), mean over the seeds", xlabel="epoch", ylim=(low, high))
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    drawing.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return drawing


@styled
def size_against_accuracy(path: str, limit: int = 8_000):
    """Parameters against the final test accuracy, a dot for each recorded step of a path, a bar over its seeds."""
    drawing, axes = figure(height=4.6)
    axes.axhline(RULE, color=TARGET, linewidth=1.2)
    axes.axvline(limit, color=GREY, linewidth=1.2, linestyle="--")
    sizes = []
    for i, step in enumerate(s for s in ALL_PATHS[path] if recorded(s)):
        ours = summary(step)
        sizes.append(ours.parameters)
        axes.errorbar(ours.parameters, ours.final.mean,
                      [[ours.final.mean - ours.final.low], [ours.final.high - ours.final.mean]],
                      color=COLOURS[i % len(COLOURS)], marker=MARKERS[i % len(MARKERS)], linestyle="none",
                      markersize=8, capsize=3, linewidth=1.2, label=step.step)
    axes.set(xlabel="parameters", title="test accuracy after the last epoch (%)")
    if max(sizes) > 10 * min(sizes):
        axes.set(xscale="log", xlabel="parameters, log scale")
    axes.margins(x=0.12)
    axes.annotate(f"{limit:,}", (limit, 0.02), (4, 0), xycoords=("data", "axes fraction"),
                  textcoords="offset points", fontsize=11, color=INK)
    axes.annotate(f"{RULE:.1f} %", (0.995, RULE), (0, 3), xycoords=("axes fraction", "data"),
                  textcoords="offset points", fontsize=11, ha="right")
    drawing.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return drawing


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


@styled
def learning_rate(*steps: str | Experiment):
    """The learning rate over all training steps, a line for each experiment (log scale)."""
    drawing, axes = figure(height=3.2)
    for i, step in enumerate(map(experiment, steps)):
        rates = learning_rates(step)
        epochs = [k * step.epochs / len(rates) for k in range(len(rates))]
        axes.plot(epochs, rates, color=COLOURS[i], linestyle=LINES[i], label=step.name)
    axes.set(title="learning rate", xlabel="epochs trained", yscale="log")
    drawing.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return drawing


@styled
def distributions(rows: dict[str, dict], *, low: float = -4, high: float = 4, columns: str = ""):
    """Histograms in rows and columns: ``rows[name][layer]`` is a tensor; the same axis for all."""
    names = list(next(iter(rows.values())))
    drawing, axes = figure(len(rows), len(names), height=1.75 * len(rows) + 0.6, sharex=True, squeeze=False)
    for i, (row, layers) in enumerate(rows.items()):
        for j, name in enumerate(names):
            values = layers[name].detach().flatten().numpy()
            cell = axes[i][j]
            cell.hist(values, bins=80, range=(low, high), density=True, color=COLOURS[i])
            cell.set(yticks=[], xlim=(low, high))
            cell.grid(False)
            mean = signed(float(values.mean())).removeprefix("+")
            told = f"mean {mean}\nsd {values.std():.2f}"  # above the bars, not on them
            cell.set_title(f"{name}\n{told}" if i == 0 else told, fontsize=9, fontweight="normal")
        axes[i][0].set_ylabel(row)
    drawing.supxlabel(columns, fontsize=11)
    return drawing


