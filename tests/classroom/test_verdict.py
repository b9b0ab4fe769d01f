"""Verdicts: intervals against SciPy's beta distribution, rules in whole images, advice from made-up numbers."""

import pytest
from scipy.stats import beta

from mnist_lib.classroom import challenge as own


def result(correct, wrong=(), train=99.0, seed=0, of=5_000):
    epochs = tuple(own.Epoch(0.1, 0.1, train, 1.0) for _ in correct)
    return own.Result("n", "f", "s", seed, 7_000, 55_000, of, epochs, tuple(correct), tuple(wrong), {})


SHEET = own.Sheet((), 7_000, (("a", "Conv2d", 1), ("b", "BatchNorm2d", 1)), 24, None, 1.0, 1.0)


@pytest.mark.parametrize("hits, of", [(0, 3), (3, 3), (1, 3), (4_970, 5_000), (5_000, 5_000), (12, 5_000)])
def test_the_interval_is_clopper_and_pearson_s(hits, of):
    low, high = own.judge([result([hits], of=of)]).between
    assert low == pytest.approx(100 * beta.ppf(0.025, hits, of - hits + 1) if hits else 0, abs=1e-6)
    assert high == pytest.approx(100 * beta.ppf(0.975, hits + 1, of - hits) if hits < of else 100, abs=1e-6)


def test_the_rule_is_counted_in_whole_images():
    assert own.holds(result([4_970] * 5), 5) and not own.holds(result([4_970] * 4 + [4_969]), 1)
    assert not own.holds(result([4_970] * 4), 5)
    assert own.holds(result([497], of=500), 1)


@pytest.mark.parametrize("counts, word", [
    ([[4_970] * 5] * 2, own.HELD), ([[4_970] * 5, [4_960] * 5], own.NEAR), ([[4_980] * 4 + [4_960]], own.FAILS)])
def test_the_word_of_a_verdict(counts, word):
    assert own.judge([result(c, seed=n) for n, c in enumerate(counts)]).word == word


def test_what_these_images_can_tell():
    assert not own.judge([result([4_975] * 5)]).sure and own.judge([result([4_800] * 5)]).sure
    with pytest.raises(ValueError, match="no training"):
        own.judge([])


@pytest.mark.parametrize("sheet, made, told", [
    (SHEET, result([4_900] * 5, train=99.9), "overfits"),
    (own.Sheet((), 7_000, SHEET.layers, 9, None, 1.0, 1.0), result([4_900] * 5), "field is too small"),
    (SHEET, result([4_900, 4_950] * 3), "unstable"),
    (own.Sheet((), 900, SHEET.layers, 24, None, 1.0, 1.0), result([4_900] * 5), "7,100 parameters are left"),
    (SHEET, result([4_975] * 5), "It holds"),
    (own.Sheet((), 7_000, SHEET.layers[:1], 24, None, 1.0, 1.0), result([4_900] * 5), "No normalization")])
def test_advice_follows_the_numbers(sheet, made, told):
    assert any(told in tip for tip in own.advice(sheet, [made])), own.advice(sheet, [made])


def test_no_advice_where_its_numbers_are_not():
    tips = " ".join(own.advice(SHEET, [result([4_960] * 15, train=99.3)]))
    assert "overfits" not in tips and "field" not in tips and "unstable" not in tips and "unspent" not in tips


def test_two_tries_are_compared_on_the_images_they_differ_in():
    before = [result([4_900], [(i, 1) for i in range(100)])]
    after = [result([4_950], [(i, 1) for i in range(50)])]
    gain, noise, said = own.worth(before, after)
    assert gain == 50 and noise == pytest.approx(50 ** 0.5) and "a clear difference" in said
    close = [result([4_903], [(i, 1) for i in range(3, 100)])]
    assert "may be luck" in own.worth(before, close)[2]
