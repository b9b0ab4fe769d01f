"""What the pages ask of the records: results, gains, tables, findings, mistakes.

Everything is computed from the recorded runs, the catalogue and ``sources.json`` when a page runs. The names
come from the files beside this one; the theory of a difference is in ``statistics.py``.
"""

from .changes import settings
from .findings import Finding, finding
from .path_tables import in_the_logs
from .sources import RULE
from .statistics import Comparison, Share, Spread, holm, mostly, prediction, standard_error
from .statistics import compare as difference
from .summaries import (
    LAST,
    Summary,
    above,
    at_epochs,
    calmer,
    gain,
    jump,
    jumps,
    late,
    minutes,
    missed,
    numbers,
    recorded,
    summary,
)
from .tables import PageTable, signed

__all__ = ["LAST", "RULE", "Comparison", "Finding", "PageTable", "Share", "Spread", "Summary", "above", "at_epochs",
           "calmer", "difference", "finding", "gain", "holm", "in_the_logs", "jump", "jumps", "late",
           "minutes", "missed", "mostly", "numbers", "prediction", "recorded",
           "settings", "signed", "standard_error", "summary"]
