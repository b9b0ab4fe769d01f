"""The leaderboard against the facts, and against runs made by hand."""

import pytest

from mnist_lib.book import leaderboard
from mnist_lib.book.leaderboard import TOO_HIGH, TOO_LOW, Entry, front
from mnist_lib.book.path_tables import pooled
from mnist_lib.book.report import Spread, Summary
from mnist_lib.book.sources import source
from mnist_lib.book.statistics import NOT_CONTRADICTED
from mnist_lib.experiments.catalogue import EXPERIMENTS
from mnist_lib.training.records import Epoch, Run, save
from tests.facts import facts

STEP = "six-models/steplr"


def run_of(step, final, seed=0):
    epoch = Epoch(0.01, 0.01, 0.1, 59_000, 60_000, 0.05, final, 1.0)
    wrong = tuple((i, i % 10) for i in range(10_000 - final))
    return Run(step, EXPERIMENTS[step].fingerprint, seed, 7416, (epoch,) * 15, wrong)


def entry_of(parameters, mean, step=STEP):
    spread = Spread((mean,))
    return Entry(step, 1, 1, Summary(step, parameters, (0,), spread, spread, spread, {1: 0, 3: 0, 5: 0}), source(step))


@pytest.fixture
def no_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))


@pytest.mark.parametrize("step", sorted(facts()))
def test_cost_and_view_of_every_step_are_those_of_the_facts(step, no_runs):
    """Multiply-adds by hand: each number a convolution puts out costs k * k * ch_in of them."""
    save(run_of(step, 9_900))
    if step.endswith("setup"):  # two steps, one training: it is kept under the first name
        save(run_of("six-models/setup", 9_900))
    found, record = leaderboard.entry(step), facts()[step]
    layers = zip(record["layers"], record["recomputed"]["per_layer"], strict=True)
    expected = sum(row["shape"][0] * row["shape"][1] * row["shape"][2] * layer["kernel"] ** 2 * layer["in"]
                   for layer, row in layers if layer["op"] == "conv")
    assert found.multiply_adds == expected
    if (field := record["recomputed"]["rf_before_gap"]) is not None:
        assert found.field == field


def test_the_front_is_what_nothing_smaller_beats():
    one, two, three, four = (entry_of(*e) for e in ((5_000, 99.0), (6_000, 98.9), (7_000, 99.2), (7_000, 99.1)))
    assert front([four, three, two, one]) == [one, three]
    assert front([]) == []


@pytest.mark.parametrize("finals, verdict", [
    ((9_945,), ""), ((9_900, 9_990), ""), ((9_940, 9_945, 9_950), NOT_CONTRADICTED), ((9_930, 9_931, 9_932), TOO_HIGH),
    ((9_960, 9_961, 9_962), TOO_LOW), ((9_900, 9_930, 9_960), NOT_CONTRADICTED)])
def test_a_claim_is_held_to_the_prediction_of_one_more_training(no_runs, finals, verdict):
    """The source claims 99.45 %; with three seeds an image apart one more lies within 5 images of their mean."""
    for seed, final in enumerate(finals):
        save(run_of(STEP, final, seed))
    assert leaderboard.entry(STEP).verdict == verdict


def test_the_table_has_every_recorded_step_and_its_numbers(no_runs):
    for seed, final in enumerate((9_930, 9_940)):
        save(run_of(STEP, final, seed))
    save(run_of("three-modules/reduced-corrected", 9_950))
    table = leaderboard.table()
    assert [row[0] for row in table.rows] == ["three-modules/reduced-corrected", STEP]
    corrected, steplr = table.rows
    held = ("1\n1 to 99 %",) * 3
    assert steplr[1:] == ("99.35 ± 0.07", "2", *held, "7,416", "1.05", "22", "99.45", "99.45", "")
    assert corrected[-3:] == ("", "", "")  # no source has this step
    html = table._repr_html_()
    assert 'class="table wide sortable' in html and 'data-sort="99.35"' in html and 'data-sort="0.5"' in html


def drawn(step, parameters, *finals):
    spread = Spread(finals)
    return Entry(step, 1, 1, Summary(step, parameters, tuple(range(len(finals))), spread, spread, spread, {}), None)


def test_the_logs_together_say_more_than_any_of_them():
    """None of 28 lies outside of its interval; last epochs sit a little above ours, best epochs clearly so."""
    last, logs, outside = pooled()
    best, *_ = pooled("best")
    assert (logs, outside) == (28, 0)
    assert (round(last.points, 2), round(last.p[0], 2)) == (0.40, 0.06)
    assert (round(best.points, 2), round(best.p[0], 3)) == (0.67, 0.010)
