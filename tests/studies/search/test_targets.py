"""The next marks: declared before their first trial, with seeds that the final trainings don't have."""

import dataclasses
import json
from datetime import datetime

import pytest

from mnist_lib.experiments import BETTER_NETWORKS, REPEATED, experiment
from mnist_lib.networks import count_parameters
from mnist_lib.studies.search import targets as marks
from mnist_lib.studies.search.first import CHAMPION
from mnist_lib.studies.search.spaces import Least, Search
from mnist_lib.studies.search.targets import AGAIN, MARKS
from mnist_lib.training import records
from tests.declarations import began, committed_once, declared

COMMITTED = ("again",)  # the commits that brought the other declarations before their trials are lost


DECLARATIONS = ("marks", "better", "again")


def trials(name: str) -> list[dict]:
    """All trials of the searches of a declaration."""
    return [json.loads(file.read_text()) for search in declared(name)["searches"]
            for file in (records.root() / "search" / search).glob("*.json")]


def described(search: Search) -> dict:
    """A search as a declaration has it; the labels of a round don't depend on the one before."""
    return {"start": search.start.fingerprint, "seeds": list(search.trial_seeds), "last": search.last, "rounds": [
        {"question": each.question,
         "candidates": {label: step.fingerprint if number == 0 else label
                        for label, step in each.candidates(search.start).items()},
         "rule": (f"the fewest {each.choose.cost} with at least {each.choose.enough} %, or the highest score"
                  if isinstance(each.choose, Least) else "the highest score")}
        for number, each in enumerate(search.rounds)]}


@pytest.mark.parametrize("name", DECLARATIONS)
def test_the_declaration_is_that_of_the_code(name):
    found = declared(name)["searches"]
    assert found == json.loads(json.dumps({search: described(marks.SEARCHES[search]) for search in found}))


def test_every_search_is_declared_once():
    found = [search for name in DECLARATIONS for search in declared(name)["searches"]]
    assert sorted(found) == sorted((*MARKS, *(search.name for search in AGAIN.values()))) and len(found) == 6


@pytest.mark.parametrize("name", DECLARATIONS)
def test_every_trial_began_after_the_declaration(name):
    """By the times in the files, and where the declaration's commit is kept, by the history."""
    begun = list(map(began, trials(name)))
    assert begun and min(begun) > datetime.fromisoformat(declared(name)["declared"])
    if name in COMMITTED:
        assert min(begun) > committed_once(name)


def test_a_second_search_is_the_first_with_other_seeds():
    for first, second in zip(MARKS.values(), AGAIN.values(), strict=True):
        assert second == dataclasses.replace(first, name=second.name, first_seed=200)


def test_no_seed_of_a_trial_is_one_of_the_final_trainings():
    for search in (*MARKS.values(), *AGAIN.values()):
        assert not set(search.trial_seeds) & set(range(10))
    for name, first in (("marks", 100), ("better", 100), ("again", 200)):
        assert {trial["seed"] for trial in trials(name)} <= {first, first + 1, first + 2}
    assert list(CHAMPION.trial_seeds) == [0, 1]  # as it was


@pytest.mark.parametrize("name", MARKS)
def test_a_round_s_labels_do_not_depend_on_what_was_best_before_it(name):
    """So that the declaration, which lists them, lists what is tried."""
    search = MARKS[name]
    for each in search.rounds:
        assert list(each.candidates(search.start)) == list(each.candidates(experiment("beyond/champion")))


def test_every_network_is_below_the_limit_it_is_for():
    assert all(count_parameters(a) < 4_000 for a in REPEATED.values())
    assert all(count_parameters(a) < 8_000 for a in BETTER_NETWORKS.values())
    assert {count_parameters(marks.cropped(margin)) for margin in range(5)} == {
        count_parameters(experiment("beyond/fastest").architecture)}
