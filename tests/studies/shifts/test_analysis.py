"""The chapter on shifted images: its comparisons against plain computations, and against scipy."""

import numpy as np
import pytest
from scipy import stats

from mnist_lib.book import statistics
from mnist_lib.experiments import FINALS
from mnist_lib.studies.shifts import analysis as travel
from mnist_lib.studies.shifts import calibration
from mnist_lib.studies.shifts import plan as declared
from mnist_lib.studies.shifts.transforms import SHIFTS
from mnist_lib.training import records

CHANCE = np.random.default_rng(0)


def right(units, images, p=0.8):
    return 100.0 * (CHANCE.random((units, images)) < p)


def test_two_sides_of_seeds_are_compared_as_everywhere():
    """For right and wrong answers it is `compare` with the lists of missed images."""
    sides = right(4, 10_000), right(6, 10_000, 0.82)
    missed = [[np.flatnonzero(unit == 0).tolist() for unit in side] for side in sides]
    expected = statistics.compare(*(side.mean(1) for side in sides), missed=tuple(missed))
    found = travel.difference(*sides)
    assert found.points == pytest.approx(expected.points) and found.seeds == 4
    for images in (False, True):
        assert found.interval(images=images) == pytest.approx(expected.interval(images=images), rel=1e-3)


def test_pairs_are_compared_pair_by_pair():
    before, after = right(4, 3000), right(4, 3000, 0.85)
    found, plain = travel.difference(before, after, paired=True), stats.ttest_rel(after.mean(1), before.mean(1))
    assert found.interval() == pytest.approx(tuple(plain.confidence_interval()))
    assert found.p[0] == pytest.approx(plain.pvalue)


def test_images_count_once():
    """Units that are all alike have no scatter of their own; what is left is that of a mean over images."""
    one = right(1, 5000)
    found = travel.difference(0.0, np.repeat(one, 5, axis=0))
    assert found.parts[0][0] == 0 and found.images_variance == pytest.approx(one.var(ddof=1) / 5000)
    independent = travel.difference(0.0, right(5, 5000))  # the images do not matter: all scatter is that of the units
    assert independent.images_variance < 0.2 * one.var() / 5000


def test_an_accuracy_is_its_records_and_lies_in_its_interval():
    for name in travel.SHOWN:
        for shift in SHIFTS:
            counts = [one["shifted"][shift]["correct"] for one in travel.of(name)]
            assert travel.accuracy(name, shift) == pytest.approx(np.mean(counts) / travel.IMAGES * 100)
            for level in (0, 1, 5):
                low, high = travel.accuracy_interval(name, shift, level)
                assert 0 <= low <= travel.accuracy(name, shift, level) <= high <= 100


def test_every_declared_network_is_recorded_from_seed_0_on():
    for name in declared.STORED:
        kept = {run.seed for run in records.of(name) if run.weights}
        seeds = [one["seed"] for one in travel.of(name)]
        assert seeds[0] == 0 and set(seeds) <= kept, f"run python -m mnist_lib travel {name}"
        assert len(seeds) >= statistics.ENOUGH or name not in declared.REPEATED


def test_a_rank_correlation_is_scipy_s():
    found = {r.shift: r for r in travel.ranks()}
    names = [name for name in declared.STORED]
    x = [travel.of(n)[0]["clean"]["correct"] for n in names]
    y = [np.mean(travel.of(n)[0]["shifted"]["noised"]["correct"]) for n in names]
    plain = stats.spearmanr(x, y).statistic
    assert found["noised"].value == pytest.approx(plain) and found["noised"].interval.holds(plain)
    assert found["noised"].networks == len(names)


def test_the_gap_of_a_table_is_confidence_less_accuracy():
    for c in calibration.every():
        parts = [one["calibration"] for one in travel.of(c.name)]
        by_hand = np.mean([100 * (sum(b[2] for b in p["bins"]) - sum(b[1] for b in p["bins"])) / 10_000 for p in parts])
        assert c.gap == pytest.approx(by_hand, abs=1e-3) and c.gap_interval.holds(c.gap)
        errors = [sum(abs(b[2] - b[1]) for b in p["bins"]) / 100 for p in parts]
        assert c.error == pytest.approx(np.mean(errors), abs=1e-3)
    assert {c.name for c in calibration.every() if c.change} == {*FINALS, declared.PLAIN_NETWORK}


def test_six_of_eight_shifts_are_clear_by_trainings_and_one_by_the_declared_unit():
    """What book/further/travel.md tells of both units."""
    for by_seed, clear in ((False, 6), (True, 1)):
        assert sum(e.together.startswith("clear") for e in travel.factorial(by_seed=by_seed)) == clear
