"""Pairs that differ in one idea, and what their difference is worth, with runs made by hand."""

import pytest

from mnist_lib.book.changes import between
from mnist_lib.book.statistics import Comparison
from mnist_lib.experiments import all_experiments, experiment
from mnist_lib.studies.ideas import analysis as ideas
from mnist_lib.training.records import Epoch, Run, save

EXPERIMENTS = all_experiments()
def record(step, *finals, last_rate=0.01):
    """A record for each final count of right test images, seed by seed; the rate starts at 0.01."""
    for seed, final in enumerate(finals):
        epoch = Epoch(0.01, last_rate, 0.1, 59_000, 60_000, 0.05, final, 1.0)
        wrong = tuple((i, i % 10) for i in range(10_000 - final))
        save(Run(step, EXPERIMENTS[step].fingerprint, seed, 7416, (epoch,) * EXPERIMENTS[step].epochs, wrong))


def effect(points, before="a", after="b", theirs=None, idea="dropout"):
    """An effect of so many points, over three seeds a side with a standard error of 0.1 points."""
    return ideas.Effect(idea, before, after, Comparison(points, ((0.005, 2), (0.005, 2)), 0.0, 3), theirs)


@pytest.fixture(autouse=True)
def no_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))


@pytest.mark.parametrize("before, after, expected", [
    ("six-models/skeleton", "six-models/batchnorm", ["batch normalization"]),
    ("three-modules/basic", "three-modules/dropout", ["dropout"]),
    ("three-modules/early-pooling", "three-modules/steplr", ["dropout", "schedule"]),
    ("same-padding/skeleton", "same-padding/lighter", ["capacity"]),
    ("same-padding/augmentation", "same-padding/plateau", ["schedule"]),
    ("drill-down/fully-connected", "drill-down/augmentation", ["augmentation"]),
    # the cycle sets rate and momentum itself, so the optimizer's new rate changes nothing
    ("three-modules/steplr", "three-modules/onecycle", ["schedule"]),
    ("three-modules/steplr", "three-modules/augmentation-corrected", ["augmentation"])])
def test_ideas_in_which_two_steps_differ(before, after, expected):
    assert ideas.ideas_between(before, after) == expected


def test_a_step_does_not_differ_from_itself():
    for step in EXPERIMENTS:
        assert ideas.ideas_between(step, step) == [] == between(experiment(step), experiment(step))


def test_every_aspect_of_the_book_stands_for_an_idea():
    found = {aspect for e in EXPERIMENTS.values() if e.before for aspect in between(experiment(e.before), e)}
    assert found - set(ideas.IDEAS) == {"number of epochs", "data set"}


def test_a_rate_fell_only_where_the_record_says_so():
    """Seeds of one plateau step part here: the rule acts for some and never for others."""
    def run(*rates):
        return Run("x", "f", 0, 1, tuple(Epoch(a, b, 0.1, 1, 2, 0.1, 1, 1.0) for a, b in rates), ())

    assert ideas.fell(run((0.01, 0.01), (0.01, 0.001))) and ideas.fell(run((0.001, 0.01), (0.01, 1e-6)))
    assert not ideas.fell(run((0.01, 0.01), (0.01, 0.01)))
    assert not ideas.fell(run((6.800e-4, 6.801e-4), (6.801e-4, 6.802e-4)))  # a cycle stepped once an epoch


def test_the_scatter_of_a_kind_is_that_of_its_middle_step():
    record("six-models/steplr", 9_930, 9_940, 9_950, last_rate=0.001)  # sd 0.10
    record("three-modules/steplr", 9_930, 9_950, 9_970, last_rate=0.001)  # sd 0.20
    record("same-padding/plateau", 9_000, 9_500, 9_900, last_rate=0.001)  # one bad seed, and the scatter stays
    record("drill-down/onecycle", 9_000, 9_900, last_rate=0.001)  # too few seeds to count
    assert ideas.scatter(falling=True) == pytest.approx(0.20)
    assert ideas.falls("six-models/steplr")
    with pytest.raises(LookupError, match="rate stayed"):
        ideas.scatter(falling=False)


def test_an_effect_and_its_interval():
    record("same-padding/batchnorm", 9_900, 9_910, 9_920)  # sd 0.10
    record("same-padding/dropout", 9_940, 9_960, 9_980)  # sd 0.20
    found, = ideas.alone()
    assert (found.idea, found.before, found.after) == ("dropout", "same-padding/batchnorm", "same-padding/dropout")
    assert found.points == pytest.approx(0.50)
    error, freedom = (0.05 / 3) ** 0.5, 0.05**2 / (0.01**2 / 2 + 0.04**2 / 2)  # Welch and Satterthwaite
    assert freedom == pytest.approx(2.94, abs=0.01)  # so Student's t lies between its values for 2 and 3: 4.30, 3.18
    assert found.gain.interval() == pytest.approx((0.5 - 3.22 * error, 0.5 + 3.22 * error), abs=0.003)
    assert found.clear
    assert found.theirs == pytest.approx(99.26 - 99.08)


def test_two_seeds_are_no_interval():
    record("same-padding/batchnorm", 9_900, 9_910, 9_920)
    record("same-padding/dropout", 9_940, 9_960)
    assert ideas.alone() == []


def test_an_interval_that_reaches_zero_is_not_clear():
    assert not effect(0.19).clear and effect(-0.40).clear


def test_an_effect_turned_round():
    e = effect(0.2, theirs=0.3)
    assert e.turned() == effect(-0.2, "b", "a", -0.3) and e.turned().turned() == e


def test_tables_hold_each_pair_once_and_the_mixed_steps():
    for step in ("six-models/skeleton", "six-models/batchnorm", "six-models/augmentation", "six-models/steplr"):
        record(step, 9_900, 9_910, 9_920)
    rows = ideas.table().rows
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("batch normalization", "six-models/skeleton", "batchnorm")]
    assert [row[0] for row in ideas.mixed().rows] == ["six-models/steplr"]
    assert "schedule" in ideas.mixed().rows[0][1] and "dropout" in ideas.mixed().rows[0][1]
