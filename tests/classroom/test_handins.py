"""What students really hand in: each form is graded, or refused with advice that works."""

import csv
import sys

import pytest

from mnist_lib.__main__ import main
from mnist_lib.classroom import challenge as own
from mnist_lib.reading import Refused, build, line, read
from tests.classroom import handins
from tests.classroom.handins import HANDINS, IMPORTS, net, notebook


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits and namespaces are Linux's")
def test_twenty_hand_ins_end_as_they_should(tmp_path):
    handins.write(tmp_path / "class")
    larger = ["--limit", "20000", "--epochs", "20"]
    for names, options in ((["large.py"], larger), (sorted({*HANDINS} - {"large.py"}), [])):
        for other in HANDINS.keys() - set(names):
            (tmp_path / "class" / other).rename(tmp_path / other.replace(".", "_"))
        assert main(["grade", str(tmp_path / "class"), "--out", str(tmp_path / "grades"), "--seeds", "1", "--images",
                     "256", "--minutes", "3", "--jobs", "2", *options]) == 0
        rows = {row["file"]: row for row in csv.DictReader((tmp_path / "grades/grades.csv").open())}
        assert sorted(rows) == sorted(names)
        for name in names:
            assert rows[name]["state"] == HANDINS[name].status, rows[name]
            slug = next(p for p in (tmp_path / "grades/students").iterdir() if f"<p>{name}." in p.read_text())
            page = slug.read_text().replace("&#x27;", "'").replace("&quot;", '"')
            assert HANDINS[name].told in page, (name, page[3_000:6_000])
        for other in HANDINS.keys() - set(names):
            (tmp_path / other.replace(".", "_")).rename(tmp_path / "class" / other)


def test_the_advice_of_a_refusal_works(tmp_path):
    handins.write(tmp_path, ["guess.py"])
    with pytest.raises(Refused, match="name one, guess.py:One, or write network = One"):
        read(str(tmp_path / "guess.py"))
    assert build(read(f"{tmp_path / 'guess.py'}:One")) is not None
    file = tmp_path / "guess.py"
    file.write_text(file.read_text() + "\nnetwork = One\n")
    assert read(str(file)).why == "the file says so: network = …"


def test_one_reader_for_all_three_commands(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    handins.write(tmp_path, ["loop.ipynb", "zipped.zip", "folder-notebook"])
    for name in ("loop.ipynb", "zipped.zip", "folder-notebook"):
        assert main(["rf", name, "--input", "1", "28", "28"]) == 0
        assert main(["challenge", name, "--check"]) in (0, 1)
        assert "conv1" in capsys.readouterr().out


def test_two_networks_of_a_file_are_two_tries(tmp_path):
    handins.write(tmp_path, ["models.ipynb"])
    prints = {own.load(f"{tmp_path / 'models.ipynb'}:Model_{n}").fingerprint for n in (1, 2, 3)}
    assert len(prints) == 3


@pytest.mark.parametrize("cells, place", [
    ([IMPORTS, net(end="self.missing(x)")], "it.ipynb, cell 2, line 11"),
    ([IMPORTS, net("Net").replace("nn.Conv2d(4, 10, 3)", "nn.Conv2d(4, 10, 30)")], "it.ipynb, cell 2, line 10")])
def test_an_error_names_file_cell_and_line(tmp_path, cells, place):
    (tmp_path / "it.ipynb").write_bytes(notebook(*cells))
    entry = own.load(str(tmp_path / "it.ipynb"))
    import torch

    with pytest.raises(Refused, match=place):
        own.examine(entry, torch.zeros(64, 1, 28, 28, dtype=torch.uint8), torch.zeros(64, dtype=torch.int64),
                    timing=False)


@pytest.mark.parametrize("cell, kept", [
    ("x = (7\n  % 2)", "x = (7\n  % 2)"), ("for i in x:\n    !ls", "for i in x:\n    pass"),
    ("%time\ny = 1", "pass\ny = 1"), ('"""\n!not a command\n"""', '"""\n!not a command\n"""'), ("%%bash\nls", ""),
    ("files = !ls", "pass"), ("z = 5 \\\n  % 3", "z = 5 \\\n  % 3"), ("Net?", "pass")])
def test_magics_are_left_out_and_the_modulus_is_none(cell, kept):
    from mnist_lib.reading.source import plain

    assert plain(cell).strip() == kept.strip()


def test_files_beside_a_network_are_those_of_its_own_folder(tmp_path):
    for name, width in (("a", 3), ("b", 5)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "utils.py").write_text(f"width = {width}\n")
        (tmp_path / name / "net.py").write_text("from torch import nn\nfrom utils import width\n"
                                                "Net = lambda: nn.Linear(width, 1)\n")
        assert build(read(str(tmp_path / name / "net.py"))).in_features == width


@pytest.mark.parametrize("scheduler, unit, words", [
    ("StepLR(o, step_size=6)", "epoch", "StepLR 6, 0.1"), ("StepLR(o, step_size=4000)", None, "own"),
    ("OneCycleLR(o, 0.1, total_steps=n)", "batch", "OneCycleLR after each batch"),
    ("ReduceLROnPlateau(o, patience=2)", "epoch", "ReduceLROnPlateau 0.1, 2")])
def test_a_scheduler_says_its_unit_or_is_asked_for_it(scheduler, unit, words):
    import torch

    recipe = own.Recipe(epochs=15, optimizer=lambda p: torch.optim.SGD(p, 0.01, 0.9), schedule=eval(
        f"lambda o, n: torch.optim.lr_scheduler.{scheduler}", {"torch": torch}))
    assert recipe.unit() == (unit or "ask") and words in recipe.words()
    assert line(recipe.words()).endswith("batches of 128, 15 epochs")
