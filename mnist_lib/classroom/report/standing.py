"""Where a network stands among the book's: size against accuracy, also where no records are at hand.

``standing.json`` beside the room's other tables has a line for each recorded step; a test holds it to the records,
and ``python -m mnist_lib.classroom.report.standing`` writes it anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

FILE = Path(__file__).resolve().parent.parent / "standing.json"


class Place(NamedTuple):
    """A network of the book: mean test accuracy after the last epoch (%) over its seeds."""

    step: str
    parameters: int
    accuracy: float
    seeds: int


def places() -> list[Place]:
    """The book's networks, smallest first, as they were when the library was made."""
    return [Place(*row) for row in json.loads(FILE.read_text())["networks"]]


def measured() -> list[Place]:
    """The same from the records that lie here."""
    from ...book import report
    from ...experiments import all_experiments

    found = [(step.name, report.recorded(step)) for step in all_experiments().values() if step.on_all_of_mnist]
    return sorted((Place(step, runs[0].parameters, round(fmean(r.final.test_accuracy for r in runs), 2), len(runs))
                   for step, runs in found if runs), key=lambda place: (place.parameters, place.step))


def main() -> None:
    """Write the file from the records."""
    rows = ",\n  ".join(json.dumps(place) for place in measured())
    FILE.write_text(f'{{\n "networks": [\n  {rows}\n ]\n}}\n')


if __name__ == "__main__":
    main()
