"""``python -m mnist_lib travel``: run the stored networks on shifted test images, and record how sure they are."""

from __future__ import annotations


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="experiments such as beyond/champion (default: all "
                        "that are declared)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes side by side (default 1)")


def run(options) -> int:
    """Run what is not recorded yet, and print a line for each; returns 0."""
    from ...training import checked_jobs, local_executor
    from . import records as travel_records
    from .run import run_travel

    jobs = checked_jobs(options.jobs)
    with local_executor(jobs) as executor:
        for name, seed, seconds in run_travel(executor, options.names):
            print(f"{name}, seed {seed}: {seconds:.0f} s", flush=True)
    print(f"{len(travel_records.files())} networks are recorded in {travel_records.path('', 0).parent}")
    return 0
