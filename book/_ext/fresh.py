"""Whether a file that a build makes is younger than all it is made from, so that it need not be made again."""

from pathlib import Path


def is_fresh(made: Path, root: Path, *patterns: str) -> bool:
    """Whether `made` is there and no file of `root` that one of the `patterns` names is younger."""
    if not made.exists():
        return False
    made_at = made.stat().st_mtime_ns
    return all(path.stat().st_mtime_ns < made_at for pattern in patterns for path in root.glob(pattern))
