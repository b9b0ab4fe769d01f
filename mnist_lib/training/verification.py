"""Verify: every record against its rules, its place, its experiment, its labels and its weights.

A record is believed because it can be checked: :func:`verify` loads every recorded set of weights,
runs the real test set, and compares each predicted digit with the record's.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from torch import Tensor

from ..experiments import all_experiments, experiment, recorded_as
from ..networks import count_parameters
from . import epoch_weights, records
from .campaigns import begin_worker
from .devices import pick_device
from .evaluation import TEST_BATCH, evaluate, keeps_weights, test_set, trained
from .records import Run

TOLERANCE = 2  # test images that another machine's arithmetic may decide otherwise
NEAR = 1e-3  # of a logit: so close must two digits be for rounding to decide between them
LOSS = 1e-4  # nats by which another machine's mean test loss may differ


class Check(NamedTuple):
    """The outcome of verifying one file; ``problem`` is empty if all is well.

    ``recorded`` and ``measured`` are test images classified correctly; None where there is no number. ``absent`` is
    the name of the data set where its images are not here, and ``why`` the reason, in a line: then it is not checked.
    """

    name: str
    seed: int | str
    recorded: int | None
    measured: int | None
    problem: str
    absent: str = ""
    why: str = ""


def verify(device: str = "cpu", jobs: int = 1, names: Iterable[str] | None = None) -> Iterator[Check]:
    """Check every record there is, and every set of weights against the real test set, ``jobs`` side by side.

    ``names`` are the experiments whose records are checked, without it all.
    """
    device, places = str(pick_device(device)), ["*/*"] if names is None else dict.fromkeys(map(recorded_as, names))
    files = [file for place in places for file in records.files(place)]
    if jobs == 1:
        yield from (check_file(file, device) for file in files)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=begin_worker) as executor:
        yield from executor.map(functools.partial(check_file, device=device), files, chunksize=4)


def check_file(file: Path, device: str = "cpu") -> Check:
    """Verify the record in one file, with its weights where they are kept."""
    folder, seed = f"{file.parent.parent.name}/{file.parent.name}", file.stem.partition("-")[2]
    try:
        run = records.load(file)
    except ValueError as error:
        return Check(folder, seed, None, None, str(error))
    measured, problem = None, _problem_with_record(run)
    if problem:
        return Check(run.experiment, run.seed, run.final.test_correct, None, problem)
    data_set = all_experiments()[run.experiment].data_set
    found = _test_images(device, data_set, records.TEST_IMAGES)
    if isinstance(found, str):
        return Check(run.experiment, run.seed, run.final.test_correct, None, "", data_set, found)
    images, labels = found
    problem = _problem_with_labels(run, labels)
    if not problem and (keeps_weights(run.seed, run.parameters) and run.seed == 0 or run.weights is not None):
        try:
            measured, problem = _compare(run, images, labels)
        except (ValueError, OSError, RuntimeError, SafetensorError) as error:
            problem = " ".join(str(error).split())
    elif not problem and records.weights_path(run).exists():
        problem = f"there is a file {records.weights_path(run).name} beside it, of which it says nothing"
    return Check(run.experiment, run.seed, run.final.test_correct, measured, problem)


@functools.cache
def _test_images(device: str, data_set: str, count: int) -> tuple[Tensor, Tensor] | str:
    """The ``count`` test images, or in a line why there are none here: a failing download takes its time."""
    try:
        images, labels = test_set(device, data_set)
    except FileNotFoundError as error:
        first, *_, remedy = str(error).splitlines()
        return f"{first.partition('. Tried')[0]}: {remedy}"
    return images.contiguous(memory_format=torch.channels_last), labels  # a third faster on a CPU


@torch.no_grad()
def _compare(run: Run, images: Tensor, labels: Tensor) -> tuple[int, str]:
    """Images that the weights classify correctly, and where they contradict the record."""
    network = trained(run).to(images.device, memory_format=torch.channels_last)
    logits = torch.cat([network(part) for part in images.split(TEST_BATCH)])
    predicted, recorded = logits.argmax(1), _recorded_digits(run, labels)
    measured = int((predicted == labels).sum())
    short = logits.max(1).values - logits.gather(1, recorded[:, None])[:, 0]  # of the recorded digit's logit
    wrong = (short > NEAR * (1 + logits.abs().max(1).values)).nonzero()[:, 0].tolist()
    if abs(measured - run.final.test_correct) > TOLERANCE:
        return measured, (f"the weights classify {measured:,} test images correctly, "
                          f"the record says {run.final.test_correct:,}")
    if wrong or (predicted != recorded).sum() > TOLERANCE:
        first = wrong[0] if wrong else int((predicted != recorded).nonzero()[0])
        return measured, (f"the weights read test image {first} as {int(predicted[first])}, "
                          f"the record says {int(recorded[first])}")
    if not abs((loss := F.cross_entropy(logits, labels).item()) - run.final.test_loss) <= LOSS:
        return measured, f"the weights have a test loss of {loss:.6f}, the record says {run.final.test_loss:.6f}"
    return measured, _problem_with_history(run, images, labels)


def _recorded_digits(run: Run, labels: Tensor) -> Tensor:
    """Every predicted digit (N,) that a record claims."""
    digits = labels.clone()
    if run.misclassified:
        index, digit = torch.tensor(run.misclassified, device=labels.device).T
        digits[index] = digit
    return digits


def _problem_with_history(run: Run, images: Tensor, labels: Tensor) -> str:
    """What is wrong with the weights kept after each epoch, or an empty string."""
    try:
        epochs = epoch_weights.load(run)[1:]
    except (ValueError, OSError, SafetensorError) as error:
        return f"{epoch_weights.path(run)}: {error}"
    for number, (weights, epoch) in enumerate(zip(epochs, run.epochs), start=1):
        network = epoch_weights.network_after(experiment(run.experiment).architecture, weights).to(images.device)
        correct = int((evaluate(network, images, labels)[1] == labels).sum())
        if abs(correct - epoch.test_correct) > TOLERANCE:
            return (f"the weights of epoch {number} classify {correct:,} test images correctly, "
                    f"the record says {epoch.test_correct:,}")
    return ""


def _problem_with_record(run: Run) -> str:
    """What a record has against its experiment, or an empty string."""
    step = all_experiments().get(run.experiment)
    if step is None:
        return "no experiment of this name is in the catalogue"
    if run.fingerprint != step.fingerprint:
        return f"it belongs to other settings (fingerprint {run.fingerprint}, now {step.fingerprint}); train again"
    if run.experiment != recorded_as(step):
        return f"its training is that of {recorded_as(step)}, and is recorded there"
    if len(run.epochs) != step.epochs:
        return f"it has {len(run.epochs)} epochs, the experiment {step.epochs}"
    if run.parameters != count_parameters(experiment(step).architecture):
        return f"it says {run.parameters:,} parameters, the network has {count_parameters(step.architecture):,}"
    return ""


def _problem_with_labels(run: Run, labels: Tensor) -> str:
    """Whether an image is called misclassified with the digit that is its label."""
    for index, digit in run.misclassified:
        if int(labels[index]) == digit:
            return f"it calls test image {index} misclassified as {digit}, and {digit} is what it is"
    return ""
