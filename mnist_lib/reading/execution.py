"""Execute a file as Python does it, or, where it would train or load data, what of it a network needs."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import linecache
import os
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import LIBRARY, NAMES, Refused, line, where
from .selection import ALWAYS, bound, costs, heavy, light, used
from .source import Piece
from .standins import Nothing, standing_in

IMPORTED: set[str] = set()  # modules that came with a network that was read


class Execution:
    """The execution of a file: as Python does it, or, where it would train or load data, of what a network needs."""

    def __init__(self, path: Path, pieces: list[Piece], beside: list[Piece], broken: list[str], folder: Path,
                 sources: Mapping[str, str]):
        self.path, self.pieces, self.beside, self.folder, self.sources = path, pieces, beside, folder, sources
        self.costly = costs([*pieces, *beside])
        self.whole = path.suffix == ".py" and not any(heavy(p.node, self.costly) for p in pieces)
        self.shown = line(NAMES.get(str(path.resolve()), path.name))
        self.broken, self.left, self.stood = broken, [], set()
        self.flags = importlib.import_module("__future__").annotations.compiler_flag if any(
            isinstance(p.node, ast.ImportFrom) and p.node.module == "__future__" for p in pieces) else 0

    def run(self) -> dict[str, Any]:
        """Execute it, and return its names."""
        self.left = list(self.broken)
        for name in IMPORTED:
            sys.modules.pop(name, None)  # of a network that was read before: files of one name may differ now
        IMPORTED.clear()
        stem = self.path.stem
        self.module = types.ModuleType(stem if stem.isidentifier() and stem not in sys.modules else f"submitted_{stem}")
        sys.modules[self.module.__name__] = self.module  # so that classes defined there can be copied
        before = set(sys.modules)
        self.module.__file__ = str(self.path)
        self.module.__spec__ = importlib.util.spec_from_loader(self.module.__name__, loader=None)
        if self.path.suffix == ".ipynb":
            self.module.__dict__.update(dict.fromkeys(("display", "get_ipython"), Nothing("IPython")))
        if str(self.folder) not in sys.path:
            sys.path.insert(0, str(self.folder))
        for file, text in self.sources.items():
            linecache.cache[file] = (len(text), None, text.splitlines(True), file)
        opens = any("torchvision" in ast.unparse(p.node) for p in (*self.pieces, *self.beside))
        with standing_in(opens) as self.stood:
            self._executed(self.module.__dict__)
        IMPORTED.update(n for n in set(sys.modules) - before if (
            file := str(getattr(sys.modules[n], "__file__", None) or "")).startswith(f"{self.folder}{os.sep}")
            and "site-packages" not in file and not file.startswith(LIBRARY))
        IMPORTED.add(self.module.__name__)
        return self.module.__dict__

    def _executed(self, names: dict) -> None:
        """Execute the statements, all of them or those that a network needs; note what was left out."""
        lost: set[str] = set()
        for piece in self.pieces:
            node, why = piece.node if self.whole else light(piece.node, self.costly), ""
            if node is not None and (isinstance(node, ALWAYS) or not used(node) & lost):
                try:
                    exec(compile(ast.Module([node], []), piece.file, "exec", self.flags, dont_inherit=True), names)
                    lost -= bound(node)
                    continue
                except (Exception, SystemExit) as error:
                    if self.whole or isinstance(node, ast.ClassDef):
                        raise Refused(
                            f"{self.shown} ends the program when it is loaded (exit); take that out"
                            if isinstance(error, SystemExit) else f"{self.shown} cannot be loaded: {where(error)}"
                            if self.whole else f"{line(node.name)} cannot be defined: {where(error)}") from error
                    why = f" ({type(error).__name__}: {line(error, 80)})"
            if isinstance(piece.node, ast.Pass):
                continue  # a magic
            lost |= bound(piece.node)
            self.left.append(f"{NAMES.get(piece.file, piece.file)}, line {piece.node.lineno}: "
                             f"{line(ast.unparse(piece.node).partition(chr(10))[0], 60)}{why}")
