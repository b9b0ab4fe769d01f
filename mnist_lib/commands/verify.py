"""``python -m mnist_lib verify``: check every record and re-evaluate all weights."""

from __future__ import annotations

import sys


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("--device", default="cpu")


def run(options) -> int:
    """Check the records; returns 1 if any of them does not hold, or if there are none."""
    from ..book import assignment
    from ..training import TEST_IMAGES, records, verify

    bad = total = weights = 0
    for check in verify(options.device):
        total, bad, weights = total + 1, bad + bool(check.problem), weights + (check.measured is not None)
        measured = "no weights kept" if check.measured is None else f"measured {check.measured:,}"
        print(f"{'FAILED' if check.problem else 'ok':7}{check.name}, seed {check.seed}: recorded "
              f"{check.recorded:,} of {TEST_IMAGES:,}, {measured}"
              f"{'; ' + check.problem if check.problem else ''}", flush=True)
    print(f"{total} records, {weights} sets of weights run on the test set, {bad} failed")
    readers = 0
    for name, recorded, measured, problem in assignment.readers.check_all():
        readers, bad = readers + 1, bad + bool(problem)
        print(f"{'FAILED' if problem else 'ok':7}submissions/{name}: recorded {recorded:,} of {TEST_IMAGES:,}, "
              f"measured {'nothing' if measured is None else f'{measured:,}'}{'; ' + problem if problem else ''}",
              flush=True)
    if readers:
        print(f"{readers} readers' networks, each run in a process of its own")
    if not total:
        print(f"no records were found in {records.root()}", file=sys.stderr)
    return 1 if bad or not total else 0
