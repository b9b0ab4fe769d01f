"""The searches on held-out images that found the champion, the smallest and the fastest network.

Looks into ``book`` and, through it, into what stands to its right.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "command": "command",
    "first": "first",
    "pages": "pages search_tables",
    "records": "records",
    "run": "run",
    "sizes": "sizes",
    "spaces": "spaces",
    "targets": "targets EXPERIMENTS",
})
COMMANDS = {"search": "command"}
