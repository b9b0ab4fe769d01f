"""Luck against simulated trainings and counts made by hand."""


import numpy as np
import pytest

from mnist_lib.book import luck
from mnist_lib.book.intervals import half_width
from mnist_lib.experiments.catalogue import EXPERIMENTS
from mnist_lib.training.records import Epoch, Run, save

STEP = "six-models/steplr"


def run_of(*test_correct, seed=0, step=STEP):
    epochs = tuple(Epoch(0.01, 0.01, 0.1, 59_000, 60_000, 0.05, n, 1.0) for n in test_correct)
    wrong = tuple((i, i % 10) for i in range(10_000 - test_correct[-1]))
    return Run(step, EXPERIMENTS[step].fingerprint, seed, 7416, epochs, wrong)


@pytest.fixture
def no_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))


def test_picked_counts_images_from_the_last_epoch_to_the_best():
    assert luck.picked(run_of(9_900, 9_950, 9_940)) == 10
    assert luck.picked(run_of(9_900, 9_940)) == 0


@pytest.mark.parametrize("difference, sd", [(0.1, 0.1), (0.05, 0.06)])
def test_the_seeds_needed_show_the_difference_four_times_in_five(difference, sd):
    n, random = luck.seeds_needed(difference, sd), np.random.default_rng(1)
    a, b = sd * random.standard_normal((4_000, n)), difference + sd * random.standard_normal((4_000, n))
    half = half_width([v.var(1, ddof=1) / n for v in (a, b)], [n - 1, n - 1])
    shown = (abs(b.mean(1) - a.mean(1)) > half).mean()
    assert shown == pytest.approx(luck.power(difference, sd, n), abs=0.02) and luck.power(difference, sd, n) >= 0.8
    assert luck.power(difference, sd, n - 1) < 0.8


def test_seeds_needed_grow_with_the_square():
    assert luck.seeds_needed(0.05, 0.2) == pytest.approx(4 * luck.seeds_needed(0.1, 0.2), abs=3)
    assert luck.seeds_needed(5, 0.1) == 2
    with pytest.raises(ValueError, match="positive"):
        luck.seeds_needed(0, 0.1)


def test_every_run_is_counted_once(no_runs):
    save(run_of(*[9_900] * 15, step="six-models/setup"))  # the set-up of two paths
    assert [run.experiment for run in luck.every_run()] == ["six-models/setup"]
