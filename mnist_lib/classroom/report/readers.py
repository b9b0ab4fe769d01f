"""Readers' networks: reports with their source and weights in ``submissions/``, run again before they are believed.

A folder ``submissions/<name>/`` holds ``network.py``, ``report.json`` and ``weights.safetensors`` of the first seed, as
``python -m mnist_lib challenge … --final`` leaves them. :func:`check_all` runs the weights on the test
set, in a process that is shut in as a class's submissions are.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from ...book import Keyed, PageTable
from ...files import read_bytes
from ...training import TOLERANCE, records, test_set
from .. import challenge as own
from .. import grading
from .report import load_report

SECONDS, LARGEST = 600, 1_000_000  # for a network, and bytes of its weights
PARTS = ("network.py", "report.json", "weights.safetensors")


def folder() -> Path:
    """Where readers' networks lie: ``$MNIST_LIB_SUBMISSIONS``, or beside ``results/``."""
    return Path(os.environ.get("MNIST_LIB_SUBMISSIONS") or records.root().parent / "submissions")


def read(place: Path) -> dict:
    """The report of a reader's network in a folder; ``ValueError`` says what is missing or wrong there."""
    missing = [name for name in PARTS if not (place / name).is_file()]
    if missing:
        raise ValueError(f"{place} lacks {', '.join(missing)}")
    told = load_report(place / "report.json")
    if not told["test"] or not told["kept"]:
        raise ValueError(f"{place / 'report.json'} is no report of a try with --final that kept the rules")
    weights = place / "weights.safetensors"
    try:
        if hashlib.sha256(read_bytes(weights, LARGEST)).hexdigest() != told["results"][0]["weights"]:
            raise ValueError("its SHA-256 differs")
    except (OSError, ValueError) as error:
        raise ValueError(f"{weights} is not that of the report's first seed: {error}") from error
    return told


def everyone() -> dict[str, dict]:
    """The reports of all readers' networks by their names, the smallest first."""
    found = {place.name: read(place) for place in _places()}
    return dict(sorted(found.items(), key=lambda each: (each[1]["parameters"], each[0])))


def _places() -> list[Path]:
    return sorted(p for p in folder().iterdir() if p.is_dir()) if folder().is_dir() else []


def table() -> PageTable:
    """The readers' networks as a table for the leaderboard; readers sort it by any column."""
    rows = []
    for name, told in everyone().items():
        size, verdict, test = told["parameters"], told["verdict"], fmean(told["test"]["correct"]) / 100
        rows.append((name, Keyed(f"{size:,}", size), str(told["recipe"]["epochs"]), str(len(verdict["seeds"])),
                     f"{verdict['mean']:.2f}", own.line(verdict["word"], 20), Keyed(f"{test:.2f}", test),
                     str(told["looks_at_the_test_set"])))
    return PageTable(
        "Readers' networks",
        ("network", "parameters", "epochs", "seeds", "held out (%)", "verdict", "test (%)", "looks"), tuple(rows),
        "Held out: the last 5,000 training images, on which choices were made. Test: after the last epoch, mean over "
        "the seeds. Looks: how often the test set was looked at.", sortable=True)


class Checked(NamedTuple):
    """One reader's network, run again: test images classified correctly, by its report and as measured.

    ``problem`` is empty if all is well; ``why`` says in a line why it was not run, so that its word alone stands.
    """

    name: str
    recorded: int | None
    measured: int | None
    problem: str
    why: str = ""


def check_all() -> Iterator[Checked]:
    """Every reader's network there is, read and then run, shut in; read only where nothing can be shut in."""
    places, why = _places(), ""
    if places:
        try:
            grading.walls_up()
        except grading.NoWalls as error:
            why = own.line(error, 1_000)
    for place in places:
        try:
            told = read(place)
        except (ValueError, OSError) as error:
            yield Checked(place.name, None, None, " ".join(str(error).split()))
            continue
        recorded = told["test"]["correct"][0]
        yield Checked(place.name, recorded, None, "", why) if why else Checked(
            place.name, recorded, *_run(place, told, recorded))


def _run(place: Path, told: dict, recorded: int) -> tuple[int | None, str]:
    """How many test images a reader's network classifies correctly, and what contradicts its report, or nothing."""
    images, labels = test_set("cpu")
    content = {part: (place / part).read_bytes() for part in PARTS if part != "report.json"}
    left, measured = grading.evaluate_enclosed(content, images, labels, grading.Limits(SECONDS), [str(records.root())])
    said = left.result
    return measured, next((problem for wrong, problem in (
        (left.ended or said.get("told"), left.ended or own.line(said.get("told", ""))),
        (measured is None, "its weights gave no predictions"),
        (said.get("fingerprint") != told["fingerprint"],
         "its network.py is not what the report was made from: the fingerprint differs"),
        (said.get("parameters") != told["parameters"],
         f"it has {said.get('parameters')} parameters, the report says {told['parameters']:,}"),
        (abs((measured or 0) - recorded) > TOLERANCE,
         f"its weights classify {measured or 0:,} test images correctly, the report says {recorded:,}")) if wrong), "")
