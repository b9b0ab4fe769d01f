"""What one page of a build has measured of a stored network, the other pages of that build take from it.

``tools/build_book.py`` gives the kernels of a build a folder of their own in ``MNIST_LIB_MEASURED``, empty at its
beginning. Without that variable, in a notebook or in a test, everything is measured when it is asked for.
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ..training import records

FOLDER = "MNIST_LIB_MEASURED"

T = TypeVar("T")  # of JSON: a number, a list of numbers


def once(measure: Callable[[], T], *key: object) -> T:
    """``measure()``, or what it gave in this build to another page that asked with the same key.

    The key has everything that the value depends on, as text; the weights of a network by their SHA-256.
    """
    if not (folder := os.environ.get(FOLDER)):
        return measure()
    file = Path(folder) / (hashlib.sha256(repr(key).encode()).hexdigest() + ".json")
    if file.exists():
        return json.loads(file.read_text())
    value = measure()
    records.write_atomically(file, json.dumps(value).encode())
    return value
