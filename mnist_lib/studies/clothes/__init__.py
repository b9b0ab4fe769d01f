"""The book's networks and steps, frozen as they are, on Fashion-MNIST.

Looks into ``book`` and, through it, into what stands to its right.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "analysis": "analysis",
    "pages": "pages",
    "plan": "plan EXPERIMENTS",
})
