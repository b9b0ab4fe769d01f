"""One process at a time in a folder: the kernel keeps the lock, and takes it away with the process that had it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: two that write at one moment may spoil each other's files there
    fcntl = None


@contextlib.contextmanager
def alone(folder: Path, otherwise: str = "") -> Iterator[None]:
    """Hold the folder's lock; where another has it wait, or raise ``ValueError`` with ``otherwise``."""
    if fcntl is None:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if otherwise else 0))
        yield
    except BlockingIOError:
        raise ValueError(otherwise) from None
    finally:
        os.close(handle)
