"""The trainer: ``fit(experiment, seed)`` returns the run, recorded or trained here and now.

The data stays on the device as two uint8 tensors; batches are cut out of them by
index and augmented there; nothing is copied to the host inside an epoch. After
each epoch a checkpoint is written, from which a killed training goes on to the
same result. Taken apart in ``book/learn/training-loop.md``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from mnist_lib import need

from ..data import apply
from ..experiments import Experiment, recorded_as
from ..experiments import experiment as find_experiment
from ..files import ready_to_write
from ..networks import build, count_parameters, initialize
from . import checkpoints, records
from .devices import engine_on, machine, pick_device
from .evaluation import evaluate, images_of, judged_on, keeps_weights, weights_file
from .fast import keep_memory, speed_up
from .optimizer import Schedule, sgd
from .progress import Progress
from .records import Epoch, Run


class Interrupted(KeyboardInterrupt):
    """Training was stopped by hand; its message says what is kept and how to go on."""


class NotFinite(ArithmeticError):
    """The loss became NaN or infinite; its message names the epoch and the step."""


def fit(step: str | Experiment, seed: int = 0, device: str = "auto", *, progress: str = "auto",
        again: bool = False) -> Run:
    """The run of an experiment and seed: the recorded one if there is one, else trained now.

    ``step`` is a name (``"six-models/steplr"``) or an :class:`Experiment`;
    ``device`` is "auto" (CUDA, then MPS, then CPU) or a torch device;
    ``progress`` is "auto", "bar", "lines" or "none"; ``again`` trains even if there
    is a record. A new run is recorded in ``results/``. On a CPU, the same call with
    the same number of threads gives the same numbers bit for bit.

    Raises ``KeyError`` for an unknown name, ``ValueError`` for a seed or a device that is
    none, ``OSError`` where the record could not be written, before the first epoch;
    :class:`NotFinite` when the loss is no number any more, :class:`Interrupted` on Ctrl-C
    (call again to go on); ``MissingExtra`` without the extra ``train``.
    """
    step = find_experiment(step)
    name, checkpoint = recorded_as(step), checkpoints.path(recorded_as(step), checked_seed(seed))
    if not again and (run := records.recorded(name, step.fingerprint, seed)):
        return run
    need("safetensors.torch")  # what the weights are written with, asked for before the first epoch
    room = 50 * count_parameters(step.architecture) + 1_000_000  # weights, optimizer, average; old and new
    for file in (checkpoint, records.path(name, seed)):
        ready_to_write(file, room)
    run, network = train(step, seed, device, progress=progress, checkpoint=checkpoint, again=again)
    if keeps_weights(seed, run.parameters):
        content = weights_file(run, network)
        run = dataclasses.replace(run, weights=hashlib.sha256(content).hexdigest())
        records.write_atomically(records.weights_path(run), content)
    records.save(run)
    checkpoint.unlink(missing_ok=True)
    return run


def train(step: Experiment, seed: int = 0, device: str = "auto", *, progress: str | Progress = "none",
          checkpoint: Path | None = None, again: bool = False, engine: str | None = None,
          after_epoch: Callable[[list[Epoch], nn.Module], None] | None = None) -> tuple[Run, nn.Module]:
    """Train here and now; return the run and the trained network, and record nothing.

    With ``checkpoint``, the state after each epoch is kept in that file, and a
    training that finds one there goes on from it; one that can't be trusted is set
    aside, and with ``again`` that of a finished training is not used. ``engine`` is what the
    record of an older training says of its faster layers, where it is to be repeated.
    ``after_epoch(epochs, network)`` is called before the first epoch and after each,
    with the epochs done so far.
    """
    checked_seed(seed)
    device = pick_device(device)
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices):  # the caller's random numbers stay as they were
        if isinstance(progress, str):
            progress = Progress(step.name, seed, step.epochs, progress)
        training = checkpoints.begun(lambda: Training(step, seed, device, engine), checkpoint, again)
        return training.run(progress, checkpoint, after_epoch)


def checked_seed(seed: int) -> int:
    """The seed, if it can be one; else ``ValueError``."""
    if type(seed) is not int or not 0 <= seed < 2**63:
        raise ValueError(f"a seed is a whole number from 0 to 2^63 - 1, not {seed!r}")
    return seed


class Trainer:
    """A network on its way through the epochs of a plan, with a checkpoint after each of them.

    ``plan`` is an :class:`Experiment` or the recipe of a reader's network; ``facts`` are what a checkpoint says of
    itself. The subclasses, here and in the classroom, say what an epoch ends with.
    """

    progress: Progress | None = None

    def __init__(self, plan, title: str, facts: dict, device: torch.device, network: nn.Module, images: Tensor,
                 labels: Tensor, optimizer, schedule):
        self.plan, self.title, self.facts, self.device, self.network = plan, title, facts, device, network
        self.images, self.labels, self.optimizer, self.schedule = images, labels, optimizer, schedule
        self.random = torch.Generator(device).manual_seed(facts["seed"])  # order and augmentation
        self.average = average_of(network, plan)
        self.epochs: list = []

    @property
    def judged(self) -> nn.Module:
        """The network that is evaluated: the one that is trained, or the average of its weights."""
        return self.average.module if self.average else self.network

    def finish(self, checkpoint: Path | None, tell: Callable[[], None]) -> None:
        """Train the epochs that are left; call ``tell`` after each."""
        while len(self.epochs) < self.plan.epochs:
            self.epoch()
            if checkpoint:
                checkpoints.keep(self, checkpoint)
            tell()

    def pass_through(self) -> tuple[float, float, int, float]:
        """Train an epoch: the rate it began with, the sum of all losses, images classified correctly, and seconds."""
        began, rate = time.perf_counter(), self.schedule.rate
        losses, correct = train_epoch(self.network, self.images, self.labels, self.plan, self.optimizer,
                                      self.schedule, self.random, self.progress, self.average)
        if not math.isfinite(total := losses.sum().item()):  # the first wait for the device
            bad = int((~losses.isfinite()).nonzero()[0]) + 1
            raise NotFinite(
                f"{self.title}: the loss is no longer a finite number in epoch {len(self.epochs) + 1}, update {bad} of "
                f"{len(losses)}; a smaller learning rate than {max(rate, self.schedule.rate):.2g} is the usual remedy")
        return rate, total, int(correct), time.perf_counter() - began


class Training(Trainer):
    """The state of one training of an experiment, from its seed on; :meth:`run` takes it to the end."""

    def __init__(self, step: Experiment, seed: int, device: torch.device, engine: str | None = None):
        self.step, self.seed, self.engine, self.predictions = step, seed, engine or engine_on(device), None
        torch.manual_seed(seed)
        if device.type == "cpu":
            keep_memory()
        network = initialize(build(step.architecture), step.initialization)
        network = speed_up(network.to(device, memory_format=torch.channels_last), device, self.engine)
        optimizer = sgd(network, step)
        super().__init__(step, f"{step.name}, seed {seed}", {
            "kind": checkpoints.MAGIC, "experiment": recorded_as(step), "fingerprint": step.fingerprint, "seed": seed},
            device, network, *batches_of(step, device, seed), optimizer, Schedule(optimizer, step))
        self.test = judged_on(step, device)

    def run(self, progress: Progress, checkpoint: Path | None = None,
            after_epoch: Callable | None = None) -> tuple[Run, nn.Module]:
        self.progress, after_epoch = progress, after_epoch or (lambda epochs, network: None)

        def tell():
            progress.epoch(self.epochs)
            after_epoch(self.epochs, self.judged)

        with progress:
            if self.epochs:
                progress.resumed(len(self.epochs))
            after_epoch(self.epochs, self.judged)
            try:
                self.finish(checkpoint, tell)
            except KeyboardInterrupt:
                kept = f"the first {len(self.epochs)} are kept; " if checkpoint and self.epochs else ""
                raise Interrupted(f"stopped in epoch {len(self.epochs) + 1} of {self.step.epochs}; {kept}"
                                  f'call fit("{self.step.name}", seed={self.seed}) again to go on') from None
        if self.predictions is None:  # resumed from a finished training
            self.predictions = evaluate(self.judged, *self.test)[1]
        wrong = (self.predictions != self.test[1]).nonzero()[:, 0]
        return Run(
            recorded_as(self.step), self.step.fingerprint, self.seed,
            count_parameters(self.step.architecture), tuple(self.epochs),
            tuple(zip(wrong.tolist(), self.predictions[wrong].tolist())), machine(self.device, self.engine),
            ended=datetime.now(timezone.utc).isoformat(timespec="seconds")), self.judged

    def epoch(self) -> None:
        """Train one epoch, evaluate, append to ``epochs``."""
        rate, total, correct, seconds = self.pass_through()
        last_rate, shown = self.schedule.rate, self.step.passes * len(self.images)
        test_loss, self.predictions = evaluate(self.judged, *self.test)
        self.epochs.append(Epoch(
            learning_rate=_short(rate), last_learning_rate=_short(last_rate), train_loss=round(total / shown, 6),
            train_correct=correct, train_images=shown, test_loss=round(test_loss, 6),
            test_correct=int((self.predictions == self.test[1]).sum()), seconds=round(seconds, 2)))
        self.schedule.after_epoch(test_loss)

    def told(self) -> dict:
        """What a checkpoint keeps of the epochs that are done."""
        return {"epochs": [vars(e) for e in self.epochs]}

    def take(self, state: dict) -> None:
        """Go on from what :meth:`told` gave."""
        self.epochs = [Epoch(**e) for e in state["epochs"]]


def train_epoch(network, images, labels, step, optimizer, schedule, random, progress=None, average=None):
    """The passes of an epoch over all images, each in a random order; ``average`` follows the weights, if it is kept.

    Returns each step's loss (summed over its batch) and the number of images
    classified correctly on the way, both still on the device.
    """
    network.train()
    order = torch.cat([torch.randperm(len(images), generator=random, device=images.device)
                       for _ in range(step.passes)])
    parts = order.split(step.batch_size)
    losses = torch.zeros(len(parts), device=images.device)
    correct = torch.zeros((), dtype=torch.int64, device=images.device)
    for i, part in enumerate(parts):
        x, y = images[part], labels[part]  # (B, 1, 28, 28), (B,)
        if step.augmented:
            x = apply(step.transforms, x, random)
        logits = network(x)  # (B, 10)
        loss = F.cross_entropy(logits, y, label_smoothing=step.label_smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.after_batch()
        if average:
            average.update_parameters(network)
        losses[i] = loss.detach() * len(part)
        correct += (logits.detach().argmax(1) == y).sum()
        if progress:
            progress.batch(i + 1, len(parts), losses)
    return losses, correct


def batches_of(step: Experiment, device: torch.device, seed: int = 0) -> tuple[Tensor, Tensor]:
    """The training images and labels that batches are cut from; where not all are used, those the seed draws.

    uint8 where random transforms follow; else transformed once, here.
    """
    digits = images_of(step.data_set, "train", device)
    kept = len(digits) - step.held_out
    images, labels = digits.images[:kept], digits.labels[:kept].long()
    if step.images:
        chosen = drawn(kept, seed)[:step.images].to(device)
        images, labels = images[chosen], labels[chosen]
    if not step.augmented:
        images = apply(step.transforms, images)
    return images, labels


def drawn(images: int, seed: int) -> Tensor:
    """All indices below ``images`` in an order of the seed's own, (images,): its first n are its n images.

    The 300 of a seed are among its 1,000, on every device. The order has random numbers of its own, not those
    that the seed's training begins with.
    """
    digest = hashlib.sha256(f"the images of seed {seed}".encode()).digest()
    return torch.randperm(images, generator=torch.Generator().manual_seed(int.from_bytes(digest[:7], "big")))


def average_of(network: nn.Module, step: Experiment) -> AveragedModel | None:
    """The exponential moving average of a network's weights and buffers, where the experiment asks for one."""
    ema = get_ema_multi_avg_fn(step.averaging)
    return AveragedModel(network, multi_avg_fn=ema, use_buffers=True) if step.averaging else None


def _short(rate: float) -> float:
    return float(f"{rate:.6g}")
