"""What a reader brings: a network and its recipe, from a class, a file or a notebook.

A file has a class or function ``Net`` that needs no arguments, and may have a ``recipe``. What is
wrong with it is told in one line with the next step (:class:`Refused`).
"""

from __future__ import annotations

import ast
import functools
import hashlib
import inspect
import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import nn

from ...reading import Found, Refused, build, line, read, watching
from .recipe import Recipe

NAME, LISTED = "Net", 6  # statements that were not executed


@dataclass(frozen=True)
class Entry:
    """A network that can be built, how it is trained, and what it was read from.

    ``opened`` are the names of the files that its code opened so far; ``whole`` says that the recipe is the source's or
    the default one; ``found`` is what was read.
    """

    name: str
    make: Callable[[], Any]
    recipe: Recipe
    source: str
    opened: set[str]
    whole: bool = False
    found: Found | None = None
    own_recipe: bool = True

    @property
    def recipe_in_words(self) -> str:
        """How it is trained, and whose recipe that is."""
        return self.recipe.words() + ("" if self.own_recipe else "; no recipe in the file: the book's was used")

    @functools.cached_property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change with the code or the recipe; comments do not count.

        For a file they are the same in every version of Python.
        """
        try:
            code = _dumped(ast.parse(self.source))
        except (SyntaxError, ValueError, RecursionError):
            code = self.source
        which = [self.name.rpartition(":")[2]] if self.found and (self.found.others or "(" in self.name) else []
        text = json.dumps([code, self.recipe.describe(code=not self.whole), *which], sort_keys=True)
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]

    @property
    def told(self) -> list[str]:
        """The recipe; which network it is and why; what was not executed, and what stood in."""
        found, told = self.found, [f"Recipe: {self.recipe_in_words}."]
        if found and not found.of_the_book:
            told.append(f"Network: {found.name}, {found.why}.")
            more = len(found.left_out) - LISTED
            if found.left_out:
                told.append("Not executed: " + "; ".join(found.left_out[:LISTED]) + f"; and {more} more" * (more > 0))
            if found.stood_in:
                told.append(f"Not installed, a stand-in that does nothing took its place: {', '.join(found.stood_in)}.")
        return told

    def build(self) -> nn.Module:
        """A new network with weights of its own; :class:`Refused` says why there is none."""
        with watching(self.opened):
            network = build(self.found or Found(self.name, self.make, self.make))
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
    return Entry(name or getattr(network, "__name__", NAME), network, Recipe.of(recipe), source, set(),
                 own_recipe=recipe is not None)


def load(place: str, recipe=None, asked: str = "", shown: str = "") -> Entry:
    """The entry of a name that ``mnist_lib.reading`` reads; :class:`Refused` where there is none."""
    opened: set[str] = set()
    with watching(opened):
        found = read(place, asked, shown)
    step = found.name if found.of_the_book else None
    whole = recipe is None and step is None
    recipe = found.names.get("recipe", recipe) if whole else recipe or step
    try:
        return Entry(found.name, found.make, Recipe.of(recipe), found.source or found.name, opened, whole, found,
                     recipe is not None)
    except (ValueError, KeyError) as error:
        raise Refused(f"{found.name.partition(':')[0]}: {line(error.args[0] if error.args else error)}") from error
