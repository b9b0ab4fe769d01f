"""What is trained, as data: every step of the five paths, what lies beyond, and the spaces searched.

In go architectures and transforms; out come frozen :class:`Experiment` records with a fingerprint.
Nothing is trained here. Looks into ``networks`` and ``data``, and through them into ``rf``.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "beyond": "BELOW BETTER_NETWORKS BEYOND CHAMPIONS DEEPER FIRST_WIDTHS MEDIUM QUICK REPEATED SMALL STRONG "
              "WEAK affine better champion convolutions cropped faster fastest first_champion network "
              "repeated searched_recipe smallest",
    "catalogue": "ALL_PATHS EXPERIMENTS FINALS LADDER PATHS PLAIN STEPS all_experiments experiment "
                 "recorded_as",
    "factorial": "factorial CELLS FACTORS",
    "names": "unknown",
    "settings": "Because Experiment OPTIONS OneCycleLR ReduceLROnPlateau SGD SHOWN StepLR TRAINING_IMAGES "
                "WarmupDecay",
})
