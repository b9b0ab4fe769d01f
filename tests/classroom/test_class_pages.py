"""A class's pages and its table: nothing that a submission says can mark them up, and a page stands for each."""

import csv
import dataclasses
import io
import re
from html.parser import HTMLParser

import pytest

from mnist_lib.classroom import challenge as own
from mnist_lib.classroom import grading
from mnist_lib.classroom.report import Pages, class_pages
from mnist_lib.classroom.report.class_pages import Student, student_page, to_csv

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[2J\x00\u202e\n</table></pre>&lt;`|'
RULES = grading.Rules(own.Split("k", 256, 200), 1)


def grade(student="a", status="graded", correct=(199, 199), **known):
    submission = grading.Submission(student, f"{student}.py", b"x")
    base = dict(parameters=100, field=9, epochs=2, findings=(("r", "yes", "f"),), layers=(("c", "Conv2d", 100),),
                before=20, correct=correct, held_out=200, recipe="SGD 0.01")
    return submission, grading.Grade(submission.slug, 0, "", status, known.pop("told", ""), **(base | known))


def written(folder, *graded):
    pages = Pages([submission for submission, _ in graded], RULES, folder)
    for _, each in graded:
        pages.add(each)
    assert pages.finish() == len(graded)


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
                         layers=((text, text, 3),), recipe=text, notes=(text,)) for given, text in (
        (("a", status), "harmless"), ((EVIL, status), EVIL)))
    pages = [student_page(Student(s, (g,))) for s, g in (plain, evil)]
    assert Elements(pages[0]).seen == Elements(pages[1]).seen
    assert not re.search("[\x00\x1b\u202e]", pages[1])
    written(tmp_path, evil)
    whole = (tmp_path / "class.html").read_text()
    assert "script" not in Elements(whole).seen and "img" not in Elements(whole).seen
    assert (tmp_path / "students" / f"{evil[0].slug}.html").exists()


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "a,b\n\"c\""])
def test_a_cell_never_begins_a_formula(name):
    submission, made = grade(name)
    (row,) = csv.DictReader(io.StringIO(to_csv([Student(submission, (made,))])))
    assert row["student"][0] not in "=+-@" and row["student"].lstrip("'") == own.line(name)
    assert row["held out (%), mean"] == "99.5000" and row["verdict"] == own.NEAR and row["recipe"] == "SGD 0.01"


def test_the_worst_of_the_seeds_counts_and_the_class_is_counted(tmp_path):
    submission, good = grade()
    _, bad = grade(status="failed", correct=(), told="it took too long")
    student = Student(submission, (good, bad))
    assert student.status == "failed" and student.mean is None and student.told == "it took too long"
    both = [student, Student(*[grade("b")[0], (grade("b")[1],)])]
    page = class_pages.class_page(both, RULES, ["no network"], 3)
    assert "2 of 3 submissions: 1 failed, 1 graded" in page and "REHEARSAL on 256" in page
    assert "Walls that the grader found up: no network." in page
    trusting = class_pages.class_page(both, dataclasses.replace(RULES, trust=True), [], 3)
    assert "WITHOUT WALLS" in trusting and "WITHOUT WALLS" not in page and "Walls that" not in trusting
    assert RULES.split.key not in page.replace("k", "", 0) or RULES.split.fingerprint in page


def test_pages_stand_after_each_grade_and_likeness_is_told(tmp_path):
    text = b"def f(x):\n    return [x + i * 2 for i in range(10) if i % 3 == 1 or x < 5]\n" * 2
    pairs = [(grading.Submission(name, f"{name}.py", text), grade(name)[1]) for name in ("ada", "bob")]
    pages = Pages([submission for submission, _ in pairs], RULES, tmp_path)
    pages.add(pairs[0][1])
    assert "1 of 2 submissions" in (tmp_path / "class.html").read_text()
    pages.add(pairs[1][1])
    rows = list(csv.DictReader((tmp_path / "grades.csv").open()))
    assert rows[0]["nearly the same as"] == pairs[1][0].slug and rows[0]["training images"] == "256"
    assert "read both before you ask" in (tmp_path / "class.html").read_text()


@pytest.mark.parametrize("known, told", [
    (dict(correct=(30, 40)), "It did not learn: 20.00 %"), (dict(before=190), "Before any training it gets 95.00 %"),
    (dict(correct=(199, 199)), "After one epoch it gets 99.50 %")])
def test_what_is_strange_is_flagged(known, told):
    _, made = grade(**known)
    assert any(told in note for note in own.warnings_of(made.correct, 200, made.before, 1e-53))
