"""What the receptive-field table costs: torchvision's ResNet-50 at 224 x 224, and the core without torch.

Each is timed several times on one thread, without imports and building; reported are the best
and the median wall time, and the best processor time, which other processes do not lengthen.

    python -m benchmarks.receptive_field            # prints the times
    python -m benchmarks.receptive_field --record   # and writes results/benchmarks/receptive_field.json
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time

import torch

from mnist_lib import receptive_field
from mnist_lib.data import import_torchvision
from mnist_lib.files import write_atomically
from mnist_lib.rf import Geometry, conv, field_of_layers
from mnist_lib.training import root

LIMITS = {"ResNet-50 at 224": 2.0, "recurrence, 200 layers": 0.005, "table of a list of 200 layers": 0.005}


def contenders() -> dict:
    """What is timed, by its name: functions without arguments."""
    network = import_torchvision().models.resnet50(weights=None)
    layers = [conv(8, 3, padding=1)] * 200

    def recurrence():
        for _axis in range(2):
            geometry = Geometry(224)
            for _layer in range(200):
                geometry = geometry.through(3, 1, 1)

    return {"ResNet-50 at 224": lambda: receptive_field(network, (3, 224, 224)),
            "recurrence, 200 layers": recurrence,
            "table of a list of 200 layers": lambda: field_of_layers(layers, (8, 224, 224))}


def timed(work, rounds: int) -> dict:
    """Best and median wall time and best processor time, in seconds."""
    walls, processors = [], []
    for _round in range(rounds):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return {"best": min(walls), "median": statistics.median(walls), "processor": min(processors)}


def main(arguments=None) -> int:
    """Time all; returns 1 where a limit is not held."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    times = {name: timed(work, options.rounds) for name, work in contenders().items()}
    for name, seconds in times.items():
        print(f"{name:32} best {1e3 * seconds['best']:8.2f} ms   median {1e3 * seconds['median']:8.2f} ms   "
              f"processor {1e3 * seconds['processor']:8.2f} ms   limit {1e3 * LIMITS[name]:.0f} ms")
    if options.record:
        record = {"torch": torch.__version__, "threads": 1, "rounds": options.rounds, "limits": LIMITS, "times": times}
        write_atomically(root() / "benchmarks" / "receptive_field.json", (json.dumps(record, indent=1) + "\n").encode())
    return int(any(seconds["best"] > LIMITS[name] for name, seconds in times.items()))


if __name__ == "__main__":
    sys.exit(main())
