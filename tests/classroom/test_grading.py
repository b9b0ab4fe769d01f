"""Submissions that mean well and such that don't: each ends as it must, and nothing outside changes."""

import csv
import os
import shutil
import sys
from pathlib import Path

import pytest

from mnist_lib.__main__ import main
from mnist_lib.classroom import challenge as own
from mnist_lib.classroom import grading
from mnist_lib.classroom.grading import walls
from mnist_lib.classroom.grading.sandbox import descendants
from tests.classroom.specimens import SPECIMENS, write

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and namespaces are Linux's")
SPLIT = own.Split("a key", images=256, held_out=200)
FEW = sorted({*SPECIMENS} - {"infinite-at-load"})


def one(name, tmp_path, seconds=120, **limits):
    write(tmp_path / "s", tmp_path / "victim", [name])
    (submission,) = grading.submissions_in(tmp_path / "s")
    rules = grading.Rules(SPLIT, 1, limits=grading.Limits(seconds, **limits))
    return grading.grade_once(submission, 0, rules, [])


def snapshot(folder: Path) -> dict:
    return {str(p): (p.read_bytes() if p.is_file() else None) for p in sorted(folder.rglob("*"))}


def pages(grades: Path) -> dict:
    """All that a teacher reads, byte by byte."""
    found = snapshot(grades / "students")
    return found | {name: (grades / name).read_bytes() for name in ("grades.csv", "class.html")}


@pytest.mark.slow
def test_a_class_is_graded_and_graded_again(tmp_path):
    """Twelve kinds; once more with nothing left to do; and once more with three grades that were lost."""
    victim = tmp_path / "victim"
    (victim / "results").mkdir(parents=True)
    (victim / "results" / "keep.json").write_text("{}")
    os.chmod(victim, 0o777)
    os.chmod(victim / "results", 0o777)
    write(tmp_path / "class", victim, FEW)
    before = snapshot(victim) | snapshot(tmp_path / "class")
    command = ["grade", str(tmp_path / "class"), "--out", str(tmp_path / "grades"), "--seeds", "1", "--images", "256",
               "--minutes", "3", "--jobs", "2"]
    assert main(command) == 0
    assert snapshot(victim) | snapshot(tmp_path / "class") == before
    rows = {row["file"].rpartition(".")[0]: row for row in csv.DictReader((tmp_path / "grades/grades.csv").open())}
    assert len(rows) == len(FEW)
    for name in FEW:
        row = rows[own.line(name.replace("/", "∕"))]
        assert row["state"] == SPECIMENS[name].status, row
        assert SPECIMENS[name].told in row["told"], row
    assert "copy-b" in rows["copy-a"]["nearly the same as"]  # a twist of the plain network is like it, and no other is
    assert "copy" not in rows["plain"]["nearly the same as"]
    assert [p for p in descendants(os.getpid()) if b"grading.inside" in Path(f"/proc/{p}/cmdline").read_bytes()] == []

    first = pages(tmp_path / "grades")
    sheets = {path: path.stat().st_mtime_ns for path in (tmp_path / "grades" / "results").iterdir()}
    assert main(command) == 0 and pages(tmp_path / "grades") == first
    assert len(sheets) == len(FEW) and sheets == {path: path.stat().st_mtime_ns for path in sheets}
    gone = [path for path in sheets if path.name.startswith(("copy-a", "softmax", "exits"))]
    for path in gone:
        path.unlink()
    assert main(command) == 0 and pages(tmp_path / "grades") == first  # graded anew, the same bit for bit
    assert len(gone) == 3 and all(path.exists() for path in gone)


@pytest.mark.slow
def test_an_endless_loop_ends(tmp_path):
    grade = one("infinite-at-load", tmp_path, seconds=10)
    assert grade.status == "failed" and "longer than 10 seconds" in grade.told


def test_nothing_is_run_where_a_wall_is_missing(tmp_path, monkeypatch, capsys):
    (tmp_path / "bwrap").write_text(f"#!/bin/sh\necho up >> {tmp_path}/run\nexit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    walls.walls_up.cache_clear()
    with pytest.raises(grading.NoWalls, match="bubblewrap can't run here"):
        one("plain", tmp_path)
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "a.py").write_text("")
    assert main(["grade", str(tmp_path / "class"), "--out", str(tmp_path / "grades")]) == 2
    assert "bubblewrap can't run here" in capsys.readouterr().err
    assert (tmp_path / "run").read_text() == "up\nup\n"  # the two looks from inside, and no submission


@pytest.mark.parametrize("result, told", [
    ({"told": "x" * 9_000}, "x" * 100), ({"sheet": [1], "x": {"a": 1}}, "no predictions"),
    ({"sheet": {"epochs": 10**30, "findings": [[1, 2, 3], "abc", ["a", "no", "<b>"]]}}, "a: <b>"),
    ({"rate": 10**400, "recipe": 10**400, "sheet": {"parameters": 10**400, "epochs": 10**400}}, "no predictions"),
    ({"sheet": {"epochs": 2, "parameters": -1, "layers": [["a"], 3]}, "trained": [[{}, {}, {}, {}]]},
     "no predictions")])
def test_what_a_process_left_is_not_believed(result, told):
    import torch

    truth = torch.zeros(200, dtype=torch.int64)
    left = grading.Left("", result, b"\0" * 17, b"", "", 1.0)
    submission = grading.Submission("a", "a.py", b"")
    grade = grading.judged(submission, 0, grading.Rules(SPLIT, trust=True), left, truth)
    assert told in grade.told and grade.correct == () and len(grade.told) < 500 and grade.parameters is None


def test_predictions_are_counted_by_the_grader():
    import torch
    from safetensors.torch import save

    truth = torch.arange(200) % 10
    sheet = {"parameters": 10, "epochs": 2, "field": 5, "findings": [["r", "yes", "f"]],
             "layers": [["a", "Conv2d", 10]]}
    wrong = truth.to(torch.uint8).clone()
    wrong[:7] += 1
    before, right = b"\0" * 200, truth.to(torch.uint8).numpy().tobytes()
    predictions = before + wrong.numpy().tobytes() + right

    def judged(numbers, **said):
        left = grading.Left("", {"sheet": sheet | said}, predictions, save({"a": torch.rand(numbers)}), "", 1.0)
        return grading.judged(grading.Submission("a", "a.py", b""), 0, grading.Rules(SPLIT, trust=True), left, truth)

    grade = judged(10)
    assert grade.status == "graded" and grade.correct == (193, 200) and own.holds(grade, 1) and not own.holds(grade, 3)
    assert grade.before == 20
    assert "have 9,000 numbers, it says 10 parameters" in judged(9_000).told
    assert judged(9_000, parameters=9_000).status == "refused" and judged(10, epochs=1).status == "failed"


def test_the_folder_of_a_class(tmp_path):
    for student, files in {"ada": ["network.py", "helper.py"], "bob": [], "deep": ["a/b/net.py"]}.items():
        for file in files or ["notes.txt"]:
            (tmp_path / student / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / student / file).write_text("x")
    deepest = tmp_path / "deep"
    for _ in range(900):
        os.mkdir(deepest / "d") if len(str(deepest)) < 3_900 else None
        deepest = deepest / "d" if len(str(deepest)) < 3_900 else deepest
    (tmp_path / "ada" / "secret.py").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "ada" / "waits.py")
    os.mkfifo(tmp_path / "fifo.py")
    (tmp_path / "cy.py").symlink_to("/etc/passwd")
    (tmp_path / "dan.py").write_bytes(b"#" * 9_000_000)
    (tmp_path / ".hidden.py").write_text("x")
    found = {s.student: s for s in grading.submissions_in(tmp_path)}
    assert set(found) == {"ada", "bob", "cy", "dan", "deep", "fifo"} and found["ada"].problem == ""
    assert "link" in found["cy"].problem and "9 MB" in found["dan"].problem and "no plain" in found["fifo"].problem
    assert found["cy"].content == b"" and b"root" not in found["ada"].content and found["ada"].kind == ".zip"
    with pytest.raises(ValueError, match="no folder"):
        grading.submissions_in(tmp_path / "nowhere")


def test_slugs_are_safe_and_their_own():
    names = ["../../etc/passwd", "a b", "a-b", "A B", "<script>", "", "é" * 300]
    slugs = [grading.Submission(n, "f", b"").slug for n in names]
    assert len(set(slugs)) == len(slugs)
    assert all(set(s) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and 0 < len(s) < 60 for s in slugs)


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    key = grading.secret_key(tmp_path / "a" / "secret.key")
    assert len(key) == 32 and grading.secret_key(tmp_path / "a" / "secret.key") == key
    assert (tmp_path / "a" / "secret.key").stat().st_mode & 0o77 == 0
    kept = (tmp_path / "a" / "secret.key").read_text()
    other = "1" if kept[3] == "0" else "0"
    for number, damaged in enumerate(("\n", key + "\n", kept[:3] + other + kept[4:], kept[:-2], "null", "\0" * 42)):
        file = tmp_path / str(number)
        file.write_text(damaged)
        with pytest.raises(ValueError, match="is no key, or it was changed"):
            grading.secret_key(file)
        assert file.read_text() == damaged


@pytest.mark.parametrize("do", [
    lambda f: f.write_text(f.read_text().replace('"status": "refused"', '"status": "graded"')),
    lambda f: f.write_bytes(f.read_bytes()[:100]), lambda f: f.write_text("null"),
    lambda f: (f.unlink(), f.mkdir()), lambda f: shutil.copy(f.with_name(f.name.replace("binary", "picture")), f)])
def test_a_damaged_grade_is_told_and_made_again(tmp_path, do):
    submissions = [grading.Submission(name, f"{name}.png", name.encode(), "it is no network")
                   for name in ("binary", "picture")]
    rules = grading.Rules(SPLIT, 1)
    made = list(grading.grade_all(submissions, rules, tmp_path, None, []))
    file = tmp_path / f"{submissions[0].slug}-seed-0.json"
    (tmp_path / file.name.replace(submissions[0].slug, submissions[1].slug)).rename(
        tmp_path / file.name.replace("binary", "picture"))
    do(file)
    with pytest.warns(UserWarning, match=f"the grade {file} is not used .*made again"):
        assert grading.load_grade(tmp_path, submissions[0], 0, rules) is None
    if not file.is_dir():
        with pytest.warns(UserWarning, match="made again"):
            assert list(grading.grade_all(submissions[:1], rules, tmp_path, None, [])) == made[:1]
        assert grading.load_grade(tmp_path, submissions[0], 0, rules) == made[0]


@pytest.mark.parametrize("options, told", [
    (["--seeds", "0"], "above 0"), (["--target", "100"], "--target between 0 and 100"),
    (["--memory", "nan"], "above 0"),
    (["--epochs", "101"], "--epochs from 1"),
    (["--images", "70000"], "can be trained on"), (["--processes", "0"], "limit on processes")])
def test_wrong_options_are_told_in_one_line(tmp_path, capsys, options, told):
    (tmp_path / "a.py").write_text("")
    assert main(["grade", str(tmp_path), "--out", str(tmp_path / "../out"), *options]) == 2
    said = capsys.readouterr().err
    assert told in said and said.count("\n") == 1


def test_likeness_sees_through_new_names_and_not_through_other_code():
    a = "def f(x, width=3):\n    y = [x * k + width for k in range(10) if k % 2]\n    return sum(y) / (len(y) or 1)\n"
    b = a.replace("width", "w").replace("y", "values") + "# another comment\n"
    c = "class Net:\n    def forward(self, image):\n        while image > 2:\n"
    c += "            image -= self.step(image, 7)\n"
    prints = {name: grading.fingerprint(text) for name, text in {"a": a, "b": b, "c": c * 2}.items()}
    found = grading.alike(prints)
    assert [other for other, _ in found["a"]] == ["b"] and found["c"] == []
    assert grading.fingerprint(a, template=a) == frozenset() and grading.fingerprint("(" * 10_000 + "\0") is not None
