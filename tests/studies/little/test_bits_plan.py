"""What is asked of networks at fewer bits a weight was declared before the first of them was recorded."""

import json
from datetime import datetime

from mnist_lib.experiments import EXPERIMENTS, experiment
from mnist_lib.studies.little import bits_plan as bits
from mnist_lib.studies.little import bits_quantize as quantize
from mnist_lib.studies.little import bits_records
from tests.declarations import committed_once, declared


def test_the_declaration_is_that_of_the_code():
    found = declared("bits")
    del found["declared"]
    assert found == json.loads(json.dumps(bits.declaration()))
    assert (bits.PER, bits.FLOAT) == (quantize.PER, quantize.FLOAT)


def test_there_are_as_many_comparisons_as_a_family_says():
    assert {name: family.comparisons for name, family in bits.FAMILIES.items()} == {
        "rounded": 10, "scales": 10, "tuned": 6, "cost": 5, "bytes": 1}


def test_the_recipe_changes_the_training_and_not_the_network():
    for name in bits.NETWORKS:
        changed = {change.setting for change in bits.recipe(name).changes_since(experiment(name))}
        assert changed == {"epochs", "optimizer", "schedule", "averaging"} and bits.recipe(name).name not in EXPERIMENTS


def test_the_declaration_was_committed_once_and_every_record_was_made_after_it():
    committed = committed_once("bits")
    for file in bits_records.files():
        assert datetime.fromisoformat(json.loads(file.read_text())["began"]) > committed, file


def test_every_record_is_of_a_declared_network():
    plan = declared("bits")
    for file in bits_records.files():
        record = json.loads(file.read_text())
        assert plan["networks"][record["experiment"]] == record["fingerprint"] and record["seed"] in plan["seeds"]
