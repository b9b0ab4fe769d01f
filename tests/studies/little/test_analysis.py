"""How little data, how few bits: the chapter against made-up records."""

import dataclasses
import random
import statistics

import pytest

from mnist_lib.book.intervals import Interval
from mnist_lib.experiments import experiment
from mnist_lib.studies.little import analysis as little
from mnist_lib.studies.little import pages as little_pages
from mnist_lib.studies.little.plan import LITTLE
from mnist_lib.training import records
from mnist_lib.training.records import Epoch, Run


def save(name, seed, wrong):
    step = experiment(name)
    epoch = Epoch(0.01, 0.01, 0.1, 1, step.shown, 0.05, 10_000 - len(wrong), 1.0)
    records.save(Run(name, step.fingerprint, seed, 1, (epoch,) * 15, tuple((i, 0) for i in sorted(wrong))))


@pytest.fixture
def made_up(tmp_path, monkeypatch):
    """Six seeds of the champion on a power law, five of the smallest a tenth worse, and two of the large network."""
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    draw = random.Random(0)
    for name, seeds, worse in ((little.CHAMPION, 6, 1.0), (little.SMALLEST, 5, 1.1), (little.LARGE, 2, 3.0)):
        for step in (*LITTLE[name], experiment(name)):
            images = step.images or little.ALL
            for seed in range(seeds):
                wrong = round(worse * 50 * (60_000 / images) ** 0.5) + seed
                save(step.name, seed, draw.sample(range(10_000), wrong))
    for cached in (little._curves, little._versions):
        cached.cache_clear()
    yield
    for cached in (little._curves, little._versions):
        cached.cache_clear()


def test_the_families_are_whole_and_paired(made_up):
    assert [len(f()) for f in (little.more_data, little.small, little.large)] == [10, 6, 4]
    step = little.more_data()[0]
    assert step.what == (little.CHAMPION, 300, 1_000) and step.gain.seeds == 6 and step.together == "clear"
    seeds = little.curve(little.CHAMPION)[300], little.curve(little.CHAMPION)[1_000]
    gains = [b.final.test_accuracy - a.final.test_accuracy for a, b in zip(*seeds)]
    assert step.gain.points == pytest.approx(statistics.mean(gains))
    assert step.gain.parts == ((pytest.approx(statistics.variance(gains) / 6), 5),)
    assert {one.gain.seeds for one in little.small()} == {5}
    assert {one.together for one in little.large()} == {"no verdict"}  # two seeds


def test_the_exponent_of_a_power_law_is_found(made_up):
    exponent, forecast = little.power(little.CHAMPION, little_pages.SIZES[:-1])
    assert exponent.points == pytest.approx(0.5, abs=0.03) and exponent.interval().holds(exponent.points)
    assert little.slopes(little.CHAMPION) == pytest.approx([0.5] * 5, abs=0.15)
    measured = 100 - sum(little.accuracies(little.curve(little.CHAMPION)[little.ALL])) / 6
    assert forecast == pytest.approx(measured, rel=0.1)


def test_a_verdict_on_a_family_needs_all_of_it(made_up, monkeypatch):
    assert little_pages.verdicts("more data") == (
        "holds", "As one family of 10: 10 clearly above zero, 0 clearly below.")
    every = little.more_data()
    down = every[0]._replace(gain=dataclasses.replace(every[0].gain, points=-every[0].gain.points))
    for steps, said in ((every[:9], "not clear"), ([down, *every[1:]], "does not hold"), ([], "no verdict")):
        monkeypatch.setitem(little_pages.TABLES, "more data", (lambda steps=steps: steps, "x", str))
        assert little_pages.verdicts("more data")[0] == said
    assert little_pages.verdicts("more data")[1].endswith("10 were not trained.")


def test_a_family_has_its_declared_size_whatever_was_trained(made_up):
    for family, (found, *_) in little_pages.TABLES.items():
        assert len(found()) <= little_pages.DECLARED[family]
    assert little.holm([one.gain for one in little.small()], 6) == [one.together for one in little.small()]


def test_an_interval_stays_below_a_hundred_and_needs_three():
    assert little.interval([99.0, 99.2], [[1], [2]]) is None
    around = little.interval([99.9, 100.0, 99.98], [list(range(10)), [], [1, 2]])
    assert isinstance(around, Interval) and around.low < 99.96 < around.high <= 100


def test_versions_are_paired_by_seed():
    before = [little.Version(seed, 100, 90.0 + seed, (seed,)) for seed in range(4)]
    after = [little.Version(seed, 50, 89.0 + seed, (seed, 9)) for seed in (3, 2, 1)][::-1]
    gain = little.apart(before, after)
    assert gain.points == pytest.approx(-1) and gain.seeds == 3 and gain.parts[0][0] == pytest.approx(0)
    assert little.apart(before, []) is None
