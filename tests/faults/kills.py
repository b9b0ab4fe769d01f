"""A campaign of two processes, killed at random moments and started again each time."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import ROOT

TASKS = 4
NAME = "six-models/steplr"


def small_task(name, seed, device):
    """What a worker does: a training of 8 epochs of a few digits instead of the book's."""
    import dataclasses

    from mnist_lib.experiments import EXPERIMENTS
    from mnist_lib.training.campaigns import train_task
    from tests.conftest import use_few_digits

    use_few_digits(setattr)
    EXPERIMENTS[NAME] = dataclasses.replace(EXPERIMENTS[NAME], epochs=8)
    return train_task(name, seed, device)


def campaign() -> None:
    """The process that is killed: trains what is missing, with two workers."""
    from mnist_lib.training import campaigns, records

    campaigns.train_task = small_task
    tasks = [campaigns.Task(NAME, seed) for seed in range(TASKS) if not records.path(NAME, seed).exists()]
    with campaigns.local_executor(2) as executor:
        for outcome in campaigns.campaign(tasks, executor, "cpu"):
            if outcome.error:
                sys.exit(outcome.error)


def start(results: Path) -> subprocess.Popen:
    """The campaign in a session of its own, so that what it leaves can be found."""
    return subprocess.Popen([sys.executable, "-m", "tests.faults.kills"], cwd=ROOT, start_new_session=True,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            env={**os.environ, "MNIST_LIB_RESULTS": str(results), "PYTHONPATH": str(ROOT)})


def left(session: int, patience: float = 60) -> int:
    """How many processes of a session are there, once they had the time to end."""
    deadline = time.monotonic() + patience
    while found := _processes(session):
        if time.monotonic() > deadline:
            return found
        time.sleep(0.1)
    return 0


def _processes(session: int) -> int:
    count = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, its_session = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:  # it has just ended
            continue
        count += int(its_session) == session and state != "Z"
    return count


def kill_a_campaign(kills: int) -> dict:
    """Kill it ``kills`` times; how many processes were left, and whether the weights are those of a quiet one."""
    draw, remained, finished = random.Random(30), 0, 0
    with tempfile.TemporaryDirectory() as place:
        quiet, killed = Path(place) / "quiet", Path(place) / "killed"
        began = time.monotonic()
        assert start(quiet).wait(timeout=600) == 0
        whole = time.monotonic() - began
        identical = True
        for _ in range(kills):
            process = start(killed)
            time.sleep(draw.uniform(0.2, 1.1) * whole)
            process.send_signal(signal.SIGKILL)
            process.wait()
            remained += left(process.pid)
            if len(list(killed.rglob("seed-*.json"))) == TASKS:  # it had ended: compare, and begin another
                finished += 1
                identical &= weights(killed) == weights(quiet)
                shutil.rmtree(killed)
        process = start(killed)
        assert process.wait(timeout=600) == 0
        remained += left(process.pid)
        identical &= weights(killed) == weights(quiet) and len(weights(quiet)) == TASKS
        partial = len(list(killed.rglob("*.partial")))
    return {"kills": kills, "processes left": remained, "identical": identical, "partial files left": partial,
            "campaigns finished on the way": finished}


def weights(results: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in results.rglob("*.safetensors")}


if __name__ == "__main__":
    campaign()
