"""The theory of a difference: error rates by simulation, intervals against scipy and against a bootstrap."""


import numpy as np
import pytest
from scipy import stats

from mnist_lib.book import report, statistics
from mnist_lib.book.intervals import adjusted, by_image, half_width, images_variance
from mnist_lib.book.statistics import CLEAR, HERE, NO_VERDICT, NOT_CLEAR, Share, Spread, compare, holm, prediction
from mnist_lib.experiments import PATHS
from tests.chapters.prose import ROOT

DRAWS = 20_000
TOO_OFTEN = 0.05 + 3 * (0.05 * 0.95 / DRAWS) ** 0.5  # 5 % and three standard errors of so many draws: 5.5 %


def samples(seeds, sds, rng, means=(0.0, 0.0)):
    """Accuracies of two networks, (draws, seeds) each, in points."""
    return [m + sd * rng.standard_normal((DRAWS, n)) for m, sd, n in zip(means, sds, seeds, strict=True)]


def parts(values):
    """The variances of the means over seeds and their degrees of freedom, for all draws at once."""
    return [v.var(1, ddof=1) / v.shape[1] for v in values], [v.shape[1] - 1 for v in values]


# --- error rates -----------------------------------------------------------------------------------

# Numbers of seeds, and how often Welch's interval errs at worst, in 100: it is an approximation, and few seeds beside
# many cost it most. Computed once, with 200,000 draws of each scatter below.
SEEDS = {(2, 2): 5.0, (3, 3): 5.6, (5, 5): 5.4, (10, 10): 5.2, (3, 10): 6.4, (5, 30): 5.7}
SCATTER = [(0.05, 0.05), (0.05, 0.2), (0.2, 0.05), (0.3, 0.3)]


@pytest.mark.parametrize("sds", SCATTER)
@pytest.mark.parametrize("seeds", SEEDS)
def test_equal_networks_are_rarely_told_apart_over_the_seeds(seeds, sds):
    values = samples(seeds, sds, np.random.default_rng(0))
    wrong = abs(values[1].mean(1) - values[0].mean(1)) > half_width(*parts(values))
    worst = SEEDS[seeds] / 100
    assert wrong.mean() <= worst + 3 * (worst * (1 - worst) / DRAWS) ** 0.5


def test_the_page_says_what_few_seeds_beside_many_cost():
    assert "three seeds on one side and ten on the other" in (ROOT / "book/evidence/how-sure.md").read_text("utf-8")


def test_what_cannot_be_checked_is_said_beside_the_rule_and_in_how_sure():
    rule, sure = (" ".join((ROOT / "book" / page).read_text("utf-8").split())
                  for page in ("learn/luck.md", "evidence/how-sure.md"))
    beside = rule[rule.index("## The rule"):rule.index("## How much does a reading swing?")]
    assert "from a record alone nobody can tell" in beside and "(../evidence/how-sure.md)" in beside
    for said in ("From a record alone nobody can tell", "starting weights, order and augmentation together",
                 "used for 25 years", "QMNIST has 50,000 further digits"):
        assert said in sure


@pytest.mark.parametrize("seeds, sds", [
    ((3, 3), (0.6, 0.2)), ((5, 5), (0.2, 0.2)), ((10, 10), (0.2, 0.2)), ((10, 10), (0.05, 0.6)),
    ((3, 10), (0.6, 0.2))])
def test_equal_networks_are_rarely_told_apart_over_seeds_and_images(seeds, sds):
    """Both networks are right equally often on all images there are; on the 10,000 drawn here one may be ahead.

    Each image has its own difficulty for each network, trainings scatter by ``sds`` points and by chance image by
    image. The interval over the seeds alone is wrong far more often, which is why there are two.
    """
    rng, images, draws = np.random.default_rng(1), 10_000, 400
    apart = here = 0
    for _ in range(draws):
        shared, sides = rng.random(images, np.float32) ** 8, []  # few images are difficult, and they are so for both
        for n, sd in zip(seeds, sds, strict=True):
            own = 0.6 * shared + 0.4 * rng.random(images, np.float32) ** 8
            shift = sd / 100 * rng.standard_normal((n, 1), np.float32)
            sides.append(100.0 * (rng.random((n, images), np.float32) < own + shift))
        means = [side.mean(1) for side in sides]
        difference = abs(means[1].mean() - means[0].mean())
        variances, freedoms = [m.var(ddof=1) / len(m) for m in means], [len(m) - 1 for m in means]
        inner = half_width(variances, freedoms)
        here += difference > inner
        apart += difference > max(inner, half_width(variances, freedoms, images_variance((1, -1), sides)))
    assert apart / draws <= 0.05 + 3 * (0.05 * 0.95 / draws) ** 0.5
    if sds == (0.2, 0.2):
        assert here > apart


def residuals():
    """How far the trainings of the five paths end from their steps' means, in their own standard deviations."""
    return np.concatenate([(np.array(of.values) - of.mean) / of.sd for steps in PATHS.values() for step in steps
                           if len(report.recorded(step)) == 10 for of in [report.summary(step).final]])


@pytest.mark.parametrize("n", [3, 5, 10])
def test_recorded_scatter_tells_equal_networks_apart_as_rarely_as_normal_scatter(n):
    draws = 10_000
    values = np.random.default_rng(11).choice(residuals(), (2, draws, n))
    wrong = abs(values[1].mean(1) - values[0].mean(1)) > half_width(*parts(values))
    assert wrong.mean() <= 0.05 + 3 * (0.05 * 0.95 / draws) ** 0.5


def test_a_network_that_fails_now_and_then_is_told_apart_too_often_and_the_page_says_so():
    """Equal means, and one ends ten scatters lower once in twenty trainings: Welch then errs about 10 of 100."""
    rng, draws, n = np.random.default_rng(12), 10_000, 10
    values = rng.standard_normal((2, draws, n))
    values[0] -= 10 * ((rng.random((draws, n)) < 0.05) - 0.05)
    wrong = abs(values[1].mean(1) - values[0].mean(1)) > half_width(*parts(values))
    assert 0.08 < wrong.mean() < 0.13
    assert "fails now and then" in (ROOT / "book" / "evidence" / "how-sure.md").read_text(encoding="utf-8")


def test_two_looks_err_in_eight_of_a_hundred():
    draws = 20_000
    values = np.random.default_rng(13).standard_normal((2, draws, 10))
    clear = [abs(v[1].mean(1) - v[0].mean(1)) > half_width(*parts(v)) for v in (values[:, :, :5], values)]
    assert 0.07 < (clear[0] | clear[1]).mean() < 0.085


def test_seeds_5_to_9_repeat_what_the_first_five_said():
    ideas = pytest.importorskip("mnist_lib.studies.ideas.analysis")
    assert ideas.replicated()[:5] == (20, 7, 7, 5, 5)


@pytest.mark.parametrize("seeds", [(1, 1), (1, 10), (2, 10), (2, 2)])
def test_one_and_two_seeds_get_no_verdict_however_far_apart(seeds):
    before, after = ([50.0 + i for i in range(seeds[0])], [99.0 + i / 100 for i in range(seeds[1])])
    found = compare(before, after)
    assert found.verdict == found.direction == NO_VERDICT and found.p == (1, 1) and not found.clear
    assert NO_VERDICT in str(found) and holm([found]) == [NO_VERDICT]


@pytest.mark.parametrize("m, seeds, sds", [(5, 3, (0.1, 0.1)), (5, 10, (0.05, 0.2)), (20, 5, (0.1, 0.1))])
def test_a_family_without_effects_rarely_has_a_clear_one(m, seeds, sds):
    rng, wrong, draws = np.random.default_rng(2), 0, 2_000  # each a whole family of comparisons
    for _ in range(draws):
        values = rng.normal(99, np.array(sds)[:, None], (m, 2, seeds))
        wrong += any(verdict != NOT_CLEAR for verdict in holm([compare(*pair, images=None) for pair in values]))
    assert wrong / draws <= 0.05 + 3 * (0.05 * 0.95 / draws) ** 0.5


@pytest.mark.parametrize("n", [3, 5, 10])
@pytest.mark.parametrize("p", [0.02, 0.4, 0.8, 0.99])
def test_a_share_is_rarely_outside_of_its_interval(n, p):
    chance = [stats.binom.pmf(k, n, p) for k in range(n + 1)]  # exact, no draws
    assert sum(c for k, c in enumerate(chance) if not Share(k, n).interval.holds(100 * p)) <= 0.05


@pytest.mark.parametrize("n", [3, 5, 10])
def test_one_more_training_is_rarely_outside_of_its_prediction(n):
    draws = 4_000
    values = np.random.default_rng(3).normal(99.3, 0.1, (draws, n + 1))
    outside = sum(not prediction(tuple(row[:-1])).holds(row[-1]) for row in values)
    assert outside / draws == pytest.approx(0.05, abs=3 * (0.05 * 0.95 / draws) ** 0.5)


# --- against others --------------------------------------------------------------------------------

def test_the_interval_and_the_p_value_are_scipys():
    rng = np.random.default_rng(4)
    before, after = rng.normal(99, 0.1, 5), rng.normal(99.1, 0.3, 10)
    found, theirs = compare(before, after), stats.ttest_ind(after, before, equal_var=False)
    assert found.interval() == pytest.approx(tuple(theirs.confidence_interval(0.95)))
    assert found.p[0] == pytest.approx(theirs.pvalue)
    paired = compare(before, after[:5], paired=True)
    assert paired.p[0] == pytest.approx(stats.ttest_rel(after[:5], before).pvalue)
    fixed = compare(99.0, after)
    assert fixed.p[0] == pytest.approx(stats.ttest_1samp(after, 99.0).pvalue)


def test_the_published_intervals_of_shares():
    assert Share(8, 10).percents == "44 to 97 %" and str(Share(0, 5)) == "0 of 5 (0 to 52 %)"
    assert Share(5, 5).interval == pytest.approx((100 * 0.025 ** (1 / 5), 100))
    low, high = stats.binomtest(3, 5).proportion_ci(method="exact")
    assert Share(3, 5).interval == pytest.approx((100 * low, 100 * high))


def test_the_images_part_is_that_of_a_bootstrap_over_images():
    """Drawing the images again and again scatters the difference by the images' part and the trainings' chance."""
    rng, images = np.random.default_rng(5), 2_000
    difficulty = rng.beta(0.1, 3, (2, images))
    missed = [rng.random((8, images)) < np.clip(d, 0, 1) for d in difficulty]
    share = [m.mean(0) for m in missed]
    draws = rng.integers(0, images, (4_000, images))
    bootstrap = (100 * (share[1] - share[0]))[draws].mean(1).var()
    chance = sum(100**2 * (s * (1 - s)).mean() / 7 / images for s in share)
    ours = images_variance((-1, 1), [100.0 * m for m in missed])
    assert ours + chance == pytest.approx(bootstrap, rel=0.08)


@pytest.mark.parametrize("sds", [(0.2, 0.2), (0.05, 0.6)])
@pytest.mark.parametrize("seeds", [3, 10])
def test_trainings_compared_with_themselves_are_rarely_told_apart(seeds, sds):
    """Two results of each training share their chance; over all images there are, both are right equally often."""
    rng, images, wrong, draws = np.random.default_rng(7), 300, 0, 500
    for _ in range(draws):
        shared = rng.random(images) ** 8
        chance, shift = rng.random((seeds, images)), rng.standard_normal((seeds, 1))
        sides = [chance < 0.6 * shared + 0.4 * rng.random(images) ** 8 + sd / 100 * shift for sd in sds]
        values = [100 - 100 * side.mean(1) for side in sides]
        found = compare(*values, paired=True)
        variance = images_variance((1,), [100.0 * sides[1] - 100.0 * sides[0]])
        wrong += abs(found.points) > max(half_width(*zip(*found.parts)), half_width(*zip(*found.parts), variance))
    assert wrong / draws <= 0.05 + 3 * (0.05 * 0.95 / draws) ** 0.5


def test_the_paired_images_part_is_that_of_a_bootstrap_over_images():
    rng, images = np.random.default_rng(8), 10_000
    difficulty, chance = rng.beta(0.1, 3, images), rng.random((6, images))
    sides = [chance < difficulty, chance < np.clip(difficulty + 0.05 * rng.standard_normal(images), 0, 1)]
    ours = images_variance((1,), [100.0 * sides[1] - 100.0 * sides[0]])
    d = sides[1].astype(float) - sides[0]
    draws = np.array([d.mean(0)[rng.integers(0, images, images)].mean() for _ in range(2_000)])
    assert ours + 100**2 * d.var(0, ddof=1).mean() / 6 / images == pytest.approx(100**2 * draws.var(), rel=0.1)
    assert images_variance((1,), [0.0 * sides[0]]) == 0


def test_most_is_asked_of_the_interval():
    assert statistics.mostly(Share(2, 2)) == NO_VERDICT and statistics.mostly(Share(5, 5)) == NOT_CLEAR
    assert statistics.mostly(Share(6, 6)) is True and statistics.mostly(Share(0, 6)) is False
    assert statistics.mostly(Share(7, 10)) == NOT_CLEAR and statistics.mostly(Share(9, 10)) is True


def test_networks_that_miss_the_same_images_are_compared_more_sharply():
    before, after = [[1, 2, 3, 4, 5, k] for k in (6, 7, 8)], [[1, 2, 3, 4, 5], [1, 2, 3, 4, 9], [1, 2, 3, 4, 5]]
    others = [[10 * i + j for i in row] for j, row in enumerate(after)]
    apart = compare([99.94] * 3, [99.95] * 3, missed=(before, others))
    together = compare([99.94] * 3, [99.95] * 3, missed=(before, after))
    assert together.images_variance < apart.images_variance <= compare([99.94] * 3, [99.95] * 3).images_variance
    assert by_image(before).sum(0)[[1, 6, 9]].tolist() == [300, 100, 0]


# --- verdicts --------------------------------------------------------------------------------------

def test_the_three_verdicts():
    far, near = (99.50, 99.51, 99.52, 99.50, 99.51), (99.0, 99.01, 99.02, 99.0, 99.01)
    assert compare(near, far).verdict == CLEAR and compare(near, far).direction == "rises"
    assert compare(far, near).direction == "falls" and (-compare(far, near)).direction == "rises"
    close = tuple(v + 0.05 for v in near)
    assert compare(near, close).verdict == HERE and compare(near, close, images=None).verdict == HERE
    assert compare(near, (98.9, 99.1, 99.0, 99.05, 98.95)).verdict == NOT_CLEAR
    assert "clear on these images only" in str(compare(near, close))


def test_points_are_told_as_test_images_where_they_are_some():
    values = (99.0, 99.1, 99.2), (99.3, 99.4, 99.5)
    missed = 2 * ([[1], [2], [3]],)
    for found in (compare(*values), compare(*values, missed=missed), compare(99.0, values[1])):
        assert " images; " in str(found) and found.tested
    for images in (None, (10_000, 12_000), (60_000, 60_000)):
        assert str(compare(*values, images=images)).startswith("+0.30 points; 95 %")
        assert " images;" not in str(compare(*values) - compare(*values, images=images))


def test_the_interval_with_images_is_never_the_narrower_one():
    rng = np.random.default_rng(6)
    for _ in range(200):
        found = compare(rng.normal(99, 0.1, 3), rng.normal(99, 0.4, 3))
        inner, outer = found.interval(), found.interval(images=True)
        assert outer.low <= inner.low and outer.high >= inner.high
        assert (found.p[1] < 0.05) == (not outer.holds(0)) and (found.p[0] < 0.05) == (not inner.holds(0))


def test_a_difference_of_differences_adds_the_variances():
    a, b = compare((99.0, 99.1, 99.2), (99.3, 99.4, 99.5)), compare((98.0, 98.2, 98.4), (98.1, 98.3, 98.5))
    both = a - b
    assert both.points == pytest.approx(0.2) and len(both.parts) == 4
    assert both.images_variance == pytest.approx(a.images_variance + b.images_variance)
    assert (a - compare([99.0], [99.1])).verdict == NO_VERDICT


def test_trainings_that_do_not_scatter_at_all():
    same = compare((99.0,) * 3, (99.0,) * 3, images=None)
    assert same.verdict == NOT_CLEAR and same.interval() == (0, 0)
    assert compare((99.0,) * 3, (99.1,) * 3, images=None).verdict == HERE


def test_holm_steps_down():
    """p-values 0.01, 0.02 and 0.03 of a family of three: 0.03, 0.04, 0.04; at 0.02, 0.02 and 0.06 only... none."""
    def with_p(p):
        t = stats.t.ppf(1 - p / 2, 8)
        return statistics.Comparison(t, ((0.5, 4), (0.5, 4)), None, 5)

    assert with_p(0.03).p[0] == pytest.approx(0.03)
    assert holm([with_p(p) for p in (0.03, 0.01, 0.02)]) == [HERE] * 3
    assert holm([with_p(p) for p in (0.02, 0.02, 0.06)]) == [NOT_CLEAR] * 3
    assert holm([with_p(p) for p in (0.01, 0.2)]) == [HERE, NOT_CLEAR]
    few = compare((99.0,), (99.9,))
    assert holm([with_p(0.04), few]) == [NOT_CLEAR, NO_VERDICT]  # what has too few trainings counts with p = 1
    assert holm([with_p(0.02), None]) == [HERE, NO_VERDICT] and holm([with_p(0.03), None]) == [NOT_CLEAR, NO_VERDICT]
    assert holm([with_p(0.004)], 12) == [HERE] and holm([with_p(0.005)], 12) == [NOT_CLEAR]
    assert adjusted([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.09, 0.09, 0.5])  # by hand
    assert adjusted([0.0038], 18) == pytest.approx([0.0684])


def test_a_prediction_needs_three_seeds_and_sharpens_with_more():
    assert prediction(Spread((99.0, 99.1))) is None
    few = prediction((99.0, 99.1, 99.2))
    many = prediction(tuple(99.1 + 0.1 * stats.norm.ppf((i + 0.5) / 60) for i in range(60)))
    assert few.high - few.low > 2 * (many.high - many.low)
    assert many == pytest.approx((99.1 - 0.2, 99.1 + 0.2), abs=0.01)
