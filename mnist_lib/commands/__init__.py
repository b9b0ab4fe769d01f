"""The command line, one file a command: ``python -m mnist_lib list · train · search · …``.

Each file has ``add_arguments(parser)`` and ``run(options)``, which returns the exit status; the first
line of its docstring is its help. A command loads what it needs when it runs, so that
``python -m mnist_lib rf`` needs torch alone. Looks into every room; no room looks in here.
"""

from mnist_lib import door

COMMANDS = ("list", "train", "search", "retrace", "travel", "bits", "verify", "rf", "export", "challenge", "grade")

__all__, __getattr__, __dir__ = door(__name__, {command: command for command in COMMANDS})
