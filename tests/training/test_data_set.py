"""An experiment on another data set is trained, evaluated and verified on that one's images and labels."""

import dataclasses

import pytest
import torch

from mnist_lib import fit
from mnist_lib.__main__ import main
from mnist_lib.data import Normalize, ToTensor
from mnist_lib.data.loading import Digits
from mnist_lib.experiments.catalogue import EXPERIMENTS
from mnist_lib.training import evaluation, loop, records, verification
from mnist_lib.training.verification import check_file

CPU = torch.device("cpu")
FEW = 500


@pytest.fixture
def step(monkeypatch, few_digits, short):
    """A short experiment on "Fashion-MNIST": here stripes, upright ones and level ones, which are learnt at once."""
    def stripes(split, device="cpu"):
        labels = torch.arange(512 if split == "train" else FEW) % 2
        images = torch.zeros(len(labels), 1, 28, 28, dtype=torch.uint8)
        images[labels == 0, :, ::4], images[labels == 1, :, :, ::4] = 200, 200
        return Digits(images.to(device), labels.to(device))

    monkeypatch.setattr(evaluation, "fashion_mnist", stripes)
    verification._test_images.cache_clear()
    step = short("six-models/batchnorm", data_set="fashion-mnist", batch_size=32,
                 transforms=(ToTensor(), Normalize(0.2860, 0.3530)))
    monkeypatch.setitem(EXPERIMENTS, step.name, step)
    yield step
    verification._test_images.cache_clear()


def test_training_and_evaluation_take_its_images_and_its_normalization(step):
    images, labels = loop.batches_of(step, CPU)
    judged, answers = loop.judged_on(step, CPU)
    assert labels.tolist() == [0, 1] * 256 and answers.tolist() == [0, 1] * 250
    torch.testing.assert_close(images[0, 0, 0, 0], torch.tensor((200 / 255 - 0.2860) / 0.3530))
    torch.testing.assert_close(judged[0], images[0])
    held = dataclasses.replace(step, held_out=100)
    assert torch.equal(loop.judged_on(held, CPU)[0], images[-100:])


def test_a_record_is_verified_on_its_own_data_set(empty_results, step, monkeypatch):
    run = fit(step, 0, "cpu", progress="none")
    assert run.final.test_correct == FEW  # digits would not be: their labels are not stripes'
    check = check_file(records.path(step.name, 0))
    assert (check.measured, check.problem) == (FEW, "")
    monkeypatch.setitem(EXPERIMENTS, step.name, dataclasses.replace(step, data_set="mnist"))
    assert "fingerprint" in check_file(records.path(step.name, 0)).problem
    digits = evaluation.evaluate(evaluation.trained(run), *evaluation.test_set(CPU))[1]
    assert set(digits.tolist()) <= set(range(10)) and (digits == evaluation.test_set(CPU)[1]).sum() < FEW / 2


def test_labels_are_checked_on_its_own_data_set(empty_results, step):
    """Image 3 has label 1 there; MNIST's has label 0."""
    run = fit(step, 0, "cpu", progress="none")
    last = dataclasses.replace(run.final, test_correct=FEW - 1)
    records.save(dataclasses.replace(run, epochs=(*run.epochs[:-1], last), misclassified=((3, 1),)))
    problem = check_file(records.path(step.name, 0)).problem
    assert "calls test image 3 misclassified as 1, and 1 is what it is" in problem


def test_verify_says_in_a_line_what_is_missing_and_asks_once(empty_results, step, monkeypatch, capsys):
    fit(step, 0, "cpu", progress="none")
    fit(step, 1, "cpu", progress="none")
    asked = []

    def nowhere(split, device="cpu"):
        asked.append(split)
        raise FileNotFoundError("no good copy of it was found. Tried, in this order:\n  here: no\nPut it there.")

    monkeypatch.setattr(evaluation, "fashion_mnist", nowhere)
    verification._test_images.cache_clear()
    checks = [check_file(records.path(step.name, seed)) for seed in (0, 1)]
    assert {(check.absent, check.why) for check in checks} == {
        ("fashion-mnist", "no good copy of it was found: Put it there.")}
    assert asked == ["test"] and {(check.measured, check.problem) for check in checks} == {(None, "")}
    for required, status, said in (("", 0, "not checked: 2 records of Fashion-MNIST; no good copy"),
                                   ("1", 1, "FAILED: 2 records of Fashion-MNIST; no good copy")):
        monkeypatch.setenv("REQUIRE_FASHION", required)
        assert main(["verify", "--jobs", "1"]) == status
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if "Fashion-MNIST" in line] == [line for line in lines if line.startswith(said)]
        assert lines[-1] == f"2 records, 0 sets of weights run on the test set, {2 * status} failed"
    file = records.path(step.name, 0)
    file.write_text(file.read_text().replace('"misclassified"', '"missed"'))
    assert main(["verify", "--jobs", "1"]) == 1 and f"FAILED {step.name}, seed 0" in capsys.readouterr().out


def test_mnist_comes_along_and_its_absence_is_a_failure(empty_results, few_digits, short, monkeypatch, capsys):
    def nowhere(split, device="cpu"):
        raise FileNotFoundError("no good copy of it was found. Tried, in this order:\n  here: no\nPut it there.")

    step = short()
    monkeypatch.setitem(EXPERIMENTS, step.name, step)
    fit(step, 0, "cpu", progress="none")
    monkeypatch.setattr(evaluation, "mnist", nowhere)
    verification._test_images.cache_clear()
    status = main(["verify"])
    verification._test_images.cache_clear()  # what is missing here others have
    assert status == 1
    assert "FAILED: 1 records of MNIST; no good copy of it was found: Put it there." in capsys.readouterr().out


def test_a_data_set_that_there_is_not_is_named(few_digits, short):
    with pytest.raises(ValueError, match="no data set 'kmnist'; there are: mnist, fashion-mnist"):
        loop.train(short(data_set="kmnist"))


def test_the_data_set_counts_in_the_fingerprint_only_where_it_is_not_mnist(short):
    plain = short()
    assert dataclasses.replace(plain, data_set="mnist").fingerprint == plain.fingerprint
    other = dataclasses.replace(plain, data_set="fashion-mnist")
    assert other.fingerprint != plain.fingerprint
    assert [change.setting for change in other.changes_since(plain)] == ["data_set"]
