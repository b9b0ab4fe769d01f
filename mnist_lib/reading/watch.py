"""Which files a reader's code opens: weights that were trained elsewhere, and the test set.

Python's audit events tell of every file that Python code opens; what C code opens by itself they
do not. A hook can't be taken away again, so there is one, and it listens only while a reader's code runs.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

_listening: list[set[str]] = []
_hooked: list[bool] = []


@contextlib.contextmanager
def watching(opened: set[str]) -> Iterator[None]:
    """Note in ``opened`` the names of the files that are opened inside."""
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_heard)
    _listening.append(opened)
    try:
        yield
    finally:
        _listening.remove(opened)


def _heard(event: str, arguments: tuple) -> None:
    if event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
        for opened in _listening:
            opened.add(os.path.basename(os.fsdecode(arguments[0])))
