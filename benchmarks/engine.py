"""What the trainer costs, against the bare loop and against a plain one, on the final six-models step.

Contenders, all with the same batch size and number of threads:

    bare          forward, backward and optimizer step on one resident batch; fast layers
    trainer       ``train_epoch`` without augmentation: shuffling, cutting batches, counting
    augmented     ``train_epoch`` with the step's own augmentation
    stock         the bare loop with PyTorch's own layers, contiguous, optimizer not fused
    plain         DataLoader with two workers, torchvision's transforms image by image, ``loss.item()``

The last two run in a process of their own, as PyTorch comes (``plain.py``).

All take turns, each round in another order, so that whatever else the machine
does hits all of them alike. A ratio is that of two times in one round; reported are
the median over the rounds and the quartiles. Read in book/learn/training-loop.md.

    python -m benchmarks engine [--rounds 25] [--steps 20] [--threads 2] [--record]

Give no more threads than there are idle cores: threads that wait for each other measure the waiting.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from mnist_lib import experiment, mnist
from mnist_lib.experiments import PLAIN
from mnist_lib.files import write_atomically
from mnist_lib.networks import build
from mnist_lib.training import Schedule, keep_memory, machine, records, sgd, speed_up, train_epoch

from .plain import WORKERS, plain, stock_sgd
from .turns import elsewhere, spread, take_turns

STEP = "six-models/steplr"
BARS = {"trainer": 1.10, "augmented": 1.20}  # at most this many times the bare loop
CPU = torch.device("cpu")


def bare(step, steps):
    """The least that training can cost: nothing but arithmetic on one batch."""
    network = speed_up(build(step.architecture).to(memory_format=torch.channels_last), CPU)
    return _bare_loop(network, sgd(network, step), step, steps)


def stock(step, steps):
    """The bare loop as PyTorch comes: its own dropout, contiguous memory, optimizer not fused."""
    network = build(step.architecture)
    return _bare_loop(network, stock_sgd(network, step), step, steps)


def _bare_loop(network, optimizer, step, steps):
    x, y = _normalized(step.batch_size)

    def run():
        network.train()
        began = time.perf_counter()
        for _ in range(steps):
            loss = F.cross_entropy(network(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return time.perf_counter() - began

    return run


def trainer(step, steps):
    """``train_epoch`` on images normalized beforehand."""
    plain = dataclasses.replace(step, transforms=PLAIN)
    return _train_epoch(plain, steps, *_normalized(steps * step.batch_size))


def augmented(step, steps):
    """``train_epoch`` with augmentation, from uint8 images."""
    digits, n = mnist("train"), steps * step.batch_size
    return _train_epoch(step, steps, digits.images[:n], digits.labels[:n])


def _train_epoch(step, steps, images, labels):
    network = speed_up(build(step.architecture).to(memory_format=torch.channels_last), CPU)
    optimizer = sgd(network, step)
    schedule, random = Schedule(optimizer, step), torch.Generator().manual_seed(0)

    def run():
        began = time.perf_counter()
        losses, _ = train_epoch(network, images, labels, step, optimizer, schedule, random)
        losses.sum().item()
        return time.perf_counter() - began

    return run


def _normalized(n):
    digits, images = mnist("train"), mnist("train").images[:n]
    for transform in PLAIN:
        images = transform(images, None)
    return images, digits.labels[:n]


OURS = (bare, trainer, augmented)
THEIRS = {"stock": (stock, STEP), "plain": (plain, STEP)}


def measure(rounds: int, steps: int) -> dict:
    """Milliseconds a step and ratios to the bare loop: medians and quartiles over the rounds."""
    step = experiment(STEP)
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else None  # by others, before we begin
    with elsewhere(THEIRS, steps) as theirs:
        keep_memory()
        torch.manual_seed(0)
        seconds = take_turns({c.__name__: c(step, steps) for c in OURS} | theirs, rounds)
    return {
        "experiment": STEP, "batch_size": step.batch_size, "steps": steps, "rounds": rounds,
        "bars": BARS, "workers": WORKERS, "machine": machine(CPU),
        "cores": os.cpu_count(), "load_before": busy,
        "milliseconds": {n: spread([1000 * s / steps for s in seconds[n]], 2) for n in seconds},
        "ratios": {n: spread([s / b for s, b in zip(seconds[n], seconds["bare"], strict=True)], 3)
                   for n in seconds}}


def table(result: dict) -> str:
    """The measurement as lines of text."""
    m = result["machine"]
    lines = [f"{result['experiment']}, batches of {result['batch_size']}, {result['rounds']} rounds of "
             f"{result['steps']} steps, {m['threads']} threads, {m['processor']}",
             f"{'':10s} {'ms a step':>10s} {'times bare':>11s} {'quartiles':>15s}  {'bar':>5s}"]
    for name, ratio in result["ratios"].items():
        low, high = ratio["quartiles"]
        bar = result["bars"].get(name)
        met = "" if bar is None else f"{bar:.2f} " + ("met" if ratio["median"] <= bar else "MISSED")
        lines.append(f"{name:10s} {result['milliseconds'][name]['median']:10.2f} "
                     f"{ratio['median']:11.2f} {low:7.2f} to {high:.2f}   {met}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and with ``--record`` write ``results/benchmarks/engine.json``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks engine", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=25, metavar="N", help="turns of each (25)")
    parser.add_argument("--steps", type=int, default=20, metavar="N", help="training steps a turn (20)")
    parser.add_argument("--threads", type=int, metavar="N", help="of PyTorch (its own choice)")
    parser.add_argument("--record", action="store_true", help="write results/benchmarks/engine.json")
    options = parser.parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    result = measure(max(options.rounds, 2), options.steps)
    print(table(result))
    if options.record:
        write_atomically(record_path(), (json.dumps(result, indent=1) + "\n").encode())
    return 0


def record_path() -> Path:
    """Where the recorded measurement lies."""
    return records.root() / "benchmarks" / "engine.json"


if __name__ == "__main__":
    sys.exit(main())
