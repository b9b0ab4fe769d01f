"""``python -m mnist_lib retrace``: train a recorded run again and keep the weights of every epoch, or the last ones."""

from __future__ import annotations

import contextlib

from .find_network import steps_of


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("names", nargs="+", metavar="NAME", help="steps such as six-models/steplr, or paths")
    parser.add_argument("--seed", type=int, default=0, help="whose weights of every epoch are kept (default 0)")
    parser.add_argument("--weights", action="store_true",
                        help="instead: the last weights of all recorded seeds that have none")
    parser.add_argument("--without-avx512", action="store_true",
                        help="with --weights: compute as a processor without AVX-512, where the record's was one")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="with --weights: processes side by side")


def run(options) -> int:
    """Retrace the named steps; returns 1 if the weights of one could not be had."""
    from ..training import (
        campaign,
        checked_jobs,
        limited_instructions,
        local_executor,
        retrace,
        retrace_task,
        without_weights,
    )

    names = steps_of(options.names)
    if not options.weights:
        if options.without_avx512 or options.jobs != 1:
            raise ValueError("--without-avx512 and --jobs go with --weights")
        for name in names:
            print(f"{name}, seed {options.seed}: {retrace(name, options.seed)}")
        return 0
    tasks, failed = without_weights(names), 0
    checked_jobs(options.jobs)
    print(f"{len(tasks)} trainings to retrace" if tasks else "nothing to do: all weights that are kept are there")
    limited = limited_instructions() if options.without_avx512 else contextlib.nullcontext()
    with limited, local_executor(options.jobs) as executor:
        for outcome in campaign(tasks, executor, work=retrace_task):
            failed += bool(outcome.error)
            print(f"[{outcome.done}/{outcome.total}, about {outcome.left / 60:.0f} min left] {outcome.task.name}, "
                  f"seed {outcome.task.seed}: {outcome.error or 'repeated; its weights are kept'}", flush=True)
    return 1 if failed else 0
