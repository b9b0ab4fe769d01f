"""``python -m mnist_lib bits``: round stored networks to fewer bits a weight, train them on, and record both."""

from __future__ import annotations


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="beyond/smallest or beyond/champion (default: both)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes side by side (default 1)")


def run(options) -> int:
    """Run what is not recorded yet, and print a line for each; returns 0."""
    from ...training import checked_jobs, local_executor
    from . import bits_records
    from .bits_run import run_bits

    jobs = checked_jobs(options.jobs)
    with local_executor(jobs) as executor:
        for name, seed, seconds in run_bits(executor, options.names):
            print(f"{name}, seed {seed}: {seconds:.0f} s", flush=True)
    print(f"{len(bits_records.files())} networks are recorded in {bits_records.path('', 0).parent}")
    return 0
