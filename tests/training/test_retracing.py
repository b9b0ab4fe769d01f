"""Weights of the last epoch, had from a recorded training that is done again."""

import dataclasses
import os

import pytest

from mnist_lib.experiments import catalogue
from mnist_lib.training import campaigns, records
from mnist_lib.training.evaluation import trained
from mnist_lib.training.loop import fit
from mnist_lib.training.retracing import limited_instructions, retrace_task, retrace_weights, without_weights
from mnist_lib.training.verification import verify

NAME = "six-models/steplr"


@pytest.fixture
def kept(empty_results, few_digits, short, monkeypatch):
    """The weights' file of two recorded seeds, of which the record says nothing and which are gone."""
    step = dataclasses.replace(short(NAME), name=NAME)
    monkeypatch.setitem(catalogue.EXPERIMENTS, NAME, step)
    contents = {}
    for seed in (0, 1):
        run = fit(NAME, seed, "cpu", progress="none")
        contents[seed] = records.weights_path(run).read_bytes()
        records.weights_path(run).unlink()
        records.save(dataclasses.replace(run, weights=None))
    return contents


def test_the_weights_are_those_that_the_training_had(kept):
    assert without_weights([NAME]) == [(NAME, 0), (NAME, 1)]
    file = retrace_weights(NAME, 1, progress="none")
    assert file.read_bytes() == kept[1] and without_weights([NAME]) == [(NAME, 0)]
    trained(records.of(NAME)[1])
    assert {check.seed: check.problem for check in verify()}[1] == ""


def test_nothing_else_of_the_record_changes(kept):
    before = records.of(NAME)[1]
    retrace_weights(NAME, 1, progress="none")
    after = records.of(NAME)[1]
    assert after.weights and dataclasses.replace(after, weights=None) == before and after.ended == before.ended
    assert [e.seconds for e in after.epochs] == [e.seconds for e in before.epochs]
    assert before.retraced is None and after.retraced == after.machine == before.machine


def with_engine(run, engine):
    records.save(dataclasses.replace(run, machine={**run.machine, "engine": engine}))


def test_a_training_is_repeated_with_the_engine_of_its_record(kept):
    older = "channels-last, fused SGD, 16-bit dropout masks, Winograd for wide layers, kept memory"
    with_engine(records.of(NAME)[0], older)  # no layer of this network is one of those that it lacks
    with_engine(records.of(NAME)[1], "channels-last, fused SGD")  # PyTorch's own dropout draws other masks
    assert retrace_weights(NAME, 0, progress="none").read_bytes() == kept[0]
    assert records.of(NAME)[0].retraced["engine"] == older
    with pytest.raises(ValueError, match="rounds differently"):
        retrace_weights(NAME, 1, progress="none")


def swapped(run, misclassified=None, **epoch):
    """The run, with another last epoch or other mistakes."""
    *first, last = run.epochs
    return dataclasses.replace(run, epochs=(*first, dataclasses.replace(last, **epoch)),
                               misclassified=misclassified or run.misclassified)


@pytest.mark.parametrize("change", ["count", "loss", "digit"])
def test_a_training_that_does_not_repeat_leaves_all_as_it_was(kept, change):
    run = records.of(NAME)[0]
    (index, digit), *others = run.misclassified
    label = label_of(index)
    records.save({
        "count": lambda: swapped(run, run.misclassified[1:], test_correct=run.final.test_correct + 1),
        "loss": lambda: swapped(run, test_loss=run.final.test_loss + 1e-6),
        "digit": lambda: swapped(run, ((index, next(d for d in range(10) if d not in (digit, label))), *others)),
    }[change]())
    before = records.path(NAME, 0).read_bytes()
    with pytest.raises(ValueError, match=f"{NAME}, seed 0: .*in the record.*--without-avx512" if change == "count"
                       else "not every loss and every misclassified image.*--without-avx512"):
        retrace_weights(NAME, 0, progress="none")
    assert records.path(NAME, 0).read_bytes() == before
    assert not records.path(NAME, 0).with_suffix(".safetensors").exists()


def label_of(index: int) -> int:
    from mnist_lib.data import mnist

    return int(mnist("test").labels[index])


@pytest.mark.parametrize("told", [{"threads": "many"}, {"caches": [49152, 2097152]}, {"caches": "48 KiB"},
                                  {"caches": [49152, 0, 1]}])
def test_what_is_said_of_the_machine_is_checked(kept, told):
    retrace_weights(NAME, 0, progress="none")
    records.save(dataclasses.replace(records.of(NAME)[0], retraced=told))
    with pytest.raises(ValueError, match=rf"retraced\.{next(iter(told))}"):
        records.of(NAME)


def test_a_campaign_retraces_side_by_side(kept):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as executor:
        ends = list(campaigns.campaign(without_weights([NAME]), executor, work=retrace_task))
    assert [(e.task.seed, e.error) for e in ends] == [(0, ""), (1, "")] and without_weights([NAME]) == []


def test_large_networks_keep_none(kept, monkeypatch):
    monkeypatch.setattr("mnist_lib.training.evaluation.ALL_SEEDS_UNDER", 1_000)
    assert without_weights([NAME]) == [(NAME, 0)]


def test_instructions_are_limited_for_processes_begun_inside(monkeypatch):
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    with limited_instructions():
        assert os.environ["ATEN_CPU_CAPABILITY"] == "avx2" and os.environ["ONEDNN_MAX_CPU_ISA"] == "AVX2"
    assert os.environ["ATEN_CPU_CAPABILITY"] == "default" and "ONEDNN_MAX_CPU_ISA" not in os.environ
