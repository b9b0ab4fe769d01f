"""The small experiments of the step pages, against formulas and hand-made images."""

import dataclasses

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


@pytest.mark.parametrize(("gaps", "verdict"), [
    ((0.3, 0.31, 0.32), "holds"), ((-0.3, -0.31, -0.32), "does not hold"), ((0.3, -0.2, 0.1), "not clear"),
    ((0.3, 0.31), "no verdict")])
def test_overfitting_asks_every_seed_whose_weights_are_kept(monkeypatch, gaps, verdict):
    from mnist_lib.training import records

    run = records.load(records.path("six-models/steplr", 0))
    runs = [dataclasses.replace(run, seed=seed) for seed in range(len(gaps))]
    monkeypatch.setattr(probe, "with_weights", lambda step: runs)
    monkeypatch.setattr(probe, "training_accuracy", lambda run: run.final.test_accuracy + gaps[run.seed])
    found = probe.overfits(run)
    assert found.verdict == verdict and f"{len(gaps)} seeds with weights" in found.evidence


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


def test_what_a_step_learnt_is_asked_of_all_seeds_of_both(monkeypatch):
    runs = {"a": [99.0, 99.1, 99.2], "b": [98.0, 98.1, 98.2, 98.3]}
    monkeypatch.setattr(probe, "with_weights", runs.__getitem__)
    monkeypatch.setattr(probe, "training_accuracy", lambda run: run)
    found = probe.learnt("a", "b")
    assert found.points == pytest.approx(-0.95) and found.seeds == 3
    assert found.verdict == "clear on these images only"


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


# one image, three places in a row: two are for 4, narrowly; the third is for 7, by far
MAPS = torch.zeros(1, 10, 1, 3)
MAPS[0, 4] = torch.tensor([[1.0, 1.0, 0.0]])
MAPS[0, 7] = torch.tensor([[0.0, 0.0, 9.0]])


def test_a_place_is_right_where_its_own_largest_score_is_the_label():
    assert probe.accuracy_by_place(MAPS, torch.tensor([4])).tolist() == [[100, 100, 0]]
    both = torch.cat([MAPS, MAPS])
    assert probe.accuracy_by_place(both, torch.tensor([4, 7])).tolist() == [[50, 50, 50]]


def test_a_vote_counts_places_and_a_mean_adds_scores():
    assert probe.vote(MAPS).tolist() == [4]
    assert MAPS.mean((2, 3)).argmax(1).tolist() == [7]


def test_class_maps_show_the_image_and_ten_maps_on_one_scale_a_row():
    picture = probe.class_maps(torch.rand(1, 1, 28, 28), MAPS)
    cells = picture.figure.axes
    assert len(cells) == 11
    assert {cell.images[0].get_clim() for cell in cells[1:]} == {(-9, 9)}
    assert cells[8].get_title(loc="center") == "7\n3.0" and picture._repr_png_()[0].startswith(b"\x89PNG")


def test_places_write_each_accuracy_into_its_place():
    picture = probe.places({"a": torch.tensor([[10.0, 20.0], [30.0, 40.0]]), "b": torch.zeros(2, 2)})
    first, second = picture.figure.axes
    assert [text.get_text() for text in first.texts] == ["10", "20", "30", "40"] and len(second.texts) == 4
