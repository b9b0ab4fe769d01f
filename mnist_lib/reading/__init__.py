"""One reader of a network for the calculator, ``challenge`` and ``grade``: it needs torch alone.

In goes a name: a step of the book, a module, a file, a notebook, a folder of them, a zip of one. Out comes what builds
the network, which one it is and why, and what of the file was not executed. Looks into ``experiments``, ``networks``
and ``data``.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "errors": "Refused line where",
    "reader": "Found build read",
    "source": "KINDS LARGEST code_of packed",
    "standins": "DIGITS",
    "watch": "watching",
})
