"""A training of a reader's network: killed and gone on, it gives the same bits; the split is what it says."""

import functools
import json
import shutil

import pytest
import torch
from torch import nn

from mnist_lib import mnist
from mnist_lib.classroom import challenge as own
from mnist_lib.classroom.challenge.learning import faster
from mnist_lib.data import Normalize, RandomAffine, ToTensor
from mnist_lib.training import schema
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


def spoil(content: bytes) -> bytes:
    """One bit, in the middle."""
    return content[:len(content) // 2] + bytes([content[len(content) // 2] ^ 1]) + content[len(content) // 2 + 1:]


@pytest.mark.parametrize("do, why", [
    (lambda f, other: f.write_bytes(b"no"), "no checkpoint of this version"),
    (lambda f, other: f.write_bytes(spoil(f.read_bytes())), "SHA-256 does not fit"),
    (lambda f, other: f.write_bytes(f.read_bytes()[:-1]), "SHA-256 does not fit"),
    (lambda f, other: other.rename(f), "its training is")])
def test_a_checkpoint_that_is_damaged_or_another_s_is_set_aside_and_told(tmp_path, do, why):
    entry = own.of(net, own.Recipe(2, 64))
    whole = own.train_once(entry, SPLIT, 0, tmp_path / "whole", device="cpu")

    def stop(epochs, correct):
        raise Killed

    files = [tmp_path / f"{entry.fingerprint}-{SPLIT.fingerprint}-seed-{n}.checkpoint" for n in (0, 1)]
    for seed in (0, 1):
        with pytest.raises(Killed):
            own.train_once(entry, SPLIT, seed, tmp_path, device="cpu", tell=stop)
    do(*files)
    with pytest.warns(UserWarning, match=f"checkpoint {files[0]} is not used: .*{why}"):
        again = own.train_once(entry, SPLIT, 0, tmp_path, device="cpu")
    assert again.wrong == whole.wrong and again.correct == whole.correct
    assert files[0].with_name(f"{files[0].stem}.refused-1.checkpoint").exists()


def test_where_nothing_can_be_written_nothing_is_trained(tmp_path):
    entry = own.of(net, own.Recipe(1, 64))
    (tmp_path / f"{entry.fingerprint}-{SPLIT.fingerprint}-seed-0.checkpoint").mkdir()
    with pytest.raises(ValueError, match="is a folder, which is not replaced"):
        own.train_once(entry, SPLIT, 0, tmp_path, device="cpu", tell=pytest.fail)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    result = own.train_once(own.of(net, own.Recipe(1, 64)), SPLIT, 0, folder, device="cpu")
    return result, next(folder.glob("*.json"))


def resealed(change):
    def do(file):
        data = json.loads(file.read_text())
        change(data)
        file.write_text(json.dumps(schema.sealed({k: v for k, v in data.items() if k != "seal"})))
    return do


@pytest.mark.parametrize("do, why", [
    (lambda f: f.write_bytes(spoil(f.read_bytes())), ""), (lambda f: f.write_text("null"), "no seal"),
    (lambda f: f.write_text("[" * 10_000), "nested too deep|Expecting"),
    (lambda f: f.write_text(f.read_text().replace('"seed": 0', '"seed": 1')), "seal does not fit"),
    (resealed(lambda d: d.update(seed=1)), "it is that of"), (resealed(lambda d: d["wrong"].pop()), "do not agree"),
    (resealed(lambda d: d["correct"].append(200)), "do not agree"),
    (resealed(lambda d: d.update(more=1)), "not the fields"), (resealed(lambda d: d.update(wrong=3)), "no result")])
def test_a_result_that_does_not_agree_is_named_and_not_used(trained, tmp_path, do, why):
    file = shutil.copy(trained[1], tmp_path / trained[1].name)
    assert own.load_result(file) == trained[0]
    do(file)
    with pytest.raises(ValueError, match=f"{file.name} is not the result of this training .*({why}).*delete it"):
        own.train_once(own.of(net, own.Recipe(1, 64)), SPLIT, 0, tmp_path, device="cpu")


def test_weights_that_are_not_the_result_s_are_refused(trained, tmp_path):
    file = trained[1].with_suffix(".safetensors")
    assert own.load_weights(trained[0], file.parent) == file.read_bytes()
    (tmp_path / file.name).write_bytes(spoil(file.read_bytes()))
    with pytest.raises(ValueError, match="its SHA-256 differs"):
        own.load_weights(trained[0], tmp_path)


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
