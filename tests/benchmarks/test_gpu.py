"""The check on a GPU: skipped where there is none, and what it records and says where there is one."""

import json

import pytest
import torch

from benchmarks import gpu
from benchmarks.__main__ import main
from mnist_lib import experiment
from mnist_lib.book.statistics import prediction
from mnist_lib.training import records


def test_nothing_happens_without_cuda(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(gpu, "train", None)
    assert main(["gpu"]) == 0 and "no CUDA" in capsys.readouterr().out


@pytest.mark.parametrize("shift, within", [(0, True), (-0.5, False)])
def test_it_records_and_compares_with_the_records_of_cpus(monkeypatch, tmp_path, capsys, shift, within):
    """On the CPU of this machine, with the training of a record: its end shifted out of the interval, or not."""
    recorded = {name: records.of(name) for name in gpu.TRAINED}
    file = tmp_path / "gpu.json"

    def train(step, device, progress):
        run = recorded[step.name][0]
        return type("Run", (), {"seconds": 12.34, "final": type("Epoch", (), {
            "test_accuracy": run.final.test_accuracy + shift})}), None

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(gpu, "pick_device", lambda device: torch.device("cpu"))
    monkeypatch.setattr(gpu, "train", train)
    monkeypatch.setattr(gpu, "IMAGES", 64)
    monkeypatch.setattr(gpu, "ROUNDS", 2)
    monkeypatch.setattr(gpu, "record_path", lambda: file)
    assert main(["gpu"]) == (0 if within else 1)
    kept = json.loads(file.read_text())
    for each in kept["trainings"]:
        runs = recorded[each["experiment"]]
        expected = prediction([run.final.test_accuracy for run in runs])
        assert each["within"] is within and each["cpu_trainings"] == len(runs) >= 10
        assert each["low"] == round(expected.low, 2) and each["high"] == round(expected.high, 2)
        assert each["fingerprint"] == experiment(each["experiment"]).fingerprint
    assert len(kept["rungs"]) == 6 and all(rung["seconds"] > 0 for rung in kept["rungs"])
    said = capsys.readouterr().out
    assert ("OUTSIDE" in said) != within and "beyond/champion ends at" in said
