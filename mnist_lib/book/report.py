"""What the pages ask of the records: results, gains, tables, findings, mistakes.

Everything is computed from the recorded runs, the catalogue and ``sources.json`` when a page runs. The names
come from the files beside this one; the theory of a difference is in ``statistics.py``.
"""

from .changes import changes
from .findings import Finding, finding
from .mistakes import per_class
from .path_tables import in_the_logs, reproduces
from .sources import RULE
from .statistics import Comparison, Share, Spread, holm, mostly, prediction, standard_error
from .statistics import compare as difference
from .step_network import network
from .step_tables import result
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
           "calmer", "changes", "difference", "finding", "gain", "holm", "in_the_logs", "jump", "jumps", "late",
           "minutes", "missed", "mostly", "network", "numbers", "per_class", "prediction", "recorded", "reproduces",
           "result", "signed", "standard_error", "summary"]
