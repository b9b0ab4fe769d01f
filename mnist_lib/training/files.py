"""JSON that is read with distrust; and files that are written whole or not at all, by ``mnist_lib.rf``."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from ..rf import KINDS, destination, ready_to_write, write_atomically

__all__ = ["destination", "read_bytes", "read_json", "ready_to_write", "write_atomically"]
LARGEST = 4_000_000  # bytes of a record or a log; the book's are under 20,000


def read_bytes(file: Path | str, largest: int = 1_000_000_000) -> bytes:
    """The content of a regular file; ``ValueError`` for a pipe, which would block, or a device, which has no end."""
    found = os.stat(file)
    if not stat.S_ISREG(found.st_mode):
        raise ValueError(f"it is {KINDS.get(stat.S_IFMT(found.st_mode), 'no file')}")
    if found.st_size > largest:
        raise ValueError(f"it has {found.st_size:,} bytes; {largest:,} are the most that are read")
    return Path(file).read_bytes()


def read_json(file: Path | str, largest: int = LARGEST):
    """The content of a JSON file; ``ValueError`` says what is wrong with it, without its name.

    Not read: what is no regular file or too large, what is nested out of all measure, an object that
    has a key twice, and numbers that are none.
    """
    try:
        return json.loads(read_bytes(file, largest).decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _once(pairs: list) -> dict:
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)!r} stands in it twice")
    return data


def _no_number(text: str):
    raise ValueError(f"{text} is no number")
