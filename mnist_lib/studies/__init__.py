"""Studies: each asks one question, and can be taken out as one folder, with its page and its tests.

A folder is found by looking, nobody lists them. Its door may give ``EXPERIMENTS`` (trained, listed and verified like
the book's), ``COMMANDS`` (a command's name to the file that has it) and ``verify_records`` (its own kinds of record).
No study looks into another: what two need stands here (``stored``), in ``experiments`` or in ``book``. Looks into
``book`` and what stands to its right.
"""

from importlib import import_module
from pathlib import Path

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {"stored": "Kind packed unpacked"})


def studies() -> dict:
    """The doors of all studies that are there, by name."""
    return {file.parent.name: import_module(f"mnist_lib.studies.{file.parent.name}")
            for file in sorted(Path(__file__).parent.glob("*/__init__.py"))}
