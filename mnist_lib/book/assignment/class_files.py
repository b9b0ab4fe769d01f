"""Where a class's pages are written, and which folders a submission finds empty."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...data import data_folders
from ...files import write_atomically
from ...training import grading, records
from .blank import template
from .class_pages import Student, class_page, likenesses, student_page, to_csv


def hidden_folders(*teachers: Path) -> list[str]:
    """The teacher's folders, the data, the records and the temporary folder, save those that the library is in."""
    needed = [Path(p).resolve() for p in (*sys.path, sys.prefix, sys.base_prefix, sys.executable) if p]
    needed += [Path(sys.executable), Path(__file__).resolve()]
    wanted = [*teachers, *data_folders(), records.root(), Path(tempfile.gettempdir())]
    folders = dict.fromkeys(os.path.realpath(folder) for folder in wanted)
    return [f for f in folders if not any(Path(f) == each or Path(f) in each.parents for each in needed)]


def write_class(submissions: Sequence[grading.Submission], grades: Mapping[str, list], rules: grading.Rules, out: Path,
                due: float | None = None) -> int:
    """Write ``grades.csv``, ``class.html`` and a page for each student; returns how many there are."""
    alike = likenesses(submissions, template())
    students = [Student(s, tuple(sorted(grades[s.slug], key=lambda g: g.seed)),
                        due is not None and s.modified > due, tuple(alike[s.slug]))
                for s in submissions if s.slug in grades]
    in_force = [wall for wall in grading.WALLS
                if all(wall in g.in_force for s in students for g in s.grades if g.in_force)
                and any(g.in_force for s in students for g in s.grades)]
    shutil.rmtree(out / "students", ignore_errors=True)
    for s in students:
        _write(out / "students" / f"{s.submission.slug}.html", student_page(s))
    _write(out / "grades.csv", to_csv(students))
    _write(out / "class.html", class_page(students, rules, in_force))
    return len(students)


def _write(file: Path, content: str) -> None:
    write_atomically(file, content.encode("utf-8", "replace"))
