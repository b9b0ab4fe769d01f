"""What the trainer costs, against the bare loop and against a plain one, on the final six-models step.

Contenders, all with the same batch size and number of threads:

    bare          forward, backward and optimizer step on one resident batch; fast layers
    trainer       ``train_epoch`` without augmentation: shuffling, cutting batches, counting
    augmented     ``train_epoch`` with the step's own augmentation
    stock         the bare loop with PyTorch's own layers, contiguous, optimizer not fused
    plain         DataLoader with two workers, torchvision's transforms image by image, ``loss.item()``

The last two run in a process of their own, because ``keep_memory`` holds for a whole process
and they stand for PyTorch as it comes.

All take turns, each round in another order, so that whatever else the machine
does hits all of them alike. A ratio is that of two times in one round; reported are
the median over the rounds and the quartiles. Read in book/training-loop.md.

    python -m benchmarks engine [--rounds 25] [--steps 20] [--threads 2] [--record]

Give no more threads than there are idle cores: threads that wait for each other measure the waiting.
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
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F

from mnist_lib import experiment, mnist, runs
from mnist_lib.catalogue import PLAIN
from mnist_lib.fast import keep_memory, speed_up
from mnist_lib.models import build
from mnist_lib.optimizing import Schedule, sgd
from mnist_lib.training import machine, train_epoch

STEP = "six-models/steplr"
BARS = {"trainer": 1.10, "augmented": 1.20}  # at most this many times the bare loop
WORKERS = 2
CPU = torch.device("cpu")


def bare(step, steps):
    """The least that training can cost: nothing but arithmetic on one batch."""
    network = speed_up(build(step.architecture).to(memory_format=torch.channels_last), CPU)
    return _bare_loop(network, sgd(network, step), step, steps)


def stock(step, steps):
    """The bare loop as PyTorch comes: its own dropout, contiguous memory, optimizer not fused."""
    network = build(step.architecture)
    return _bare_loop(network, _stock_sgd(network, step), step, steps)


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


def plain(step, steps):
    """The loop most people write: one image at a time through torchvision, in worker processes."""
    from mnist_lib._torchvision import import_torchvision

    import_torchvision()
    from torchvision import transforms

    rotation = step.transforms[0]
    images = Images(transforms.Compose([
        transforms.RandomRotation(rotation.degrees, fill=rotation.fill),
        transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))]))
    fork = "fork" if "fork" in multiprocessing.get_all_start_methods() else None  # workers start faster
    loader = torch.utils.data.DataLoader(images, step.batch_size, shuffle=True, num_workers=WORKERS,
                                         multiprocessing_context=fork)
    network = build(step.architecture)
    optimizer = _stock_sgd(network, step)

    def run():
        network.train()
        batches = iter(loader)
        for _ in range(2 * WORKERS + 1):  # the workers are up and no longer ahead
            next(batches)
        correct, total = 0, 0.0
        began = time.perf_counter()
        for _ in range(steps):
            x, y = next(batches)
            optimizer.zero_grad()
            logits = network(x)
            loss = F.cross_entropy(logits, y)
            loss.backward()
            optimizer.step()
            total += loss.item()
            correct += (logits.argmax(1) == y).sum().item()
        return time.perf_counter() - began

    return run


class Images(torch.utils.data.Dataset):
    """What ``torchvision.datasets.MNIST`` does with an image."""

    def __init__(self, transform):
        self.digits, self.transform = mnist("train"), transform

    def __len__(self):
        return len(self.digits)

    def __getitem__(self, i):
        from PIL import Image

        image = Image.fromarray(self.digits.images[i, 0].numpy())
        return self.transform(image), int(self.digits.labels[i])


def _stock_sgd(network, step):
    o = step.optimizer
    return torch.optim.SGD(network.parameters(), lr=o.learning_rate, momentum=o.momentum)


def _normalized(n):
    digits, images = mnist("train"), mnist("train").images[:n]
    for transform in PLAIN:
        images = transform(images, None)
    return images, digits.labels[:n]


OURS, THEIRS = (bare, trainer, augmented), (stock, plain)


def measure(rounds: int, steps: int) -> dict:
    """Milliseconds a step and ratios to the bare loop: medians and quartiles over the rounds."""
    step = experiment(STEP)
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else None  # by others, before we begin
    here, there = multiprocessing.get_context("spawn").Pipe()
    other = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(there, steps, torch.get_num_threads()))
    other.start()
    there.close()
    keep_memory()
    torch.manual_seed(0)
    contenders = {c.__name__: c(step, steps) for c in OURS}
    contenders |= {c.__name__: partial(_ask, here, c.__name__) for c in THEIRS}
    try:
        seconds = _take_turns(contenders, rounds)
    finally:
        here.send(None)
        other.join()
    return {
        "experiment": STEP, "batch_size": step.batch_size, "steps": steps, "rounds": rounds,
        "bars": BARS, "workers": WORKERS, "machine": machine(CPU),
        "cores": os.cpu_count(), "load_before": busy,
        "milliseconds": {n: _spread([1000 * s / steps for s in seconds[n]], 2) for n in seconds},
        "ratios": {n: _spread([s / b for s, b in zip(seconds[n], seconds["bare"], strict=True)], 3)
                   for n in seconds}}


def _take_turns(contenders, rounds):
    """The seconds of every turn, by contender; each round starts with another of them."""
    for run in contenders.values():
        run()  # first calls choose kernels and fill caches
    names, seconds = list(contenders), {name: [] for name in contenders}
    for i in range(rounds):
        turn = i % len(names)
        for name in names[turn:] + names[:turn]:
            seconds[name].append(contenders[name]())
        print(f"round {i + 1} of {rounds}", file=sys.stderr, flush=True)
    return seconds


def _serve(connection, steps, threads):
    """The other process: runs the contender it is asked for, until it is asked for none."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    step = experiment(STEP)
    contenders = {c.__name__: c(step, steps) for c in THEIRS}
    while name := connection.recv():
        connection.send(contenders[name]())


def _ask(connection, name):
    connection.send(name)
    return connection.recv()


def _spread(values, digits):
    low, median, high = statistics.quantiles(values, n=4)
    return {"median": round(median, digits), "quartiles": [round(low, digits), round(high, digits)]}


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
        runs.write_atomically(record_path(), (json.dumps(result, indent=1) + "\n").encode())
    return 0


def record_path() -> Path:
    """Where the recorded measurement lies."""
    return runs.root() / "benchmarks" / "engine.json"


if __name__ == "__main__":
    sys.exit(main())
