"""Where a class's pages are written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .. import grading
from .blank import template
from .class_pages import Student, class_page, likenesses, student_page, to_csv
from .ledger import Ledger


class Pages:
    """A class's files, written anew with each grade: its own page, ``grades.csv`` and ``class.html``."""

    def __init__(self, submissions: Sequence[grading.Submission], rules: grading.Rules, out: Path):
        self.ledger, self.rules, self.submissions = Ledger(out), rules, submissions
        self.grades: dict[str, list[grading.Grade]] = {}
        self.alike = likenesses(submissions, template())

    def students(self) -> list[Student]:
        """Those that have a grade, in the order of the submissions."""
        return [Student(s, tuple(sorted(self.grades[s.slug], key=lambda g: g.seed)), tuple(self.alike[s.slug]),
                        self.rules) for s in self.submissions if s.slug in self.grades]

    def add(self, grade: grading.Grade) -> None:
        """Take a grade, and write what it changes."""
        self.grades.setdefault(grade.slug, []).append(grade)
        students = self.students()
        self.write(f"students/{grade.slug}.html", next(student_page(s) for s in students
                                                       if s.submission.slug == grade.slug))
        self.write("grades.csv", to_csv(students))
        self.write("class.html", class_page(students, self.rules, () if self.rules.trust else grading.walls_up(),
                                            len(self.submissions)))

    def write(self, name: str, content: str) -> None:
        """Write a file of the class, unless somebody else's is there."""
        self.ledger.write(name, content.encode("utf-8", "replace"))

    def finish(self) -> int:
        """Remove the pages of submissions that are no longer there; returns how many have one."""
        self.ledger.remove_others({"grades.csv", "class.html", *(f"students/{slug}.html" for slug in self.grades)})
        return len(self.grades)


def apart(submissions: Path, out: Path) -> None:
    """``ValueError`` where what ``grade`` writes would lie among the submissions, or they among it."""
    source = submissions.resolve()
    for place in (out / "students", out / "results"):
        if place.is_symlink():
            raise ValueError(f"{place} is a link: name another folder with --out")
        if source in (place.resolve(), *place.resolve().parents) or place.resolve() in source.parents:
            raise ValueError(f"--out lies in the folder of the submissions ({place}); name another folder")
    Ledger(out).check(["grades.csv", "class.html"])
