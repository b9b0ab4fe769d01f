"""``python -m mnist_lib challenge``: check, train and judge a network of your own.

NETWORK is a file with a class ``Net`` (``my_net.py``, ``my_net.py:Net``) or a notebook that defines it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("network", metavar="NETWORK", help="my_net.py:Net, or a notebook")
    parser.add_argument("--template", action="store_true", help="write a network to fill in into that file, and stop")
    parser.add_argument("--check", action="store_true", help="the rule sheet alone, in seconds")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="trainings (default 1; three for a verdict)")
    parser.add_argument("--final", action="store_true", help="look at the test set; the logbook counts it")
    parser.add_argument("--out", default="challenge", metavar="FOLDER", help="reports and logbook (default challenge)")
    parser.add_argument("--images", type=int, metavar="N", help="train on the first N images, for a trial")
    parser.add_argument("--limit", type=int, default=8_000, metavar="N", help="parameters allowed (default 8000)")
    parser.add_argument("--epochs", type=int, default=15, metavar="N", help="epochs allowed (default 15)")
    parser.add_argument("--target", type=float, default=99.4, metavar="PERCENT", help="to be held (default 99.4)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")


def run(options) -> int:
    """Returns 0, or 1 where a rule is broken. Raises ValueError, in one line, for a wrong input."""
    if options.template:
        return _template(Path(options.network.removesuffix(":Net")))
    from .. import challenge

    report = challenge(options.network, seeds=options.seeds, check=options.check, final=options.final, out=options.out,
                       images=options.images, limit=options.limit, epochs=options.epochs, target=options.target,
                       device=options.device,
                       say=lambda words: print(words, flush=True))
    return 0 if report.sheet.kept else 1


def _template(file: Path) -> int:
    from ..classroom import template
    from ..files import write_atomically

    if file.suffix != ".py":
        raise ValueError(f"{str(file)!r} is no name of a Python file; write my_net.py:Net")
    if os.path.lexists(file):
        raise ValueError(f"{file} is there already; name another file")
    write_atomically(file, template().encode())
    print(f"{file} is yours to fill in. Look at it first:  python -m mnist_lib challenge {file}:Net --check",
          file=sys.stdout)
    return 0
