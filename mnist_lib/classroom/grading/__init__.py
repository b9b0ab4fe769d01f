"""A class's submissions, each run in a process of its own and judged on the same held-out images.

In goes a folder of files; out come grades. ``walls.py`` says what a submission can't do.
The pages are made in ``mnist_lib.classroom.report``.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "judge": (
        "FAILED GRADED REFUSED Grade Rules evaluate_enclosed forget grade_all grade_once judged "
        "load_grade"),
    "key": "secret_key",
    "likeness": "ALIKE alike fingerprint",
    "sandbox": "Left Limits run_enclosed",
    "submissions": "Submission submissions_in",
    "walls": "NoWalls walls_up",
})
