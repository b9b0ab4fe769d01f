"""What only the pages of the book need: sources, findings, reports, audits, figures, live cells.

In go experiments, records and the sources' claims; out come tables and figures whose numbers nobody
typed. Looks into every room but ``export`` and ``commands``.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "across": "across",
    "assignment": "assignment challenge template",
    "audit": "audit",
    "audit_logs": "images",
    "audit_networks": "fields grow readings",
    "audit_training": "course",
    "checked": "listed",
    "cover_picture": "COLUMNS cover draw_cells",
    "evidence": "accuracy_by_place class_maps places vote",
    "findings": "FAILS HOLDS NOISE",
    "ideas": "ideas",
    "leaderboard": "leaderboard",
    "live_cell": "live",
    "luck": "luck",
    "plots": "plots",
    "probe": "first_losses outputs overfits remeasured sample slant spread_over_images training_accuracy",
    "report": "report",
    "search_log": "search_tables",
    "sizes": "sizes",
    "sources": "sources project source statement steps",
    "style": "BLUE GREEN GREY INK RED STYLE",
    "timing": "durations span",
    "votes": "votes",
})
