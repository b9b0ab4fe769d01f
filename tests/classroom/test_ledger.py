"""``grade X --out Y``, wherever Y lies: nothing that it did not write is removed or changed."""

import os

import pytest

from mnist_lib.__main__ import main

OWN = ("results", "students", "grades.csv", "class.html", "secret.key", "written.json")


def everything(folder, but=()):
    return {str(p.relative_to(folder)): p.is_file() and p.read_bytes() for p in sorted(folder.rglob("*"))
            if not any(p == each or each in p.parents for each in but)}


@pytest.mark.parametrize("out", [
    "students", "students/anna", "students/new", ".", "beside", "linked", "link-inside", "above", "beside/../students",
    "../world", "results-link"])
def test_what_grade_did_not_write_stays(tmp_path, monkeypatch, out, capsys):
    world = tmp_path / "world"
    (world / "students" / "anna").mkdir(parents=True)
    (world / "students" / "anna" / "notes.txt").write_text("mine")
    (world / "students" / "ben.png").write_bytes(b"\x89PNG")
    for name in ("beside/students", "beside/results", "above/students/deep", "target", "results-link"):
        (world / name).mkdir(parents=True)
    (world / "beside" / "students" / "timetable.html").write_text("a teacher's own")
    (world / "beside" / "results" / "exam-seed-0.json").write_text("{}")
    (world / "linked").symlink_to(world / "students")
    (world / "link-inside").mkdir()
    (world / "link-inside" / "students").symlink_to(world / "students")
    (world / "results-link" / "results").symlink_to(world / "target")
    (world / "target" / "keep-seed-0.json").write_text("{}")
    monkeypatch.chdir(world)
    before = everything(world)
    for again in ([], ["--again"], []):
        status = main(["grade", "students", "--out", out, "--seeds", "1", *again])
        assert status in (0, 2), capsys.readouterr().err
        after = everything(world)
        assert {name: after.get(name) for name in before} == before
        if status == 2:
            assert set(after) == set(before) and "--out" in capsys.readouterr().err
        else:
            place = os.path.normpath(os.path.join(world, out))
            new = {os.path.relpath(world / name, place) for name in set(after) - set(before)}
            assert all(name.partition(os.sep)[0] in OWN for name in new), new
            assert any(name.endswith(".html") for name in after)


def test_a_file_of_the_teacher_s_stands_in_the_way_and_stays(tmp_path, capsys):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ben.png").write_bytes(b"\x89PNG")
    command = ["grade", str(tmp_path / "class"), "--out", str(tmp_path / "out"), "--seeds", "1"]
    assert main(command) == 0
    (tmp_path / "class" / "ben.png").rename(tmp_path / "class" / "eve.png")
    old = next((tmp_path / "out" / "students").iterdir())
    assert main(command) == 0 and not old.exists()  # its own page of a submission that left
    (tmp_path / "out" / "grades.csv").write_text("with my remarks")
    assert main(command) == 2 and "move it" in capsys.readouterr().err
    assert (tmp_path / "out" / "grades.csv").read_text() == "with my remarks"
