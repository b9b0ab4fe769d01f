"""Stored networks on shifted test images, and how sure they are: run, recorded, and run again to be verified.

What is run stands in ``plan.py``; what a record holds in ``records.py``. Networks are run one
after the other, and one that is recorded is not run again, so that the command may be stopped at any time.
Chapter: ``book/further/travel.md``.
"""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Iterator
from datetime import datetime, timezone

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...data import mnist
from ...training import NEAR, TEST_BATCH, TOLERANCE, Run, machine, normalized, records, test_set, trained
from ..stored import packed, unpacked
from . import plan as travel
from .records import KEPT, SHIFTED_IMAGES
from .transforms import SHIFTS, shifted

SEED = 2_100  # of the resampled test sets, and of the networks that are right as often as they are sure
SAMPLE = 250  # shifted images of one level of one shift that `verify` runs again


def run_one(name: str, seed: int) -> float:
    """Run one network on all images and record it; returns the seconds that it took."""
    began, clock = datetime.now(timezone.utc), time.monotonic()
    run = records.load(records.path(name, seed))
    network = trained(run).to(memory_format=torch.channels_last)
    data = {"format": 1, "experiment": name, "fingerprint": run.fingerprint, "seed": seed, "weights": run.weights,
            "shifted": {shift: _shifted(network, shift) for shift in SHIFTS}, **_clean(network),
            "machine": machine(torch.device("cpu")), "began": began.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - clock, 1)}
    KEPT.save(data)
    return data["seconds"]


@torch.no_grad()
def logits_of(network: nn.Module, images: Tensor) -> Tensor:
    """Logits (N, 10) of normalized images, in float64."""
    images = images.contiguous(memory_format=torch.channels_last)
    return torch.cat([network(part) for part in images.split(TEST_BATCH)]).double()


@functools.lru_cache(len(SHIFTS) * 5)
def _images_of(shift: str, level: int, count: int = SHIFTED_IMAGES) -> tuple[Tensor, Tensor]:
    digits, numbers = mnist("test"), torch.arange(0, records.TEST_IMAGES, travel.EVERY)[:count]
    return shifted(digits.images[numbers], shift, level, numbers), digits.labels[numbers]


def _shifted(network: nn.Module, shift: str) -> dict:
    """The field ``shifted`` of one shift."""
    missed, sure = [], []
    for level in range(1, 6):
        images, labels = _images_of(shift, level)
        logits = logits_of(network, normalized(images))
        missed.append(logits.argmax(1) != labels)
        sure.append(round(100 * logits.softmax(1).max(1).values.mean().item(), 3))
    missed = torch.stack(missed)
    return {"correct": (~missed).sum(1).tolist(), "confidence": sure, "missed": packed(missed)}


def _clean(network: nn.Module) -> dict:
    """The fields ``clean``, ``temperature``, ``calibration`` and ``tempered``."""
    images, labels = test_set()
    logits = logits_of(network, images)
    digits, train = logits.argmax(1), mnist("train")
    sure = logits.softmax(1).max(1).values
    few = torch.arange(0, len(train), travel.FIT_EVERY)
    temperature = fitted_temperature(logits_of(network, normalized(train.images[few])), train.labels[few])
    wrong = [[i, int(digits[i]), round(100 * sure[i].item(), 3)] for i in (digits != labels).nonzero()[:, 0].tolist()]
    return {"clean": {"correct": int((digits == labels).sum()),
                      "loss": round(F.cross_entropy(logits, labels).item(), 6),
                      "tempered_loss": round(F.cross_entropy(logits / temperature, labels).item(), 6), "wrong": wrong},
            "temperature": round(temperature, 4), "calibration": calibration(sure, digits == labels),
            "tempered": calibration((logits / temperature).softmax(1).max(1).values, digits == labels)}


def fitted_temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature from 0.05 to 20 with the least cross-entropy (Guo et al., https://arxiv.org/abs/1706.04599).

    The loss is convex in 1 / temperature: the place where its slope changes sign is found by halving.
    """
    low, high = 1 / 20, 20.0
    truth = logits.gather(1, labels[:, None])[:, 0]
    for _ in range(60):
        middle = (low + high) / 2
        slope = (((middle * logits).softmax(1) * logits).sum(1) - truth).mean()
        low, high = (middle, high) if slope < 0 else (low, middle)
    return 2 / (low + high)


def calibration(sure: Tensor, right: Tensor) -> dict:
    """Reliability, expected calibration error and gap of confidences (N,) and of what was right (N,).

    Confidence lies in ``BINS`` equal parts of 0 to 1, whose ends belong to the part below (Guo et al.).
    """
    place = ((sure * travel.BINS).ceil().long() - 1).clamp_(0, travel.BINS - 1)
    part = F.one_hot(place, travel.BINS).double()  # (N, bins)
    count, correct, total = part.sum(0), right.double() @ part, sure @ part
    residual = (right.double() - sure)[:, None] * part
    again = resamples(len(sure)) @ residual / len(sure)  # (resamples, bins)
    luck = torch.Generator().manual_seed(SEED + 1)
    by_chance = torch.stack([
        (((torch.rand(len(sure), generator=luck, dtype=torch.float64) < sure).double() - sure) @ part).abs().sum()
        for _ in range(200)]) / len(sure)
    return {"bins": [[int(n), int(k), round(s, 4)]
                     for n, k, s in zip(count.tolist(), correct.tolist(), total.tolist())],
            "error": round(100 * residual.sum(0).abs().sum().item() / len(sure), 4),
            "resampled_error": _rounded(again.abs().sum(1)), "gap": round(-100 * residual.sum().item() / len(sure), 4),
            "resampled_gap": _rounded(-again.sum(1)),
            "chance": _rounded(torch.stack((by_chance.mean(), by_chance.quantile(0.975))))}


def _rounded(values: Tensor) -> list[float]:
    return [round(100 * v, 3) for v in values.tolist()]


@functools.lru_cache(1)
def resamples(images: int) -> Tensor:
    """How often each image stands in each resampled test set, (RESAMPLES, images): the same for every network."""
    chance = torch.Generator().manual_seed(SEED)
    return torch.stack([torch.randint(images, (images,), generator=chance).bincount(minlength=images)
                        for _ in range(travel.RESAMPLES)]).double()


def verify_records() -> Iterator[tuple[str, str]]:
    """Networks on shifted images, a level of each run again.

    Beside the rules of its fields and the weights it is of, the images that the training's own record calls
    misclassified; and one level of one shift, which its name chooses, is run again on the first ``SAMPLE`` images.
    """
    return KEPT.verify(_problem_of)


def _problem_of(data: dict, run: Run) -> str:
    wrong = {(index, digit) for index, digit, _ in data["clean"]["wrong"]}
    if len(wrong ^ set(run.misclassified)) > 2 * TOLERANCE:
        return "the test images that it says are missed are not those of the training's record"
    choice = hashlib.sha256(f"{data['experiment']} {data['seed']}".encode()).digest()
    shift, level = list(SHIFTS)[choice[0] % len(SHIFTS)], 1 + choice[1] % 5
    return _problem_of_sample(data, trained(run).to(memory_format=torch.channels_last), shift, level)


def _problem_of_sample(data: dict, network: nn.Module, shift: str, level: int) -> str:
    """Whether other images are missed than the record says, and not because two digits are as near as rounding."""
    images, labels = _images_of(shift, level, SAMPLE)
    logits = logits_of(network, normalized(images))
    first, second = logits.topk(2, 1).values.unbind(1)
    missed = unpacked(data["shifted"][shift]["missed"], 5, SHIFTED_IMAGES)[level - 1, :SAMPLE]
    other = (logits.argmax(1) != labels) != missed
    near = first - second < NEAR * (1 + logits.abs().max(1).values) * 10  # a pixel may be rounded otherwise, too
    if (other & ~near).sum() > TOLERANCE:
        return f"{shift}, level {level}: {int(other.sum())} of {SAMPLE} images are read otherwise than it says"
    return ""
