"""A class's grades as files: ``grades.csv``, a page for each student, and a page for the class.

Whatever a submission prints, names or raises stands here as plain text. The files say nothing of when or how
fast anything ran, so that the same grades give the same files.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from statistics import fmean

from ...reading import code_of
from .. import challenge as own
from .. import grading
from . import figures
from .blank import template
from .ledger import Ledger
from .page import Html, page, table, text
from .page import figure as framed
from .report import banner, rules_of, trainings_of

COLUMNS = ("student", "file", "state", "verdict", "parameters", "epochs", "field (pixels)", "trainings",
           "held out (%), mean", *(f"trainings that hold for the last {n}" for n in own.LAST), "recipe",
           "training images", "nearly the same as", "told")


@dataclass(frozen=True)
class Student:
    """One submission with its grades, and those that are nearly the same."""

    submission: grading.Submission
    grades: tuple[grading.Grade, ...]
    alike: tuple[tuple[str, float], ...] = ()
    rules: grading.Rules = grading.Rules(own.Split())

    @property
    def first(self) -> grading.Grade:
        """The grade of the first seed, which all submissions have."""
        return self.grades[0]

    @property
    def status(self) -> str:
        """The worst of the grades' states."""
        states = [g.status for g in self.grades]
        return next(s for s in (grading.REFUSED, grading.FAILED, grading.GRADED) if s in states)

    @property
    def told(self) -> str:
        """What is wrong, or what is strange, or nothing."""
        return next((g.told for g in self.grades if g.told), " ".join(own.warnings_of(
            self.first.correct if self.rules.split.whole else (), self.first.held_out, self.first.before, None)))

    @property
    def mean(self) -> float | None:
        """Held-out accuracy after the last epoch, the mean over the seeds (%)."""
        if self.status != grading.GRADED:
            return None
        return fmean(100 * g.correct[-1] / g.held_out for g in self.grades)

    @property
    def holding(self) -> dict[int, int]:
        """How many seeds hold for so many epochs."""
        return own.holding(self.grades, self.rules.terms.target)

    @property
    def verdict(self) -> str:
        """As in a reader's own report."""
        if self.status != grading.GRADED:
            return ""
        return own.word_of(self.holding, len(self.grades))


def to_csv(students: Sequence[Student]) -> str:
    """The grades as comma-separated text; a cell never begins a formula in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for s in students:
        mean = "" if s.mean is None else f"{s.mean:.4f}"
        writer.writerow(_safe(cell) for cell in (
            s.submission.student, s.submission.file, s.status, s.verdict, _or(s.first.parameters), _or(s.first.epochs),
            _or(s.first.field), len(s.grades), mean, *(n if s.verdict else "" for n in s.holding.values()),
            s.first.recipe, s.rules.split.images, "; ".join(name for name, _ in s.alike), s.told))
    return out.getvalue()


def _safe(cell) -> str:
    plain = own.line(cell)
    return "'" + plain if plain[:1] in ("=", "+", "-", "@") else plain


def _or(value) -> str:
    return "" if value is None else str(value)


def student_page(s: Student) -> str:
    """One student's page: the verdict, the rules, the seeds, and what was printed."""
    headline = {grading.GRADED: f"{s.verdict}: {s.mean or 0:.2f} % of the held-out images",
                grading.REFUSED: f"Not graded: {s.told}",
                grading.FAILED: f"It did not come to an end: {s.told}"}[s.status]
    parts = [banner(s.rules.split), f'<p class="verdict">{text(headline, 1000)}</p>',
             f"<p>{text(s.submission.file)}. {text(f'Recipe: {s.first.recipe}.' if s.first.recipe else '')}</p>",
             *(f"<p>{text(note, 1000)}</p>" for note in s.first.notes)]
    if s.first.findings:
        parts += rules_of(s.first.findings, s.first.layers)
    if s.status == grading.GRADED:
        parts += trainings_of(s.grades, s.rules.terms.target)
    if s.first.printed:
        lines = "\n".join(own.line(row, 200) for row in s.first.printed.splitlines()[:30])
        parts += ["<h2>What it printed</h2>", f"<pre>{escape(lines)}</pre>"]
    return page(s.submission.student, *parts)


def class_page(students: Sequence[Student], rules: grading.Rules, in_force: Sequence[str], submitted: int) -> str:
    """The class: who stands where, what was used, what looks alike, and what was not isolated."""
    rows = [(Html(f'<a href="students/{s.submission.slug}.html">{text(s.submission.student, 60)}</a>'),
             s.status, s.verdict, _or(s.first.parameters), "" if s.mean is None else f"{s.mean:.2f}",
             f"{', '.join(map(str, s.holding.values()))} of {len(s.grades)}" if s.verdict else "", s.first.recipe,
             own.line(s.told, 200)) for s in students]
    states = Counter(s.status for s in students)
    parts = [banner(rules.split), f'<p class="verdict">{len(students)} of {submitted} submissions: '
             + ", ".join(f"{n} {state}" for state, n in sorted(states.items())) + ".</p>",
             table(("student", "state", "verdict", "parameters", "held out (%)",
                    f"hold for the last {', '.join(map(str, own.LAST))} epochs", "recipe", "told"), rows, (3, 4))]
    if graded := [(s.first.parameters, s.mean) for s in students if s.mean is not None]:
        parts.append(framed(figures.svg(figures.standing(graded, rules.terms, "the class")),
                            "The book's are judged on the test set, the class on held-out training images.",
                            "Size against accuracy"))
    parts += ["<h2>Nearly the same</h2>", _alike(students), "<h2>How it was graded</h2>", _terms(rules, in_force)]
    return page("The class", *parts)


def _alike(students: Sequence[Student]) -> str:
    names = {s.submission.slug: s.submission.student for s in students}
    pairs = {tuple(sorted((s.submission.student, names.get(other, other)))): share
             for s in students for other, share in s.alike}
    if not pairs:
        return "<p>No two submissions share most of their code.</p>"
    return ("<p>These share most of their code, names and the template aside. Small networks for one task look alike "
            "by themselves: read both before you ask.</p>"
            + table(("one", "another", "shared (%)"),
                    [(a, b, f"{100 * share:.0f}") for (a, b), share in sorted(pairs.items())], (2,)))


def _terms(rules: grading.Rules, in_force: Sequence[str]) -> str:
    terms = rules.terms
    return (f"<p>The assignment: at most {terms.limit:,} parameters and {terms.epochs} epochs, {terms.target:.2f} % "
            "held.</p>"
            f"<p>All had the same {rules.split.images:,} training images, {rules.split.held_out:,} held-out images "
            f"(split {rules.split.fingerprint}) and {rules.seeds} seed{'s' * (rules.seeds != 1)}.</p>"
            + ("<p><strong>WITHOUT WALLS (--trust): each submission ran with the teacher's rights.</strong></p>"
               if rules.trust else
               f"<p>Walls that the grader found up: {text('; '.join(in_force))}. Not shut off: the processor's time "
               "and caches.</p>"))


class Pages:
    """A class's files, written anew with each grade: its own page, ``grades.csv`` and ``class.html``."""

    def __init__(self, submissions: Sequence[grading.Submission], rules: grading.Rules, out: Path):
        self.ledger, self.rules, self.submissions = Ledger(out), rules, submissions
        self.grades: dict[str, list[grading.Grade]] = {}
        self.alike = grading.alike({s.slug: grading.fingerprint(
            code_of(f"x{s.kind}", s.content)[:200_000], template()) for s in submissions})

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
