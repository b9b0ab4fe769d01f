"""Networks of the book on test images that are moved, turned, blurred: how far their lessons hold.

Looks into ``book`` and, through it, into what stands to its right.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "analysis": "analysis",
    "calibration": "calibration",
    "command": "command",
    "figures": "figures",
    "pages": "pages",
    "plan": "plan",
    "records": "records",
    "run": "run verify_records",
    "transforms": "transforms",
})
COMMANDS = {"travel": "command"}
