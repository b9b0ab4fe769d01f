"""What is asked of networks at fewer bits a weight was declared before the first of them was recorded."""


from mnist_lib.experiments import EXPERIMENTS, experiment
from mnist_lib.studies.little import bits_plan as bits
from mnist_lib.studies.little import bits_quantize as quantize
from mnist_lib.studies.little.bits_records import KEPT
from tests.declarations import declared, family_sizes, made_as_declared


def test_the_declaration_is_that_of_the_code():
    found = declared("bits")
    assert found["networks"] == {name: experiment(name).fingerprint for name in bits.NETWORKS}
    assert found["recipe"] == {name: bits.recipe(name).fingerprint for name in bits.NETWORKS}
    assert (found["seeds"], found["bits"], found["scales"]) == (list(bits.SEEDS), list(bits.WIDTHS), list(bits.PER))
    assert found["tuned"] == {name: list(widths) for name, widths in bits.TUNED.items()}
    assert (bits.PER, bits.FLOAT) == (quantize.PER, quantize.FLOAT)
    assert family_sizes("bits") == bits.FAMILIES == {"rounded": 10, "scales": 10, "tuned": 6, "cost": 5, "bytes": 1}


def test_the_recipe_changes_the_training_and_not_the_network():
    for name in bits.NETWORKS:
        changed = {change.setting for change in bits.recipe(name).changes_since(experiment(name))}
        assert changed == {"epochs", "optimizer", "schedule", "averaging"} and bits.recipe(name).name not in EXPERIMENTS


def test_the_declaration_was_committed_once_and_every_record_is_of_it_and_began_after_it():
    made_as_declared("bits", KEPT.files(), lambda plan, of: plan["networks"][of["experiment"]] == of[
        "fingerprint"] and of["seed"] in plan["seeds"])
