"""Stored networks at fewer bits a weight: rounded, trained on with rounded weights, recorded, and run again to verify.

What is asked stands in ``bits_plan.py``, what a record holds in ``bits_records.py``, and the rounding itself
in ``bits_quantize.py``. A network that is recorded is not run again, so that the command may be stopped at any
time. Chapter: ``book/further/little.md``.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator
from datetime import datetime, timezone

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...training import (
    NEAR,
    TEST_BATCH,
    TEST_IMAGES,
    TOLERANCE,
    Run,
    Schedule,
    batches_of,
    keep_memory,
    machine,
    records,
    sgd,
    test_set,
    train_epoch,
    trained,
)
from ..stored import packed, unpacked
from . import bits_plan as declared
from . import bits_quantize as quantize
from .bits_records import KEPT, versions

SAMPLE = 500  # test images that `verify` shows to two versions of each network again
CPU = torch.device("cpu")


def run_one(name: str, seed: int) -> float:
    """Make all versions of one network and record them; returns the seconds that it took."""
    began, clock = datetime.now(timezone.utc), time.monotonic()
    keep_memory()
    run = records.load(records.path(name, seed))
    network = quantize.folded(trained(run))
    data = {"format": 1, "experiment": name, "fingerprint": run.fingerprint, "seed": seed, "weights": run.weights,
            "versions": [_version(network, run, *how) for how in versions(name)],
            "machine": machine(CPU), "began": began.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - clock, 1)}
    KEPT.save(data)
    return data["seconds"]


def _version(network: nn.Module, run: Run, width: int, per: str, is_tuned: bool) -> dict:
    """One entry of the field ``versions``; what is evaluated is what its bytes hold."""
    losses = []
    changed = tuned(network, run.experiment, run.seed, width, per, losses) if is_tuned else network
    content = quantize.to_bytes(changed, width, per)
    logits, labels = _logits(quantize.from_bytes(network, content, width, per)), test_set()[1]
    missed = logits.argmax(1) != labels
    return {"bits": width, "per": per, "tuned": is_tuned, "bytes": len(content), "correct": int((~missed).sum()),
            "loss": round(F.cross_entropy(logits, labels).item(), 6), "missed": packed(missed),
            **({"train_loss": losses, "content": base64.b64encode(content).decode()} if is_tuned else {})}


def tuned(network: nn.Module, name: str, seed: int, width: int, per: str = "channel",
          losses: list[float] | None = None) -> nn.Module:
    """A copy of a folded network, trained on by the declared recipe while its weights are on the grid.

    With 32 bits nothing is rounded: the same training, to compare with. The mean training loss of each epoch is
    appended to ``losses``. The same seed gives the same images in the same order at every width.
    """
    step = declared.recipe(name)
    network = quantize.from_bytes(network, quantize.to_bytes(network, quantize.FLOAT), quantize.FLOAT)
    network = network.to(memory_format=torch.channels_last)
    if width != quantize.FLOAT:
        quantize.begin_rounding(network, width, per)
    images, labels = batches_of(step, CPU, seed)
    optimizer, random = sgd(network, step), torch.Generator().manual_seed(seed)
    schedule = Schedule(optimizer, step)
    for _ in range(step.epochs):
        found, _ = train_epoch(network, images, labels, step, optimizer, schedule, random)
        if losses is not None:
            losses.append(round(found.sum().item() / len(images), 6))
    if width != quantize.FLOAT:
        quantize.end_rounding(network)
    return network.to(memory_format=torch.contiguous_format).eval()


@torch.no_grad()
def _logits(network: nn.Module, images: int = TEST_IMAGES) -> Tensor:
    network = network.to(memory_format=torch.channels_last).eval()
    shown = test_set()[0][:images].contiguous(memory_format=torch.channels_last)
    return torch.cat([network(part) for part in shown.split(TEST_BATCH)])


def verify_records() -> Iterator[tuple[str, str]]:
    """Networks at fewer bits a weight, two versions of each run again.

    Beside the rules of its fields and the weights it is of, the images that the training's own record calls
    misclassified; and a rounded and a tuned version, which its name chooses, are run again on the first ``SAMPLE``
    test images.
    """
    return KEPT.verify(_problem_of)


def _problem_of(data: dict, run: Run) -> str:
    first, *others = data["versions"]
    missed = set(unpacked(first["missed"], TEST_IMAGES).nonzero()[:, 0].tolist())
    if len(missed ^ {index for index, _ in run.misclassified}) > 2 * TOLERANCE:
        return "the test images that it says are missed are not those of the training's record"
    network = quantize.folded(trained(run))
    choice = hashlib.sha256(f"{data['experiment']} {data['seed']}".encode()).digest()
    for number, group in enumerate(([o for o in others if not o["tuned"]], [o for o in others if o["tuned"]])):
        if problem := _problem_of_sample(network, group[choice[number] % len(group)]):
            return problem
    return ""


def _problem_of_sample(network: nn.Module, one: dict) -> str:
    """Whether other images are missed than the record says, and not because two digits are as near as rounding."""
    width, per = one["bits"], one["per"]
    content = base64.b64decode(one["content"]) if one["tuned"] else quantize.to_bytes(network, width, per)
    what = f"{'tuned, ' * one['tuned']}{width} bits a weight, a scale a {per}"
    if len(content) != one["bytes"]:
        return f"{what}: it says {one['bytes']:,} bytes, and {len(content):,} are needed"
    logits = _logits(quantize.from_bytes(network, content, width, per), SAMPLE)
    first, second = logits.topk(2, 1).values.unbind(1)
    other = (logits.argmax(1) != test_set()[1][:SAMPLE]) != unpacked(one["missed"], TEST_IMAGES)[:SAMPLE]
    if (other & (first - second >= NEAR * (1 + logits.abs().max(1).values))).sum() > TOLERANCE:
        return f"{what}: {int(other.sum())} of {SAMPLE} images are read otherwise than it says"
    return ""
