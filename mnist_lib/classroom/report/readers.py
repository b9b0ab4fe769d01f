"""Readers' networks: reports with their source and weights in ``submissions/``, run again before they are believed.

A folder ``submissions/<name>/`` holds ``network.py``, ``report.json`` and ``weights.safetensors`` of the first seed, as
``python -m mnist_lib challenge … --final`` leaves them. :func:`check_all` runs the weights on the test
set, in a process that is shut in as a class's submissions are.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Reader:
    """One reader's network, as its report tells: test images classified correctly, for each seed."""

    name: str
    fingerprint: str
    parameters: int
    epochs: int
    seeds: int
    held_out: float
    word: str
    correct: tuple[int, ...]
    looks: int


def read(place: Path) -> Reader:
    """The reader's network of a folder; ``ValueError`` says what is missing or wrong there."""
    missing = [name for name in PARTS if not (place / name).is_file()]
    if missing:
        raise ValueError(f"{place} lacks {', '.join(missing)}")
    told = load_report(place / "report.json")
    if not told["test"] or not told["kept"]:
        raise ValueError(f"{place / 'report.json'} is no report of a try with --final that kept the rules")
    weights, first = place / "weights.safetensors", told["results"][0]
    try:
        if hashlib.sha256(read_bytes(weights, LARGEST)).hexdigest() != first["weights"]:
            raise ValueError("its SHA-256 differs")
    except (OSError, ValueError) as error:
        raise ValueError(f"{weights} is not that of the report's first seed: {error}") from error
    verdict, test = told["verdict"], told["test"]
    return Reader(place.name, told["fingerprint"], told["parameters"], told["recipe"]["epochs"], len(verdict["seeds"]),
                  verdict["mean"], own.line(verdict["word"], 20), tuple(test["correct"]),
                  told["looks_at_the_test_set"])


def everyone() -> list[Reader]:
    """All readers' networks, the smallest first."""
    places = [p for p in folder().glob("*") if p.is_dir()] if folder().is_dir() else []
    return sorted((read(p) for p in places), key=lambda r: (r.parameters, r.name))


def table() -> PageTable:
    """The readers' networks as a table for the leaderboard; readers sort it by any column."""
    rows = []
    for r in everyone():
        test = fmean(r.correct) / 100
        rows.append((r.name, Keyed(f"{r.parameters:,}", r.parameters), str(r.epochs), str(r.seeds), f"{r.held_out:.2f}",
                     r.word, Keyed(f"{test:.2f}", test), str(r.looks)))
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
    places = sorted(p for p in folder().iterdir() if p.is_dir()) if folder().is_dir() else []
    why = _no_walls() if places else ""
    for place in places:
        try:
            reader = read(place)
        except (ValueError, OSError) as error:
            yield Checked(place.name, None, None, " ".join(str(error).split()))
            continue
        yield Checked(reader.name, reader.correct[0], None, "", why) if why else _run(place, reader)


def _no_walls() -> str:
    try:
        grading.walls_up()
    except grading.NoWalls as error:
        return " ".join(str(error).split())
    return ""


def _run(place: Path, reader: Reader) -> Checked:
    images, labels = test_set("cpu")
    content = {part: (place / part).read_bytes() for part in PARTS if part != "report.json"}
    left = grading.evaluate_enclosed(content, images, grading.Limits(SECONDS), [str(records.root())])
    measured = grading.count_correct(left.predictions, labels)
    problem = left.ended or own.line(left.result.get("told", ""))
    if not problem and measured is None:
        problem = "its weights gave no predictions"
    if not problem and left.result.get("fingerprint") != reader.fingerprint:
        problem = "its network.py is not what the report was made from: the fingerprint differs"
    if not problem and left.result.get("parameters") != reader.parameters:
        problem = f"it has {left.result.get('parameters')} parameters, the report says {reader.parameters:,}"
    if not problem and abs(measured - reader.correct[0]) > TOLERANCE:
        problem = f"its weights classify {measured:,} test images correctly, the report says {reader.correct[0]:,}"
    return Checked(reader.name, reader.correct[0], measured, problem)
