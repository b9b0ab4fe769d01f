"""A declared family of comparisons as a table: what differs, by how much, and the verdict as one of so many."""

from collections.abc import Iterable, Sequence

from .statistics import Comparison
from .tables import WIDE, PageTable, signed


def cells(of: Comparison | None, verdict: str) -> tuple[str, str, str]:
    """Points, interval and verdict of a member as text; dashes for one that was not trained."""
    return ("–", "–", verdict) if of is None else (signed(of.points), of.told, verdict)


def family_table(caption: str, what: Sequence[str], members: Iterable[tuple], declared: int,
                 note: str = "", *, explained: bool = True) -> PageTable:
    """A row a member: what is compared (a cell for each of ``what``), a :class:`Comparison` or ``None``, a verdict.

    Of several tables in a row one need be ``explained``.
    """
    rows = tuple((*named, *cells(of, verdict)) for *named, of, verdict in members)
    return PageTable(caption, (*what, "difference\n(points)", "95 %\ninterval", f"as one\nof {declared}"), rows,
                     f"{note} {WIDE} Holm's adjustment for the declared family.".strip() * explained, stacked=True)
