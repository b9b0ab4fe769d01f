"""How little is enough: few training images, and few bits a weight.

Looks into ``book`` and, through it, into what stands to its right.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "analysis": "analysis",
    "bits_command": "bits_command",
    "bits_plan": "bits_plan",
    "bits_quantize": "bits_quantize",
    "bits_records": "bits_records",
    "bits_run": "bits_run verify_records",
    "figures": "figures",
    "pages": "pages",
    "plan": "plan EXPERIMENTS",
})
COMMANDS = {"bits": "bits_command"}
