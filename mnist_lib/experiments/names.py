"""A name that was mistyped gets the nearest names there are."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def unknown(kind: str, name: str, names: Iterable[str]) -> str:
    """The line for a name that there is not: its nearest neighbours, or else all names."""
    names = list(names)
    if near := get_close_matches(name, names, n=3, cutoff=0.7):
        return f"no {kind} is called {name!r}; did you mean {' or '.join(near)}?"
    return f"no {kind} is called {name!r}; there are: {', '.join(names)}"
