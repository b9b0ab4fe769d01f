"""What a reader brings: a network and its recipe, from a class, a file or a notebook.

A file has a class or function ``Net`` that needs no arguments, and may have a ``recipe``. What is
wrong with it is told in one line with the next step (:class:`Refused`).
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
import inspect
import json
import sys
import textwrap
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from .recipe import Recipe
from .watch import Watch, watching

NAME = "Net"
LONGEST = 300  # characters of a message that somebody else's code wrote


class Refused(ValueError):
    """Something of the reader's own is wrong; the message is one line and says what to do next."""


@dataclass(frozen=True)
class Entry:
    """A network that can be built, how it is trained, and what it was read from.

    ``watch`` has the files that its code opened while it was loaded; ``whole`` says that the source has the recipe.
    """

    name: str
    make: Callable[[], Any]
    recipe: Recipe
    source: str
    watch: Watch
    whole: bool = False

    @functools.cached_property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change with the code or the recipe; comments do not count.

        For a file they are the same in every version of Python.
        """
        try:
            code = _dumped(ast.parse(self.source))
        except (SyntaxError, ValueError, RecursionError):
            code = self.source
        text = json.dumps([code, self.recipe.describe(code=not self.whole)], sort_keys=True)
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]

    def build(self) -> nn.Module:
        """A new network with weights of its own; :class:`Refused` says why there is none."""
        with watching(self.watch):
            try:
                network = self.make()
            except TypeError as error:
                raise Refused(f"{self.name} cannot be built without arguments ({line(error)}); give each argument "
                              "a default value") from error
            except Exception as error:
                raise Refused(f"{self.name} cannot be built: {type(error).__name__}: {line(error)}") from error
        if not isinstance(network, nn.Module):
            raise Refused(f"{self.name} gives a {type(network).__name__}, not a torch module; "
                          "let it be a class derived from nn.Module")
        return network


def _dumped(node) -> Any:
    """A syntax tree as lists, without what is empty: versions of Python differ in that (``ast.dump`` shows it)."""
    if isinstance(node, list):
        return [_dumped(part) for part in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    return [type(node).__name__, *([name, _dumped(value)] for name, value in ast.iter_fields(node)
                                   if value is not None and value != [] and name not in ("kind", "type_comment"))]


def line(text: object, longest: int = LONGEST) -> str:
    """A text of unknown origin as one line that prints: no control characters, and not too long."""
    try:
        text = str(text)
    except Exception:  # an exception whose own __str__ fails
        text = f"({type(text).__name__} that cannot be printed)"
    text = " ".join(text[:10 * longest].split())
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return text if len(text) <= longest else text[:longest - 1] + "…"


def of(network: Any, recipe=None, name: str = "") -> Entry:
    """The entry of a class, a function that builds, or a module whose class needs no arguments."""
    if isinstance(network, nn.Module):
        network = type(network)
    if not callable(network):
        raise Refused(f"a network is a class or a function that builds one, not a {type(network).__name__}")
    try:
        source = textwrap.dedent(inspect.getsource(network))
    except (OSError, TypeError):
        source = repr(network)
    return Entry(name or getattr(network, "__name__", NAME), network, Recipe.of(recipe), source, Watch())


def load(place: str, recipe=None) -> Entry:
    """The entry of ``my_net.py``, ``my_net.py:Name`` or ``my_net.ipynb``; :class:`Refused` where there is none."""
    file, _, name = place.rpartition(":") if place.rpartition(":")[0].endswith((".py", ".ipynb")) else (place, "", "")
    path = Path(file)
    if path.suffix not in (".py", ".ipynb"):
        raise Refused(f"{line(file)} is neither a .py file nor a notebook; write my_net.py:{NAME}")
    if not path.is_file():
        raise Refused(f"there is no file {line(file)}; python -m mnist_lib challenge --template {line(file)} "
                      "writes one to fill in")
    source, watch = source_of(path), Watch()
    module = _executed(path, source, watch)
    found = _network_in(module, name, path.name)
    whole = recipe is None
    recipe = getattr(module, "recipe", None) if whole else recipe
    try:
        return Entry(f"{path.name}:{found.__name__ if hasattr(found, '__name__') else NAME}",
                     found if not isinstance(found, nn.Module) else type(found), Recipe.of(recipe), source, watch,
                     whole)
    except (ValueError, KeyError) as error:
        raise Refused(f"{path.name}: {line(error.args[0] if error.args else error)}") from error


def source_of(path: Path) -> str:
    """The Python code of a file: of a notebook, its code cells without magics."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".ipynb":
            return text
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        lines = [row for cell in cells for row in "".join(cell["source"]).splitlines()]
    except UnicodeDecodeError as error:
        raise Refused(f"{line(path.name)} is not text (UTF-8); hand in Python code") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"{line(path.name)} is not a notebook that can be read; save it again") from error
    return "\n".join("pass" if row.lstrip().startswith(("%", "!")) else row for row in lines) + "\n"


def _executed(path: Path, source: str, watch: Watch) -> types.ModuleType:
    module = types.ModuleType(path.stem)
    module.__file__ = str(path)
    sys.modules[path.stem if path.stem not in sys.modules else f"submitted_{path.stem}"] = module
    module.__spec__ = importlib.util.spec_from_loader(path.stem, loader=None)
    try:
        code = compile(source, str(path), "exec")
    except (SyntaxError, ValueError) as error:
        where = f" in line {error.lineno}" if getattr(error, "lineno", None) else ""
        raise Refused(f"{line(path.name)} is not Python{where}: {line(getattr(error, 'msg', error))}") from error
    with watching(watch):
        try:
            exec(code, module.__dict__)
        except SystemExit as error:
            raise Refused(f"{line(path.name)} ends the program when it is loaded (exit); take that out") from error
        except Exception as error:
            raise Refused(f"{line(path.name)} cannot be loaded: {type(error).__name__}: {line(error)}") from error
    return module


def _network_in(module: types.ModuleType, name: str, file: str) -> Any:
    """What is called ``name``; without a name ``Net``, or the only network class that the file defines."""
    if found := getattr(module, name or NAME, None):
        if callable(found):
            return found
        raise Refused(f"{name or NAME} in {line(file)} is a {type(found).__name__}; let it be a class or a function")
    classes = [n for n, v in vars(module).items()
               if isinstance(v, type) and issubclass(v, nn.Module) and v.__module__ == module.__name__]
    if not name and len(classes) == 1:
        return getattr(module, classes[0])
    there = ", ".join(classes[:5])
    raise Refused(f"{line(file)} has no {line(name or NAME)}" + (
        f"; there are {line(there)}: name one, {line(file)}:{line(classes[0])}" if classes else
        f"; call your network class {NAME}"))
