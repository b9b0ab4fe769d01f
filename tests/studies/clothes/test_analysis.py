"""The two data sets compared: against a recomputation from the files alone, and right with no record, few, or many."""

import json
import math
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t, ttest_ind

from mnist_lib.book.statistics import CLEAR, NO_VERDICT
from mnist_lib.experiments import all_experiments
from mnist_lib.studies.clothes import analysis as fashion
from mnist_lib.studies.clothes import pages as fashion_pages
from mnist_lib.studies.clothes import plan as declared
from mnist_lib.studies.clothes.analysis import Endings, Evidence
from mnist_lib.training import records
from mnist_lib.training.records import Epoch, Run
from tests import ROOT

EXPERIMENTS = all_experiments()
PAIR = declared.PAIRS[0]


def from_the_files(results: Path) -> dict[str, list[float]]:
    """Accuracies by experiment from the JSON files alone: the last epoch of each seed."""
    files = sorted(results.glob("*/*/seed-*.json"))
    return {f"{folder.parent.name}/{folder.name}": [
        json.loads(file.read_text())["epochs"][-1]["test_correct"] / 100 for file in of]
        for folder, of in groupby(files, key=lambda file: file.parent)}


def recomputed(results: Path) -> dict:
    """The chapter's main numbers, by another library and by hand: effects, Welch intervals, factors."""
    of, found = from_the_files(results), {"pairs": {}, "ideas": {}}
    copy = {name: of.get("fashion/" + name.replace("/", "-"), []) for name in declared.NETWORKS}
    for _, before, after in declared.PAIRS:
        a, b = copy[before], copy[after]
        if min(len(a), len(b)) > 1:
            span = ttest_ind(b, a, equal_var=False).confidence_interval(0.95)
            there = [np.mean(np.log(100 - np.array(of[step]))) for step in (before, after)]
            here = [np.mean(np.log(100 - np.array(one))) for one in (a, b)]
            found["pairs"][before, after] = (np.mean(b) - np.mean(a), *span, math.exp(here[1] - here[0]),
                                             math.exp(there[1] - there[0]))
    for idea, pairs in declared.IDEAS.items():
        if all(copy[step] for pair in pairs for step in pair[1:]):
            found["ideas"][idea] = np.mean([np.mean(copy[after]) - np.mean(copy[before]) for _, before, after in pairs])
    return found


def agree(results: Path) -> int:
    """Compares library and recomputation; how many pairs there were to compare."""
    evidence, theirs = fashion.gather(), recomputed(results)
    sizes = {size.of[1:]: size for size in fashion.sizes(evidence)}
    for effect in fashion.pairs(evidence):
        if (key := effect.of[1:]) in theirs["pairs"]:
            points, low, high, here, there = theirs["pairs"][key]
            assert effect.clothes.points == pytest.approx(points)
            if high > low:  # trainings that all ended alike have no interval there
                assert tuple(effect.clothes.interval()) == pytest.approx((low, high))
            assert (sizes[key].clothes, sizes[key].mnist) == pytest.approx((here, there))
    for effect in fashion.ideas(evidence):
        if effect.of in theirs["ideas"]:
            assert effect.clothes.points == pytest.approx(theirs["ideas"][effect.of])
    return len(theirs["pairs"])


def test_the_records_alone_give_the_same():
    agree(ROOT / "results")


@pytest.fixture
def planted(empty_results):
    """Made-up trainings of every network on both data sets, some seeds more than others."""
    draw = np.random.default_rng(5)
    for i, name in enumerate(declared.NETWORKS):
        for step, level, seeds in ((name, 9_700, 4), (declared.named(name), 9_000, 2 + i % 4)):
            for seed in range(seeds):
                save(step, seed, int(level + 5 * i + draw.integers(-20, 20)), draw)
    return empty_results


def save(step: str, seed: int, correct: int, draw) -> None:
    epoch = Epoch(0.1, 0.1, 0.1, 50_000, 60_000, 0.1, correct, 1.0)
    wrong = tuple((int(i), 0) for i in sorted(draw.choice(10_000, 10_000 - correct, replace=False)))
    records.save(Run(step, EXPERIMENTS[step].fingerprint, seed, 7_000, (epoch,), wrong))


def test_planted_records_give_the_same(planted):
    assert agree(planted) == len(declared.PAIRS)
    assert fashion.gather().trainings == len(list(planted.glob("fashion/*/seed-*.json")))


def test_seeds_that_were_not_declared_do_not_count(planted):
    before = fashion.gather().seeds(PAIR.before)
    save(declared.named(PAIR.before), 99, 9_000, np.random.default_rng(0))
    assert fashion.gather().seeds(PAIR.before) == before


def test_the_size_s_interval_is_welch_s_over_four_groups(planted):
    of = from_the_files(planted)
    logs = [np.log(100 - np.array(of[step])) for step in (
        PAIR.before, PAIR.after, declared.named(PAIR.before), declared.named(PAIR.after))]
    parts = [(one.var(ddof=1) / len(one), len(one) - 1) for one in logs]
    total = sum(v for v, _ in parts)
    middle = logs[3].mean() - logs[2].mean() - (logs[1].mean() - logs[0].mean())
    half = t.ppf(0.975, total**2 / sum(v**2 / f for v, f in parts)) * math.sqrt(total)
    (size, *_) = fashion.sizes(fashion.gather())
    assert tuple(size.interval) == pytest.approx((math.exp(middle - half), math.exp(middle + half)))


def side(low: float, high: float, seeds: int = 5) -> dict[str, Endings]:
    """Every network at ``high``, the first pair's first step at ``low``; seeds scatter a little, misses are alike."""
    def ending(mean):
        values = [round(mean + 0.01 * (k - (seeds - 1) / 2), 2) for k in range(seeds)]
        return Endings(tuple(values), [range(round(100 * (100 - v))) for v in values])
    return {name: ending(low if name == PAIR.before else high) for name in declared.NETWORKS}


@pytest.mark.parametrize("clothes, kept", [
    (side(88, 91), "keeps its sign"), (side(91, 88), "turns round"), (side(90, 90), "clear on MNIST only"),
    (side(88, 91, 2), NO_VERDICT), (side(88, 91, 1), NO_VERDICT), ({}, NO_VERDICT)])
def test_what_becomes_of_a_sign(clothes, kept):
    evidence = Evidence(side(98, 99), clothes)
    first, *others = fashion.pairs(evidence)
    assert first.verdicts[0] == CLEAR and first.kept == kept
    assert {e.kept for e in others} == {"not clear on either" if kept != NO_VERDICT else NO_VERDICT}


def test_what_was_not_trained_is_withdrawn_and_counts_in_its_family(planted):
    whole = fashion.gather()
    some = Evidence(whole.mnist, {name: whole.clothes[name] for name in [*declared.SHOWN, declared.PAIRS[0].before,
                                                                         declared.PAIRS[0].after]})
    for evidence in (some, whole):
        tables = (fashion_pages.shown(evidence), fashion_pages.sizes_table(evidence),
                  fashion_pages.champion_table(evidence), fashion_pages.effects_table(fashion.pairs(evidence), "x"))
        for table in tables:
            assert table.rows and "None" not in str(table) and "nan" not in str(table).lower()
    assert "withdrawn" in fashion_pages.withdrawn(some)
    assert len(fashion.pairs(some)) == len(declared.PAIRS)
    there = [e for e in fashion.pairs(some) if e.clothes is not None]
    assert 0 < len(there) < len(declared.PAIRS)
    assert len(fashion_pages.effects_table(fashion.pairs(some), "x").rows) == len(there)
    for e in there:  # judged as one of all that were declared: more than by itself, times their number
        assert e.verdicts[1] == NO_VERDICT or e.verdicts[1].startswith("clear") <= (e.clothes.p[0] < 0.05)


def test_the_declared_size_decides_over_what_happened_to_be_trained():
    evidence = fashion.gather()
    (size,) = (s for s in fashion.sizes(evidence) if s.of.after == "three-modules/dropout")
    if evidence.trainings < fashion_pages.PLANNED:
        assert size.apart.p[0] == pytest.approx(0.0038, abs=0.0001) and size.verdict == "not clear"


def test_a_place_is_told_when_all_eight_have_three_seeds():
    whole = side(90, 90)
    whole[declared.CHAMPION] = side(90, 91)[declared.CHAMPION]
    assert fashion_pages.place_of_champion(Evidence(whole, whole)) == fashion_pages.PLACES[0]
    behind = {**whole, declared.CHAMPION: side(90, 89)[declared.CHAMPION]}
    assert fashion_pages.place_of_champion(Evidence(whole, behind)) == fashion_pages.PLACES[2]
    assert fashion_pages.places(Evidence(whole, behind))[declared.CHAMPION] == (1, len(declared.SHOWN))
    assert f"1 → {len(declared.SHOWN)}" in str(fashion_pages.shown(Evidence(whole, behind)))


