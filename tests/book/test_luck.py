"""Luck against simulated trainings and counts made by hand."""

import random
from statistics import fmean

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


def test_touching_is_not_holding(no_runs):
    for seed, counts in enumerate(([9_900] * 14 + [9_940], [9_900, 9_945] + [9_930] * 13, [9_900] * 15,
                                   [9_900] * 12 + [9_940] * 3)):
        save(run_of(*counts, seed=seed))
    assert luck.reach(STEP) == luck.TargetReached(STEP, 4, 3, {1: 2, 3: 1, 5: 0})
    table = luck.touched_and_held()
    counts = [(row[1], *(cell.split("\n")[0] for cell in row[2:])) for row in table.rows]
    assert counts == [("4", "3", "2", "1", "0")] * 2  # the step, and all of them
    assert table.rows[0][3] == "2\n7 to 93 %"


def test_the_probability_of_the_right_order_against_drawn_trainings():
    draw = random.Random(0)
    right = sum(fmean(draw.gauss(0.1, 0.2) for _ in range(3)) > fmean(draw.gauss(0, 0.2) for _ in range(3))
                for _ in range(20_000)) / 20_000
    assert luck.right_order(0.1, 0.2, seeds=3) == pytest.approx(right, abs=0.01)
    assert luck.right_order(0, 0.2) == 0.5


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


def test_telling_apart_draws_pairs_and_a_curve_a_scatter():
    pairs = [luck.Order("a", "b", 0.1, 0.75), luck.Order("a", "c", 2.0, 1.0)]  # the second is too far apart to be shown
    axes = luck.telling_apart(pairs, {"one": 0.1, "two": 0.2}).axes[0]
    points, one, two = axes.lines
    assert list(points.get_xdata()) == [0.1] and list(points.get_ydata()) == [75.0]
    assert one.get_ydata()[0] == two.get_ydata()[0] == 50 and one.get_ydata()[-1] > two.get_ydata()[-1]
