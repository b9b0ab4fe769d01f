"""What only the pages of the book need: sources, findings, reports, audits, figures, live cells.

In go experiments, records and the sources' claims; out come tables and figures whose numbers nobody
typed. Looks into every room but ``export`` and ``commands``.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "architectures": "architectures",
    "changes": "aspects between units",
    "draw": "draw",
    "families": "cells family_table",
    "findings": "Checked FAILS Finding HOLDS SEVERITY Sequence answer finding listed",
    "intervals": "half_width",
    "leaderboard": "leaderboard",
    "line": "line",
    "links": "label step_link",
    "live_cell": "live notebook_display",
    "luck": "luck",
    "pictures": "digits",
    "plots": "plots styled",
    "probe": "first_losses gap refreshed remeasured sample slant training_accuracy with_weights",
    "recipe": "recipe",
    "report": "report",
    "sheet": "sheet",
    "sources": "sources Log RULE Statement project source statement statements steps",
    "statistics": "statistics CLEAR Comparison ENOUGH HERE Interval LEVEL NOT_CLEAR NO_VERDICT Share Spread "
                  "adjusted compare contrast holm images_variance",
    "style": "BLUE COLOURS GREEN GREY INK LINES MARKERS ORANGE Picture RED SKY SOURCE STYLE TARGET TEST TRAIN figure",
    "summaries": "LAST Summary missed recorded sd",
    "tables": "Keyed Link PageTable WIDE signed",
    "timing": "durations span",
    "votes": "votes",
})
