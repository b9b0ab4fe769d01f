"""Write ``requirements.lock``: everything that ``requirements.txt`` brings, with versions and hashes.

    python tools/lock.py UV [--upgrade]      # what `make lock` runs; UV is the program uv

What is locked already keeps its version where it can; ``--upgrade`` takes the newest of everything.

The lock holds for every Python from 3.10 on and every system. torch and torchvision are not in it, nor
what only their CUDA builds need: a wheel of torch for the CPU alone comes from PyTorch's own index, under
the same version with other hashes, and each reader chooses. ``tools/environment.py`` installs those two
after the rest, at the versions of ``requirements.txt``.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
OLDEST = "3.10"  # as pyproject.toml says
LEFT_OUT = re.compile(r"(torch|torchvision|triton|nvidia-[\w-]+|cuda-[\w-]+)==")
HEAD = """\
# Made by `make lock` from requirements.txt: do not edit. Without torch and torchvision, whose hashes
# depend on the index they come from (tools/lock.py says more).
"""


def main(arguments: list[str]) -> int:
    uv, *options = arguments
    made = subprocess.run([uv, "pip", "compile", "requirements.txt", "--output-file", LOCK.name, "--universal",
                           "--python-version", OLDEST, "--generate-hashes", "--no-header", "--no-annotate",
                           "--no-config", "--quiet", *options], cwd=ROOT)
    if made.returncode:  # uv has said why
        return 1
    entries = re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8").strip())
    kept = [entry for entry in entries if not entry.startswith("#") and not LEFT_OUT.match(entry)]
    LOCK.write_text(HEAD + "\n".join(kept) + "\n", encoding="utf-8")
    print(f"requirements.lock has {len(kept)} versions with their hashes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
