"""The training settings of every step against the fact sheet, and what an experiment promises."""

import ast
import dataclasses
import re

import pytest
import torch

from mnist_lib.data import augment
from mnist_lib.experiments.catalogue import EXPERIMENTS, PATHS, experiment, recorded_as
from mnist_lib.experiments.settings import SGD, Because, StepLR
from mnist_lib.networks.zoo import ARCHITECTURES
from mnist_lib.training.optimizer import Schedule, sgd
from tests.facts import facts

STEPS = sorted(facts())


def source_transform(text):
    """Our transform for a source's call, such as ``RandomRotation((-7.0, 7.0), fill=(1,))``."""
    call = ast.parse(text, mode="eval").body
    args = [ast.literal_eval(a) for a in call.args if not isinstance(a, ast.List)]
    options = {k.arg: ast.literal_eval(k.value) for k in call.keywords}
    if isinstance(options.get("fill"), tuple):
        options["fill"] = options["fill"][0]
    if call.func.id == "Normalize":
        args = [a[0] for a in args]
    if call.func.id == "RandomApply":
        inner = [source_transform(ast.unparse(e)) for e in call.args[0].elts]
        return augment.RandomApply((*inner, augment.Resize(28)), **options)
    return getattr(augment, call.func.id)(*args, **options)


@pytest.mark.parametrize("step", STEPS)
def test_settings_equal_the_source(step):
    ours, theirs = EXPERIMENTS[step], facts()[step]["training"]
    assert ours.batch_size == theirs["batch_size"]
    assert ours.epochs == theirs["epochs"]
    o = theirs["optimizer"]
    assert o["name"] == "SGD"
    assert ours.optimizer == SGD(o["lr"], o["momentum"], o["weight_decay"], o["nesterov"])
    texts = [t for t in theirs["train_transforms"] if t != "Resize((28, 28))"]  # joined to the crop
    assert ours.transforms == tuple(source_transform(t) for t in texts)


def rates(step, test_losses=None):
    """The rate in force in each epoch, first and last step, as torch gives it."""
    network = torch.nn.Linear(1, 1)
    settings = EXPERIMENTS[step]
    schedule = Schedule(sgd(network, settings), settings)
    steps = -(-60_000 // settings.batch_size)
    result = []
    for epoch in range(settings.epochs):
        first = schedule.rate
        for _ in range(steps if schedule.per == "batch" else 1):
            last = schedule.rate
            schedule.after_batch()
        result.append((first, last))
        schedule.after_epoch(test_losses[epoch] if test_losses else 0.0)
    return result, schedule


@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")
@pytest.mark.parametrize("step", [s for s in STEPS if facts()[s]["training"]["scheduler"]])
def test_learning_rate_of_every_epoch(step):
    record = facts()[step]
    text = str(record["training"]["scheduler"]["lr_by_epoch"])
    ours, schedule = rates(step, record["log"]["test_loss"])
    spans = re.findall(r"(\d+)(?:-(\d+))?: ([\d.e-]+)", text)
    for begin, end, rate in spans:
        for epoch in range(int(begin), int(end or begin) + 1):
            assert ours[epoch - 1][0] == pytest.approx(float(rate.rstrip(".")), rel=1e-6)
    if printed := record["log"].get("lr_printed_in_log"):
        starts = [first for first, _ in ours] + [schedule.rate]
        if len(printed) < len(starts):  # printed after the epoch, or only where it changed
            starts = list(dict.fromkeys(starts))[-len(set(printed)):]
            printed = list(dict.fromkeys(printed))
        assert starts == pytest.approx(printed, rel=1e-4)
    if step == "drill-down/onecycle":
        assert ours[0][0] == pytest.approx(6e-4)
        ends = [last for _, last in ours]
        assert ends[:4] == pytest.approx([0.0023, 0.0066, 0.0114, 0.0146], abs=6e-5)
        assert max(ends) <= 0.015 and ours[4][0] > 0.0145
        assert ends[13] == pytest.approx(3.3e-4, rel=0.02)
        assert ends[14] == pytest.approx(6e-8, rel=0.01)
    assert spans or printed or step == "drill-down/onecycle"


@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")
def test_the_corrected_cycle_reaches_its_peak_and_the_source_s_does_not():
    wrong, _ = rates("three-modules/onecycle")
    right, _ = rates("three-modules/onecycle-corrected")
    assert max(last for _, last in wrong) < 0.0007
    assert 0.0169 < max(last for _, last in right) <= 0.017


def test_every_step_of_the_sources_is_there():
    assert set(facts()) <= set(EXPERIMENTS)
    assert {p: len([e for e in PATHS[p] if not e.name.endswith("-corrected") and "13160" not in e.name])
            for p in {name.partition("/")[0] for name in facts()}} == {
        "drill-down": 7, "three-modules": 7, "three-steps": 3, "six-models": 6, "same-padding": 6}


@pytest.mark.parametrize("name", [n for n, e in EXPERIMENTS.items() if e.before])
def test_every_change_has_its_reason(name):
    step = EXPERIMENTS[name]
    changes = step.changes_since(EXPERIMENTS[step.before])
    assert changes
    assert {c.setting for c in changes} == {setting for setting, _ in step.reasons}
    assert all(c.why for c in changes)


def test_the_same_training_is_recorded_once():
    assert EXPERIMENTS["drill-down/setup"].fingerprint == EXPERIMENTS["six-models/setup"].fingerprint
    assert recorded_as("drill-down/setup") == "six-models/setup"
    others = [e.fingerprint for n, e in EXPERIMENTS.items() if n != "drill-down/setup"]
    assert len(set(others)) == len(others)


@pytest.mark.parametrize("change", [
    dict(epochs=16), dict(batch_size=64), dict(optimizer=SGD(0.01, 0.9, nesterov=True)),
    dict(schedule=StepLR(6, 0.5)), dict(transforms=()), dict(architecture=ARCHITECTURES["six-models/setup"])])
def test_fingerprint_follows_what_decides_the_result(change):
    step = EXPERIMENTS["six-models/steplr"]
    assert dataclasses.replace(step, **change).fingerprint != step.fingerprint


def test_fingerprint_ignores_names_and_reasons():
    step = EXPERIMENTS["six-models/steplr"]
    assert dataclasses.replace(step, name="a/b", reasons=(), before=None).fingerprint == step.fingerprint
    assert step.then("a/c", epochs=Because(15, "as before")).fingerprint == step.fingerprint


def test_an_unknown_name_is_told_its_nearest_neighbours():
    with pytest.raises(KeyError, match="did you mean six-models/steplr"):
        experiment("six-models/step-lr")


def test_a_schedule_that_is_not_known_is_named():
    step = dataclasses.replace(EXPERIMENTS["six-models/steplr"], schedule="cosine")
    network = torch.nn.Linear(1, 1)
    with pytest.raises(TypeError, match="'cosine'"):
        Schedule(sgd(network, step), step)
