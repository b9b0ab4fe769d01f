"""A training of a reader's network: killed and gone on, it gives the same bits; the split is what it says."""

import functools

import pytest
import torch
from torch import nn

from mnist_lib import mnist
from mnist_lib.data import Normalize, RandomAffine, ToTensor
from mnist_lib.training import challenge as own
from mnist_lib.training.challenge.learning import faster
from mnist_lib.training.loop import NotFinite


def net():
    return nn.Sequential(nn.Conv2d(1, 4, 5, stride=2), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.1),
                         nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(16, 10))


SPLIT = own.Split(images=300, held_out=200)
AFFINE = (RandomAffine(10), ToTensor(), Normalize())
TORCHS = own.Recipe(3, 64, AFFINE, functools.partial(torch.optim.Adam, lr=0.01),
                    lambda optimizer, steps: torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=steps))
PLATEAU = own.Recipe(3, 64, AFFINE, functools.partial(torch.optim.SGD, lr=0.1),
                     lambda optimizer, steps: torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0),
                     "epoch")
BOOKS = own.Recipe(3, 64, AFFINE, averaging=0.9)


class Killed(Exception):
    pass


@pytest.mark.parametrize("recipe", [TORCHS, PLATEAU, BOOKS], ids=["torch's", "plateau", "the book's"])
def test_killed_and_gone_on_it_gives_the_same_bits(tmp_path, recipe):
    entry = own.of(net, recipe)
    whole = own.train_once(entry, SPLIT, 1, tmp_path / "whole", device="cpu")

    def kill(epochs, correct):
        if len(epochs) == 2:
            raise Killed

    with pytest.raises(Killed):
        own.train_once(entry, SPLIT, 1, tmp_path / "again", device="cpu", tell=kill)
    seen = []
    again = own.train_once(entry, SPLIT, 1, tmp_path / "again", device="cpu", tell=lambda e, c: seen.append(len(e)))
    assert seen == [3] and again.correct == whole.correct and again.wrong == whole.wrong
    assert [e[:3] for e in again.epochs] == [e[:3] for e in whole.epochs]
    a, b = ((tmp_path / f).glob("*.safetensors") for f in ("whole", "again"))
    assert next(a).read_bytes() == next(b).read_bytes() and not list((tmp_path / "again").glob("*.checkpoint"))


def test_nothing_is_trained_twice_and_another_seed_is_another_training(tmp_path):
    entry = own.of(net, own.Recipe(1, 64))
    first = own.train_once(entry, SPLIT, 0, tmp_path, device="cpu")
    assert own.train_once(entry, SPLIT, 0, tmp_path, device="cpu", tell=pytest.fail) == first
    assert own.train_once(entry, SPLIT, 1, tmp_path, device="cpu").wrong != first.wrong


def test_counts_agree_with_the_network_itself(tmp_path):
    images, labels, judged, truth = SPLIT.load()
    done = own.attempt(own.of(net, own.Recipe(2, 64)), 0, images, labels, judged, device="cpu")
    with torch.no_grad():
        counted = int((done.network.eval()(judged).argmax(1) == truth).sum())
    assert done.correct(truth)[-1] == counted and len(done.correct(truth)) == 2


def test_a_loss_that_is_no_number_is_told(tmp_path):
    wild = own.Recipe(2, 64, optimizer=functools.partial(torch.optim.SGD, lr=1e20), schedule=None)
    with pytest.raises(NotFinite, match="smaller learning rate"):
        own.train_once(own.of(net, wild), SPLIT, 0, tmp_path, device="cpu")


def test_a_damaged_checkpoint_is_named(tmp_path):
    entry = own.of(net, own.Recipe(1, 64))
    file = tmp_path / f"{entry.fingerprint}-{SPLIT.fingerprint}-seed-0.checkpoint"
    file.write_bytes(b"no")
    with pytest.raises(ValueError, match="delete it to train from the start"):
        own.train_once(entry, SPLIT, 0, tmp_path, device="cpu")


def test_a_view_that_needs_rows_is_trained_all_the_same():
    class Viewed(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.out = nn.Conv2d(1, 3, 9, stride=2), nn.Linear(300, 10)

        def forward(self, x):
            return self.out(self.conv(x).view(len(x), -1))

    network = faster(Viewed(), torch.device("cpu"))
    network(torch.rand(2, 1, 28, 28)).sum().backward()


def test_the_standard_split_and_a_secret_one():
    digits = mnist("train")
    images, labels, _, truth = own.Split().load()
    assert torch.equal(images, digits.images[:55_000]) and torch.equal(truth, digits.labels[55_000:])
    one, same, other = own.Split("a").order(), own.Split("a").order(), own.Split("b").order()
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert torch.equal(one.sort().values, torch.arange(60_000))
    assert own.Split().seed(2) == 2 and own.Split("a").seed(0) != own.Split("b").seed(0)
    assert "a" * 32 not in own.Split("a" * 32).fingerprint and own.Split("a").fingerprint != own.Split("b").fingerprint


@pytest.mark.parametrize("settings", [{"images": 0}, {"images": 60_000}, {"held_out": 0}])
def test_a_split_that_can_not_be(settings):
    with pytest.raises(ValueError, match="images can be"):
        own.Split(**settings)
