"""``python -m mnist_lib retrace``: train a recorded run again and keep the weights of every epoch."""

from __future__ import annotations

from .find_network import steps_of


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("names", nargs="+", metavar="NAME", help="steps such as six-models/steplr, or paths")
    parser.add_argument("--seed", type=int, default=0, help="whose weights of every epoch are kept (default 0)")


def run(options) -> int:
    """Retrace the named steps; returns 0."""
    from ..training import retrace

    for name in steps_of(options.names):
        file, same = retrace(name, options.seed)
        said = "every number of the record repeats" if same else "the counts repeat, not every loss and digit"
        print(f"{name}, seed {options.seed}: {file}; {said}")
    return 0
