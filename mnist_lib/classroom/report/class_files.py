"""Where a class's pages are written, and which folders a submission finds empty."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...data import data_folders
from ...training import records
from .. import grading
from .blank import template
from .class_pages import Student, class_page, likenesses, student_page, to_csv
from .ledger import Ledger


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
    in_force = () if rules.trust else grading.walls_up()
    pages = {f"students/{s.submission.slug}.html": student_page(s) for s in students}
    pages |= {"grades.csv": to_csv(students), "class.html": class_page(students, rules, in_force)}
    ledger = Ledger(out)
    for name, content in pages.items():
        ledger.write(name, content.encode("utf-8", "replace"))
    ledger.remove_others(pages)
    return len(students)


def apart(submissions: Path, out: Path) -> None:
    """``ValueError`` where what ``grade`` writes would lie among the submissions, or they among it."""
    source = submissions.resolve()
    for place in (out / "students", out / "results"):
        if place.is_symlink():
            raise ValueError(f"{place} is a link: name another folder with --out")
        if source in (place.resolve(), *place.resolve().parents) or place.resolve() in source.parents:
            raise ValueError(f"--out lies in the folder of the submissions ({place}); name another folder")
    Ledger(out).check(["grades.csv", "class.html"])
