"""The small experiments of the step pages, against formulas and hand-made images."""

import pytest
import torch
from torch import nn

from mnist_lib.book import probe
from mnist_lib.networks.builder import build


def test_outputs_are_what_the_layers_put_out_and_nothing_is_left_behind():
    torch.manual_seed(0)
    network = build("six-models/batchnorm")
    images = torch.randn(8, 1, 28, 28)
    before = {k: v.clone() for k, v in network.state_dict().items()}
    found = probe.outputs(network, images)
    assert list(found)[:3] == ["input.conv1", "block1.conv1", "transition.conv1"]
    assert torch.equal(found["input.conv1"], network.input.conv1(images))
    assert all(torch.equal(v, before[k]) for k, v in network.state_dict().items())
    assert network.training and not any(m._forward_hooks for m in network.modules())


def test_spread_over_images():
    torch.manual_seed(0)
    assert probe.spread_over_images(torch.ones(5, 3, 2, 2)) == 0
    assert probe.spread_over_images(7 + 0.5 * torch.randn(4000, 2, 3, 3)) == pytest.approx(0.5, rel=0.02)


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


@pytest.mark.parametrize(("on_training", "verdict"), [
    (99.60, "holds"), (99.36, "within noise"), (99.0, "does not hold")])
def test_overfitting_is_a_gap_larger_than_noise(monkeypatch, on_training, verdict):
    """The run's test accuracy is 99.35 %; one standard error there is 0.08 points."""
    from mnist_lib.training import records

    run = records.load(records.path("six-models/steplr", 0))
    assert run.final.test_accuracy == pytest.approx(99.35)
    monkeypatch.setattr(probe, "training_accuracy", lambda run: on_training)
    found = probe.overfits(run)
    assert found.verdict == verdict and f"{on_training:.2f} %" in found.evidence


@pytest.mark.parametrize("masks", [False, True])
def test_statistics_are_the_plain_means_over_the_images(masks):
    """Behind dropout of p the variance of a centred signal is 1 / (1 - p) times as large, with the masks on."""
    torch.manual_seed(0)
    images = torch.randn(4000, 3, 2, 2)
    network = nn.Sequential(nn.Dropout(0.5), nn.BatchNorm2d(3))
    weights = {k: v.clone() for k, v in network.named_parameters()}
    assert probe.remeasured(network, images, masks=masks) is network and not network.training
    norm = network[1]
    assert norm.momentum == 0.1 and not norm.training
    parts = torch.stack([part.var((0, 2, 3)) for part in images.split(500)]).mean(0)
    assert torch.allclose(norm.running_var, parts * (2 if masks else 1), rtol=0.08 if masks else 1e-4)
    assert norm.running_mean.abs().max() < 0.05
    assert all(torch.equal(v, weights[k]) for k, v in network.named_parameters())
