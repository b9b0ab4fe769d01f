"""``python -m mnist_lib verify``: check every record and re-evaluate all weights."""

from __future__ import annotations

import os
import sys


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="steps such as six-models/steplr, or paths; without "
                        "one, every record of every kind")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes side by side (default: one a core)")


def run(options) -> int:
    """Check the records; returns 1 if any of them does not hold, or if there are none."""
    from ..studies import studies
    from ..training import records

    total, bad = _trainings(options)
    if not options.names:
        bad += _readers()
        for study in studies().values():
            bad += _of_a_study(study)
    if not total:
        of = f" of {', '.join(options.names)}" if options.names else ""
        print(f"no records{of} were found in {records.root()}", file=sys.stderr)
    return 1 if bad or not total else 0


def _trainings(options) -> tuple[int, int]:
    """Check the records of trainings; returns how many there are, and how many don't hold or had to be checked."""
    from ..training import TEST_IMAGES, checked_jobs, records, verify
    from .find_network import steps_of

    names = steps_of(options.names) if options.names else None
    if options.jobs is not None:
        jobs = checked_jobs(options.jobs)
    else:  # a process takes longer to begin than a few records take to check
        jobs = os.cpu_count() if options.device == "cpu" and len(records.files()) > 8 else 1
    bad = total = weights = 0
    without = 0
    absent: dict[str, list] = {}
    for check in verify(options.device, jobs, names):
        total, bad, weights = total + 1, bad + bool(check.problem), weights + (check.measured is not None)
        if check.absent and not check.problem:
            absent.setdefault(check.absent, []).append(check)
            continue
        without += check.measured is None and not check.problem
        measured = "no weights kept" if check.measured is None else f"measured {check.measured:,}"
        recorded = "not readable" if check.recorded is None else f"recorded {check.recorded:,} of {TEST_IMAGES:,}"
        print(f"{'FAILED' if check.problem else 'ok':7}{check.name}, seed {check.seed}: {recorded}, {measured}"
              f"{'; ' + check.problem if check.problem else ''}", flush=True)
    bad += _tell_absent(absent)
    print(f"{total} records, {weights} sets of weights run on the test set, {bad} failed")
    if without:
        print(f"{without} have no weights (see above) and are believed no further than their arithmetic")
    return total, bad


def _tell_absent(absent: dict[str, list]) -> int:
    """Say, in a line a data set, what was not checked for its images aren't here; returns how many had to be."""
    from ..data import DATA_SETS

    needed = {"mnist", *(["fashion-mnist"] if os.environ.get("REQUIRE_FASHION", "") not in ("", "0") else [])}
    for name, checks in absent.items():
        print(f"{'FAILED' if name in needed else 'not checked'}: {len(checks):,} records of "
              f"{DATA_SETS[name].title}; {checks[0].why}", flush=True)
    return sum(len(checks) for name, checks in absent.items() if name in needed)


def _readers() -> int:
    """Check readers' networks; returns how many don't hold."""
    from ..classroom import readers
    from ..training import TEST_IMAGES

    number = bad = 0
    unrun = []
    for name, recorded, measured, problem, why in readers.check_all():
        number, bad = number + 1, bad + bool(problem)
        if why:
            unrun.append(why)
        else:
            said = "not readable" if recorded is None else f"recorded {recorded:,} of {TEST_IMAGES:,}"
            print(f"{'FAILED' if problem else 'ok':7}submissions/{name}: {said}, "
                  f"measured {'nothing' if measured is None else f'{measured:,}'}{'; ' + problem if problem else ''}",
                  flush=True)
    if unrun:
        print(f"not checked: {len(unrun)} readers' networks; {unrun[0]}")
    elif number:
        print(f"{number} readers' networks, each run in a process of its own")
    return bad


def _of_a_study(study) -> int:
    """Check a study's own kinds of record; returns how many don't hold."""
    found = list(getattr(study, "verify_records", tuple)())
    for name, problem in found:
        if problem:
            print(f"FAILED {name}: {problem}", flush=True)
    if found:
        what = (study.verify_records.__doc__ or "Records of a study").partition(".")[0]
        print(f"{len(found)} {what[0].lower()}{what[1:]}")
    return sum(bool(problem) for _, problem in found)
