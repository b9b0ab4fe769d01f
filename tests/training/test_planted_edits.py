"""Forty edits of a record that ``verify`` has to refuse, each by name; and the record itself passes.

``sealed`` edits are sealed again, as a forger would: they contradict the rules, the place, the labels
or the weights. The others contradict nothing but the seal.
"""

import json
import shutil

import pytest
import torch

from mnist_lib.data import mnist
from mnist_lib.training import records
from mnist_lib.training.schema import seal_of
from mnist_lib.training.verification import check_file
from tests import ROOT

STEP = "six-models/steplr"


def first(data):
    return data["misclassified"][0]


def swap_image(data):
    """One misclassified image for another that was read rightly: the count stays."""
    wrong = {index for index, _ in data["misclassified"]}
    data["misclassified"][-1] = [next(i for i in range(9999, 0, -1) if i not in wrong), 0]
    data["misclassified"].sort()


def other_digit(data):
    label = int(mnist("test").labels[first(data)[0]])
    first(data)[1] = next(d for d in range(10) if d not in (label, first(data)[1]))


def drop_one(data):
    data["misclassified"].pop(3)
    data["epochs"][-1]["test_correct"] += 1


def drop_three(data):
    del data["misclassified"][:3]
    data["epochs"][-1]["test_correct"] += 3


def last(**values):
    return lambda data: data["epochs"][-1].update(values)


def third(**values):
    return lambda data: data["epochs"][2].update(values)


def put(**values):
    return lambda data: data.update(values)


SEALED = {
    "one misclassified image for another": swap_image,
    "another digit for a misclassified image": other_digit,
    "a misclassified image called by its label": lambda d: first(d).__setitem__(
        1, int(mnist("test").labels[first(d)[0]])),
    "one misclassified image dropped, and the count raised": drop_one,
    "three misclassified images dropped, and the count raised": drop_three,
    "the list emptied": put(misclassified=[]),
    "the list emptied, and the count raised to all": lambda d: (d.update(misclassified=[]),
                                                              d["epochs"][-1].update(test_correct=10_000)),
    "an image twice in the list": lambda d: d["misclassified"].__setitem__(1, first(d)),
    "the list in another order": lambda d: d["misclassified"].reverse(),
    "an image beyond the test set": lambda d: d["misclassified"][-1].__setitem__(0, 10_000),
    "a negative image": lambda d: first(d).__setitem__(0, -1),
    "a digit of ten": lambda d: first(d).__setitem__(1, 10),
    "the last accuracy raised": last(test_correct=9_999),
    "an accuracy above all images": third(test_correct=10_001),
    "a negative accuracy": third(test_correct=-1),
    "an accuracy that is no whole number": third(test_correct=9_900.5),
    "more training images right than there are": third(train_correct=60_001),
    "another number of training images in one epoch": third(train_images=59_999),
    "a loss of NaN": third(test_loss=float("nan")),
    "an infinite loss": third(train_loss=float("inf")),
    "a negative loss": third(test_loss=-0.1),
    "a better last test loss": lambda d: d["epochs"][-1].update(test_loss=d["epochs"][-1]["test_loss"] / 2),
    "a learning rate as text": third(learning_rate="0.01"),
    "negative seconds": third(seconds=-1),
    "an epoch dropped": lambda d: d["epochs"].pop(2),
    "an epoch twice": lambda d: d["epochs"].insert(2, d["epochs"][2]),
    "no epoch": put(epochs=[]),
    "a field of an epoch renamed": lambda d: d["epochs"][2].update(test_los=d["epochs"][2].pop("test_loss")),
    "a field too many": put(best=9_999),
    "the parameters": put(parameters=7_000),
    "another fingerprint": put(fingerprint="0" * 12),
    "another experiment": put(experiment="six-models/augmentation"),
    "an experiment that is not there": put(experiment="six-models/stplr"),
    "another seed": put(seed=1),
    "no hash of the weights": put(weights=None),
    "another hash of the weights": put(weights="0" * 64),
    "another format": put(format=2),
}
UNSEALED = {
    "an earlier accuracy raised by one": lambda d: third(test_correct=d["epochs"][2]["test_correct"] + 1)(d),
    "an earlier loss, in its last digit": lambda d: third(test_loss=round(d["epochs"][2]["test_loss"] + 1e-6, 6))(d),
    "the training accuracy of an epoch": lambda d: third(train_correct=d["epochs"][2]["train_correct"] + 1)(d),
    "the seconds of an epoch": third(seconds=1.0),
    "a learning rate": third(learning_rate=0.5),
    "the processor": lambda d: d["machine"].update(processor="another"),
    "the threads": lambda d: d["machine"].update(threads=2),
    "the seal itself": put(seal="0" * 64),
    "the seal dropped": lambda d: d.pop("seal"),
}
PLACES = {
    "copied as another seed": lambda f: shutil.copy(f, f.with_name("seed-3.json")),
    "copied beside itself": lambda f: shutil.copy(f, f.with_name("seed-0 (copy).json")),
    "copied to another experiment": lambda f: shutil.copytree(f.parent, f.parents[1] / "augmentation"),
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The book's record and its weights, sealed, in a folder of their own."""
    folder = tmp_path_factory.mktemp("kept")
    for suffix in ("json", "safetensors"):
        target = folder / STEP / f"seed-0.{suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "results" / STEP / target.name, target)
    file = folder / STEP / "seed-0.json"
    data = json.loads(file.read_text())
    file.write_text(json.dumps(data | {"seal": seal_of(data)}))
    return folder


@pytest.fixture
def record(kept, tmp_path, monkeypatch):
    shutil.copytree(kept, tmp_path / "results")
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path / "results"))
    torch.set_num_threads(1)
    return tmp_path / "results" / STEP / "seed-0.json"


def test_the_record_itself_passes(record):
    assert check_file(record).problem == ""


def edit(record, change, seal):
    data = json.loads(record.read_text())
    change(data)
    if seal:
        data["seal"] = seal_of(data)
    record.write_text(json.dumps(data))


@pytest.mark.parametrize("name", SEALED)
def test_an_edit_that_is_sealed_again_is_refused(record, name):
    edit(record, SEALED[name], True)
    assert check_file(record).problem


@pytest.mark.parametrize("name", UNSEALED)
def test_an_edit_that_only_the_seal_contradicts_is_refused(record, name):
    edit(record, UNSEALED[name], False)
    assert "seal" in check_file(record).problem


@pytest.mark.parametrize("name", PLACES)
def test_a_record_in_another_place_is_refused_and_the_true_one_passes(record, name):
    PLACES[name](record)
    checks = {file: check_file(file) for file in records.files()}
    assert len(checks) == 2 and checks.pop(record).problem == ""
    (other,) = checks.values()
    assert "it is the record of" in other.problem


def test_swapped_changed_and_missing_weights_are_refused(record):
    file = record.with_suffix(".safetensors")
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))  # the lowest bit of one weight
    assert "SHA-256 differs" in check_file(record).problem
    file.unlink()
    assert "seed-0.safetensors is missing" in check_file(record).problem
    shutil.copy(ROOT / "results/six-models/augmentation/seed-0.safetensors", file)
    assert "SHA-256 differs" in check_file(record).problem
    edit(record, put(weights=records.sha256(file)), True)
    assert check_file(record).problem


def test_weights_that_a_record_does_not_name_are_told(record):
    edit(record, put(weights=None, seed=4), True)
    for suffix in (".json", ".safetensors"):
        record.with_suffix(suffix).rename(record.with_name(f"seed-4{suffix}"))
    assert "says nothing" in check_file(record.with_name("seed-4.json")).problem
