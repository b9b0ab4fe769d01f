"""The factorial's plan is of resolution V, and it was declared before any of its records began."""

import itertools
from datetime import datetime

from mnist_lib.experiments import EXPERIMENTS, factorial
from mnist_lib.networks import count_parameters
from mnist_lib.training import records
from tests.declarations import RULES_OF_THE_FACTORIAL, committed, declared, made_as_declared

CELLS = factorial.CELLS
RECORDED = [file for file in records.files() if file.parent.parent.name == "factorial"]


def signs(*factors) -> tuple[int, ...]:
    """The column of an effect: the product of its factors' signs, cell by cell."""
    product = [1] * len(CELLS)
    for factor in factors:
        product = [p * (1 if on[factor] else -1) for p, on in zip(product, CELLS)]
    return tuple(product)


def test_no_effect_is_mixed_with_another():
    """The columns of the mean, five main effects and ten interactions of two are orthogonal: sixteen of sixteen."""
    effects = [(), *itertools.combinations(range(5), 1), *itertools.combinations(range(5), 2)]
    columns = [signs(*effect) for effect in effects]
    assert len(columns) == len(CELLS) == 16
    for a, b in itertools.combinations(columns, 2):
        assert sum(x * y for x, y in zip(a, b)) == 0


def test_only_what_is_switched_differs():
    cells = list(CELLS.values())
    for on, cell in CELLS.items():
        assert count_parameters(cell.architecture) < 8_000 and EXPERIMENTS[cell.name] is cell
        assert on == ("batchnorm" in cell.architecture.unit, cell.architecture.dropout > 0, cell.augmented,
                      cell.schedule is not None, cell.averaging > 0)
    assert {(c.batch_size, c.epochs, c.optimizer.momentum, c.initialization) for c in cells} == {(128, 15, 0.9, "he")}
    assert len({c.fingerprint for c in cells}) == 16


def test_the_declaration_is_that_of_the_code():
    assert declared("factorial")["cells"] == {cell.name: cell.fingerprint for cell in CELLS.values()}
    assert declared("factorial")["seeds"] == list(factorial.SEEDS)


def test_the_rules_of_the_analysis_were_committed_before_the_first_training_had_ended():
    first = committed(*RULES_OF_THE_FACTORIAL)
    for file in RECORDED:
        assert datetime.fromisoformat(records.load(file).ended) > first, file


def test_the_declaration_was_committed_once_and_every_record_is_of_it_and_began_after_it():
    made_as_declared("factorial", RECORDED, lambda plan, of: plan["cells"][of["experiment"]] == of[
        "fingerprint"] and of["seed"] in plan["seeds"])
