"""The reports as readers and teachers see it: ``challenge(Net)``, its report, a class's pages, the readers' table.

In go results of ``mnist_lib.classroom.challenge`` and ``…grading``; out come pages that need nothing else.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "badge": "badge_of",
    "blank": "template",
    "class_pages": "Pages apart",
    "readers": "readers",
    "report": "Report load_report rehearsal",
    "your_network": "challenge",
})
