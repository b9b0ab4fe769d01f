"""Many trainings at once: find the runs that are missing, and train them side by side.

The executor is an argument: anything with the ``concurrent.futures`` interface
will do, so that a cluster's executor works as it is::

    from dask.distributed import Client
    for outcome in campaign(missing(EXPERIMENTS, range(100)), Client(address).get_executor()):
        print(outcome)

Each worker sends its record and weights back, so that workers need no common disk.
A campaign that is killed is started again by the same call: finished runs are
recorded, and those under way go on from their last checkpoint.

The book's page is ``book/evidence/train-everything.md``.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context, parent_process
from typing import NamedTuple

from ..experiments import experiment, recorded_as
from ..files import write_atomically
from ..networks import count_parameters
from . import records


class Task(NamedTuple):
    """One training that is still to be done."""

    name: str
    seed: int


class Outcome(NamedTuple):
    """One training that ended. ``error`` is empty if it went well; ``left`` are seconds."""

    task: Task
    error: str
    done: int
    total: int
    left: float


MOST_JOBS = 256  # processes side by side
LARGE = ((1_000_000, 1), (100_000, 3))  # parameters from which on a CPU trains so many seeds only


def checked_jobs(jobs: int) -> int:
    """How many processes work side by side, if that many can; else ``ValueError``."""
    if not 1 <= jobs <= MOST_JOBS:
        raise ValueError(f"--jobs must be from 1 to {MOST_JOBS}, not {jobs}")
    return jobs


def missing(names: Iterable[str], seeds: Iterable[int], *, frugal: bool = False) -> list[Task]:
    """The trainings without a valid record, seed by seed, each network and setting once.

    ``frugal`` leaves out what takes a CPU hours: seeds 1 and up of networks with a
    million parameters, seeds 3 and up of those with a hundred thousand.
    """
    names, seeds = list(names), list(seeds)
    wanted = dict.fromkeys(Task(recorded_as(n), s) for s in seeds for n in names
                           if not frugal or s < _seeds_within_reach(n))
    return [t for t in wanted if not records.recorded(t.name, experiment(t.name).fingerprint, t.seed)]


def _seeds_within_reach(name: str) -> float:
    parameters = count_parameters(experiment(name).architecture)
    return next((seeds for large, seeds in LARGE if parameters >= large), float("inf"))


def local_executor(jobs: int) -> Executor:
    """``jobs`` processes with one thread each, which is how small networks use cores best."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=begin_worker)


def outcomes(executor: Executor, function: Callable, calls: Iterable[tuple]) -> Iterator[tuple[tuple, Future]]:
    """Each call's arguments and its future, as it ends; what has not begun is cancelled where nobody asks on."""
    futures = {executor.submit(function, *call): call for call in calls}
    try:
        for future in as_completed(futures):
            yield futures[future], future
    finally:
        for future in futures:
            future.cancel()


def campaign(tasks: list[Task], executor: Executor, device: str = "auto") -> Iterator[Outcome]:
    """Train all tasks on ``executor``; yield an outcome as each one ends.

    A training that fails does not stop the others. The time left is estimated from the work done so far,
    weighed by what each experiment took with other seeds.
    """
    began, done, cost_done = time.monotonic(), 0, 0.0
    costs = {task: _cost(task) for task in tasks}
    for (*task, _), future in outcomes(executor, train_task, [(*task, device) for task in tasks]):
        task = Task(*task)
        error = future.exception() or _keep(future.result())
        done, cost_done = done + 1, cost_done + costs[task]
        left = (time.monotonic() - began) * (sum(costs.values()) / cost_done - 1)
        yield Outcome(task, f"{type(error).__name__}: {error}" if error else "", done, len(tasks), left)


def train_task(name: str, seed: int, device: str) -> dict[str, bytes]:
    """Train and record one task; runs in a worker, which needs this package and the data.

    Returns the record and, where they are kept, the weights: names and contents of files.
    """
    from .loop import fit

    run = fit(name, seed, device, progress="none")
    files = (records.path(run.experiment, seed), records.weights_path(run))
    return {file.relative_to(records.root()).as_posix(): file.read_bytes() for file in files if file.exists()}


def _keep(files: dict[str, bytes]) -> OSError | None:
    """Write what a worker sent, unless it wrote it here itself; return what went wrong."""
    for name, content in sorted(files.items(), reverse=True):  # weights before the record that names them
        target = records.root() / name
        with contextlib.suppress(FileNotFoundError):
            if target.read_bytes() == content:
                continue
        try:
            write_atomically(target, content)
        except OSError as error:
            return error
    return None


def _cost(task: Task) -> float:
    """Seconds this task may take: those of its other seeds, else a guess by its epochs."""
    try:
        known = [run.seconds for run in records.of(task.name)]
    except ValueError:  # a damaged record of another seed
        known = []
    return sum(known) / len(known) if known else 15.0 * experiment(task.name).epochs


def begin_worker() -> None:
    """In a fresh process: one thread, and an end when the parent ends."""
    import torch

    torch.set_num_threads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Leave nothing running when the campaign itself was killed: what is kept goes on when it is started again."""
    parent_process().join()
    os._exit(1)
