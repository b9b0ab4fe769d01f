"""What a GPU makes of the same trainings: one step and the champion on CUDA, and the rungs of the ladder there.

A training on CUDA draws other random numbers than one on a CPU. So its end is compared with where one more
training on a CPU would end in 95 of 100 cases, judged by the records. The ladder's first rung, whose loop stays
on the CPU, is left out. Read in book/evidence/train-everything.md.

    python -m benchmarks gpu        # what `make check-gpu` runs: nothing where there is no CUDA
"""

from __future__ import annotations

import json
from pathlib import Path

import torch

from mnist_lib import experiment
from mnist_lib.book.statistics import prediction
from mnist_lib.files import write_atomically
from mnist_lib.training import machine, pick_device, records, train

from . import ladder
from .turns import take_turns

TRAINED = ("six-models/batchnorm", "beyond/champion")
ROUNDS, IMAGES = 9, 4096  # as in the ladder


def against_records(name: str, device: str) -> dict:
    """One training of an experiment on `device`, beside what its records lead to expect of one on a CPU."""
    step = experiment(name)
    ends = [run.final.test_accuracy for run in records.of(name)
            if run.machine["device"] == "cpu" and run.fingerprint == step.fingerprint]
    expected = prediction(ends)
    run, _ = train(step, device=device, progress="lines")
    accuracy = run.final.test_accuracy
    return {"experiment": name, "fingerprint": step.fingerprint, "accuracy": accuracy, "seconds": round(run.seconds, 1),
            "cpu_trainings": len(ends), "low": round(expected.low, 2), "high": round(expected.high, 2),
            "within": expected.low <= accuracy <= expected.high}


def rungs_on(device: str) -> list[dict]:
    """The time of each rung's whole training on `device`, from the median of its turns."""
    rungs = ladder.rungs()[1:]
    turns = take_turns({rung.label: rung.how(rung.step, IMAGES, device) for rung in rungs}, ROUNDS)
    return [ladder.described(rung, turns[rung.label], IMAGES) for rung in rungs]


def told(result: dict) -> str:
    """The measurement as lines of text."""
    lines = [f"{result['machine']['processor']}, torch {result['machine']['torch']}"]
    lines += [f"{each['experiment']} ends at {each['accuracy']:.2f} % ({each['seconds']:.0f} s): "
              f"{'within' if each['within'] else 'OUTSIDE'} the {each['low']:.2f} to {each['high']:.2f} % of one more "
              f"training on a CPU, judged by {each['cpu_trainings']}" for each in result["trainings"]]
    return "\n".join(lines + [f"{rung['seconds']:8.1f} s  {rung['label']}" for rung in result["rungs"]])


def record_path() -> Path:
    """Where the record lies."""
    return records.root() / "benchmarks" / "gpu.json"


def main(arguments: list[str] | None = None) -> int:
    """Check, print and record; 1 if a training ends where 1 in 20 would on a CPU."""
    if not torch.cuda.is_available():
        print("There is no CUDA here, so nothing is checked on a GPU.")
        return 0
    device = str(pick_device("cuda"))
    result = {"rounds": ROUNDS, "images": IMAGES, "machine": machine(torch.device(device)),
              "trainings": [against_records(name, device) for name in TRAINED], "rungs": rungs_on(device)}
    print(told(result))
    write_atomically(record_path(), (json.dumps(result, indent=1) + "\n").encode())
    return 0 if all(each["within"] for each in result["trainings"]) else 1
