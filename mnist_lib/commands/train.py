"""``python -m mnist_lib train``: train what has no record yet."""

from __future__ import annotations

from .find_network import steps_of

MOST_SEEDS = 10_000


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="steps such as six-models/steplr, or paths")
    parser.add_argument("--all", action="store_true", help="every step of the book; on a CPU, the largest networks "
                        "with fewer seeds")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="seeds 0 to N-1 (default 1)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes side by side (default 1)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")


def run(options) -> int:
    """Train the missing runs of the named steps, or of all; returns 1 if one failed."""
    from ..experiments import all_experiments
    from ..training import campaign, checked_jobs, fit, local_executor, missing, pick_device

    if not options.names and not options.all:
        raise ValueError("name the steps or paths to train, or say --all; "
                         "`python -m mnist_lib list` shows them")
    if not 1 <= options.seeds <= MOST_SEEDS:
        raise ValueError(f"--seeds must be from 1 to {MOST_SEEDS:,}, not {options.seeds}")
    checked_jobs(options.jobs)
    names = list(all_experiments()) if options.all else steps_of(options.names)
    on_cpu = pick_device(options.device).type == "cpu"
    tasks = missing(names, range(options.seeds), frugal=options.all and on_cpu)
    print(f"{len(tasks)} trainings to do" if tasks else "nothing to do: every run asked for is recorded")
    if options.jobs == 1:
        for task in tasks:
            fit(task.name, task.seed, options.device)
        return 0
    failed = 0
    with local_executor(options.jobs) as executor:
        for outcome in campaign(tasks, executor, options.device):
            failed += bool(outcome.error)
            print(f"[{outcome.done}/{outcome.total}, about {outcome.left / 60:.0f} min left] "
                  f"{outcome.task.name}, seed {outcome.task.seed}: {outcome.error or 'recorded'}", flush=True)
    return 1 if failed else 0
