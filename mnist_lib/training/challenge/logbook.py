"""The logbook of tries: one line a try, so that ten tries are shown as ten, and looks at the test set counted.

``logbook.jsonl`` lies in the reader's own folder. Lines are added and never changed.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "logbook.jsonl"


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


def read(folder: Path) -> list[Line]:
    """All lines, oldest first; ``ValueError`` names a line that can't be read."""
    file = folder / FILE
    if not file.exists():
        return []
    lines = []
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            data = json.loads(text)
            lines.append(Line(**data | {"seeds": tuple(data["seeds"])}))
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"line {number} of {file} can't be read; mend it, or move the file away to begin a new "
                             "logbook") from error
    return lines


def add(folder: Path, line: Line) -> None:
    """Write a line, unless the same try with the same seeds is the last one there."""
    lines = read(folder)
    if line.kind == "try" and lines:
        tries = [each for each in lines if each.kind == "try"]
        if tries and (tries[-1].fingerprint, tries[-1].seeds, tries[-1].split) == (
                line.fingerprint, line.seeds, line.split):
            return
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / FILE, "a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(line)) + "\n")


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
