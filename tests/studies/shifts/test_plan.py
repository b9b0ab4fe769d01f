"""What is asked of the stored networks was declared before any of them was evaluated."""


import pytest

from mnist_lib.book import NO_VERDICT
from mnist_lib.experiments import EXPERIMENTS, FINALS, experiment, recorded_as
from mnist_lib.studies.shifts import analysis, calibration
from mnist_lib.studies.shifts import plan as travel
from mnist_lib.studies.shifts.transforms import SHIFTS
from tests import ROOT
from tests.declarations import declared, family_sizes, made_as_declared

RECORDED = sorted((ROOT / "results/travel").glob("*/*.json"))


def test_the_declaration_is_that_of_the_code():
    found = declared("travel")
    assert found["networks"] == {name: experiment(name).fingerprint for name in travel.NETWORKS}
    assert found["shifts"] == {shift.name: list(shift.levels) for shift in SHIFTS.values()}
    assert (found["trained later"], found["bins"], found["resamples"]) == (
        list(travel.TO_COME), travel.BINS, travel.RESAMPLES)
    assert found["shifted images"].startswith(f"every {travel.EVERY}th ")
    assert f"every {travel.FIT_EVERY}th training image" in found["temperature"]


def test_the_networks_are_the_finals_the_pairs_and_the_records_of_the_leaderboard():
    ideas = pytest.importorskip("mnist_lib.studies.ideas.analysis")
    steps = {recorded_as(name) for effect in ideas.alone() for name in (effect.before, effect.after)}
    assert steps | set(FINALS) | {"beyond/champion", "beyond/smallest"} <= set(travel.STORED)
    assert all(recorded_as(name) == name for name in travel.NETWORKS) and set(travel.NETWORKS) <= set(EXPERIMENTS)
    for before, after in travel.PAIRS:
        assert ideas.ideas_between(before, after) == ["augmentation"]
        assert experiment(after).augmented and not experiment(before).augmented


def test_there_are_as_many_comparisons_as_a_family_says():
    assert family_sizes("travel") == {"projects": 8, "pairs": 32, "factorial": 8, "moved": 32, "ranks": 8, "sure": 6,
                                      "temperature": 6}
    assert {len(shift.levels) for shift in SHIFTS.values()} == {5}
    families = (analysis.factorial, analysis.pairs, analysis.moved, analysis.ranks)
    assert [len(family()) for family in families] == [8, 32, 32, 8]
    assert sum(found.verdicts[0] != NO_VERDICT for found in calibration.every()) == 6


def test_the_declaration_was_committed_once_and_every_record_is_of_it_and_began_after_it():
    made_as_declared("travel", RECORDED, lambda plan, of: plan["networks"][of["experiment"]] == of["fingerprint"])
