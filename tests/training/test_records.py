"""Records: written, read back, and refused where they are not whole."""

import dataclasses
import json

import pytest

from mnist_lib.training import records
from mnist_lib.training.records import Epoch, Run


def epoch(correct, **settings):
    values = dict(learning_rate=0.01, last_learning_rate=0.01, train_loss=0.1, train_correct=59_000,
                  train_images=60_000, test_loss=0.05, test_correct=correct, seconds=2.5)
    return Epoch(**{**values, **settings})


def run(*corrects, name="six-models/steplr", seed=1):
    wrong = tuple((i, i % 10) for i in range(10_000 - corrects[-1]))
    return Run(name, "d5db35577eff", seed, 7416, tuple(epoch(c) for c in corrects), wrong, {"device": "cpu"})


def test_a_record_comes_back_as_it_was(empty_results):
    original = run(9800, 9941)
    file = records.save(original)
    assert file == empty_results / "six-models/steplr/seed-1.json"
    assert records.load(file) == original
    assert records.recorded("six-models/steplr", "d5db35577eff", 1) == original
    assert records.recorded("six-models/steplr", "other", 1) is None
    assert records.recorded("six-models/steplr", "d5db35577eff", 2) is None


def test_seeds_are_in_order(empty_results):
    for seed in (10, 2, 0):
        records.save(run(9941, seed=seed))
    assert [r.seed for r in records.of("six-models/steplr")] == [0, 2, 10]


def test_accuracies_are_per_cent():
    r = run(9800, 9941)
    assert r.test_accuracies == (98.0, 99.41)
    assert r.epochs[0].train_accuracy == pytest.approx(98.3333, abs=1e-4)
    assert r.seconds == 5.0


@pytest.mark.parametrize("corrects,last,holds", [
    ((9940,), 1, True), ((9939,), 1, False), ((9939, 9940, 9941), 2, True),
    ((9939, 9940, 9941), 3, False), ((9940, 9940), 3, False), ((9950, 9950, 9939), 1, False)])
def test_the_rule(corrects, last, holds):
    assert run(*corrects).holds(last) is holds


@pytest.mark.parametrize("content", ["", "{}", '{"format": 1}', '{"format": 99}', "[1]"])
def test_what_is_no_record_is_named(tmp_path, content):
    file = tmp_path / "seed-0.json"
    file.write_text(content)
    with pytest.raises(ValueError, match="seed-0.json is not a record of a run"):
        records.load(file)


def test_a_field_that_is_missing_is_told(empty_results):
    file = records.save(run(9941))
    data = json.loads(file.read_text())
    del data["epochs"][0]["test_correct"]
    file.write_text(json.dumps(data))
    with pytest.raises(ValueError, match="test_correct"):
        records.load(file)


@pytest.mark.parametrize("told", [{"threads": "many"}, {"caches": [49152, 2097152]}, {"caches": "48 KiB"},
                                  {"caches": [49152, 0, 1]}])
def test_what_is_said_of_a_machine_is_checked(empty_results, told):
    file = records.save(dataclasses.replace(run(9941), retraced=told))
    with pytest.raises(ValueError, match=rf"retraced\.{next(iter(told))}"):
        records.load(file)
