"""A class's grades as files: ``grades.csv``, a page for each student, and a page for the class.

Whatever a submission prints, names or raises stands here as plain text. The files say nothing of when or how
fast anything ran, so that the same grades give the same files.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from ...book import BLUE, GREY, TARGET, figure, styled
from ...reading import code_of
from .. import challenge as own
from .. import grading
from . import figures
from .page import Html, page, table, text
from .page import figure as framed
from .report import banner

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

    def holds(self, last: int) -> int:
        """How many seeds hold for so many epochs."""
        return sum(g.holds(last, self.rules.terms.target) for g in self.grades)

    @property
    def verdict(self) -> str:
        """As in a reader's own report."""
        if self.status != grading.GRADED:
            return ""
        return own.word_of({n: self.holds(n) for n in own.LAST}, len(self.grades))


def to_csv(students: Sequence[Student]) -> str:
    """The grades as comma-separated text; a cell never begins a formula in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for s in students:
        mean = "" if s.mean is None else f"{s.mean:.4f}"
        writer.writerow(_safe(cell) for cell in (
            s.submission.student, s.submission.file, s.status, s.verdict, _or(s.first.parameters), _or(s.first.epochs),
            _or(s.first.field), len(s.grades), mean, *(s.holds(n) if s.verdict else "" for n in own.LAST),
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
        parts += ["<h2>The rules</h2>", table(("rule", "kept", "found"), [
            (rule, Html(f'<span class="{v if v in ("yes", "no", "look") else "look"}">{text(v)}</span>'), found)
            for rule, v, found in s.first.findings])]
    if s.first.layers:
        parts.append(table(("layer", "kind", "numbers"), s.first.layers, (2,)))
    if s.status == grading.GRADED:
        parts += ["<h2>The seeds</h2>", table(
            ("training", "before any (%)", "last epoch (%)", *(f"holds for {n}" for n in own.LAST)),
            [(g.seed + 1, *(f"{100 * n / g.held_out:.2f}" for n in (g.before, g.correct[-1])),
              *("yes" if g.holds(n, s.rules.terms.target) else "no" for n in own.LAST)) for g in s.grades], range(6)),
            framed(figures.svg(epochs(s.grades, s.rules.terms.target)), "A line for each seed; the last five epochs "
                   "are shaded.", "Accuracy over the epochs")]
    if s.first.printed:
        lines = "\n".join(own.line(row, 200) for row in s.first.printed.splitlines()[:30])
        parts += ["<h2>What it printed</h2>", f"<pre>{text_of(lines)}</pre>"]
    return page(s.submission.student, *parts)


def text_of(lines: str) -> str:
    """Several lines, each printable already, as HTML text."""
    from html import escape

    return escape(lines)


@styled
def epochs(grades: Sequence[grading.Grade], target: float):
    """Held-out accuracy over the epochs, a line for each seed."""
    drawing, axes = figure(height=3)
    last = len(grades[0].correct)
    axes.axvspan(last - 4.5, last + 0.5, color="#f2f5f8", zorder=0)
    axes.axhline(target, color=TARGET, linewidth=1.2, linestyle="--")
    for g in grades:
        axes.plot(range(1, len(g.correct) + 1), [100 * n / g.held_out for n in g.correct], "o-", color=BLUE,
                  markersize=4)
    axes.set(title="held-out accuracy (%)", xlabel="epoch", xlim=(0.5, last + 0.5))
    axes.locator_params(axis="x", integer=True)
    return drawing


@styled
def distribution(students: Sequence[Student], terms: own.Terms):
    """How many networks have which held-out accuracy, and size against accuracy."""
    drawing, (left, right) = figure(1, 2, height=3.4)
    graded = [s for s in students if s.mean is not None]
    low = min(97.0, *(10 * (s.mean // 10) for s in graded)) if graded else 97.0
    left.hist([s.mean for s in graded], bins=[low + (100 - low) * i / 12 for i in range(13)], color=BLUE)
    left.axvline(terms.target, color=TARGET, linewidth=1.2, linestyle="--")
    left.set(title="networks", xlabel=f"held out (%), from {low:.0f}")
    right.plot([s.first.parameters for s in graded], [s.mean for s in graded], "o", color=BLUE, markersize=5)
    right.axhline(terms.target, color=TARGET, linewidth=1.2, linestyle="--")
    right.axvline(terms.limit, color=GREY, linewidth=1.2, linestyle="--")
    right.set(title="held out (%)", xlabel="parameters", ylim=(min([97, *(s.mean for s in graded)]) - 0.2, 100))
    return drawing


def class_page(students: Sequence[Student], rules: grading.Rules, in_force: Sequence[str], submitted: int) -> str:
    """The class: who stands where, what was used, what looks alike, and what was not isolated."""
    rows = [(Html(f'<a href="students/{s.submission.slug}.html">{text(s.submission.student, 60)}</a>'),
             s.status, s.verdict, _or(s.first.parameters), "" if s.mean is None else f"{s.mean:.2f}",
             f"{', '.join(str(s.holds(n)) for n in own.LAST)} of {len(s.grades)}" if s.verdict else "", s.first.recipe,
             own.line(s.told, 200)) for s in students]
    states = Counter(s.status for s in students)
    parts = [banner(rules.split), f'<p class="verdict">{len(students)} of {submitted} submissions: '
             + ", ".join(f"{n} {state}" for state, n in sorted(states.items())) + ".</p>",
             table(("student", "state", "verdict", "parameters", "held out (%)",
                    f"hold for the last {', '.join(map(str, own.LAST))} epochs", "recipe", "told"), rows, (3, 4))]
    if any(s.mean is not None for s in students):
        parts.append(framed(figures.svg(distribution(students, rules.terms)),
                            "Green: the rule. Dashed: the limit of parameters.",
                            "How the networks are distributed, and size against accuracy"))
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


def likenesses(submissions: Sequence[grading.Submission], template: str) -> Mapping[str, list[tuple[str, float]]]:
    """For each submission's slug the slugs of those that are nearly the same."""
    prints = {s.slug: grading.fingerprint(code_of(f"x{s.kind}", s.content)[:200_000], template)
              for s in submissions}
    return grading.alike(prints)
