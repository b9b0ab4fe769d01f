"""Tests: a folder for each room of the library, and for the chapters, the extensions, the tools and the site."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def column(table, name: str) -> dict[str, str]:
    """One column of a table of the book's, by the names of the rows."""
    i = table.columns.index(name)
    return {row[0]: row[i] for row in table.rows}
