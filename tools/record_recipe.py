"""Train the recipe page's forty lines in full and record what they print, in ``results/recipe/``.

    python tools/record_recipe.py 0 1 2   # one training a seed, some minutes each

The script runs as a reader would run it: in a process of its own, beside the four MNIST files, with nothing
changed but the seed. A record names the script by its checksum, so it can't outlive a change of a line.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mnist_lib.book import recipe  # noqa: E402


def record(seed: int) -> dict:
    """The record of one full training."""
    began, script = time.perf_counter(), recipe.checksum()
    accuracies = recipe.accuracies(recipe.output(seed=seed))
    return {"script": script, "seed": seed, "epochs": len(accuracies), "test_accuracies": accuracies, "device": "cpu",
            "threads": torch.get_num_threads(), "torch": torch.__version__,
            "seconds": round(time.perf_counter() - began)}


if __name__ == "__main__":
    recipe.FOLDER.mkdir(exist_ok=True)
    for number in map(int, sys.argv[1:]):
        told = record(number)
        (recipe.FOLDER / f"seed-{number}.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        print(f"seed {number}: {told['test_accuracies'][-5:]} in the last five epochs, {told['seconds']} s", flush=True)
