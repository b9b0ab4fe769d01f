"""The small experiments of the step pages, against formulas and hand-made images."""

import dataclasses

import pytest
import torch
from torch import nn

from mnist_lib.book import probe
from mnist_lib.book.findings import finding


def test_first_losses_fall_where_a_network_can_learn():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    losses = probe.first_losses(network, 30)
    assert len(losses) == 30 and losses[-1] < losses[0] / 2


@pytest.mark.parametrize("shift", [-0.5, 0.0, 0.25, 1.0])
def test_slant_of_a_sheared_bar(shift):
    image = torch.zeros(1, 1, 29, 57)
    for row in range(29):
        image[0, 0, row, 28 + round(-shift * (row - 14))] = 255  # leans to the right where shift > 0
    expected = torch.rad2deg(torch.atan(torch.tensor(shift))).item()
    assert probe.slant(image).item() == pytest.approx(expected, abs=1.5)


@pytest.mark.parametrize(("gaps", "verdict"), [
    ((0.3, 0.31, 0.32), "holds"), ((-0.3, -0.31, -0.32), "does not hold"), ((0.3, -0.2, 0.1), "not clear"),
    ((0.3, 0.31), "no verdict")])
def test_a_gap_asks_every_seed_whose_weights_are_kept(monkeypatch, gaps, verdict):
    from mnist_lib.training import records

    run = records.load(records.path("six-models/steplr", 0))
    runs = [dataclasses.replace(run, seed=seed) for seed in range(len(gaps))]
    monkeypatch.setattr(probe, "with_weights", lambda step: runs)
    monkeypatch.setattr(probe, "training_accuracy", lambda run: run.final.test_accuracy + gaps[run.seed])
    apart, on_training = probe.gap("six-models/steplr")
    assert finding("It overfits.", "", apart).verdict == verdict and apart.seeds == len(gaps)
    assert on_training == [run.final.test_accuracy + gap for gap in gaps]


def test_one_of_so_many_images_is_every_nth():
    images, labels = probe.sample(61)
    fewer, of = probe.sample(61, every=5)
    assert fewer.shape == (13, 1, 28, 28) and torch.equal(fewer, images[::5]) and torch.equal(of, labels[::5])


def test_only_runs_with_weights_are_asked():
    kept = probe.with_weights("six-models/steplr")
    assert kept and all(run.weights for run in kept)


def test_fresh_averages_are_judged_training_by_training(monkeypatch):
    """Where nothing is measured anew, nothing changes; where every image is called a seven, all seeds fall alike."""
    images = torch.zeros(1, 1, 28, 28)
    runs = probe.with_weights("six-models/steplr")[:3]
    monkeypatch.setattr(probe, "with_weights", lambda step: runs)
    asked = []
    monkeypatch.setattr(probe, "remeasured", lambda network, seen: asked.append(seen is images) or network.eval())
    same, accuracies = probe.refreshed("six-models/steplr", images)
    assert asked == [True] * 3 and accuracies == pytest.approx([run.final.test_accuracy for run in runs])
    assert same.points == pytest.approx(0) and same.images_variance == 0 and same.verdict == "not clear"

    monkeypatch.setattr(probe, "remeasured", lambda network, seen: nn.Sequential(network, Sevens()).eval())
    worse, accuracies = probe.refreshed("six-models/steplr", images)
    assert accuracies == pytest.approx([10.28] * 3)  # 1,028 of the test images are sevens
    assert worse.points < -80 and worse.verdict == "clear"


class Sevens(nn.Module):
    """Seven, whatever the scores are."""

    def forward(self, scores):
        return torch.eye(10)[7].expand(len(scores), 10)


def test_statistics_are_the_plain_means_over_the_images():
    torch.manual_seed(0)
    images = torch.randn(4000, 3, 2, 2)
    network = nn.Sequential(nn.Dropout(0.5), nn.BatchNorm2d(3))
    weights = {k: v.clone() for k, v in network.named_parameters()}
    assert probe.remeasured(network, images) is network and not network.training
    norm = network[1]
    assert norm.momentum == 0.1 and not norm.training
    parts = torch.stack([part.var((0, 2, 3)) for part in images.split(500)]).mean(0)
    assert torch.allclose(norm.running_var, parts, rtol=1e-4)
    assert norm.running_mean.abs().max() < 0.05
    assert all(torch.equal(v, weights[k]) for k, v in network.named_parameters())
