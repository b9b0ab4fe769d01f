"""The command line: what it prints, and the status it ends with."""

import subprocess
import sys

import pytest

from mnist_lib.__main__ import main
from mnist_lib.experiments import all_experiments
from mnist_lib.training import loop, records
from mnist_lib.training.loop import Interrupted
from tests import ROOT
from tests.training.test_records import run as a_run


def test_list_shows_every_experiment_and_its_records(empty_results, capsys):
    records.save(a_run(9941, seed=1))
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(all_experiments())
    (steplr,) = [line for line in lines if line.startswith("six-models/steplr ")]
    assert "7,416 parameters" in steplr and "recorded: seeds 1" in steplr
    assert "recorded: none" in lines[0] and "6,379,786" in lines[0]


def test_train_names_what_is_wrong(empty_results, capsys):
    assert main(["train", "six-models/nothing"]) == 2
    assert "no experiment is called 'six-models/nothing'" in capsys.readouterr().err
    assert main(["train"]) == 2
    assert "--all" in capsys.readouterr().err
    assert main(["train", "six-models", "--seeds", "0"]) == 2


def test_train_trains_what_is_missing(empty_results, monkeypatch, capsys):
    seen = []
    monkeypatch.setattr(loop, "fit", lambda name, seed, device: seen.append((name, seed)))
    records.save(a_run(9941, seed=1))
    assert main(["train", "six-models/steplr", "--seeds", "3"]) == 0
    assert seen == [("six-models/steplr", 0), ("six-models/steplr", 2)]


def test_a_path_stands_for_its_steps(empty_results, monkeypatch):
    seen = []
    monkeypatch.setattr(loop, "fit", lambda name, seed, device: seen.append(name))
    assert main(["train", "three-steps"]) == 0
    assert seen == ["three-steps/batchnorm", "three-steps/regularization", "three-steps/pooling-and-plateau"]


def test_ctrl_c_ends_with_its_message_and_130(empty_results, monkeypatch, capsys):
    def stopped(*_):
        raise Interrupted("stopped in epoch 3 of 15; call it again to go on")

    monkeypatch.setattr(loop, "fit", stopped)
    assert main(["train", "six-models/steplr"]) == 130
    assert "stopped in epoch 3" in capsys.readouterr().err


def test_verify_fails_without_records(empty_results, capsys):
    assert main(["verify"]) == 1
    assert "no records were found" in capsys.readouterr().err


def test_verify_fails_on_a_bad_record(empty_results, capsys):
    records.save(a_run(9941, seed=1))
    assert main(["verify"]) == 1
    out = capsys.readouterr().out
    assert "FAILED six-models/steplr, seed 1" in out and "1 epochs, the experiment 15" in out


def test_verify_takes_names_as_train_does(empty_results, capsys):
    records.save(a_run(9941, seed=1))
    assert main(["verify", "six-models"]) == 1 and "seed 1" in capsys.readouterr().out
    assert main(["verify", "six-models/steplr"]) == 1 and "seed 1" in capsys.readouterr().out
    assert main(["verify", "three-steps"]) == 1
    said = capsys.readouterr()
    assert "no records of three-steps were found" in said.err and "seed 1" not in said.out
    assert main(["verify", "six-models/nothing"]) == 2
    assert "no experiment is called 'six-models/nothing'" in capsys.readouterr().err


def test_an_unknown_command_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["polish"])


@pytest.mark.parametrize("arguments, said", [(["--help"], "the receptive-field table on the command line"),
                                             (["rf", "six-models/steplr"], "7,416 parameters")])
def test_without_docstrings_the_commands_are_as_they_are(arguments, said):
    done = subprocess.run([sys.executable, "-OO", "-m", "mnist_lib", *arguments], cwd=ROOT, capture_output=True,
                          text=True)
    assert done.returncode == 0 and said in " ".join(done.stdout.split()), done.stderr
