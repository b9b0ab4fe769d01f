"""What is trained on Fashion-MNIST is the book's networks, frozen, and it was declared before any of them began."""


import pytest

from mnist_lib.data import FASHION_MNIST, Normalize
from mnist_lib.experiments import FINALS, all_experiments, experiment, recorded_as
from mnist_lib.studies.clothes import analysis
from mnist_lib.studies.clothes import plan as fashion
from mnist_lib.training import records
from tests.declarations import declared, family_sizes, made_as_declared

EXPERIMENTS = all_experiments()
COPIES = [step for step in EXPERIMENTS.values() if step.path == "fashion"]
RECORDED = records.files("fashion/*")


def test_a_copy_differs_in_the_data_and_its_two_numbers_alone():
    assert len(COPIES) == len(fashion.NETWORKS) == 29
    for copy in COPIES:
        of = experiment(copy.before)
        assert copy.name == fashion.named(of.name) and recorded_as(copy) == copy.name
        assert {change.setting for change in copy.changes_since(of)} == {"data_set", "transforms"}
        assert copy.data_set == "fashion-mnist" and of.data_set == "mnist"
        assert len(copy.transforms) == len(of.transforms)
        for ours, theirs in zip(copy.transforms, of.transforms, strict=True):
            assert ours == (Normalize(0.2860, 0.3530) if isinstance(theirs, Normalize) else theirs)


def test_the_networks_are_the_finals_the_records_and_the_pairs_of_the_page_of_ideas():
    ideas = pytest.importorskip("mnist_lib.studies.ideas.analysis")
    assert fashion.HANDED_IN == FINALS
    assert [(e.idea, recorded_as(e.before), recorded_as(e.after)) for e in ideas.by_idea(ideas.alone())] == [
        tuple(pair) for pair in fashion.PAIRS]
    for idea, pairs in fashion.IDEAS.items():
        projects = [pair.before.partition("/")[0] for pair in pairs]
        assert len(set(projects)) == len(projects) and {pair.idea for pair in pairs} == {idea}


def test_the_declaration_is_that_of_the_code():
    found = declared("fashion")
    assert found["networks"] == {copy.name: {"of": copy.before, "fingerprint": copy.fingerprint, "on MNIST":
                                             experiment(copy.before).fingerprint} for copy in COPIES}
    assert list(found["networks"]) == list(map(fashion.named, fashion.NETWORKS))
    assert found["seeds"] == list(fashion.SEEDS) and found["pairs"] == [pair._asdict() for pair in fashion.PAIRS]
    assert found["ideas"] == {idea: [f"{pair.before} to {pair.after}" for pair in pairs]
                              for idea, pairs in fashion.IDEAS.items()}
    assert {name: found["data set"][name] for name in ("name", "mean", "std", "md5")} == {
        "name": FASHION_MNIST.name, "mean": FASHION_MNIST.mean, "std": FASHION_MNIST.std, "md5": FASHION_MNIST.md5}


def test_there_are_as_many_comparisons_as_a_family_says():
    evidence = analysis.gather()
    assert family_sizes("fashion") == {"ideas": 4, "pairs": 20, "sizes": 20, "champion": 7, "ranks": 3}
    families = (analysis.ideas, analysis.pairs, analysis.sizes, analysis.champion)
    assert [len(family(evidence)) for family in families] == [4, 20, 20, 7]


def test_the_declaration_was_committed_once_and_every_record_is_of_it_and_began_after_it():
    made_as_declared("fashion", RECORDED, lambda plan, of: plan["networks"][of["experiment"]]["fingerprint"] == of[
        "fingerprint"] and of["seed"] in plan["seeds"])
