"""What the pages ask of the records: results, gains, tables, findings, mistakes.

Everything is computed from the recorded runs, the catalogue and ``sources.json`` when a page runs. The names
come from the files beside this one; the theory of a difference is in ``statistics.py``.
"""

from .changes import changes, describe
from .findings import Finding, finding
from .mistakes import confusion, per_class, predictions
from .path_tables import (
    claims,
    compare,
    gains,
    gains_of,
    in_the_logs,
    reproduced,
    reproduces,
    same_way,
    told,
)
from .sources import RULE
from .statistics import Comparison, Share, Spread, holm, mostly, prediction, single, standard_error
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
           "calmer", "changes", "claims", "compare", "confusion", "describe", "difference", "finding", "gain", "gains",
           "gains_of", "holm", "in_the_logs", "jump", "jumps", "late", "minutes", "missed", "mostly",
           "network", "numbers", "per_class", "prediction",
           "predictions", "recorded", "reproduced", "reproduces", "result", "same_way", "signed", "single",
           "standard_error", "summary", "told"]
