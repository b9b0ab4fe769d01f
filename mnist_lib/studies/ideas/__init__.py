"""What each idea is worth: pairs of steps that differ in one idea alone.

Looks into ``book`` and, through it, into what stands to its right.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "analysis": "analysis",
})
