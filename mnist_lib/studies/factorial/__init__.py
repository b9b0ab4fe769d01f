"""Five ideas, on and off: sixteen cells of a fractional factorial, planned before they were trained.

Looks into ``book`` and, through it, into what stands to its right.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "analysis": "analysis",
    "pages": "pages",
})
