"""The command line, one file a command: ``python -m mnist_lib list · train · search · …``.

Each file has ``add_arguments(parser)`` and ``run(options)``, which returns the exit status; the first
line of its docstring is its help. A command loads what it needs when it runs, so that
``python -m mnist_lib rf`` needs torch alone. What belongs to one room stands there (``OF_ROOMS``).
Looks into every room; no room looks in here.
"""

from mnist_lib import door, need

OF_ROOMS = {"challenge": "classroom.command_challenge", "grade": "classroom.command_grade"}
COMMANDS = ("list", "train", "search", "retrace", "travel", "bits", "verify", "rf", "export", *OF_ROOMS)

__all__, _own, __dir__ = door(__name__, {command: command for command in COMMANDS})


def __getattr__(name):
    return need(f"mnist_lib.{OF_ROOMS[name]}") if name in OF_ROOMS else _own(name)
