"""Readers' networks: what lies in ``submissions/`` is complete, and is believed only after it was run."""

import json
import random
import shutil
import sys

import pytest

from mnist_lib.__main__ import main
from mnist_lib.classroom.grading import walls
from mnist_lib.classroom.report import readers
from mnist_lib.training import schema
from tests import ROOT
from tests.faults.damage import flip

OURS = [p for p in sorted((ROOT / "submissions").glob("*")) if p.is_dir()]


def test_ours_are_complete_and_stand_in_the_table():
    assert OURS
    table = readers.table()
    assert [row[0] for row in table.rows] == list(readers.everyone())
    assert {row[0] for row in table.rows} == {p.name for p in OURS}
    for place in OURS:
        told = json.loads((place / "report.json").read_text())
        assert told["kept"] and told["parameters"] <= 8_000 and told["looks_at_the_test_set"] == 1


def test_a_report_belongs_to_its_source():
    from mnist_lib.classroom import challenge as own

    for place in OURS:
        told = json.loads((place / "report.json").read_text())
        assert own.load(str(place / "network.py")).fingerprint == told["fingerprint"]


def resealed(place, change):
    told = json.loads((place / "report.json").read_text())
    change(told)
    told.pop("seal")
    (place / "report.json").write_text(json.dumps(schema.sealed(told)))


SAYS_TOO_MUCH = {
    "a better mean": lambda t: t["verdict"].update(mean=99.9),
    "a better word": lambda t: t["verdict"].update(word="holds", holds={"1": 3, "3": 3, "5": 3}),
    "a narrower interval": lambda t: t["verdict"].update(interval=[99.4, 99.5]),
    "a better last epoch": lambda t: t["results"][0]["correct"].__setitem__(-1, 5_000),
    "better epochs before": lambda t: t["results"][0]["correct"].__setitem__(slice(-5, -1), [5_000] * 4),
    "no wrong images": lambda t: t["results"][0].update(wrong=[]),
    "a seed twice": lambda t: t["results"].append(t["results"][0]),
    "fewer parameters": lambda t: t.update(parameters=10),
    "fewer epochs": lambda t: t["recipe"].update(epochs=1),
    "another network": lambda t: t.update(fingerprint="0" * 12),
    "fewer looks": lambda t: t.update(looks_at_the_test_set=0),
    "more test images right than there are": lambda t: t["test"]["correct"].__setitem__(0, 10_001),
    "no try": lambda t: t.update(tries=[]),
    "no test": lambda t: t.update(test=None),
    "a field less": lambda t: t.pop("recipe"),
}


@pytest.mark.parametrize("name", SAYS_TOO_MUCH)
def test_a_report_that_contradicts_itself_is_refused(tmp_path, name):
    place = shutil.copytree(OURS[-1], tmp_path / "it")
    assert readers.read(place)["parameters"]
    resealed(place, SAYS_TOO_MUCH[name])
    with pytest.raises(ValueError, match="report.json is no report"):
        readers.read(place)


def test_flipped_bits_of_reports_and_weights_are_noticed(tmp_path):
    draw = random.Random(18)
    for _ in range(40):
        place = shutil.copytree(OURS[0], tmp_path / "it", dirs_exist_ok=True)
        file = place / draw.choice(["report.json", "weights.safetensors"])
        flip(file, draw.randrange(8 * file.stat().st_size))
        try:
            told = json.loads(file.read_bytes()) if file.name == "report.json" else None
        except ValueError:
            told = None
        if told == json.loads((OURS[0] / "report.json").read_bytes()):
            continue  # a blank became another blank
        with pytest.raises(ValueError, match="report.json|weights.safetensors"):
            readers.read(place)


@pytest.mark.parametrize("program, said", [
    (None, "bubblewrap is not installed: install bubblewrap"), ("#!/bin/sh\necho no namespaces >&2; exit 1\n",
                                                               "bubblewrap can't run here (no namespaces)")])
def test_where_nothing_can_be_shut_in_a_line_says_what_was_not_checked(tmp_path, empty_results, monkeypatch, capsys,
                                                                       program, said):
    monkeypatch.setenv("MNIST_LIB_SUBMISSIONS", str(tmp_path / "submissions"))
    for name in ("one", "two", "without"):
        shutil.copytree(OURS[0], tmp_path / "submissions" / name)
    (tmp_path / "submissions" / "without" / "weights.safetensors").unlink()
    (tmp_path / "bin").mkdir()
    if program:
        (tmp_path / "bin" / "bwrap").write_text(program)
        (tmp_path / "bin" / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    walls.walls_up.cache_clear()
    assert {check.name: bool(check.problem) for check in readers.check_all()} == {
        "one": False, "two": False, "without": True}
    main(["verify"])
    out = capsys.readouterr().out
    assert out.count(f"not checked: 2 readers' networks; {said}") == 1 and "ok " not in out
    assert "FAILED submissions/without" in out and "submissions/one" not in out


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits and namespaces are Linux's")
def test_what_only_running_the_weights_tells_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LIB_SUBMISSIONS", str(tmp_path))
    for name in ("good", "more", "other-code", "without"):
        shutil.copytree(OURS[0], tmp_path / name)
    (tmp_path / "without" / "weights.safetensors").unlink()
    resealed(tmp_path / "more", lambda told: told["test"]["correct"].__setitem__(0, 9_999))
    source = tmp_path / "other-code" / "network.py"
    source.write_text(source.read_text().replace("epochs=12", "epochs=11"))
    found = {check.name: check.problem for check in readers.check_all()}
    assert {check.why for check in readers.check_all()} == {""}
    assert found["good"] == "" and "the report says 9,999" in found["more"] and "lacks weights" in found["without"]
    assert "fingerprint differs" in found["other-code"]
