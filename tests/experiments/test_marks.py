"""The next marks: declared before their first trial, with seeds that the final trainings don't have."""

import json
from datetime import datetime, timedelta

import pytest

from mnist_lib.experiments import CHAMPION, MARKS, experiment, marks
from mnist_lib.networks import count_parameters
from mnist_lib.training import records
from tests.experiments.declarations import committed_once, declared

TRIALS = [file for name in MARKS for file in (records.root() / "search" / name).glob("*.json")]


@pytest.mark.parametrize("name", marks.DECLARED)
def test_the_declaration_is_that_of_the_code(name):
    found = declared(name)
    del found["declared"]
    assert found == json.loads(json.dumps(marks.declaration(name)))


def test_every_search_is_declared_once():
    assert [search for _, aims in marks.DECLARED.values() for search, _ in aims] == list(MARKS.values())


@pytest.mark.parametrize("name", marks.DECLARED)
def test_the_declaration_was_committed_once_and_every_trial_began_after_it(name):
    committed = committed_once(name)
    for search, _ in marks.DECLARED[name][1]:
        for file in (records.root() / "search" / search.name).glob("*.json"):
            trial = json.loads(file.read_text())
            assert datetime.fromisoformat(trial["ended"]) - timedelta(seconds=trial["seconds"]) > committed, file


def test_no_seed_of_a_trial_is_one_of_the_final_trainings():
    for search in MARKS.values():
        assert not set(search.trial_seeds) & set(marks.FINAL_SEEDS)
    assert {int(file.stem.rpartition("-")[2]) for file in TRIALS} <= {100, 101, 102}
    assert list(CHAMPION.trial_seeds) == [0, 1]  # as it was


@pytest.mark.parametrize("name", MARKS)
def test_a_round_s_labels_do_not_depend_on_what_was_best_before_it(name):
    """So that the declaration, which lists them, lists what is tried."""
    search = MARKS[name]
    for each in search.rounds:
        assert list(each.candidates(search.start)) == list(each.candidates(experiment("beyond/champion")))


def test_every_network_is_below_the_limit_it_is_for():
    assert all(count_parameters(a) < 4_000 for a in marks.REPEATED.values())
    assert all(count_parameters(a) < 8_000 for a in marks.BETTER_NETWORKS.values())
    assert {count_parameters(marks.cropped(margin)) for margin in range(5)} == {
        count_parameters(experiment("beyond/fastest").architecture)}
