"""``python -m mnist_lib search``: choose on held-out training images, and log every trial."""

from __future__ import annotations


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="searches such as champion (default: all)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes side by side (default 1)")
    parser.add_argument("--log", action="store_true", help="print what is logged and train nothing")


def run(options) -> int:
    """Train the missing trials of the named searches, or of all, and print their logs; returns 0."""
    from ...experiments import unknown
    from ...training import checked_jobs, local_executor
    from . import run as search
    from .pages import search_tables
    from .targets import SEARCHES

    if strange := [name for name in options.names if name not in SEARCHES]:
        raise ValueError(unknown("search", strange[0], SEARCHES))
    checked_jobs(options.jobs)
    for space in (SEARCHES[name] for name in options.names or SEARCHES):
        if not options.log:
            with local_executor(options.jobs) as executor:
                for trial in search.run(space, executor):
                    print(f"{space.name}: {trial.candidate}, seed {trial.seed}: {trial.accuracy(space.last):.2f} % "
                          f"of the held-out images, {trial.seconds:.0f} s", flush=True)
        print("\n\n".join(map(str, search_tables(space))) or f"{space.name}: no round is complete")
    return 0
