"""The trainer: ``fit(experiment, seed)`` returns the run, recorded or trained here and now.

The data stays on the device as two uint8 tensors; batches are cut out of them by
index and augmented there; nothing is copied to the host inside an epoch. After
each epoch a checkpoint is written, from which a killed training goes on to the
same result. Taken apart in ``book/training-loop.md``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import math
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ..data import mnist
from ..experiments import Experiment, recorded_as
from ..experiments import experiment as find_experiment
from ..networks import build, count_parameters
from . import records
from .devices import machine, pick_device, random_states
from .evaluation import evaluate, keeps_weights, normalized, test_set, weights_file
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

    Raises ``KeyError`` for an unknown name, :class:`NotFinite` when the loss is no
    number any more, :class:`Interrupted` on Ctrl-C (call again to go on).
    """
    step = find_experiment(step)
    name = recorded_as(step)
    if not again and (run := records.recorded(name, step.fingerprint, seed)):
        return run
    run, network = train(step, seed, device, progress=progress, checkpoint=checkpoint_path(name, seed))
    if keeps_weights(seed, run.parameters):
        content = weights_file(run, network)
        run = dataclasses.replace(run, weights=hashlib.sha256(content).hexdigest())
        records.write_atomically(records.weights_path(run), content)
    records.save(run)
    checkpoint_path(name, seed).unlink(missing_ok=True)
    return run


def train(step: Experiment, seed: int = 0, device: str = "auto", *, progress: str | Progress = "none",
          checkpoint: Path | None = None,
          after_epoch: Callable[[list[Epoch], nn.Module], None] | None = None) -> tuple[Run, nn.Module]:
    """Train here and now; return the run and the trained network, and record nothing.

    With ``checkpoint``, the state after each epoch is kept in that file, and a
    training that finds one there goes on from it. ``after_epoch(epochs, network)`` is
    called before the first epoch and after each, with the epochs done so far.
    """
    device = pick_device(device)
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices):  # the caller's random numbers stay as they were
        torch.manual_seed(seed)
        if isinstance(progress, str):
            progress = Progress(step.name, seed, step.epochs, progress)
        return Training(step, seed, device).run(progress, checkpoint, after_epoch)


class Training:
    """The state of one training; :meth:`run` takes it to the end."""

    def __init__(self, step: Experiment, seed: int, device: torch.device):
        self.step, self.seed, self.device = step, seed, device
        if device.type == "cpu":
            keep_memory()
        network = build(step.architecture).to(device, memory_format=torch.channels_last)
        self.network = speed_up(network, device)
        self.random = torch.Generator(device).manual_seed(seed)  # order and augmentation
        self.images, self.labels = batches_of(step, device)
        self.optimizer = sgd(self.network, step)
        self.schedule = Schedule(self.optimizer, step)
        self.average = average_of(self.network, step)
        self.test = judged_on(step, device)
        self.epochs: list[Epoch] = []

    def run(self, progress: Progress, checkpoint: Path | None = None,
            after_epoch: Callable | None = None) -> tuple[Run, nn.Module]:
        predictions, after_epoch = None, after_epoch or (lambda epochs, network: None)
        with progress:
            if checkpoint and checkpoint.exists() and self.resume(checkpoint):
                progress.resumed(len(self.epochs))
            after_epoch(self.epochs, self.judged)
            try:
                while len(self.epochs) < self.step.epochs:
                    predictions = self.epoch(progress)
                    progress.epoch(self.epochs)
                    if checkpoint:
                        self.keep(checkpoint)
                    after_epoch(self.epochs, self.judged)
            except KeyboardInterrupt:
                kept = f"the first {len(self.epochs)} are kept; " if checkpoint and self.epochs else ""
                raise Interrupted(f"stopped in epoch {len(self.epochs) + 1} of {self.step.epochs}; {kept}"
                                  f'call fit("{self.step.name}", seed={self.seed}) again to go on') from None
        if predictions is None:  # resumed from a finished training
            predictions = evaluate(self.judged, *self.test)[1]
        wrong = (predictions != self.test[1]).nonzero()[:, 0]
        return Run(
            recorded_as(self.step), self.step.fingerprint, self.seed,
            count_parameters(self.step.architecture), tuple(self.epochs),
            tuple(zip(wrong.tolist(), predictions[wrong].tolist())), machine(self.device)), self.judged

    @property
    def judged(self) -> nn.Module:
        """The network that is evaluated: the one that is trained, or the average of its weights."""
        return self.average.module if self.average else self.network

    def epoch(self, progress: Progress) -> Tensor:
        """Train one epoch, evaluate, append to ``epochs``; return the test predictions."""
        began = time.perf_counter()
        first_rate = self.schedule.rate
        losses, correct = train_epoch(self.network, self.images, self.labels, self.step,
                                      self.optimizer, self.schedule, self.random, progress, self.average)
        if not math.isfinite(total := losses.sum().item()):  # the first wait for the device
            bad = int((~losses.isfinite()).nonzero()[0]) + 1
            raise NotFinite(
                f"{self.step.name}, seed {self.seed}: the loss is no longer a finite number in epoch "
                f"{len(self.epochs) + 1}, step {bad} of {len(losses)}; a smaller learning rate than "
                f"{self.step.optimizer.learning_rate:g} is the usual remedy")
        seconds = time.perf_counter() - began
        last_rate = self.schedule.rate
        test_loss, predictions = evaluate(self.judged, *self.test)
        self.epochs.append(Epoch(
            learning_rate=_short(first_rate), last_learning_rate=_short(last_rate),
            train_loss=round(total / len(self.images), 6), train_correct=int(correct),
            train_images=len(self.images), test_loss=round(test_loss, 6),
            test_correct=int((predictions == self.test[1]).sum()), seconds=round(seconds, 2)))
        self.schedule.after_epoch(test_loss)
        return predictions

    def keep(self, checkpoint: Path) -> None:
        """Write everything that decides how the training goes on."""
        buffer = io.BytesIO()
        torch.save({
            "fingerprint": self.step.fingerprint, "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "average": self.average.state_dict() if self.average else {},
            "epochs": [vars(e) for e in self.epochs],
            "random": (self.random.get_state(), *random_states(self.device))}, buffer)
        records.write_atomically(checkpoint, buffer.getvalue())

    def resume(self, checkpoint: Path) -> bool:
        """Go back to the state after the last kept epoch; False if it is another experiment's."""
        try:
            state = torch.load(checkpoint, map_location=self.device, weights_only=True)
        except Exception as error:  # torch raises many kinds for a damaged file
            raise ValueError(f"the checkpoint {checkpoint} cannot be read ({type(error).__name__}: {error}); "
                             "delete it to train from the start") from error
        if state["fingerprint"] != self.step.fingerprint:
            return False
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        if self.average:
            self.average.load_state_dict(state["average"])
        self.epochs = [Epoch(**e) for e in state["epochs"]]
        own, *others = (s.cpu() for s in state["random"])
        self.random.set_state(own)
        torch.set_rng_state(others[0])
        if len(others) > 1:
            torch.get_device_module(self.device).set_rng_state(others[1])
        return True


def train_epoch(network, images, labels, step, optimizer, schedule, random, progress=None, average=None):
    """One pass over all images in random order; ``average`` follows the weights where one is kept.

    Returns each step's loss (summed over its batch) and the number of images
    classified correctly on the way, both still on the device.
    """
    network.train()
    order = torch.randperm(len(images), generator=random, device=images.device)
    parts = order.split(step.batch_size)
    losses = torch.zeros(len(parts), device=images.device)
    correct = torch.zeros((), dtype=torch.int64, device=images.device)
    for i, part in enumerate(parts):
        x, y = images[part], labels[part]  # (B, 1, 28, 28), (B,)
        if step.augmented:
            for transform in step.transforms:
                x = transform(x, random)
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


def batches_of(step: Experiment, device: torch.device) -> tuple[Tensor, Tensor]:
    """The training images and labels that batches are cut from.

    uint8 where random transforms follow; else transformed once, here.
    """
    digits = mnist("train", device)
    kept = len(digits) - step.held_out
    images = digits.images[:kept]
    if not step.augmented:
        for transform in step.transforms:
            images = transform(images, None)
    return images, digits.labels[:kept].long()


def judged_on(step: Experiment, device: torch.device) -> tuple[Tensor, Tensor]:
    """The normalized images and labels on which each epoch is evaluated: the test set, or those held out."""
    if not step.held_out:
        return test_set(device)
    digits = mnist("train", device)
    return normalized(digits.images[-step.held_out:]), digits.labels[-step.held_out:].long()


def average_of(network: nn.Module, step: Experiment) -> AveragedModel | None:
    """The exponential moving average of a network's weights and buffers, where the experiment asks for one."""
    if not step.averaging:
        return None
    return AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(step.averaging), use_buffers=True)


def _short(rate: float) -> float:
    return float(f"{rate:.6g}")


def checkpoint_path(name: str, seed: int) -> Path:
    """Where the checkpoint of a training under way lies; git ignores it."""
    return records.path(name, seed).with_suffix(".checkpoint")
