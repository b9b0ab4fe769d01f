"""The recipe page's script: read, run on few images while the book is built, and its recorded full trainings.

The script is ``book/build/recipe.py``; it needs nothing of this library. ``tools/record_recipe.py`` records it in
``results/recipe/``, one file a seed: the script's checksum, the seed, the test accuracy in per cent after each epoch,
and what it ran on.
"""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT, FOLDER = ROOT / "book/build/recipe.py", ROOT / "results/recipe"
CONSTANTS = "SEED, IMAGES, EPOCHS = 0, 60_000, 15"


def script(seed: int = 0, images: int = 60_000, epochs: int = 15) -> str:
    """The script with other values in its line of constants."""
    text = SCRIPT.read_text(encoding="utf-8")
    if text.count(CONSTANTS) != 1:
        raise ValueError(f"{SCRIPT.name} has no line {CONSTANTS!r}")
    return text.replace(CONSTANTS, f"SEED, IMAGES, EPOCHS = {seed}, {images}, {epochs}")


def checksum() -> str:
    """The sha256 of the script as the page shows it."""
    return hashlib.sha256(SCRIPT.read_bytes()).hexdigest()


def output(**constants: int) -> str:
    """What the script prints, run in a process of its own beside the four MNIST files."""
    return subprocess.run([sys.executable, "-c", script(**constants)], cwd=ROOT / "data", stdout=subprocess.PIPE,
                          text=True, check=True).stdout


def run(images: int, epochs: int, seed: int = 0) -> None:
    """Run the script here and now with these constants, and print what it prints."""
    print(output(seed=seed, images=images, epochs=epochs), end="")


def accuracies(printed: str) -> list[float]:
    """The test accuracies in per cent, after each epoch."""
    return [float(found) for found in re.findall(r"^epoch \d+: ([\d.]+)%$", printed, re.MULTILINE)]


def recorded() -> list[dict]:
    """The recorded full trainings, by seed."""
    return sorted((json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("seed-*.json")),
                  key=lambda one: one["seed"])
