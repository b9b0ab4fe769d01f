"""What only the pages of the book need: sources, findings, reports, audits, figures, live cells.

In go experiments, records and the sources' claims; out come tables and figures whose numbers nobody
typed. Looks into every room but ``export`` and ``commands``.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "architectures": "architectures",
    "assignment": "assignment challenge template",
    "audit": "audit",
    "audit_logs": "images",
    "audit_networks": "fields grow readings",
    "audit_training": "course",
    "cover_picture": "COLUMNS cover draw_cells",
    "factorial": "factorial",
    "factorial_figures": "factorial_figures",
    "factorial_pages": "factorial_pages",
    "fashion": "fashion",
    "fashion_pages": "fashion_pages",
    "draw": "draw",
    "findings": "FAILS HOLDS listed",
    "ideas": "ideas",
    "leaderboard": "leaderboard",
    "little": "little",
    "little_figures": "little_figures",
    "little_pages": "little_pages",
    "live_cell": "live",
    "luck": "luck",
    "plots": "plots",
    "probe": "accuracy_by_place class_maps first_losses gap learnt outputs overfits places refreshed remeasured sample "
             "slant spread_over_images training_accuracy vote with_weights",
    "report": "report",
    "search_log": "search_tables",
    "sizes": "sizes",
    "sources": "sources project source statement steps",
    "statistics": "statistics CLEAR HERE NOT_CLEAR NO_VERDICT",
    "style": "BLUE GREEN GREY INK RED STYLE",
    "timing": "durations span",
    "travel": "travel",
    "travel_plots": "travel_plots",
    "travel_tables": "travel_tables",
    "votes": "votes",
})
