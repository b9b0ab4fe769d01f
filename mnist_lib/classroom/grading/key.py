"""The teacher's key: split and seeds of a class are drawn from it, and nobody else has it."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from ...files import read_bytes, ready_to_write


def secret_key(file: Path) -> str:
    """The teacher's key, made when it is first asked for; only its owner can read the file.

    Eight digits of its SHA-256 stand behind it: a key that changed would grade the class anew and otherwise.
    """
    if not os.path.lexists(file):
        ready_to_write(file)
        key = secrets.token_hex(16)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as opened:
            opened.write(f"{key} {_check_of(key)}\n")
    try:
        key, check = read_bytes(file, 1_000).decode("ascii").split()
    except (OSError, ValueError):
        key, check = "", "none"
    if check != _check_of(key):
        raise ValueError(f"{file} is no key, or it was changed after it was made: restore the one that the class was "
                         "graded with, or delete it for a new one")
    return key


def _check_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:8]
