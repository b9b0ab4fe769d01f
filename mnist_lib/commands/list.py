"""``python -m mnist_lib list``: all experiments, with parameters and recorded seeds."""

from __future__ import annotations

import sys


def add_arguments(parser) -> None:
    """``list`` takes none."""


def run(options) -> int:
    """Print every experiment with its parameters and the seeds that are recorded; files that are no records are named.

    Returns 0."""
    from ..experiments import all_experiments, recorded_as
    from ..networks import count_parameters
    from ..training import records

    told = []
    for step in all_experiments().values():
        recorded, damaged = [], []
        for file in records.files(recorded_as(step)):
            try:
                recorded.append(records.load(file))
            except ValueError as error:
                damaged.append(str(error))
        seeds = ", ".join(str(r.seed) for r in recorded if r.fingerprint == step.fingerprint)
        stale = sum(r.fingerprint != step.fingerprint for r in recorded)
        same = f"  (same as {recorded_as(step)})" if recorded_as(step) != step.name else ""
        print(f"{step.name:40} {count_parameters(step.architecture):>9,} parameters  "
              f"{step.epochs} epochs  recorded: {'seeds ' + seeds if seeds else 'none'}"
              f"{f', {stale} of other settings' if stale else ''}{same}")
        if not same:
            told += damaged
    for problem in told:
        print(f"skipped: {problem}", file=sys.stderr)
    return 0
