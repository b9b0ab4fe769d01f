"""The factorial's analysis: planted effects are found, nothing is found where nothing is, and least squares agree."""

from itertools import product

import numpy as np
import pytest

from mnist_lib.book.intervals import half_width
from mnist_lib.book.statistics import NO_VERDICT, compare, contrast
from mnist_lib.experiments import CELLS, FACTORS
from mnist_lib.studies.factorial import analysis as factorial
from mnist_lib.studies.factorial import pages as factorial_pages
from mnist_lib.studies.factorial.analysis import COMPANY, INTERACTIONS, MAIN, Ending, Evidence

DRAWS = 2_000
CHANCE = 3 * (0.05 * 0.95 / DRAWS) ** 0.5  # three standard errors of a share of 5 % in so many draws
IDEAS = [factor.idea for factor in FACTORS]


def evidence(values) -> Evidence:
    """Evidence of accuracies alone, a list for each cell."""
    return Evidence({on: [Ending(seed, a) for seed, a in enumerate(of)] for on, of in zip(CELLS, values, strict=True)})


def design() -> np.ndarray:
    """The plan as a regression: (16, 16), columns of mean, five ideas and ten products, each +1 or -1."""
    x = 2 * np.array(list(CELLS), float) - 1
    return np.column_stack([np.ones(len(x)), x, *(x[:, i] * x[:, j] for i, j in factorial.PAIRS)])


def test_the_effects_are_those_of_least_squares():
    """With cells of different sizes: the plan has as many terms as cells, so that weights of cells don't matter."""
    rng = np.random.default_rng(0)
    values = [tuple(rng.normal(99, 0.3, n)) for n in rng.integers(2, 7, len(CELLS))]
    rows = np.repeat(design(), [len(v) for v in values], axis=0)
    fitted = np.linalg.lstsq(rows, np.concatenate(values), rcond=None)[0]
    found = [evidence(values).contrast(w, logs=False).points for w in (*MAIN.values(), *INTERACTIONS.values())]
    assert found == pytest.approx(2 * fitted[1:])  # from -1 to +1 it is two steps
    for on in product((False, True), repeat=5):
        x = 2 * np.array(on, float) - 1
        row = np.concatenate([[1], x, [x[i] * x[j] for i, j in factorial.PAIRS]])
        assert evidence(values).contrast(factorial.predicted(on), logs=False).points == pytest.approx(row @ fitted)


def test_an_effect_is_the_difference_of_eight_and_eight_and_an_interaction_half_a_difference_of_gains():
    rng = np.random.default_rng(1)
    mean = {on: rng.normal(99, 0.3) for on in CELLS}
    of = evidence([(m, m) for m in mean.values()])
    sides = [np.mean([m for on, m in mean.items() if on[2] == side]) for side in (True, False)]
    assert of.contrast(MAIN[IDEAS[2]], logs=False).points == pytest.approx(sides[0] - sides[1])

    def gain(other):
        return [np.mean([m for on, m in mean.items() if on[0] == side and on[3] == other]) for side in (True, False)]

    (a, b), (c, d) = gain(True), gain(False)
    assert of.contrast(INTERACTIONS[IDEAS[0], IDEAS[3]], logs=False).points == pytest.approx(((a - b) - (c - d)) / 2)


def test_alone_and_beside_are_the_model_s_own_steps():
    """From nothing to one idea; from all others to all; and their difference is twice the idea's interactions."""
    for i, idea in enumerate(IDEAS):
        one = tuple(k == i for k in range(5))
        step = np.subtract(factorial.predicted(one), factorial.predicted((False,) * 5))
        assert factorial.ALONE[idea] == pytest.approx(step)
        rest = tuple(k != i for k in range(5))
        assert factorial.BESIDE[idea] == pytest.approx(
            np.subtract(factorial.predicted((True,) * 5), factorial.predicted(rest)))
        assert COMPANY[idea] == pytest.approx(
            2 * sum(np.array(w) for pair, w in INTERACTIONS.items() if idea in pair))


def test_a_prediction_is_as_sure_as_a_training():
    """Squares of the weights sum to one, for what was trained and for what was not."""
    for on in product((False, True), repeat=5):
        weights = factorial.predicted(on)
        assert sum(weights) == pytest.approx(1) and sum(w * w for w in weights) == pytest.approx(1)
        if on in CELLS:
            assert [w for w in weights if w] == pytest.approx([1])
        else:
            assert sorted(set(weights)) == pytest.approx([-1 / 8, 3 / 8])


def test_a_contrast_of_two_is_the_difference_of_the_book():
    rng = np.random.default_rng(2)
    before, after = rng.normal(99, 0.1, 4), rng.normal(99.1, 0.2, 6)
    missed = tuple([sorted(rng.choice(500, 80, replace=False)) for _ in range(n)] for n in (4, 6))
    found, theirs = contrast((-1, 1), (before, after), missed), compare(before, after, missed=missed)
    assert found.points == pytest.approx(theirs.points)
    assert found.images_variance == pytest.approx(theirs.images_variance)
    for images in (False, True):
        assert found.interval(images=images) == pytest.approx(theirs.interval(images=images))
    assert found.verdict == theirs.verdict and found.seeds == theirs.seeds == 4
    assert contrast((0, 1), ((), after)).points == pytest.approx(after.mean())
    with pytest.raises(ValueError, match="no training"):
        contrast((-1, 1), ((), after))


# --- error rates -----------------------------------------------------------------------------------

SCATTER = {"alike": [0.06] * 16, "two kinds": [0.05] * 8 + [0.2] * 8, "growing": list(np.linspace(0.04, 0.16, 16))}
SEEDS = {"three": [3] * 16, "six": [6] * 16, "on the way": [4] * 5 + [3] * 11, "ragged": [2, 3, 4, 5] * 4}


def simulated(weights, seeds, sds, truth, rng):
    """(estimate, half width) of a contrast over the seeds, DRAWS times, by the library's formula."""
    values = [m + sd * rng.standard_normal((DRAWS, n)) for m, sd, n in zip(truth, sds, seeds, strict=True)]
    estimate = sum(w * v.mean(1) for w, v in zip(weights, values))
    parts = [w * w * v.var(1, ddof=1) / v.shape[1] for w, v in zip(weights, values)]
    return estimate, half_width(parts, [n - 1 for n in seeds]), values


@pytest.mark.parametrize("sds", SCATTER)
@pytest.mark.parametrize("seeds", SEEDS)
def test_the_intervals_hold_planted_effects_in_nineteen_of_twenty_plans(seeds, sds):
    rng = np.random.default_rng(3)
    planted = np.zeros(16)
    planted[[0, 1, 3, 9]] = 99, 0.2, -0.1, 0.15  # halves of: two ideas, and one pair of ideas
    truth = design() @ planted
    every = zip((*MAIN.values(), *INTERACTIONS.values()), 2 * planted[1:], strict=True)
    for weights, effect in [pair for k, pair in enumerate(every) if k in (0, 1, 2, 8)]:
        estimate, half, values = simulated(weights, SEEDS[seeds], SCATTER[sds], truth, rng)
        outside = (abs(estimate - effect) > half).mean()
        assert outside <= 0.05 + CHANCE, (effect, outside)
        first = evidence([v[0] for v in values]).contrast(weights, logs=False)  # and the library has what was simulated
        assert first.points == pytest.approx(estimate[0])
        assert first.interval().high == pytest.approx(estimate[0] + half[0])


# --- what is there and what is not ---------------------------------------------------------------

def test_two_seeds_have_intervals_and_no_verdict_one_has_neither():
    rng = np.random.default_rng(7)
    two = evidence(rng.normal(99, 0.1, (16, 2)))
    assert min(map(len, two.accuracies)) == 2 and two.contrast(MAIN[IDEAS[0]]).interval() is not None
    assert {one.verdict for one in factorial.family(MAIN, two)} == {NO_VERDICT}
    one = evidence(rng.normal(99, 0.1, (16, 1)))
    assert one.contrast(MAIN[IDEAS[0]]).interval() is None and min(map(len, one.accuracies)) == 1
    assert {of.verdict for of in factorial.family(MAIN, one)} == {NO_VERDICT}
    with pytest.raises(ValueError, match="no training"):
        evidence([(), *[(99.0,)] * 15]).contrast(MAIN[IDEAS[0]])


def test_a_training_that_did_not_learn_is_told_and_left_out_unless_asked_for():
    rng = np.random.default_rng(8)
    values = rng.normal(99, 0.1, (16, 4)).tolist()
    values[3].append(11.35)
    values[5].append(89.99)
    values[6].append(90.0)
    of = evidence(values)
    assert [(list(CELLS).index(on), e.accuracy) for on, e in of.failed] == [(3, 11.35), (5, 89.99)]
    assert list(map(len, of.accuracies)) == [4] * 6 + [5] + [4] * 9 and of.trainings == 67
    everything = Evidence(of.cells, everything=True)
    assert len(everything.accuracies[3]) == 5 and everything.failed == of.failed
    assert not everything.contrast(MAIN[IDEAS[0]]).clear  # one of them drowns what the others say


@pytest.mark.parametrize("planted, all_up, clear_up, none_up", [
    ((0.3, 0.3, 0.3, 0.3, 0.3), "holds", "holds", "does not hold"),
    ((0.3, 0.0, 0.0, 0.0, 0.0), "not clear", "holds", "does not hold"),
    ((0.3, -0.3, 0.0, 0.0, 0.0), "does not hold", "does not hold", "does not hold"),
    ((0.0, 0.0, 0.0, 0.0, 0.0), "not clear", "not clear", "not clear")])
def test_a_sentence_on_a_whole_family_holds_when_every_effect_is_clear_and_none_is_the_other_way(
        planted, all_up, clear_up, none_up):
    means = design() @ (99, *(effect / 2 for effect in planted), *[0.0] * 10)
    of = evidence(means[:, None] + 0.01 * np.random.default_rng(9).standard_normal((16, 3)))
    found = factorial.family(MAIN, of)
    said = [factorial_pages.one_sided("", found, fewer=fewer, of_the_clear=only).verdict
            for fewer, only in ((True, False), (True, True), (False, False))]
    assert said == [all_up, clear_up, none_up]


def test_trainings_of_one_seed_are_hardly_alike_so_that_a_training_is_the_unit():
    """On both pages: the factorial's own, and that of shifted images."""
    from mnist_lib.studies.shifts import analysis as travel

    recorded = factorial.gather()
    assert 0 < factorial.same_seed(recorded) < 0.1
    units = sum(map(len, recorded.cells.values()))
    assert recorded.contrast(MAIN[IDEAS[0]]).parts and len(recorded.contrast(MAIN[IDEAS[0]]).parts) == 16
    assert all(len(e.gain.parts) == 16 for e in travel.factorial()) and units == 96
    assert all(e.gain.parts[0][1] == 2 for e in travel.factorial(by_seed=True))  # as declared


def test_what_is_found_on_log_errors():
    recorded = factorial.gather()
    main, pairs = (factorial.family(contrasts, recorded) for contrasts in (MAIN, INTERACTIONS))
    assert all(e.better for e in main) and sum(e.verdict.startswith("clear") for e in pairs) == 4
    beside = {idea: recorded.contrast(weights).factors() for idea, weights in factorial.BESIDE.items()}
    assert [idea for idea, of in beside.items() if of.low > 1] == ["dropout"]
