"""How fast can a training be: a ladder from the usual loop to a recipe of its own, all rungs taking turns in one run.

The first rung is the reduced three-modules step in the loop most people write; the last is to hold
99.40 % in at most a twenty-fifth of the time. A training's time is that of a step,
measured by turns (``turns.py``), times its steps; evaluation is not counted. With ``--whole`` the
first and the last rung are also trained to their end, one after the other, with their
accuracies. What was tried on the last rung and left out is measured along with it.
Read in book/further/fastest.md.

    python -m benchmarks ladder [--rounds 9] [--images 4096] [--threads 2] [--device auto] [--whole] [--record]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import torch

from mnist_lib import experiment, mnist
from mnist_lib.experiments import LADDER, Experiment
from mnist_lib.files import write_atomically
from mnist_lib.networks import build
from mnist_lib.training import (
    Schedule,
    average_of,
    keep_memory,
    machine,
    pick_device,
    records,
    sgd,
    speed_up,
    train,
    train_epoch,
)

from . import plain as plainly
from .turns import elsewhere, spread, take_turns

BAR = 25  # the first rung is to take at least so many times as long as the last
PLAIN, RESIDENT = "plain", "resident"


class Rung(NamedTuple):
    """A training that is measured: the experiment, what is new, and how it is trained."""

    step: Experiment
    label: str
    how: Callable[..., Callable[[], float]]
    options: dict = {}


def plain(step: Experiment, images: int) -> Callable[[], float]:
    """The loop with ``DataLoader`` workers; a turn of about so many images."""
    return plainly.plain(step, -(-images // step.batch_size))


def resident(step: Experiment, images: int, device: str = "cpu") -> Callable[[], float]:
    """All images in memory and changed batch by batch; PyTorch's own layers and optimizer."""
    network = build(step.architecture).to(device)
    return _turns(network, plainly.stock_sgd(network, step), step, images)


def trainer(step: Experiment, images: int, device: str = "cpu", *, compiled: bool = False,
            bfloat16: bool = False) -> Callable[[], float]:
    """What ``fit`` does; if asked, compiled by ``torch.compile``, or with bfloat16 where autocast allows it."""
    network = speed_up(build(step.architecture).to(device, memory_format=torch.channels_last), torch.device(device))
    turn = _turns(network, sgd(network, step), step, images, torch.compile(network) if compiled else network)

    def run():
        with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=bfloat16):
            return turn()

    return run


def _turns(network, optimizer, step, images, called=None):
    """A turn of ``train_epoch`` on the first images; ``called`` is the network as it is called."""
    device = next(network.parameters()).device
    digits = mnist("train", device)
    x, y = digits.images[:images], digits.labels[:images].long()
    schedule, average = Schedule(optimizer, step), average_of(network, step)
    random = torch.Generator(device).manual_seed(0)

    def run():
        began = time.perf_counter()
        losses, _ = train_epoch(called or network, x, y, step, optimizer, schedule, random, average=average)
        losses.sum().item()  # waits for the device
        return time.perf_counter() - began

    return run


def rungs() -> list[Rung]:
    """The ladder: the first experiment in three ways, then the others as ``fit`` trains them."""
    first, *others = ((experiment(name), label) for name, label in LADDER.items())
    return [Rung(first[0], first[1], plain),
            Rung(first[0], "all images in memory, changed batch by batch", resident),
            Rung(first[0], "faster layers, the same results: what fit does", trainer),
            *(Rung(step, label, trainer) for step, label in others)]


def tried(last: Experiment) -> list[Rung]:
    """What was tried on the last rung."""
    return [Rung(dataclasses.replace(last, batch_size=2 * last.batch_size), "batches twice as large", trainer),
            Rung(last, "compiled by torch.compile", trainer, {"compiled": True}),
            Rung(last, "bfloat16 in convolutions (autocast)", trainer, {"bfloat16": True}),
            Rung(last, "PyTorch's own layers and optimizer", resident)]


def measure(rounds: int, images: int, device: str = "cpu") -> dict:
    """The seconds of every rung's whole training, from the median of its turns."""
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else None  # by others, before we begin
    ladder = rungs()
    stock = {PLAIN: (plain, ladder[0].step.name), RESIDENT: (resident, ladder[1].step.name)}
    with elsewhere(stock, images) as theirs:
        keep_memory()
        torch.manual_seed(0)
        ours = {rung.label: rung.how(rung.step, images, device, **rung.options) for rung in ladder[2:]}
        extra = []
        for rung in tried(ladder[-1].step):
            turn = rung.how(rung.step, images, device, **rung.options)
            try:
                turn()
            except Exception as error:  # compilers fail in many ways, and some machines have none
                print(f"left out: {rung.label} ({type(error).__name__})", file=sys.stderr)
            else:
                extra.append(rung)
                ours[rung.label] = turn
        turns = take_turns(theirs | ours, rounds)
    turns = {ladder[0].label: turns.pop(PLAIN), ladder[1].label: turns.pop(RESIDENT)} | turns
    rows = [described(rung, turns[rung.label], images) for rung in ladder + extra]
    return {"rounds": rounds, "images": images, "bar": BAR, "workers": plainly.WORKERS, "cores": os.cpu_count(),
            "load_before": busy, "machine": machine(torch.device(device)),
            "rungs": rows[:len(ladder)], "tried": rows[len(ladder):]}


def described(rung: Rung, turns: list[float], images: int) -> dict:
    """What is recorded of a rung and its turns of so many images."""
    steps = -(-images // rung.step.batch_size)
    total = rung.step.epochs * rung.step.steps_per_epoch
    return {"label": rung.label, "experiment": rung.step.name, "fingerprint": rung.step.fingerprint,
            "batch_size": rung.step.batch_size, "epochs": rung.step.epochs, "steps": total,
            "milliseconds": spread([1000 * s / steps for s in turns], 2),
            "seconds": round(total * statistics.median(turns) / steps, 2)}


def whole(device: str = "cpu") -> list[dict]:
    """The first and the last rung, trained to their end one after the other."""
    ladder = rungs()
    first, last = ladder[0].step, ladder[-1].step
    run, _ = train(last, seed=0, device=device, progress="lines")
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as other:  # PyTorch as it comes
        plain_loop = other.submit(plainly.whole, first, torch.get_num_threads()).result()
    return [{"label": ladder[0].label, "experiment": first.name} | plain_loop,
            {"label": ladder[-1].label, "experiment": last.name, "seconds": round(run.seconds, 1),
             "accuracies": [round(a, 2) for a in run.test_accuracies]}]


def table(result: dict) -> str:
    """The measurement as lines of text."""
    m, first = result["machine"], result["rungs"][0]["seconds"]
    lines = [f"{m['threads']} threads, {m['processor']}, {result['rounds']} rounds of {result['images']} images",
             f"{'ms a step':>9} {'steps':>7} {'seconds':>8} {'times as fast':>14}"]
    for part in ("rungs", "tried"):
        lines += [f"{r['milliseconds']['median']:9.2f} {r['steps']:7,} {r['seconds']:8.1f} {first / r['seconds']:14.1f}"
                  f"  {r['label']} ({r['experiment']})" for r in result[part]]
        lines += ["tried on the last rung:"] if part == "rungs" else []
    ratio = first / result["rungs"][-1]["seconds"]
    lines.append(f"last rung against the first: {ratio:.1f} times as fast, at least {BAR} asked: "
                 + ("met" if ratio >= BAR else "MISSED"))
    if "whole" in result:
        plain_loop, last = result["whole"]
        lines.append(f"trained to their end: {plain_loop['seconds']:.0f} s and {last['seconds']:.0f} s, "
                     f"{plain_loop['seconds'] / last['seconds']:.1f} times as fast; last epochs "
                     f"{plain_loop['accuracies'][-3:]} and {last['accuracies'][-3:]} %")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and with ``--record`` write ``results/benchmarks/ladder.json``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks ladder", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, metavar="N", help="turns of each (9)")
    parser.add_argument("--images", type=int, default=4096, metavar="N", help="images a turn (4096)")
    parser.add_argument("--threads", type=int, metavar="N", help="of PyTorch (its own choice)")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda; the first two rungs stay on the CPU")
    parser.add_argument("--whole", action="store_true", help="also train the first and the last rung to their end")
    parser.add_argument("--record", action="store_true", help="write results/benchmarks/ladder.json")
    options = parser.parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    device = str(pick_device(options.device))
    result = measure(max(options.rounds, 2), options.images, device)
    print(table(result), flush=True)
    if options.whole:
        result["whole"] = whole(device)
        print(table(result).splitlines()[-1])
    if options.record:
        write_atomically(record_path(), (json.dumps(result, indent=1) + "\n").encode())
    return 0


def record_path() -> Path:
    """Where the recorded measurement lies."""
    return records.root() / "benchmarks" / "ladder.json"


if __name__ == "__main__":
    sys.exit(main())
