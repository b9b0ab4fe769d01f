"""Networks at fewer bits a weight: what is recorded, the checks, and what `verify` finds."""

import base64
import dataclasses
import json
import shutil

import pytest
import torch

from mnist_lib.data import mnist
from mnist_lib.experiments import experiment
from mnist_lib.studies.little import bits_plan as declared
from mnist_lib.studies.little import bits_quantize as quantize
from mnist_lib.studies.little import bits_run as running
from mnist_lib.studies.little.bits_records import KEPT
from mnist_lib.studies.little.bits_run import verify_records
from mnist_lib.studies.stored import packed, unpacked
from mnist_lib.training import records, schema
from mnist_lib.training.evaluation import normalized, trained
from tests import ROOT

NAME = "beyond/smallest"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A place with the training of one seed, its weights, and its record at fewer bits, tuned on 1,280 images."""
    folder = tmp_path_factory.mktemp("results")
    (folder / NAME).mkdir(parents=True)
    for name in ("seed-0.json", "seed-0.safetensors"):
        shutil.copy(ROOT / "results" / NAME / name, folder / NAME)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_LIB_RESULTS", str(folder))
        whole = running.batches_of
        patch.setattr(running, "batches_of", lambda *a: tuple(part[:1280] for part in whole(*a)))
        patch.setitem(declared.TUNED, NAME, (32, 3))
        patch.setattr(declared, "WIDTHS", (8, 3))
        running.run_one(NAME, 0)
        yield folder


@pytest.fixture
def copied(written, tmp_path, monkeypatch):
    monkeypatch.setitem(declared.TUNED, NAME, (32, 3))
    monkeypatch.setattr(declared, "WIDTHS", (8, 3))
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    return tmp_path / "little/bits/smallest-0.json"


def test_a_record_says_what_a_plain_loop_counts(copied):
    data = KEPT.load(copied)
    network = quantize.folded(trained(records.load(records.path(NAME, 0))))
    images, labels = normalized(mnist("test").images[:500]), mnist("test").labels[:500]
    seen = {}
    for one in data["versions"]:
        content = (base64.b64decode(one["content"]) if one["tuned"]
                   else quantize.to_bytes(network, one["bits"], one["per"]))
        rounded = quantize.from_bytes(network, content, one["bits"], one["per"])
        with torch.no_grad():
            missed = rounded(images).argmax(1) != labels
        assert (missed != unpacked(one["missed"], 10_000)[:500]).sum() <= 1
        seen[one["bits"], one["per"], one["tuned"]] = one
    assert abs(seen[8, "channel", False]["correct"] - seen[32, "channel", False]["correct"]) < 15
    assert seen[3, "channel", False]["correct"] < seen[8, "tensor", False]["correct"]
    assert [seen[width, "channel", False]["bytes"] for width in (32, 8, 3)] == [16936, 4696, 2093]


def test_training_with_rounded_weights_helps_and_ends_on_the_grid(copied):
    data = KEPT.load(copied)
    found = {(one["bits"], one["tuned"]): one for one in data["versions"] if one["per"] == "channel"}
    assert found[3, True]["loss"] < found[3, False]["loss"] and len(found[3, True]["train_loss"]) == declared.EPOCHS
    network = quantize.folded(trained(records.load(records.path(NAME, 0))))
    rounded = quantize.from_bytes(network, base64.b64decode(found[3, True]["content"]), 3)
    for conv in quantize.convolutions(rounded).values():
        assert all(len(channel.unique()) <= 7 for channel in conv.weight)


def test_the_same_tuning_gives_the_same_weights(monkeypatch):
    whole = running.batches_of
    monkeypatch.setattr(running, "batches_of", lambda *a: tuple(part[:256] for part in whole(*a)))
    network = quantize.folded(trained(records.load(records.path(NAME, 0))))
    before = quantize.to_bytes(network, 32)
    one, two = (quantize.to_bytes(running.tuned(network, NAME, 0, 4), 4) for _ in range(2))
    assert one == two and quantize.to_bytes(network, 32) == before


def other(data, **change):
    return data["versions"][1].update(change)


@pytest.mark.parametrize("change, says", [
    (lambda data: data.update(seed=10), "seed is 10"),
    (lambda data: other(data, bits=5), "versions[1].bits is 5"),
    (lambda data: other(data, per="layer"), "versions[1].per is 'layer'"),
    (lambda data: other(data, correct=data["versions"][1]["correct"] + 1), "does not agree with its correct"),
    (lambda data: other(data, content="AA=="), "belong to the tuned ones"),
    (lambda data: data["versions"][-1].update(bytes=7), "content is not as long as its bytes"),
    (lambda data: data["versions"].pop(), "versions are not those that are declared"),
    (lambda data: data["versions"].reverse(), "versions are not those that are declared"),
    (lambda data: data.update(extra=1), "'extra' is no field")])
def test_a_record_that_breaks_a_rule_is_refused_by_name(change, says, copied):
    data = {k: v for k, v in json.loads(copied.read_text()).items() if k != "seal"}
    change(data)
    copied.write_text(json.dumps(schema.sealed(data)))
    ((name, problem),) = verify_records()
    assert name == "little/bits/smallest-0" and says in problem and copied.name in problem


def test_verify_runs_two_versions_again(copied):
    assert list(verify_records()) == [("little/bits/smallest-0", "")]
    data = {k: v for k, v in KEPT.load(copied).items() if k != "seal"}
    for one in data["versions"][1:]:  # every image is read as it is not
        missed = ~unpacked(one["missed"], 10_000)
        one.update(missed=packed(missed), correct=int((~missed).sum()))
    KEPT.save(data)
    assert "of 500 images are read otherwise than it says" in next(verify_records())[1]
    for one in data["versions"][1:]:
        missed = ~unpacked(one["missed"], 10_000)
        one.update(missed=packed(missed), correct=int((~missed).sum()),
                   **({} if one["tuned"] else {"bytes": one["bytes"] + 1}))
    KEPT.save(data)
    assert "bytes, and" in next(verify_records())[1]


def test_a_record_of_other_mistakes_is_named(copied):
    data = {k: v for k, v in KEPT.load(copied).items() if k != "seal"}
    data["versions"][0]["missed"] = packed(torch.arange(10_000) >= data["versions"][0]["correct"])
    KEPT.save(data)
    assert "are not those of the training's record" in next(verify_records())[1]


def test_the_recipe_keeps_the_images_and_the_batches():
    step, recipe = experiment(NAME), declared.recipe(NAME)
    assert dataclasses.replace(recipe, name=step.name, epochs=step.epochs, optimizer=step.optimizer,
                               schedule=step.schedule, averaging=step.averaging) == step
