"""``challenge(Net)`` from the rule sheet to the report: on few images, from an empty folder, and killed on its way."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from mnist_lib import classroom
from mnist_lib.__main__ import main
from mnist_lib.classroom import template
from mnist_lib.classroom.challenge.alone import alone
from tests import ROOT
from tests.classroom.specimens import HEAD, MARKUP, PLAIN


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_net.py").write_text(template().replace("epochs=10", "epochs=2"))
    return tmp_path


def challenge(*options):
    return main(["challenge", "my_net.py:Net", "--images", "300", *options])


@pytest.mark.slow
def test_the_template_from_an_empty_folder(tmp_path):
    """Steps 1 to 3 as a reader types them, in processes of their own."""
    def run(*arguments):
        return subprocess.run([sys.executable, "-m", "mnist_lib", "challenge", "my_net.py:Net", *arguments],
                              cwd=tmp_path, capture_output=True, text=True,
                              env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)})
    assert run("--template").returncode == 0 and (tmp_path / "my_net.py").read_text() == template()
    assert "is there already" in run("--template").stderr
    done = run("--images", "300")
    assert done.returncode == 0, done.stderr
    assert "epoch 10 of 10" in done.stdout and "It does not hold yet." in done.stdout and "next: " in done.stdout
    assert sorted(p.name for p in (tmp_path / "challenge").iterdir()) == [
        "badge.svg", "logbook.jsonl", "report.html", "report.json", "trainings"]


@pytest.mark.slow
def test_two_tries_a_look_and_what_the_reports_say(here, capsys):
    assert challenge() == 0
    (here / "my_net.py").write_text((here / "my_net.py").read_text().replace("8, 3", "6, 3").replace("8, 16", "6, 16"))
    assert challenge("--final") == 0 and challenge("--final") == 0
    said = capsys.readouterr().out
    assert "against the last try" in said
    told = json.loads((here / "challenge/report.json").read_text())
    assert len(told["tries"]) == 2 and told["looks_at_the_test_set"] == 2 and len(told["fingerprint"]) == 12
    assert told["results"][0]["seed"] == 0 and told["versions"]["torch"] and 0 < told["test"]["correct"][0] < 10_000
    page = (here / "challenge/report.html").read_text()
    assert not re.search(r"(?:src|href)=[\"']?(?!data:)[^#\"']|<script|url\([^#]|@import", page), "it needs something"
    assert page.count("<svg") == 4 and "2 looks at the test set" in page and "A second look is no test" in page
    ElementTree.fromstring((here / "challenge/badge.svg").read_text())


@pytest.mark.slow
def test_more_seeds_train_only_what_is_missing(here, capsys):
    assert challenge() == 0 and challenge("--seeds", "2") == 0
    lines = capsys.readouterr().out
    assert lines.count("seed 0: epoch") == 2 and lines.count("seed 1: epoch") == 2
    assert len(json.loads((here / "challenge/report.json").read_text())["tries"]) == 1


def test_a_broken_rule_ends_it_before_the_training(here, capsys):
    assert challenge("--limit", "1000") == 1
    said = capsys.readouterr().out
    assert "418 too many" in said and "epoch  1" not in said
    assert "Not within the rules" in (here / "challenge/report.html").read_text()


@pytest.mark.parametrize("source, told", [
    (PLAIN.replace("self.layers(x)", "self.layers(x).softmax(1)"), "gives probabilities, not logits"),
    (f'class Bad(Exception): pass\nraise Bad("{MARKUP}")', "Bad: <script>"), ("x = 1", "call your network class Net")])
def test_wrong_input_is_one_line(here, capsys, source, told):
    (here / "my_net.py").write_text(HEAD + source + "\n")
    assert main(["challenge", "my_net.py"]) == 2
    said = capsys.readouterr().err
    assert told in said and said.count("\n") == 1 and "\x1b" not in said


def test_what_a_network_is_called_marks_up_nothing(here):
    name = MARKUP.replace("\\x00", "")  # which Python itself refuses
    (here / "my_net.py").write_text(HEAD + PLAIN + f'\nNet.__name__ = "{name}"\n')
    assert main(["challenge", "my_net.py:Net", "--images", "300"]) == 0
    page = (here / "challenge/report.html").read_text()
    assert "<script>alert" not in page and "<img" not in page and "\x1b" not in page and "\u202e" not in page


def test_a_logbook_that_can_not_be_read_is_named(here, capsys):
    (here / "challenge").mkdir()
    (here / "challenge/logbook.jsonl").write_text("{}\n{}\n")
    assert challenge() == 2
    assert "line 1 of challenge/logbook.jsonl" in capsys.readouterr().err


def test_a_second_training_in_a_folder_is_told_in_a_line_and_waits_for_nothing(here, capsys):
    with alone(here / "challenge" / "trainings"):
        assert challenge() == 2
    said = capsys.readouterr().err
    assert "already by another process; wait for it, or end it" in said and said.count("\n") == 1


def test_a_badge_says_it_in_words():
    root = ElementTree.fromstring(classroom.badge_of(7_000, 99.41, "holds"))
    assert root.attrib["aria-label"] == "MNIST 7,000 parameters: holds · 99.41 %"
    ElementTree.fromstring(classroom.badge_of(7_000, 99.41, "<&\""))


def test_the_shipped_standing_is_that_of_the_records():
    from mnist_lib.classroom.report import standing

    shipped = {p.step: p for p in standing.places()}
    now = {p.step: p for p in standing.measured()}
    assert len(shipped) > 30 and shipped == now, "write it anew: python -m mnist_lib.classroom.report.standing"


def test_the_course_s_notebook_runs_and_refuses(tmp_path, monkeypatch):
    """The nbgrader example, its cells as they are; then with a solution that breaks a rule."""
    monkeypatch.chdir(tmp_path)
    cells = json.loads((ROOT / "tools/grading/nbgrader/your-network.ipynb").read_text())["cells"]
    code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    names = {}
    for cell in code[:3]:
        exec(cell, names)
    exec(code[1].replace("nn.Linear(16, 10)", "nn.Linear(16, 400), nn.Linear(400, 10)"), names)
    with pytest.raises(AssertionError, match="at most 8,000 parameters"):
        exec(code[2], names)
