"""A reader's own network: read, checked in seconds, trained on 55,000 images and judged on 5,000.

In goes a class or a file with a network and its recipe; out come findings, a training, a verdict, and a
line in a logbook. What shows them is in ``mnist_lib.classroom.report``.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "entry": "Entry Refused line load of",
    "learning": "Attempt Epoch attempt predict seed_everything",
    "logbook": "logbook",
    "recipe": "Recipe plain",
    "results": "Result count holds load_result load_weights result_from result_of train_once weights",
    "rules": "TERMS Finding Sheet Terms examine",
    "split": "Split",
    "verdict": "FAILS HELD LAST LEARNT NEAR Verdict advice holding judge warnings_of word_of worth",
})
