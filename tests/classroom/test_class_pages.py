"""A class's pages and its table: nothing that a submission says can mark them up, and a page stands for each."""

import csv
import dataclasses
import io
import re
from html.parser import HTMLParser

import pytest

from mnist_lib.classroom import challenge as own
from mnist_lib.classroom import grading
from mnist_lib.classroom.report import class_pages, write_class
from mnist_lib.classroom.report.class_pages import Student, student_page, to_csv

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[2J\x00\u202e\n</table></pre>&lt;`|'
RULES = grading.Rules(own.Split("k", 256, 200), 1)


def grade(student="a", status="graded", correct=(199, 199), **known):
    submission = grading.Submission(student, f"{student}.py", b"x", 0.0)
    base = dict(stage="end", parameters=100, field=9, epochs=2, findings=(("r", "yes", "f"),),
                layers=(("c", "Conv2d", 100),), correct=correct, train=(90.0, 91.0), held_out=200,
                printed="", weights="")
    return submission, grading.Grade(submission.slug, 0, "", status, known.pop("told", ""), **(base | known))


class Elements(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.seen = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        assert not any(name.startswith("on") for name, _ in attributes)


@pytest.mark.parametrize("status", ["graded", "refused", "failed"])
def test_nothing_that_a_submission_says_marks_up_a_page(tmp_path, status):
    plain, evil = (grade(*given, told=text if status != "graded" else "", printed=text, findings=(("r", "no", text),),
                         layers=((text, text, 3),)) for given, text in (
        (("a", status), "harmless"), ((EVIL, status), EVIL)))
    pages = [student_page(Student(s, (g,))) for s, g in (plain, evil)]
    assert Elements(pages[0]).seen == Elements(pages[1]).seen
    assert not re.search("[\x00\x1b\u202e]", pages[1])
    assert write_class([evil[0]], {evil[0].slug: [evil[1]]}, RULES, tmp_path) == 1
    whole = (tmp_path / "class.html").read_text()
    assert "script" not in Elements(whole).seen and "img" not in Elements(whole).seen
    assert (tmp_path / "students" / f"{evil[0].slug}.html").exists()


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "a,b\n\"c\""])
def test_a_cell_never_begins_a_formula(name):
    submission, made = grade(name)
    (row,) = csv.DictReader(io.StringIO(to_csv([Student(submission, (made,))])))
    assert row["student"][0] not in "=+-@" and row["student"].lstrip("'") == own.line(name)
    assert row["held_out_mean"] == "99.5000" and row["verdict"] == own.NEAR and row["holds_1"] == "1"


def test_the_worst_of_the_seeds_counts_and_the_class_is_counted(tmp_path):
    submission, good = grade()
    _, bad = grade(status="failed", correct=(), told="it took too long")
    student = Student(submission, (good, bad))
    assert student.status == "failed" and student.mean is None and student.told == "it took too long"
    both = [student, Student(*[grade("b")[0], (grade("b")[1],)])]
    page = class_pages.class_page(both, RULES, ["no network"])
    assert "2 submissions: 1 failed, 1 graded" in page and "Walls that the grader found up: no network." in page
    trusting = class_pages.class_page(both, dataclasses.replace(RULES, trust=True), [])
    assert "WITHOUT WALLS" in trusting and "WITHOUT WALLS" not in page and "Walls that" not in trusting
    assert RULES.split.key not in page.replace("k", "", 0) or RULES.split.fingerprint in page


def test_late_and_alike(tmp_path):
    a, b = grade("ada"), grade("bob")
    late = grading.Submission("bob", "bob.py", b"x", 2_000.0)
    text = b"def f(x):\n    return [x + i * 2 for i in range(10) if i % 3 == 1 or x < 5]\n" * 2
    a, late = grading.Submission("ada", "ada.py", text, 0.0), grading.Submission("bob", "bob.py", text, 2_000.0)
    write_class([a, late], {a.slug: [grade("ada")[1]], late.slug: [b[1]]}, RULES, tmp_path, due=1_000.0)
    rows = list(csv.DictReader((tmp_path / "grades.csv").open()))
    assert [r["late"] for r in rows] == ["", "late"] and rows[0]["alike"] == late.slug
    assert "read both before you ask" in (tmp_path / "class.html").read_text()
