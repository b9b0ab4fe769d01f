"""The logbook of tries: one line a try, so that ten tries are shown as ten, and looks at the test set counted.

``logbook.jsonl`` lies in the reader's own folder. Lines are added and never changed: each has a seal of itself and
of the line before, and an end mark follows the last, so that a line edited, taken out, put in or cut off is noticed.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from ...files import read_bytes, write_atomically
from ...training import seal_of
from .alone import alone
from .entry import line as line_of

FILE, LARGEST = "logbook.jsonl", 4_000_000
NEXT = "mend it, or move the file away to begin a new logbook"


@dataclass(frozen=True)
class Line:
    """One try, or one look at the test set (``kind`` "try" or "look")."""

    kind: str
    entry: str
    fingerprint: str
    split: str
    seeds: tuple[int, ...]
    parameters: int
    mean: float
    word: str
    when: str
    recipe: str = ""


def read(folder: Path) -> list[Line]:
    """All lines, oldest first; ``ValueError`` names a line that can't be read, or does not follow the one before."""
    file, lines, seal = folder / FILE, [], ""
    if not os.path.lexists(file):
        return []
    try:
        texts = read_bytes(file, LARGEST).decode("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise ValueError(f"{file} can't be read ({line_of(error)}); {NEXT}") from error
    for number, text in enumerate(texts[:-1], start=1):
        try:
            data = json.loads(text)
            now = data.pop("seal")
            line = Line(**data | {"seeds": tuple(data["seeds"])})
            seal = _seal(line, seal)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError(f"line {number} of {file} can't be read; {NEXT}") from error
        if now != seal:
            raise ValueError(f"line {number} of {file} was changed after it was written, or the one before it was: its "
                             f"seal does not fit; {NEXT}")
        lines.append(line)
    if not texts or texts[-1] != _end(seal):
        raise ValueError(f"{file} has no end: lines were cut off or put in behind it; {NEXT}")
    return lines


def add(folder: Path, line: Line) -> None:
    """Add a line, unless the same try with the same seeds is the last one there."""
    with alone(folder):
        lines = read(folder)
        tries = [each for each in lines if each.kind == "try"]
        if line.kind == "try" and tries and (tries[-1].fingerprint, tries[-1].seeds, tries[-1].split) == (
                line.fingerprint, line.seeds, line.split):
            return
        seal, texts = "", []
        for each in (*lines, line):
            seal = _seal(each, seal)
            texts.append(json.dumps(asdict(each) | {"seal": seal}))
        write_atomically(folder / FILE, "".join(text + "\n" for text in (*texts, _end(seal))).encode())


def _end(seal: str) -> str:
    return json.dumps({"end": seal[:12]})


def _seal(line: Line, before: str) -> str:
    return seal_of(asdict(line) | {"before": before})


def tries(lines: list[Line]) -> list[Line]:
    """The last line of each try, in the order of their first: more seeds of one network are one try."""
    found: dict[str, Line] = {}
    for line in lines:
        if line.kind == "try":
            found[line.fingerprint] = line
    return list(found.values())


def looks(lines: list[Line]) -> int:
    """How often the test set was looked at, by any entry of this logbook."""
    return sum(line.kind == "look" for line in lines)


def now() -> str:
    """This moment, to the second, in universal time."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
