"""The weights after every epoch: kept when the training repeats as recorded, and verified with it."""

import dataclasses

import pytest
import torch

from mnist_lib.experiments import catalogue
from mnist_lib.training import epoch_weights, records
from mnist_lib.training.evaluation import evaluate, test_set
from mnist_lib.training.loop import fit
from mnist_lib.training.retracing import retrace
from mnist_lib.training.verification import verify

test_set.__test__ = False
NAME = "six-models/steplr"


@pytest.fixture
def run(empty_results, few_digits, short, monkeypatch):
    """A recorded training of two epochs, in place of the book's experiment of that name."""
    step = short(NAME)
    step = type(step)(**{**vars(step), "name": NAME})
    monkeypatch.setitem(catalogue.EXPERIMENTS, NAME, step)
    return fit(NAME, device="cpu", progress="none")


def test_every_epoch_is_the_recorded_one(run):
    retrace(NAME, progress="none")
    epochs = epoch_weights.load(run)
    assert len(epochs) == len(run.epochs) + 1
    for weights, epoch in zip(epochs[1:], run.epochs):
        network = epoch_weights.network_after(catalogue.EXPERIMENTS[NAME].architecture, weights)
        images, labels = test_set()
        assert int((evaluate(network, images, labels)[1] == labels).sum()) == epoch.test_correct
    first, last = epochs[0], epochs[-1]
    assert first.keys() == last.keys() and any(not torch.equal(first[k], last[k]) for k in first)
    assert [check.problem for check in verify()] == [""]


def test_the_last_epoch_has_the_recorded_weights(run):
    from mnist_lib.training.evaluation import trained

    retrace(NAME, progress="none")
    recorded = trained(run).state_dict()
    assert all(torch.equal(recorded[name], tensor) for name, tensor in epoch_weights.load(run)[-1].items())


def test_a_run_without_them_has_none(run):
    assert epoch_weights.load(run) == []


def test_an_unrecorded_run_is_named(empty_results):
    with pytest.raises(ValueError, match=r"steplr, seed 3, is not recorded; .*--seeds 4"):
        retrace(NAME, 3)


def test_a_training_that_does_not_repeat_writes_nothing(run):
    epochs = [type(e)(**{**vars(e), "test_correct": e.test_correct - (i == 0)}) for i, e in enumerate(run.epochs)]
    records.save(type(run)(**{**vars(run), "epochs": tuple(epochs)}))
    with pytest.raises(ValueError, match="epoch 1 ends with"):
        retrace(NAME, progress="none")
    assert not epoch_weights.path(run).exists()


def test_a_training_is_repeated_with_the_engine_of_its_record(run):
    """PyTorch's own dropout draws other masks; what a network has no layer of changes nothing."""
    older = "channels-last, fused SGD, 16-bit dropout masks, Winograd for wide layers, kept memory"
    records.save(dataclasses.replace(run, machine={**run.machine, "engine": older}))
    assert retrace(NAME, progress="none") == (epoch_weights.path(run), True)
    records.save(dataclasses.replace(run, machine={**run.machine, "engine": "channels-last, fused SGD"}))
    with pytest.raises(ValueError, match="rounds differently"):
        retrace(NAME, progress="none")


@pytest.mark.parametrize("change", ["loss", "digit"])
def test_another_loss_or_digit_is_told(run, change):
    (index, digit), *others = run.misclassified
    last = dataclasses.replace(run.final, test_loss=run.final.test_loss + 1e-6 * (change == "loss"))
    wrong = ((index, (digit + 1) % 10), *others) if change == "digit" else run.misclassified
    records.save(dataclasses.replace(run, epochs=(*run.epochs[:-1], last), misclassified=wrong))
    assert retrace(NAME, progress="none") == (epoch_weights.path(run), False)


def test_weights_of_another_training_are_noticed(run):
    retrace(NAME, progress="none")
    epochs = epoch_weights.load(run)
    epoch_weights.save(type(run)(**{**vars(run), "fingerprint": "0" * 12}), epochs)
    (check,) = verify()
    assert "belongs to another training" in check.problem


def test_changed_weights_fail_verification(run):
    retrace(NAME, progress="none")
    epochs = epoch_weights.load(run)
    for name in epochs[1]:
        epochs[1][name].zero_()
    epoch_weights.save(run, epochs)
    (check,) = verify()
    assert "weights of epoch 1 classify" in check.problem
