"""The command line, one file a command: ``python -m mnist_lib list · train · verify · …``.

Each file has ``add_arguments(parser)`` and ``run(options)``, which returns the exit status; the first
line of its docstring is its help. A command loads what it needs when it runs, so that
``python -m mnist_lib rf`` needs torch alone. Those of a study stand there, and are found by looking.
Looks into every room; no room looks in here.
"""

import ast
from importlib import import_module
from pathlib import Path

from ..studies import studies

OWN = ("list", "train", "retrace", "verify", "rf", "export", "challenge", "grade")
COMMANDS = {name: f"mnist_lib.commands.{name}" for name in OWN} | {
    name: f"mnist_lib.studies.{study}.{file}" for study, door in studies().items()
    for name, file in getattr(door, "COMMANDS", {}).items()}


def help_of(name: str) -> str:
    """What a command does, in a line: of its file's text, since ``python -OO`` keeps no docstrings."""
    text = Path(command(name).__file__).read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0].partition(": ")[2].rstrip(".")


def command(name: str):
    """The module of a command."""
    return import_module(COMMANDS[name])
