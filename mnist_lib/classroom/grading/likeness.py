"""Which submissions are nearly the same: shared runs of words, whatever the names and comments are.

A hint to look, and nothing more: small networks that solve one task look alike by themselves. What the
template gave to everyone does not count.
"""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Mapping

RUN = 6  # words in a row
MANY = 20_000  # words that are read of one submission
ALIKE = 0.8  # of the runs of both


def fingerprint(source: str, template: str = "") -> frozenset[tuple[str, ...]]:
    """The runs of words of a source, names made equal, without those of the template."""
    return frozenset(_runs(source)) - frozenset(_runs(template))


def _runs(source: str):
    words = []
    try:
        for kind, text, *_ in tokenize.generate_tokens(io.StringIO(source).readline):
            if kind == tokenize.NAME:
                words.append(text if keyword.iskeyword(text) else "name")
            elif kind in (tokenize.OP, tokenize.NUMBER):
                words.append(text)
            if len(words) >= MANY:
                break
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError):
        pass  # what was read so far is compared
    return zip(*(words[i:] for i in range(RUN)))


def alike(prints: Mapping[str, frozenset]) -> dict[str, list[tuple[str, float]]]:
    """For each name the others that share at least ``ALIKE`` of all runs of both, with the share."""
    found: dict[str, list[tuple[str, float]]] = {name: [] for name in prints}
    names = [name for name, runs in prints.items() if len(runs) >= 10]
    for number, a in enumerate(names):
        for b in names[number + 1:]:
            share = len(prints[a] & prints[b]) / len(prints[a] | prints[b])
            if share >= ALIKE:
                found[a].append((b, share))
                found[b].append((a, share))
    return found
