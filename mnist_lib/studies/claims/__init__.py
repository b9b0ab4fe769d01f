"""What the student projects say of their steps, each statement checked.

Looks into ``book`` and, through it, into what stands to its right.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "audit": "audit",
    "logs": "logs",
    "networks": "networks",
    "training": "training",
})
