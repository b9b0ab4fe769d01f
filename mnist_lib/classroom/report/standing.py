"""Where a network stands among the book's: size against accuracy, also where no records are at hand.

``standing.json`` beside the room's other tables has a line for each recorded step; a test holds it to the records,
and ``python -m mnist_lib.classroom.report.standing`` writes it anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from ...files import read_json
from ...training import schema

FILE = Path(__file__).resolve().parent.parent / "standing.json"


class Place(NamedTuple):
    """A network of the book: mean test accuracy after the last epoch (%) over its seeds."""

    step: str
    parameters: int
    accuracy: float
    seeds: int


def places() -> list[Place]:
    """The book's networks, smallest first, as they were when the library was made."""
    try:
        return [Place(*row) for row in schema.unsealed(read_json(FILE))["networks"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{FILE}, which came with the library, is damaged ({error}); install mnist_lib "
                         "again") from error


def measured() -> list[Place]:
    """The same from the records that lie here."""
    from ...book import report
    from ...experiments import all_experiments

    found = [(step.name, report.recorded(step)) for step in all_experiments().values() if step.on_all_of_mnist]
    return sorted((Place(step, runs[0].parameters, round(fmean(r.final.test_accuracy for r in runs), 2), len(runs))
                   for step, runs in found if runs), key=lambda place: (place.parameters, place.step))


def better_and_smaller(parameters: int, accuracy: float) -> list[Place]:
    """The book's networks that have fewer parameters and a higher accuracy."""
    return [p for p in places() if p.parameters < parameters and p.accuracy > accuracy]


def main() -> None:
    """Write the file from the records."""
    data = schema.sealed({"networks": [list(place) for place in measured()]})
    rows = ",\n  ".join(json.dumps(row) for row in data["networks"])
    FILE.write_text(f'{{\n "networks": [\n  {rows}\n ],\n "seal": "{data["seal"]}"\n}}\n')


if __name__ == "__main__":
    main()
