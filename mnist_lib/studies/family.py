"""A family of comparisons, as a declaration fixes it before the first training or run."""

from __future__ import annotations

from typing import NamedTuple


class Family(NamedTuple):
    """Comparisons that are judged together (Holm): how many, what is asked, and what the chance is over."""

    comparisons: int
    question: str
    over: str
