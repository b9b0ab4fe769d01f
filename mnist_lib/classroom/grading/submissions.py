"""The submissions in a folder: a file, a zip, or a folder for each student."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from ...reading import KINDS, LARGEST, Refused, line, packed


@dataclass(frozen=True)
class Submission:
    """What one student handed in: a folder's code is a zip. ``problem`` says why it can't be run at all, in words."""

    student: str
    file: str
    content: bytes
    problem: str = ""
    kind: str = ".py"

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
        raise ValueError(f"there is no folder {line(folder)}")
    found = [_one(path) for path in sorted(folder.iterdir()) if not path.name.startswith((".", "__"))]
    stems = [each.student for each in found]
    found = [dataclasses.replace(each, student=each.file) if stems.count(each.student) > 1 else each for each in found]
    if not found:
        raise ValueError(f"{line(folder)} is empty; put a file my_net.py, or a folder, for each student into it")
    return found


def _one(path: Path) -> Submission:
    student = path.stem if path.suffix in (*KINDS, ".zip") or not path.is_dir() else path.name
    try:
        return Submission(student, path.name, *_content(path))
    except Refused as why:
        return Submission(student, path.name, b"", str(why))
    except OSError as error:
        return Submission(student, path.name, b"", f"it can't be read ({type(error).__name__})")


def _content(path: Path) -> tuple[bytes, str, str]:
    found = path.lstat()
    if stat.S_ISDIR(found.st_mode):
        zips = [file for file in sorted(path.iterdir()) if file.suffix == ".zip"]
        code = any(file.suffix in KINDS for file in path.rglob("*"))
        return _content(zips[0]) if len(zips) == 1 and not code else (packed(path), "", ".zip")
    if not stat.S_ISREG(found.st_mode):
        raise Refused("it is a link; hand in the file itself" if stat.S_ISLNK(found.st_mode) else "it is no plain file")
    largest = LARGEST * (10 if path.suffix == ".zip" else 1)  # a zip may have pictures, too
    if found.st_size > largest:
        raise Refused(f"the file has {found.st_size / 1e6:.0f} MB; {largest // 10**6} are the most: hand in the code")
    if path.suffix not in (*KINDS, ".zip"):
        raise Refused("it is neither a .py file, a notebook, nor a zip or a folder of them")
    return path.read_bytes(), "", path.suffix
