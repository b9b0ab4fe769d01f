"""Checks of what the sources' code did while training and testing: schedules, transforms, loops.

Each takes a statement and answers with a finding, found by running the thing itself:
PyTorch's own schedulers, layers and loaders, the transforms of the catalogue.
``audit.py`` knows them by name.
"""

from __future__ import annotations

from functools import cache
from statistics import fmean
from typing import NamedTuple

import torch
from torch import nn

from ...book import Checked, Statement, answer, compare, listed, signed, source
from ...experiments import OneCycleLR, ReduceLROnPlateau, experiment
from ...networks import count_parameters, flat_layers
from ...rf import field_of_layers
from ...training import TEST_IMAGES, Schedule


class Course(NamedTuple):
    """Learning rate and momentum of every training step, and how often the schedule was advanced."""

    rates: tuple[float, ...]
    momenta: tuple[float, ...]
    advanced: int


@cache
def course(step: str) -> Course:
    """The schedule of an experiment as torch runs it, fed with the source's own test losses."""
    step = experiment(step)
    losses = source(step.name).log.test_loss if source(step.name) else (0.0,) * step.epochs
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], step.optimizer.learning_rate, step.optimizer.momentum)
    schedule, rates, momenta = Schedule(optimizer, step), [], []
    optimizer.step()  # changes nothing; torch wants it before the schedule's first step
    for epoch in range(step.epochs):
        for _ in range(step.steps_per_epoch):
            rates.append(schedule.rate)
            momenta.append(optimizer.param_groups[0]["momentum"])
            schedule.after_batch()
        schedule.after_epoch(losses[epoch])
    return Course(tuple(rates), tuple(momenta), schedule.inner.last_epoch if schedule.inner else 0)


def starts_of_epochs(step: str) -> list[float]:
    """The learning rate at the first step of each epoch."""
    rates = course(step).rates
    return list(rates[::len(rates) // experiment(step).epochs])


def runs_the_cycle(s: Statement) -> Checked:
    """A one-cycle schedule is advanced once a batch, and so reaches its peak."""
    step, of = experiment(s.step), course(s.step)
    cycle, theirs = step.schedule, source(s.step)
    if not isinstance(cycle, OneCycleLR):
        raise ValueError(f"{s.step} has no one-cycle schedule")
    printed = ""
    if theirs and theirs.log.printed_learning_rate:
        starts, rates = starts_of_epochs(s.step), theirs.log.printed_learning_rate
        same = all(abs(a - b) <= 1e-4 * b for a, b in zip(rates, starts))
        printed = (f" The log prints {rates[0]:.4e} to {rates[len(starts) - 1]:.4e} at the starts of the epochs, "
                   f"{'the same' if same else 'something else'}.")
        if len(rates) > len(starts):
            printed += f" After the last epoch it prints {rates[len(starts)]:.4e}, for a next one that never came."
    return answer(s, f"Planned for {cycle.epochs * cycle.steps_per_epoch:,} updates with a peak of {cycle.max_lr:g}, "
                     f"the schedule was advanced {of.advanced:,} times. The rate stays between {min(of.rates):.4e} and "
                     f"{max(of.rates):.4e} ({100 * max(of.rates) / cycle.max_lr:.0f} % of the peak), momentum between "
                     f"{min(of.momenta):.2f} and {max(of.momenta):.2f}.{printed}", max(of.rates) > 0.99 * cycle.max_lr)


def momentum_is(s: Statement) -> Checked:
    """The momentum of every training step is the optimizer's own."""
    of, claimed = course(s.step).momenta, s.figures["momentum"]
    return answer(s, f"The optimizer is given {claimed:g}; in force are {of[0]:.2f} at the start, {min(of):.2f} at the "
                     f"least and {of[-1]:.2f} at the end: the one-cycle schedule sets the momentum too.",
                  all(m == claimed for m in of))


def rate_follows_the_test_loss(s: Statement) -> Checked:
    """The rates that a notebook prints are those that PyTorch's schedule gives for its own test losses."""
    step, log = experiment(s.step), source(s.step).log
    if not isinstance(step.schedule, ReduceLROnPlateau):
        return answer(s, "The schedule looks at no loss.", False)
    ours, printed = list(dict.fromkeys(starts_of_epochs(s.step))), list(dict.fromkeys(log.printed_learning_rate))
    same = len(printed) <= len(ours) and all(
        abs(a - b) <= 1e-6 * a for a, b in zip(printed, ours[len(ours) - len(printed):]))
    return answer(s, f"PyTorch's schedule, fed with the log's test losses, gives {listed(f'{r:g}' for r in ours)}; the "
                     f"notebook prints {listed(f'{r:g}' for r in printed)}. "
                     + ("So the test images take part in the training." if same else "Other losses steered it."), same)


def counts_every_image(s: Statement) -> Checked:
    """A loop over the first images of each batch of a shuffled loader sees the whole test set."""
    size, counted = s.figures["batch_size"], s.figures["counted"]
    seen = []
    for seed in (0, 1):
        order = torch.randperm(TEST_IMAGES, generator=torch.Generator().manual_seed(seed))
        loader = torch.utils.data.DataLoader(order, batch_size=size)  # the order a shuffled loader draws
        seen.append({int(index) for batch in loader for index in batch[:counted]})
    return answer(s, f"{len(loader)} batches of {size}, the first {counted} images of each: {len(seen[0]):,} of "
                     f"{TEST_IMAGES:,}. A second call sees another {len(seen[1]):,}; {len(seen[0] & seen[1]):,} are in "
                     "both.", all(len(images) == TEST_IMAGES for images in seen))


def fills_corners_with(s: Statement) -> Checked:
    """What a step's transforms make of black images, as a grey level from 0 to 255."""
    from ...data import Normalize, apply

    images = torch.zeros(256, 1, 28, 28, dtype=torch.uint8)
    changed = apply(experiment(s.step).transforms, images, torch.Generator().manual_seed(0))
    scale = Normalize()
    levels = sorted({round(v) for v in (255 * (changed * scale.std + scale.mean)).unique().tolist()})
    touched = (changed > changed.min() + 1e-3).float().mean().item()
    return answer(s, f"256 black images come out with the grey levels {listed(levels)} of 255 (normalized "
                     f"{signed(changed.min().item(), 4)} to {signed(changed.max().item(), 4)}); {100 * touched:.1f} % "
                     "of the pixels are not black any more.", levels == [s.figures["grey"]])


def colours_change(s: Statement) -> Checked:
    """torchvision's ColorJitter with these settings changes greyscale images."""
    from ...data import import_torchvision, mnist

    import_torchvision()
    from torchvision.transforms import ColorJitter, functional

    digits = [functional.to_pil_image(image) for image in mnist("test").images[:50]]

    def changed(**settings) -> int:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return sum(ColorJitter(**settings)(digit).tobytes() != digit.tobytes() for digit in digits)

    ours, control = changed(**s.figures), changed(brightness=0.4)
    words = listed(f"{name} {value:g}" for name, value in s.figures.items())
    return answer(s, f"torchvision's ColorJitter with {words} changes {ours} of {len(digits)} digits; with brightness "
                     f"0.4 it changes {control}.", ours > 0)


def batchnorm_parameters_are_statistics(s: Statement) -> Checked:
    """The parameters that a batch normalization adds are its mean and its variance."""
    layer, now = nn.BatchNorm2d(1), experiment(s.step)
    kept = [name for name, _ in layer.named_buffers() if name != "num_batches_tracked"]
    before = experiment(now.before)
    total = count_parameters(now.architecture) - count_parameters(before.architecture)
    scales = sum(2 * layer.channels for _, layer in flat_layers(now.architecture) if layer.op == "batchnorm")
    learned = [name for name, _ in layer.named_parameters()]
    return answer(s, f"A batch normalization counts {listed(learned)} (scale and shift); {listed(kept)} are buffers. "
                     f"Of the {total} parameters that this step adds, {scales} are scales and shifts and "
                     f"{total - scales} come from changed convolutions.", bool(set(learned) & set(kept)))


def is_fully_connected(s: Statement) -> Checked:
    """The first layer after a pooling, of the kind ``behind``, computes what ``nn.Linear`` computes."""
    same, kinds, sizes = [], set(), set()
    for step in (s.step, *s.figures.get("also", ())):
        rows = [row for row in field_of_layers(experiment(step).architecture) if not row.plain]
        place = next(i for i, row in enumerate(rows) if row.op == s.figures["behind"])
        row = rows[place + 1]
        kinds.add(f"{row.kernel[0]} × {row.kernel[1]} convolution")
        sizes.add(f"{row.n_in} × {row.n_in}")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            conv = nn.Conv2d(row.ch_in, row.ch_out, row.kernel, bias=False)
            x = torch.randn(64, row.ch_in, row.n_in, row.n_in)
        weights, inputs = conv.weight.detach().flatten(1), x.flatten(1)
        same.append(inputs.shape[1] == weights.shape[1] and torch.allclose(
            conv(x).flatten(1), nn.functional.linear(inputs, weights), atol=1e-5))
    return answer(s, f"It is written as a {listed(sorted(kinds))} on a map of {listed(sorted(sizes))}. With the same "
                     f"weights nn.Linear computes {'the same, to rounding' if all(same) else 'something else'}.",
                  all(same))


def printed_training_accuracy_compares(s: Statement) -> Checked:
    """The training accuracy printed while training is that of the trained network: it isn't where they clearly differ.

    Over all seeds whose weights are kept. A difference that is not clear leaves the question open.
    """
    from ...book import training_accuracy, with_weights

    of = with_weights(s.step)
    printed, real = [run.final.train_accuracy for run in of], [training_accuracy(run) for run in of]
    apart = compare(printed, real, paired=True, images=None)
    found = f"{len(of)} seed{'s' * (len(of) > 1)} of ours"
    return answer(s, f"{found}: {fmean(printed):.2f} % printed in the last epoch, a running mean with dropout on; "
                     f"{fmean(real):.2f} % by the trained network in evaluation mode ({apart}); "
                     f"{fmean(run.final.test_accuracy for run in of):.2f} % on the test images.",
                  False if apart.clear else apart.verdict)


CHECKS = (runs_the_cycle, momentum_is, rate_follows_the_test_loss, counts_every_image, fills_corners_with,
          colours_change, batchnorm_parameters_are_statistics, is_fully_connected, printed_training_accuracy_compares)
