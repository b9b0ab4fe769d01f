"""The classroom: a reader's own network, or those of a whole class, read, checked, trained and judged.

In goes a file, a notebook or a folder of them; out come a verdict, a report, a class's pages. Looks into every
room but ``commands`` and ``studies``.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "challenge": "challenge Recipe",
    "grading": "grading",
    "report": "Pages Report apart badge_of load_report readers rehearsal report template",
})
