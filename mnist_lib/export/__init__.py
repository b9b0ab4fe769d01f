"""Networks as files that a web page, or any program, can run.

In goes a recorded run or a chain of layers; out comes a JSON document (``format.py``).
Looks into ``training``, ``experiments``, ``networks``, ``data`` and ``rf``.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "format": "to_json",
    "networks": "networks export_run",
})
