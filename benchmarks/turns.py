"""Contenders take turns, so that whatever else the machine does hits all of them alike."""

from __future__ import annotations

import contextlib
import multiprocessing
import statistics
import sys
from collections.abc import Callable, Iterator

import torch

from mnist_lib import experiment


def take_turns(contenders: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
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


def spread(values: list[float], digits: int) -> dict:
    """Median and quartiles, rounded."""
    low, median, high = statistics.quantiles(values, n=4)
    return {"median": round(median, digits), "quartiles": [round(low, digits), round(high, digits)]}


@contextlib.contextmanager
def elsewhere(contenders: dict[str, tuple[Callable, str]], steps: int) -> Iterator[dict[str, Callable[[], float]]]:
    """Contenders that run in another process: ``{name: (factory, experiment)}`` to ``{name: seconds of a turn}``.

    For PyTorch as it comes, since ``keep_memory`` holds for a whole process. A factory is called
    there with the experiment and the steps of a turn, and must be importable.
    """
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(there, contenders, steps, torch.get_num_threads()))
    process.start()
    there.close()

    def turn(name):
        here.send(name)
        return here.recv()

    try:
        yield {name: (lambda name=name: turn(name)) for name in contenders}
    finally:
        here.send(None)
        process.join()


def _serve(connection, contenders, steps, threads):
    """Run the contender that is asked for, until none is."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    ready = {name: factory(experiment(step), steps) for name, (factory, step) in contenders.items()}
    while name := connection.recv():
        connection.send(ready[name]())
