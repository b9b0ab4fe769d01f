"""What is trained, as data: every step of the five paths, what lies beyond, and the spaces searched.

In go architectures and transforms; out come frozen :class:`Experiment` records with a fingerprint.
Nothing is trained here. Looks into ``networks`` and ``data``, and through them into ``rf``.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "beyond": "BELOW CHAMPION FASTEST_99 FEWEST FIRST_WIDTHS SEARCHED_RECIPE SMALL SMALLEST "
              "convolutions network",
    "bits": "bits",
    "catalogue": "ALL_PATHS EXPERIMENTS FINALS LADDER LITTLE PATHS PLAIN STEPS experiment recorded_as",
    "factorial": "factorial CELLS FACTORS",
    "fashion": "fashion",
    "little": "little",
    "marks": "marks AGAIN BETTER BETTER_NETWORKS BEYOND FASTER MARKS REPEATED SEARCHES SECOND_CHOICES SMALLER "
             "repeated",
    "names": "unknown",
    "settings": "Because Experiment OPTIONS OneCycleLR ReduceLROnPlateau SGD StepLR WarmupDecay",
    "spaces": "Candidates HELD_OUT LAST Least Round Search held_out",
    "travel": "travel",
})
