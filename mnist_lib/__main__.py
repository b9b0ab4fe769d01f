"""The command line: ``python -m mnist_lib list · train · search · retrace · verify · rf · export``."""

from __future__ import annotations

import argparse
import os
import sys

from .training import records


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m mnist_lib", description="Small networks for MNIST: "
                                     "train and verify the book's steps, compute receptive fields.")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="all experiments, with parameters and recorded seeds")
    listing.set_defaults(run=list_experiments)

    training = commands.add_parser("train", help="train what has no record yet")
    training.add_argument("names", nargs="*", metavar="NAME", help="steps such as six-models/steplr, or paths")
    training.add_argument("--all", action="store_true", help="every step of the book; on a CPU, the largest networks "
                          "with fewer seeds")
    training.add_argument("--seeds", type=int, default=1, metavar="N", help="seeds 0 to N-1 (default 1)")
    training.add_argument("--jobs", type=int, default=1, metavar="N", help="processes side by side (default 1)")
    training.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    training.set_defaults(run=train)

    searching = commands.add_parser("search", help="choose on held-out training images, and log every trial")
    searching.add_argument("names", nargs="*", metavar="NAME", help="searches such as champion (default: all)")
    searching.add_argument("--jobs", type=int, default=1, metavar="N", help="processes side by side (default 1)")
    searching.add_argument("--log", action="store_true", help="print what is logged and train nothing")
    searching.set_defaults(run=search)

    verifying = commands.add_parser("verify", help="check every record and re-evaluate all weights")
    verifying.add_argument("--device", default="cpu")
    verifying.set_defaults(run=verify)

    retracing = commands.add_parser("retrace", help="train a recorded run again and keep the weights of every epoch")
    retracing.add_argument("names", nargs="+", metavar="NAME", help="steps such as six-models/steplr, or paths")
    retracing.add_argument("--seed", type=int, default=0)
    retracing.set_defaults(run=retrace)

    from . import rf_command  # no torch yet: the commands load what they need when they run

    field = commands.add_parser("rf", help="the receptive-field table of a network")
    rf_command.add_arguments(field)
    field.set_defaults(run=rf_command.run)

    from . import export_command

    exporting = commands.add_parser("export", help="a network as a file for the page Draw a digit")
    export_command.add_arguments(exporting)
    exporting.set_defaults(run=export_command.run)

    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt as stopped:
        print(stopped if str(stopped) else "stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyError, ValueError, OSError, ArithmeticError) as error:
        message = error.args[0] if isinstance(error, KeyError) and error.args else error
        print(f"{parser.prog} {options.command}: {message}", file=sys.stderr)
        return 2


def list_experiments(options) -> int:
    """Print every experiment with its parameters and the seeds that are recorded."""
    from .experiments import EXPERIMENTS, recorded_as
    from .networks import count_parameters

    for step in EXPERIMENTS.values():
        recorded = records.of(recorded_as(step))
        seeds = ", ".join(str(r.seed) for r in recorded if r.fingerprint == step.fingerprint)
        stale = sum(r.fingerprint != step.fingerprint for r in recorded)
        same = f"  (same as {recorded_as(step)})" if recorded_as(step) != step.name else ""
        print(f"{step.name:40} {count_parameters(step.architecture):>9,} parameters  "
              f"{step.epochs} epochs  recorded: {'seeds ' + seeds if seeds else 'none'}"
              f"{f', {stale} of other settings' if stale else ''}{same}")
    return 0


def train(options) -> int:
    """Train the missing runs of the named steps, or of all."""
    from .experiments import EXPERIMENTS
    from .training import campaign, fit, local_executor, missing, pick_device

    if not options.names and not options.all:
        raise ValueError("name the steps or paths to train, or say --all; "
                         "`python -m mnist_lib list` shows them")
    if options.seeds < 1 or options.jobs < 1:
        raise ValueError("--seeds and --jobs must be at least 1")
    names = list(EXPERIMENTS) if options.all else names_of(options.names)
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


def search(options) -> int:
    """Train the missing trials of the named searches, or of all, and print their logs."""
    from .experiments import SEARCHES
    from .search_log import search_tables
    from .training import local_executor
    from .training import search as searching

    if unknown := [name for name in options.names if name not in SEARCHES]:
        raise ValueError(f"no search is called {unknown[0]!r}; there are: {', '.join(SEARCHES)}")
    if options.jobs < 1:
        raise ValueError("--jobs must be at least 1")
    for space in (SEARCHES[name] for name in options.names or SEARCHES):
        if not options.log:
            with local_executor(options.jobs) as executor:
                for trial in searching.run(space, executor):
                    print(f"{space.name}: {trial.candidate}, seed {trial.seed}: {trial.accuracy(space.last):.2f} % "
                          f"of the held-out images, {trial.seconds:.0f} s", flush=True)
        print("\n\n".join(map(str, search_tables(space))) or f"{space.name}: no round is complete")
    return 0


def retrace(options) -> int:
    """Train recorded runs again and keep the weights of every epoch."""
    from .training import retrace

    for name in names_of(options.names):
        print(f"{name}, seed {options.seed}: {retrace(name, options.seed)}")
    return 0


def names_of(given: list[str]) -> list[str]:
    """The steps that names of steps and paths stand for."""
    from .experiments import EXPERIMENTS, PATHS, experiment

    groups = PATHS | {"beyond": [e for e in EXPERIMENTS.values() if e.path == "beyond"]}
    return [name for part in given
            for name in ([e.name for e in groups[part]] if part in groups else [experiment(part).name])]


def verify(options) -> int:
    """Check the records; status 1 if any of them does not hold."""
    from .training import verify as checks

    bad = total = weights = 0
    for check in checks(options.device):
        total, bad, weights = total + 1, bad + bool(check.problem), weights + (check.measured is not None)
        measured = "no weights kept" if check.measured is None else f"measured {check.measured:,}"
        print(f"{'FAILED' if check.problem else 'ok':7}{check.name}, seed {check.seed}: recorded "
              f"{check.recorded:,} of {records.TEST_IMAGES:,}, {measured}"
              f"{'; ' + check.problem if check.problem else ''}", flush=True)
    print(f"{total} records, {weights} sets of weights run on the test set, {bad} failed")
    if not total:
        print(f"no records were found in {records.root()}", file=sys.stderr)
    return 1 if bad or not total else 0


if __name__ == "__main__":
    sys.exit(main())
