"""The size curve is declared before any of its trainings, and a seed's own images are what it trains on."""


import pytest

from mnist_lib.experiments import all_experiments
from mnist_lib.studies.little import plan as little
from mnist_lib.studies.little.plan import LITTLE
from mnist_lib.training import records
from tests.declarations import declared, family_sizes, made_as_declared

EXPERIMENTS = all_experiments()
RECORDED = [file for file in records.files() if file.parent.parent.name == "little"]
OF = {e.name: (name, e) for name, found in LITTLE.items() for e in found}


def test_only_the_number_of_images_differs():
    for name, found in LITTLE.items():
        for e in found:
            assert [change.setting for change in e.changes_since(EXPERIMENTS[name])] == ["images"]
            assert EXPERIMENTS[e.name] is e
    assert {name: [e.images for e in found] for name, found in LITTLE.items()} == {
        "beyond/champion": [300, 1000, 3000, 10000, 30000], "beyond/smallest": [300, 1000, 3000, 10000, 30000],
        "six-models/setup": [300, 1000, 3000, 10000]}


def test_an_epoch_shows_ten_thousand_images_at_least():
    assert {e.images: (e.passes, e.shown, e.steps_per_epoch) for _, e in OF.values()} == {
        300: (34, 10_200, 80), 1_000: (10, 10_000, 79), 3_000: (4, 12_000, 94), 10_000: (1, 10_000, 79),
        30_000: (1, 30_000, 235)}


@pytest.mark.parametrize("images", [-1, 55_001])
def test_more_images_than_there_are_is_an_error(short, images):
    with pytest.raises(ValueError, match="images must be from 0 .all. to 55,000"):
        short(held_out=5_000, images=images)


def test_the_declaration_is_that_of_the_code():
    found = declared("little")
    assert found["experiments"] == {e.name: e.fingerprint for steps in LITTLE.values() for e in steps}
    assert found["seeds"] == {name: list(range(seeds)) for name, seeds in little.SEEDS.items()}
    assert found["levels"] == {str(images): why for images, why in little.LEVELS.items()}
    assert family_sizes("little") == little.FAMILIES == {"more data": 10, "small": 6, "large": 4}


def test_the_declaration_was_committed_once_and_every_record_is_of_it_and_began_after_it():
    def planned(plan, of):
        name, step = OF[of["experiment"]]
        return (plan["experiments"][of["experiment"]] == of["fingerprint"] and of["seed"] in plan["seeds"][name]
                and of["epochs"][-1]["train_images"] == step.shown)

    made_as_declared("little", RECORDED, planned)
