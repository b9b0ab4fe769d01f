"""The networks as data, and the one builder that makes torch modules of them.

In goes the vocabulary of layers from ``rf``; out come architectures, block by block
(``ARCHITECTURES``), their parameter counts and their modules (``build``). Looks into ``rf``.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "architecture": "Architecture count_parameters flat_layers",
    "builder": "build initialize",
    "zoo": "ARCHITECTURES",
})
