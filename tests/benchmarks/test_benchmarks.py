"""The benchmarks' plain loop, and the ladder: what is compared with what, and what the table says."""

import json
from functools import cache

import pytest
import torch

from benchmarks import ladder, plain
from benchmarks.turns import spread, take_turns
from mnist_lib import mnist
from mnist_lib.experiments.catalogue import LADDER, STEPS, experiment


@pytest.fixture(scope="module", autouse=True)
def images_once():
    """The training images are unpacked and checked once for all tests, not once a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "mnist", cache(mnist))
        yield


@pytest.mark.parametrize("name", STEPS)
def test_every_step_s_transforms_have_a_form_in_torchvision(name):
    forms = plain.torchvision_forms(experiment(name).transforms)
    assert [type(f).__name__ for f in forms.transforms] == [type(t).__name__ for t in experiment(name).transforms]
    image, label = plain.Images(forms)[7]
    assert image.shape == (1, 28, 28) and image.dtype == torch.float32
    assert label == int(plain.mnist("train").labels[7])


def test_without_chance_torchvision_and_ours_give_the_same_image():
    step = experiment("six-models/skeleton")
    theirs, _ = plain.Images(plain.torchvision_forms(step.transforms))[3]
    ours = mnist("train").images[3:4]
    for transform in step.transforms:
        ours = transform(ours, None)
    torch.testing.assert_close(theirs[None], ours)


def test_the_plain_loop_learns():
    step = experiment("six-models/batchnorm")
    torch.manual_seed(0)
    network = plain.build(step.architecture)
    images = mnist("train").images[:64].float() / 255
    batches = [(images, mnist("train").labels[:64].long())] * 100
    optimizer = plain.stock_sgd(network, step)
    first, _ = plain.train(network, batches[:1], optimizer)
    plain.train(network, batches, optimizer)
    last, right = plain.train(network, batches[:1], optimizer)
    assert last < first / 2 and right > 32


def test_the_first_rungs_train_the_reduced_step_and_the_last_the_fastest():
    rungs = ladder.rungs()
    assert [r.step.name for r in rungs[:3]] == ["three-modules/reduced"] * 3
    assert [r.how for r in rungs[:3]] == [ladder.plain, ladder.resident, ladder.trainer]
    assert [r.step.name for r in rungs[3:]] == list(LADDER)[1:] and rungs[-1].step.name == "beyond/faster"
    assert rungs[0].step.epochs == 15 and plain.WORKERS == 2


def test_all_take_turns_and_begin_in_turn():
    said = []
    found = take_turns({name: lambda name=name: said.append(name) or len(said) for name in "abc"}, 2)
    assert said == list("abc" "abc" "bca")
    assert found == {"a": [4, 9], "b": [5, 7], "c": [6, 8]}
    assert spread([3, 1, 2], 1) == {"median": 2, "quartiles": [1, 3]}


def test_the_ladder_is_measured(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    monkeypatch.setattr(ladder, "tried", lambda last: [ladder.Rung(last, "broken", lambda *_: lambda: 1 / 0)])
    assert ladder.main(["--rounds", "2", "--images", "128", "--device", "cpu", "--record"]) == 0
    result = json.loads(ladder.record_path().read_text())
    said = capsys.readouterr()
    assert "left out: broken (ZeroDivisionError)" in said.err and result["tried"] == []
    assert [r["experiment"] for r in result["rungs"]] == [r.step.name for r in ladder.rungs()]
    for r in result["rungs"]:
        step = experiment(r["experiment"])
        assert r["fingerprint"] == step.fingerprint and r["steps"] == step.epochs * step.steps_per_epoch
        assert r["seconds"] == pytest.approx(r["steps"] * r["milliseconds"]["median"] / 1000, rel=0.01)
    assert f"{result['rungs'][0]['seconds'] / result['rungs'][-1]['seconds']:.1f} times as fast" in said.out


@pytest.mark.parametrize("last, verdict", [(10.0, "met"), (10.1, "MISSED")])
def test_the_bar_is_a_twenty_fifth(last, verdict):
    rung = {"label": "x", "experiment": "y", "steps": 1, "milliseconds": {"median": 1.0}}
    result = {"rounds": 2, "images": 1, "machine": {"threads": 2, "processor": "p"}, "tried": [],
              "rungs": [rung | {"seconds": 250.0}, rung | {"seconds": last}]}
    assert ladder.table(result).endswith(verdict)
