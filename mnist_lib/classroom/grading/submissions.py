"""The submissions in a folder: one file each, or a folder for each student with one file in it."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from .. import challenge as own

LARGEST = 2_000_000  # bytes
KINDS = (".py", ".ipynb")


@dataclass(frozen=True)
class Submission:
    """One student's file. ``problem`` says why it can't be run at all, in words; ``modified`` is in seconds."""

    student: str
    file: str
    content: bytes
    modified: float
    problem: str = ""

    @property
    def slug(self) -> str:
        """A name that is safe in a path and an address, and belongs to this student alone."""
        plain = re.sub(r"[^a-z0-9]+", "-", self.student.lower()).strip("-")[:40] or "submission"
        return f"{plain}-{hashlib.sha256(self.student.encode(errors='surrogateescape')).hexdigest()[:6]}"

    @property
    def digest(self) -> str:
        """Of the content: what a grade belongs to."""
        return hashlib.sha256(self.content + self.file.encode(errors="surrogateescape")).hexdigest()[:16]


def submissions_in(folder: Path) -> list[Submission]:
    """All submissions, by name. Files that begin with a dot are left out; ``ValueError`` if there are none."""
    if not folder.is_dir():
        raise ValueError(f"there is no folder {own.line(folder)}")
    found = [_one(path) for path in sorted(folder.iterdir()) if not path.name.startswith((".", "__"))]
    stems = [each.student for each in found]
    found = [dataclasses.replace(each, student=each.file) if stems.count(each.student) > 1 else each for each in found]
    if not found:
        raise ValueError(f"{own.line(folder)} is empty; put a file my_net.py, or a folder, for each student into it")
    return found


def _one(path: Path) -> Submission:
    student = path.name if path.is_dir() else path.stem
    if path.is_symlink():
        return Submission(student, path.name, b"", 0.0, "it is a link; hand in the file itself")
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if p.suffix in KINDS and p.is_file() and not p.is_symlink())
        named = [p for p in files if p.stem == "network"] or files
        if len(named) != 1:
            return Submission(student, path.name, b"", 0.0, f"the folder has {len(files)} Python files or notebooks; "
                              "hand in one, or call it network.py")
        path = named[0]
    try:
        size, modified = path.stat().st_size, path.stat().st_mtime
        if not path.is_file():
            return Submission(student, path.name, b"", 0.0, "it is no plain file")
        if size > LARGEST:
            return Submission(student, path.name, b"", modified,
                              f"the file has {size / 1e6:.0f} MB; code has less than 2")
        content = path.read_bytes()
    except OSError as error:
        return Submission(student, path.name, b"", 0.0, f"it can't be read ({type(error).__name__})")
    if path.suffix not in KINDS:
        return Submission(student, path.name, content, modified, "it is neither a .py file nor a notebook")
    return Submission(student, path.name, content, modified)
