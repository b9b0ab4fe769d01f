"""Which files a reader's code opens: weights that were trained elsewhere, and the test set.

Python's audit events tell of every file that Python code opens; what C code opens by itself they
do not. A hook can't be taken away again, so there is one, and it listens only while a reader's code runs.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

WEIGHTS = (".pt", ".pth", ".ckpt", ".safetensors", ".npz", ".npy", ".pkl", ".pickle", ".h5", ".onnx", ".bin")
TEST_FILES = "t10k-"


@dataclass
class Watch:
    """The names of files opened, as far as a rule speaks of them."""

    weights: set[str] = field(default_factory=set)
    test_set: set[str] = field(default_factory=set)

    def see(self, path: object) -> None:
        """Note a path if it is a file of weights or of the test set."""
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if not isinstance(path, (str, os.PathLike)):
            return
        name = os.path.basename(os.fspath(path))
        if isinstance(name, str) and name.startswith(TEST_FILES):
            self.test_set.add(name)
        elif isinstance(name, str) and name.lower().endswith(WEIGHTS):
            self.weights.add(name)


_listening: list[Watch] = []
_hooked: list[bool] = []


@contextlib.contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Note in ``watch`` what is opened inside."""
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_heard)
    _listening.append(watch)
    try:
        yield
    finally:
        _listening.remove(watch)


def _heard(event: str, arguments: tuple) -> None:
    if event == "open" and _listening:
        for watch in _listening:
            watch.see(arguments[0])
