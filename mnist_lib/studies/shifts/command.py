"""``python -m mnist_lib travel``: run the stored networks on shifted test images, and record how sure they are."""

from __future__ import annotations


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="experiments such as beyond/champion (default: all "
                        "that are declared)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes side by side (default 1)")


def run(options) -> int:
    """Run what is not recorded yet, and print a line for each; returns 0."""
    from .records import KEPT
    from .run import run_one

    return KEPT.make(options, run_one)
