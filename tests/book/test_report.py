"""Tables and findings against runs and numbers made by hand; the theory is in test_statistics.py."""

import math
import random
from html.parser import HTMLParser

import pytest

from mnist_lib.book import changes, report, sheet
from mnist_lib.book.findings import FAILS, HOLDS, finding
from mnist_lib.book.statistics import NO_VERDICT, NOT_CLEAR, NOT_CONTRADICTED, Spread, compare, standard_error
from mnist_lib.book.tables import PageTable, signed
from mnist_lib.experiments.catalogue import EXPERIMENTS, experiment
from mnist_lib.training.records import Epoch, Run, save

STEP = "six-models/steplr"


def epoch(test_correct, train_correct=59_000):
    return Epoch(0.01, 0.01, 0.1, train_correct, 60_000, 0.05, test_correct, 1.0)


def run_of(*test_correct, seed=0, misclassified=None, step=STEP, train_correct=59_000):
    if misclassified is None:  # as many as the last count says, or it could not be saved
        misclassified = [(i, i % 10) for i in range(10_000 - test_correct[-1])]
    return Run(step, EXPERIMENTS[step].fingerprint, seed, 7416,
               tuple(epoch(n, train_correct) for n in test_correct), tuple(misclassified))


# --- readings -------------------------------------------------------------------------------------

def test_standard_error_of_the_rule():
    assert standard_error(99.4) == pytest.approx(0.0772, abs=5e-5)  # about 8 images of 10,000
    assert standard_error(99.4, 60_000) == pytest.approx(0.0772 / math.sqrt(6), abs=5e-5)


def test_standard_error_against_drawn_test_sets():
    draw = random.Random(0)
    readings = [sum(draw.random() < 0.9 for _ in range(400)) / 4 for _ in range(2000)]
    mean = sum(readings) / len(readings)
    sd = math.sqrt(sum((r - mean) ** 2 for r in readings) / len(readings))
    assert sd == pytest.approx(standard_error(90, 400), rel=0.05)


def test_spread():
    spread = Spread((99.0, 99.2, 99.4))
    assert (spread.mean, spread.sd, spread.low, spread.high) == pytest.approx((99.2, 0.2, 99.0, 99.4))
    assert Spread((99.0,)).sd is None


@pytest.mark.parametrize("value, text", [(0.5, "+0.50"), (-0.5, "−0.50"), (0.001, "0.00"), (-0.001, "0.00")])
def test_signed(value, text):
    assert signed(value) == text


# --- findings ----------------------------------------------------------------------------------

@pytest.mark.parametrize("verdict, expected", [
    (True, HOLDS), (False, FAILS), (NOT_CLEAR, NOT_CLEAR), (compare([98.0], [99.0]), NO_VERDICT),
    (compare((98.0, 98.1, 98.2), (99.0, 99.1, 99.2)), HOLDS), (-compare((98.0, 98.1, 98.2), (99.0, 99.1, 99.2)), FAILS),
    (compare((98.0, 98.1, 98.2), (98.0, 98.1, 98.3)), NOT_CLEAR)])
def test_a_finding_says_its_verdict(verdict, expected):
    found = finding("A < B", "1 & 2", verdict)
    assert found.verdict == expected and expected in repr(found)
    assert "A &lt; B" in found._repr_html_() and "1 &amp; 2" in found._repr_html_()
    assert expected in found._repr_html_().lower()
    assert "<style" in found._repr_html_()  # a notebook has no style sheet of ours
    assert any(f'aria-hidden="true">{mark}<' in found._repr_html_() for mark in "✓✗≈?")


def test_a_finding_says_how_sure_it_is():
    clear = compare((98.0, 98.1, 98.2), (99.0, 99.1, 99.2))
    assert finding("a", "b", clear).kind == "Holds, clearly"
    near = compare((98.0, 98.01, 98.02), (98.05, 98.06, 98.07))
    assert finding("a", "b", near).kind == "Holds, on these images"
    assert finding("a", "b", -near).kind == "Does not hold, on these images"
    assert finding("a", "b", True).kind == "Holds" and finding("a", "b", NO_VERDICT).kind == "No verdict"


# --- tables ------------------------------------------------------------------------------------

class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_html_of_a_table_is_accessible_and_has_no_colours():
    html = PageTable("Its <caption>", ("", "a", "b"), (("row", "1", "two\nlines"),))._repr_html_()
    tags = Tags(html).found
    assert [t for t, _ in tags].count("caption") == 1 and "Its &lt;caption&gt;" in html
    assert [a.get("scope") for t, a in tags if t == "th"] == ["col", "col", "row"]
    assert "two<br>lines" in html
    assert "color" not in html and "background" not in html


def test_columns_that_a_phone_folds_away_are_named_and_marked():
    html = PageTable("t", ("", "a", "b"), (("row", "1", "2"),), secondary=("b",))._repr_html_()
    marked = [tag for tag, attributes in Tags(html).found if attributes.get("class") == "secondary"]
    assert marked == ["th", "td"]


def test_numbers_stand_on_the_right():
    table = PageTable("t", ("", "n", "w"), (("x", "1 of 3", "three"), ("y", "98.1 to 99.2", ""), ("z", "−5", "")))
    assert [table._side(i).split()[-1].rstrip('"') for i in range(3)] == ["left", "right", "left"]


def test_summary_counts_seeds_that_hold():
    assert report.summary(STEP, [run_of(9940), run_of(9939)]).holds == {1: 1, 3: 0, 5: 0}


def test_nothing_recorded_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    with pytest.raises(LookupError, match='fit\\("six-models/steplr"\\)'):
        report.summary(STEP)


def test_recorded_takes_only_runs_of_these_settings(tmp_path, monkeypatch):
    import dataclasses

    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    save(run_of(9940, seed=10))
    save(run_of(9940, seed=2))
    save(dataclasses.replace(run_of(9940, seed=1), fingerprint="0" * 12))
    assert [r.seed for r in report.recorded(STEP)] == [2, 10]
    assert report.numbers(STEP)["final"] == "99.40"


def test_epochs_and_jumps(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    save(run_of(9900, 9910, 9930, 9920, seed=0))
    save(run_of(9900, 9900, 9900, 9900, seed=1))
    assert report.at_epochs(STEP, 2, 3).values == pytest.approx((99.2, 99.0))
    assert report.jump(STEP, last=2) == pytest.approx((0.2 + 0.1 + 0 + 0) / 4)
    assert report.jumps(STEP, last=2).values == pytest.approx((0.15, 0))


def test_a_calmer_step_jumps_less(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    for seed, (wild, calm) in enumerate(((40, 4), (44, 5), (42, 3))):
        save(run_of(9900, 9900 + wild, seed=seed, step="six-models/augmentation"))
        save(run_of(9900, 9900 + calm, seed=seed))
    found = report.calmer("six-models/augmentation", STEP, last=1, times=2)  # at least half as far
    assert found.points == pytest.approx(0.42 / 2 - 0.04) and found.direction == "rises"
    assert report.calmer(STEP, "six-models/augmentation", last=1).direction == "falls"
    assert found.interval(images=True) is None  # nothing is known of other images


def test_a_gain_takes_the_images_from_the_records(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    for seed in range(3):
        save(run_of(9998, seed=seed, step="six-models/augmentation", misclassified=[(1, 2), (5, 2)]))
        save(run_of(9999, seed=seed, misclassified=[(1, 2)]))
    found = report.gain("six-models/augmentation", STEP)
    assert not found.bound and found.points == pytest.approx(0.01)
    assert found.images_variance == pytest.approx(100**2 / 10_000**2, rel=1e-3)  # one image of 10,000, for all seeds
    assert report.gain("six-models/augmentation", STEP, "train").bound
    assert report.above(STEP, 99.98).points == pytest.approx(0.01)


def test_shared_runs_are_found_from_both_paths(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    save(run_of(9920, step="six-models/setup"))
    assert len(report.recorded("drill-down/setup")) == 1


# --- what changed ------------------------------------------------------------------------------

def rows_of(step):
    """What a step changes: (before, after, why) by setting."""
    return {setting: rest for setting, *rest in changes.rows(experiment(experiment(step).before), experiment(step))}


def test_changes_name_each_setting_that_differs():
    rows = rows_of(STEP)
    before, after = ({setting: row[side] for setting, row in rows.items()} for side in (0, 1))
    assert (before["network: parameters"], after["network: parameters"]) == ("7,448", "7,416")
    assert after["network: unit"] == "conv → relu → batchnorm → dropout"
    assert "unit: conv" in after["network: transition"] and "unit" not in before["network: transition"]
    assert "pooling" not in after["network: transition"]  # it is as it was
    assert after["learning-rate schedule"] == "StepLR (step size 6, gamma 0.1)"
    assert set(rows) == {"network: parameters", "network: unit", "network: input", "network: transition",
                         "learning-rate schedule"}


def test_settings_name_all_that_is_no_default():
    found = dict(report.settings("beyond/smallest").rows)
    assert list(found) == ["network", "training images", "batch size", "optimizer", "learning-rate schedule",
                           "number of epochs", "averaging of the weights"]
    assert "parameters; unit: conv" in found["network"] and "degrees ±10" in found["training images"]


@pytest.mark.parametrize("name", [name for name, step in EXPERIMENTS.items() if step.before])
def test_every_step_can_say_what_changed(name):
    rows = rows_of(name)
    assert rows and all(before != after for what, (before, after, _) in rows.items() if what != "network: parameters")
    assert any(why for *_, why in rows.values())


def test_of_a_block_only_the_layers_that_differ_are_named():
    rows = rows_of("same-padding/dropout")
    for block in ("network: block1", "network: block2", "network: output"):
        before, after, _ = rows[block]
        assert "\n" not in before + after and after == before.replace("conv → relu", "conv → dropout → relu")


def test_a_stacked_table_names_the_column_in_each_cell_that_has_something():
    html = PageTable("t", ("", "a", "b"), (("row", "1", ""),), stacked=True)._repr_html_()
    named = [attributes.get("data-column") for tag, attributes in Tags(html).found if tag == "td"]
    assert named[-2:] == ["a", None] and 'class="table stacked"' in html


@pytest.mark.parametrize("of, way", [((9_930, 9_932, 9_931), "It falls."), ((9_960, 9_961, 9_962), "It rises."),
                                     ((9_930, 9_960, 9_945), "The seeds cannot tell.")])
def test_a_page_asks_which_way_the_accuracy_goes(tmp_path, monkeypatch, of, way):
    assert report.numbers(STEP)["epoch"].endswith(("seconds", "minutes", "hours"))  # of the book's own records
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    for seed, correct in enumerate((9_945, 9_946, 9_947)):
        save(run_of(*[9_000] * 14, correct, seed=seed, step="six-models/augmentation"))
    for seed, correct in enumerate(of):
        save(run_of(*[9_000] * 14, correct, seed=seed))
    assert report.numbers(STEP)["way"] == way and "way" not in report.numbers("six-models/setup")


# --- ours against the source's -------------------------------------------------------------------

@pytest.mark.parametrize(("images", "verdict"), [
    ((9_945,), NO_VERDICT), ((9_945, 9_946), NO_VERDICT), ((9_940, 9_945, 9_950), NOT_CONTRADICTED),
    ((9_930, 9_931, 9_932), FAILS),  # mean 99.31, half of the interval 4.30 · 0.01 · sqrt(4 / 3) = 0.05
    ((9_900, 9_930, 9_960), NOT_CONTRADICTED), ((9_960, 9_962, 9_961), FAILS)])
def test_a_source_is_held_to_the_prediction_of_one_more_training(tmp_path, monkeypatch, images, verdict):
    """The source's log ends at 99.45 %."""
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    for seed, correct in enumerate(images):
        save(run_of(*[9_000] * 14, correct, seed=seed))
    found = sheet.theirs(STEP)
    assert found.verdict == verdict and "99.45 %" in repr(found)
    assert ("points wide" in repr(found)) == (verdict != NO_VERDICT)
