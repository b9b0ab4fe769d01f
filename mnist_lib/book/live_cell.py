"""Train a step here and now and watch it: the cell of every step page that a reader may run.

``live("six-models/steplr")`` trains one epoch and draws it over the recorded seeds; in a
notebook the figure is drawn anew while it trains, elsewhere a line is printed an epoch.
Nothing is recorded: :func:`mnist_lib.training.loop.fit` is what keeps a training.
"""

import dataclasses
import time
from collections.abc import Callable

from matplotlib.ticker import LogLocator, NullFormatter
from torch import nn

from ..experiments import Experiment, experiment
from ..training import Epoch, Progress, Run, train
from .plots import styled
from .report import RULE, recorded
from .style import GREY, TARGET, TEST, TRAIN, Picture, figure
from .timing import in_words, span

REDRAW = 1.0  # seconds between two drawings, at least
SHARE = 0.1  # of the time may go into drawing


@dataclasses.dataclass(repr=False)
class Live:
    """What a live training leaves: ``run`` and ``network`` of one that came to its end, else ``None``.

    ``epochs`` are those that were finished, also if it was stopped.
    """

    step: Experiment
    seed: int
    epochs: tuple[Epoch, ...]
    run: Run | None = None
    network: nn.Module | None = None

    def __repr__(self) -> str:
        return f"<{self.step.name}, seed {self.seed}: {_count(len(self.epochs))}, not recorded>"


def live(step: str | Experiment, epochs: int | None = 1, seed: int = 0, device: str = "auto", *,
         display: Callable | None = None) -> Live:
    """Train a step now for ``epochs`` epochs (``None``: to its end), show it, and record nothing.

    Epoch for epoch it is the training that ``fit`` would do with this seed: the schedule is
    that of the whole step, also if only its beginning is trained. Interrupt it (the stop
    button, Ctrl-C) and what was finished is returned. ``display`` is where the figure goes:
    IPython's ``display`` in a notebook, nowhere outside one.

    Raises ``ValueError`` for a number of epochs that the step does not have, and ``KeyError``
    for an unknown name.
    """
    step = experiment(step)
    epochs = step.epochs if epochs is None else epochs
    if not 1 <= epochs <= step.epochs:
        raise ValueError(f"{step.name} has {step.epochs} epochs, so epochs must be from 1 to {step.epochs} "
                         f"(or None for all of them), not {epochs}")
    display = display or notebook_display()
    watch = Curves(step, seed, epochs, display) if display else Lines(step, seed, epochs)
    try:
        run, network = train(dataclasses.replace(step, epochs=epochs), seed, device, progress=watch)
    except KeyboardInterrupt:
        watch.say(f"Stopped in epoch {len(watch.finished) + 1} of {epochs}. Nothing was recorded.")
        return Live(step, seed, tuple(watch.finished))
    watch.say(_ending(step, seed, run))
    return Live(step, seed, run.epochs, run, network)


class Lines(Progress):
    """A line an epoch, for scripts and terminals."""

    def __init__(self, step: Experiment, seed: int, epochs: int):
        super().__init__(step.name, seed, epochs, "lines")
        self.finished: list[Epoch] = []
        self.say(in_words(recorded(step)))

    def epoch(self, records: list[Epoch]) -> None:
        """An epoch is over; its line is printed."""
        super().epoch(records)
        self.finished = list(records)

    def say(self, text: str) -> None:
        """Print a sentence."""
        print(text, flush=True)


class Curves(Progress):
    """A figure and a sentence below it, both replaced while the training goes on.

    Within an epoch it draws the training loss, a point for the updates since the last drawing;
    for that it waits for the device, about once a second.
    """

    def __init__(self, step: Experiment, seed: int, epochs: int, display: Callable):
        super().__init__(step.name, seed, epochs, "none")
        self.step, self.others = step, recorded(step)
        self.finished: list[Epoch] = []
        self.points: list[tuple[float, float]] = []  # (epochs trained, mean loss of some updates)
        self.read = 0  # updates of this epoch that are drawn
        self.began = time.monotonic()
        self.sentence = in_words(self.others)
        self.picture = display(Picture(self.draw(), dpi=120), display_id=True)
        self.text = display(_Words(self.sentence), display_id=True)
        self.next = time.monotonic() + REDRAW

    def batch(self, done: int, of: int, losses=None) -> None:
        """Some updates are done: once a second, draw their mean loss and say how far it is."""
        if done == of or time.monotonic() < self.next:
            return
        mean = losses[self.read:done].mean().item() / self.step.batch_size
        self.points.append((len(self.finished) + (self.read + done) / 2 / of, mean))
        self.read = done
        share = (len(self.finished) + done / of) / self.epochs
        passed = time.monotonic() - self.began
        self.say(f"{self.title}: epoch {len(self.finished) + 1} of {self.epochs}, update {done} of {of}; "
                 f"about {span(passed * (1 / share - 1))} left.")
        self.redraw()

    def epoch(self, records: list[Epoch]) -> None:
        """An epoch is over: draw its accuracies and losses."""
        self.finished, self.read = list(records), 0
        last = records[-1]
        self.say(f"{self.title}: after {_count(len(records))} {last.test_accuracy:.2f} % of the test images.")
        self.redraw()

    def redraw(self) -> None:
        """Replace the figure, and put off the next drawing so that drawing stays cheap."""
        began = time.monotonic()
        self.picture.update(Picture(self.draw(), dpi=120))
        now = time.monotonic()
        self.next = now + max(REDRAW, (now - began) / SHARE)

    def say(self, text: str) -> None:
        """Replace the sentence below the figure."""
        self.sentence = text
        self.text.update(_Words(text))

    @styled
    def draw(self):
        """Accuracy and loss so far, over those of the recorded seeds."""
        drawing, (left, right) = figure(1, 2, height=3.6)
        for number, run in enumerate(self.others):
            label = "recorded seeds, test" if number == 0 else None
            upto = range(1, min(self.epochs, len(run.epochs)) + 1)
            for axes, values in ((left, run.test_accuracies), (right, [e.test_loss for e in run.epochs])):
                axes.plot(upto, values[:self.epochs], ".-", color=GREY, linewidth=0.8, alpha=0.6, label=label)
        done = range(1, len(self.finished) + 1)
        left.plot(done, [e.train_accuracy for e in self.finished], "s:", color=TRAIN, label="now, training (running)")
        left.plot(done, [e.test_accuracy for e in self.finished], "o-", color=TEST, label="now, test")
        right.plot(*zip(*self.points) if self.points else ((), ()), ":", color=TRAIN, linewidth=1.2)
        right.plot(done, [e.test_loss for e in self.finished], "o-", color=TEST)
        left.axhline(RULE, color=TARGET, linewidth=1.2, linestyle="--", label=f"{RULE:.1f} %")
        left.set(title="accuracy (%)", xlabel="epochs trained", xlim=(0, self.epochs + 0.3))
        right.set(title="loss (nats)", xlabel="epochs trained", xlim=(0, self.epochs + 0.3))
        if self.others or self.points or self.finished:  # an empty log scale cannot be drawn
            right.set_yscale("log")
            right.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            right.yaxis.set_major_formatter("{x:g}")
            right.yaxis.set_minor_formatter(NullFormatter())
        tested = [a for run in self.others for a in run.test_accuracies[:self.epochs]]
        if tested := tested + [e.test_accuracy for e in self.finished]:  # the first training accuracy may lie far below
            left.set_ylim(bottom=min(tested) - 0.5)
        drawing.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
        return drawing


class _Words(str):
    """A sentence as a notebook shows it: without quotes."""

    def __repr__(self) -> str:
        return str(self)


def _ending(step: Experiment, seed: int, run: Run) -> str:
    """What came out, beside what the recorded seeds had after as many epochs, and how to keep one."""
    epochs, others = len(run.epochs), recorded(step)
    there = [r.test_accuracies[epochs - 1] for r in others if len(r.epochs) >= epochs]
    beside = (f" The recorded seeds had {min(there):.2f} to {max(there):.2f} % there." if len(there) > 1
              else f" The recorded seed had {there[0]:.2f} % there." if there else "")
    taken = {r.seed for r in others}
    free = seed if seed not in taken else next(n for n in range(len(others) + 1) if n not in taken)
    return (f"{step.name}, seed {seed}: {run.final.test_accuracy:.2f} % of the test images after {_count(epochs)}, "
            f"trained in {span(run.seconds)}.{beside} Nothing was recorded; "
            f'fit("{step.name}", seed={free}) trains to the end and records it.')


def _count(epochs: int) -> str:
    return f"{epochs} epoch" + "s" * (epochs != 1)


def notebook_display() -> Callable | None:
    """IPython's ``display`` if a notebook is there to show it, else ``None``."""
    try:
        from IPython import display, get_ipython
    except ImportError:
        return None
    return display.display if getattr(get_ipython(), "kernel", None) is not None else None
