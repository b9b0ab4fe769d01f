"""Luck against simulated trainings and counts made by hand."""

import random
from statistics import fmean, stdev

import pytest

from mnist_lib.book import luck
from mnist_lib.experiments.catalogue import EXPERIMENTS
from mnist_lib.training.records import Epoch, Run, save

STEP = "six-models/steplr"


def run_of(*test_correct, seed=0, step=STEP):
    epochs = tuple(Epoch(0.01, 0.01, 0.1, 59_000, 60_000, 0.05, n, 1.0) for n in test_correct)
    return Run(step, EXPERIMENTS[step].fingerprint, seed, 7416, epochs, ())


@pytest.fixture
def no_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))


def test_picked_counts_images_from_the_last_epoch_to_the_best():
    assert luck.picked(run_of(9_900, 9_950, 9_940)) == 10
    assert luck.picked(run_of(9_900, 9_940)) == 0


def test_touching_is_not_holding(no_runs):
    for seed, counts in enumerate(([9_900] * 14 + [9_940], [9_900, 9_945] + [9_930] * 13, [9_900] * 15,
                                   [9_900] * 12 + [9_940] * 3)):
        save(run_of(*counts, seed=seed))
    assert luck.reach(STEP) == luck.Reach(STEP, 4, 3, {1: 2, 3: 1, 5: 0})
    table = luck.touched_and_held()
    assert [row[1:] for row in table.rows] == [("4", "3", "2", "1", "0")] * 2  # the step, and all of them


def test_the_probability_of_the_right_order_against_drawn_trainings():
    draw = random.Random(0)
    right = sum(fmean(draw.gauss(0.1, 0.2) for _ in range(3)) > fmean(draw.gauss(0, 0.2) for _ in range(3))
                for _ in range(20_000)) / 20_000
    assert luck.right_order(0.1, 0.2, seeds=3) == pytest.approx(right, abs=0.01)
    assert luck.right_order(0, 0.2) == 0.5


@pytest.mark.parametrize("difference, sd", [(0.1, 0.1), (0.05, 0.06)])
def test_the_seeds_needed_show_the_difference_four_times_in_five(difference, sd):
    n, draw = luck.seeds_needed(difference, sd), random.Random(1)
    shown = 0
    for _ in range(4_000):
        a, b = ([draw.gauss(mean, sd) for _ in range(n)] for mean in (0, difference))
        error = (stdev(a) ** 2 / n + stdev(b) ** 2 / n) ** 0.5
        shown += fmean(b) - fmean(a) > 1.96 * error
    assert shown / 4_000 == pytest.approx(0.8, abs=0.04)


def test_seeds_needed_grow_with_the_square():
    assert luck.seeds_needed(0.05, 0.2) == pytest.approx(4 * luck.seeds_needed(0.1, 0.2), abs=3)
    assert luck.seeds_needed(5, 0.1) == 2
    with pytest.raises(ValueError, match="positive"):
        luck.seeds_needed(0, 0.1)


def test_orders_compare_every_seed_with_every_seed(no_runs):
    for seed, (low, high) in enumerate(((9_900, 9_920), (9_910, 9_905), (9_920, 9_950))):
        save(run_of(*[low] * 15, seed=seed))
        save(run_of(*[high] * 15, seed=seed, step="six-models/batchnorm"))
    order, = luck.orders((STEP, "six-models/batchnorm"))
    assert order[:2] == (STEP, "six-models/batchnorm")
    assert order.points == pytest.approx(0.15)
    assert order.share == pytest.approx((2.5 + 1 + 3) / 9)  # 9,920 beats two and ties one; 9,905 one; 9,950 three


def test_every_run_is_counted_once(no_runs):
    save(run_of(*[9_900] * 15, step="six-models/setup"))  # the set-up of two paths
    assert [run.experiment for run in luck.every_run()] == ["six-models/setup"]
