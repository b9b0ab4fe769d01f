"""``python -m mnist_lib bits``: round stored networks to fewer bits a weight, train them on, and record both."""

from __future__ import annotations


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="beyond/smallest or beyond/champion (default: both)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes side by side (default 1)")


def run(options) -> int:
    """Run what is not recorded yet, and print a line for each; returns 0."""
    from .bits_records import KEPT
    from .bits_run import run_one

    return KEPT.make(options, run_one)
