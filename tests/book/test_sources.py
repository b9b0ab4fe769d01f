"""sources.json against the fact sheet it was made from."""


import pytest
import yaml

from mnist_lib.book.sources import project, source, steps
from mnist_lib.experiments.catalogue import EXPERIMENTS
from mnist_lib.networks.architecture import count_parameters
from tests import ROOT

ORDER = {
    "s0": ("three-modules", "basic dropout early-pooling steplr onecycle augmentation reduced"),
    "s1": ("three-steps", "batchnorm regularization pooling-and-plateau"),
    "s2": ("six-models", "setup skeleton batchnorm dropout augmentation steplr"),
    "s3": ("same-padding", "skeleton lighter batchnorm dropout augmentation plateau"),
    "s4": ("drill-down", "setup skeleton batchnorm dropout fully-connected augmentation onecycle "
                         "skeleton-13160"),
}
NAMES = {key: iter(names.split()) for key, (_, names) in ORDER.items()}
FACTS = {}
for fact in yaml.load((ROOT / "tests" / "facts" / "experiments.yaml").read_text(),
                      getattr(yaml, "CSafeLoader", yaml.SafeLoader))["experiments"]:
    key = fact["id"][:2]
    FACTS[f"{ORDER[key][0]}/{next(NAMES[key])}"] = fact


def test_every_record_has_a_source():
    assert set(steps()) == set(FACTS) and len(FACTS) == 30


def test_every_step_of_a_source_s_path_but_the_corrected_ones_has_a_source():
    of_sources = [n for n in EXPERIMENTS if n.partition("/")[0] in {path for path, _ in ORDER.values()}]
    assert {n for n in of_sources if source(n) is None} == {n for n in of_sources if n.endswith("-corrected")}


@pytest.mark.parametrize("name", FACTS)
def test_agrees_with_the_facts(name):
    fact, ours = FACTS[name], source(name)
    assert ours.repository == fact["source"]["repo"]
    assert ours.commit == fact["source"]["commit"]
    assert fact["source"]["notebook"].startswith(ours.notebook)
    assert ours.log.train_accuracy == tuple(fact["log"]["train_acc"])
    assert ours.log.test_accuracy == tuple(fact["log"]["test_acc"])
    assert ours.log.test_loss == tuple(fact["log"]["test_loss"])
    assert ours.log.printed_learning_rate == tuple(fact["log"].get("lr_printed_in_log", ()))
    assert ours.log.best == fact["log"]["best_test"]
    assert ours.log.final == fact["log"]["final_test"]
    for last, holds in fact["log"]["last_n_all_at_or_above_99_40"].items():
        assert ours.log.holds(int(last)) is holds


@pytest.mark.parametrize("name", FACTS)
def test_claims_agree_with_the_facts(name):
    def figures(c):
        parameters = c.get("parameters")
        return (f"{parameters:,}" if isinstance(parameters, int) else parameters,
                c.get("best_train"), c.get("best_test"))

    claims = FACTS[name]["claims"]
    given = [figures(c) for c in (claims["seed_text"], *claims["repository"].values()) if c]
    assert [(c.parameters, c.train, c.test) for c in source(name).claims] == [
        g for g in given if any(v is not None for v in g)]


@pytest.mark.parametrize("name", FACTS)
def test_receptive_fields_agree_with_the_facts(name):
    rows = FACTS[name]["recomputed"]["rf_table_check"].get("rows", [])
    assert source(name).receptive_fields == tuple((row["label"], row["seed_rf"]) for row in rows)


@pytest.mark.parametrize("name", FACTS)
def test_the_wording_is_our_own(name):
    fact = FACTS[name]
    assert source(name).claim not in (fact["target"], fact["result"], fact["analysis"])


@pytest.mark.parametrize("name", FACTS)
def test_exact_parameter_claims_hold_for_our_networks(name):
    for claim in source(name).claims:
        if claim.parameters and claim.parameters.replace(",", "").isdigit():
            assert int(claim.parameters.replace(",", "")) == count_parameters(EXPERIMENTS[name].architecture)


def test_links_are_escaped():
    assert source("six-models/setup").url.endswith("/Session%207/S7_Model1.ipynb")
    assert project("three-steps").url.endswith("/58ef44ed240b6a09f507f7a1df03094dfe2a9395")


def test_a_step_that_no_source_has():
    assert source("six-models/nothing") is None


def test_a_claim_with_a_slip_counts_only_where_there_is_no_other():
    assert source("drill-down/setup").claims[0].train == 99.28  # its row lacks a cell
    assert source("drill-down/setup").claimed("train") == 99.93
    assert source("drill-down/setup").claimed("test") == 99.28
