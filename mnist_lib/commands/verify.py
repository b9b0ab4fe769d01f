"""``python -m mnist_lib verify``: check every record and re-evaluate all weights."""

from __future__ import annotations

import os
import sys


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes side by side (default: one a core)")
    parser.add_argument("--seal", action="store_true", help="seal records of before there were seals, if they hold")


def run(options) -> int:
    """Check the records; returns 1 if any of them does not hold, or if there are none."""
    from ..classroom import readers as submitted
    from ..studies import studies
    from ..training import ALL_SEEDS_UNDER, TEST_IMAGES, checked_jobs, records, verify

    if options.jobs is not None:
        jobs = checked_jobs(options.jobs)
    else:  # a process takes longer to begin than a few records take to check
        jobs = os.cpu_count() if options.device == "cpu" and len(records.files()) > 8 else 1
    bad = total = weights = 0
    without: dict[str, list] = {}
    for check in verify(options.device, jobs, seal=options.seal):
        total, bad, weights = total + 1, bad + bool(check.problem), weights + (check.measured is not None)
        if check.measured is None and not check.problem:
            without.setdefault(check.name, []).append(check.seed)
        measured = "no weights kept" if check.measured is None else f"measured {check.measured:,}"
        recorded = "not readable" if check.recorded is None else f"recorded {check.recorded:,} of {TEST_IMAGES:,}"
        print(f"{'FAILED' if check.problem else 'ok':7}{check.name}, seed {check.seed}: {recorded}, {measured}"
              f"{'; ' + check.problem if check.problem else ''}", flush=True)
    print(f"{total} records, {weights} sets of weights run on the test set, {bad} failed")
    if without:
        print(f"{sum(map(len, without.values()))} have no weights and are believed no further than their arithmetic: "
              f"of before those of every seed under {ALL_SEEDS_UNDER:,} parameters were kept, or of larger networks:")
        for name, seeds in without.items():
            print(f"  {name}: seed{'s' * (len(seeds) > 1)} {_ranges(seeds)}")
    readers = 0
    for name, recorded, measured, problem in submitted.check_all():
        readers, bad = readers + 1, bad + bool(problem)
        said = "not readable" if recorded is None else f"recorded {recorded:,} of {TEST_IMAGES:,}"
        print(f"{'FAILED' if problem else 'ok':7}submissions/{name}: {said}, "
              f"measured {'nothing' if measured is None else f'{measured:,}'}{'; ' + problem if problem else ''}",
              flush=True)
    if readers:
        print(f"{readers} readers' networks, each run in a process of its own")
    for study in studies().values():
        own = 0
        for name, problem in getattr(study, "verify_records", tuple)():
            own, bad = own + 1, bad + bool(problem)
            if problem:
                print(f"FAILED {name}: {problem}", flush=True)
        if own:
            what = study.verify_records.__doc__.partition(".")[0]
            print(f"{own} {what[0].lower()}{what[1:]}")
    if not total:
        print(f"no records were found in {records.root()}", file=sys.stderr)
    return 1 if bad or not total else 0


def _ranges(seeds: list[int]) -> str:
    """Seeds in words: 1 to 4, 7."""
    parts: list[list[int]] = []
    for seed in sorted(seeds):
        if parts and seed == parts[-1][-1] + 1:
            parts[-1].append(seed)
        else:
            parts.append([seed])
    return ", ".join(f"{p[0]} to {p[-1]}" if len(p) > 1 else str(p[0]) for p in parts)
