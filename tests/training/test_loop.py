"""The trainer: against a plain loop, killed and resumed, stopped by hand, and with bad numbers."""

import dataclasses

import pytest
import torch
import torch.nn.functional as F

from mnist_lib.data.augment import Normalize, RandomRotation, ToTensor
from mnist_lib.data.loading import mnist
from mnist_lib.experiments.catalogue import PLAIN
from mnist_lib.experiments.settings import SGD, OneCycleLR
from mnist_lib.networks.builder import build
from mnist_lib.training import checkpoints, loop
from mnist_lib.training.loop import Interrupted, NotFinite, fit, train
from tests.conftest import FEW_TEST


@pytest.mark.parametrize("name, precision", [
    ("six-models/skeleton", torch.float32),
    # Batch normalization doubles a rounding error every few steps: in single precision a plain loop is
    # several thousandths away from itself in double precision after fifty. So both run in double.
    ("six-models/batchnorm", torch.float64), ("three-modules/reduced", torch.float64)])
def test_fifty_steps_equal_a_plain_loop(short, monkeypatch, name, precision):
    """The engine against ten lines of ordinary PyTorch: the same losses."""
    step = dataclasses.replace(short(name), batch_size=64, transforms=PLAIN)
    monkeypatch.setattr(loop, "build", lambda architecture: build(architecture).to(precision))
    images = Normalize()(ToTensor()(mnist("train").images[:3200], None), None).to(precision)
    labels = mnist("train").labels[:3200].long()

    torch.manual_seed(5)
    network = build(step.architecture).to(precision)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
    order = torch.randperm(3200, generator=torch.Generator().manual_seed(5))
    plain = []
    for part in order.split(64):
        loss = F.cross_entropy(network(images[part]), labels[part])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        plain.append(loss.item() * 64)

    torch.manual_seed(5)
    engine = loop.Training(step, 5, torch.device("cpu"))
    losses, _ = loop.train_epoch(engine.network, images, labels, step, engine.optimizer,
                                     engine.schedule, torch.Generator().manual_seed(5))
    assert len(losses) == 50
    assert torch.allclose(losses / 64, torch.tensor(plain) / 64, rtol=0, atol=1e-4)


def test_what_a_run_records(empty_results, few_digits, short):
    run = fit(short(), seed=3, device="cpu", progress="none")
    assert (run.experiment, run.seed, run.parameters) == ("short/steplr", 3, 7416)
    assert len(run.epochs) == 2 and run.epochs[0].train_images == 512
    assert len(run.misclassified) == FEW_TEST - run.final.test_correct
    labels = mnist("test").labels
    assert all(labels[index] != digit for index, digit in run.misclassified)
    assert run.machine["device"] == "cpu" and run.machine["torch"] == torch.__version__
    assert run.final.train_loss < run.epochs[0].train_loss


def test_a_recorded_run_is_not_trained_again(empty_results, few_digits, short, monkeypatch):
    first = fit(short(), device="cpu", progress="none")
    monkeypatch.setattr(loop, "train", lambda *a, **k: pytest.fail("it was trained again"))
    assert fit(short(), device="cpu") == first


def test_the_same_call_gives_the_same_numbers(few_digits, short):
    augmented = short("six-models/augmentation", epochs=1)
    first, one = train(augmented, seed=7, device="cpu")
    second, two = train(augmented, seed=7, device="cpu")
    assert [(e.train_loss, e.test_correct) for e in first.epochs] == [
        (e.train_loss, e.test_correct) for e in second.epochs]
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), two.state_dict().values()))
    third, _ = train(augmented, seed=8, device="cpu")
    assert third.epochs[0].train_loss != first.epochs[0].train_loss


def test_the_caller_s_random_numbers_stay_as_they_were(few_digits, short):
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    train(short(epochs=1), device="cpu")
    assert torch.equal(torch.rand(3), expected)


def test_ctrl_c_keeps_the_finished_epochs_and_says_how_to_go_on(empty_results, few_digits, short,
                                                                  stopped_in_the_second_epoch):
    with pytest.raises(Interrupted, match=r"epoch 2 of 2; the first 1 are kept; .*fit\(.*again to go on"):
        fit(short(), device="cpu", progress="none")
    stopped_in_the_second_epoch.undo()
    assert len(fit(short(), device="cpu", progress="none").epochs) == 2


def test_a_loss_that_is_no_number_is_named_with_epoch_and_step(few_digits, short):
    with pytest.raises(NotFinite, match=r"short/skeleton, seed 0: .* epoch 1, update \d+ of 4; .*1e\+12"):
        train(short("six-models/skeleton", optimizer=SGD(1e12)), device="cpu")


def kept_after(epochs, step, seed=0):
    """The checkpoint of a training after so many epochs."""
    file = checkpoints.path("short/steplr", seed)
    engine = loop.Training(step, seed, torch.device("cpu"))
    for _ in range(epochs):
        engine.epoch()
    checkpoints.keep(engine, file)
    return file


def test_again_trains_although_a_finished_checkpoint_was_left(empty_results, few_digits, short, monkeypatch):
    first = fit(short(), device="cpu", progress="none")
    file = kept_after(2, short())
    seen, real = [], loop.train_epoch
    monkeypatch.setattr(loop, "train_epoch", lambda *a: seen.append(1) or real(*a))
    again = fit(short(), device="cpu", progress="none", again=True)
    assert len(seen) == 2 and again.misclassified == first.misclassified and not file.exists()


def test_a_renamed_checkpoint_is_not_recorded_as_another_seed(empty_results, few_digits, short):
    kept_after(1, short(), seed=1).rename(checkpoints.path("short/steplr", 0))
    with pytest.warns(UserWarning, match="its seed is 1, and this training's is 0"):
        run = fit(short(), device="cpu", progress="none")
    assert run.epochs[0].train_loss == train(short(), 0, "cpu")[0].epochs[0].train_loss


@pytest.mark.parametrize("lacking", ["network", "optimizer", "schedule", "epochs", "random"])
def test_a_checkpoint_that_lacks_a_part_is_set_aside(empty_results, few_digits, short, monkeypatch, lacking):
    real = torch.save
    monkeypatch.setattr(torch, "save", lambda state, file: real({k: v for k, v in state.items() if k != lacking}, file))
    file = kept_after(1, short())
    monkeypatch.undo()
    engine = loop.Training(short(), 0, torch.device("cpu"))
    with pytest.raises(checkpoints.Refused, match="does not fit this network"):
        checkpoints.resume(engine, file)


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, True, "0", None])
def test_a_seed_that_is_none_is_told(empty_results, few_digits, short, seed):
    with pytest.raises(ValueError, match="a seed is a whole number"):
        fit(short(), seed=seed)


def test_no_room_is_told_before_the_first_epoch(empty_results, few_digits, short, monkeypatch):
    monkeypatch.setattr(loop, "train", lambda *a, **k: pytest.fail("it was trained"))
    empty_results.mkdir()
    (empty_results / "short").write_text("a file in place of the folder")
    with pytest.raises(OSError, match="seed-0.checkpoint cannot be written"):
        fit(short(), device="cpu")


def test_the_schedule_is_advanced_with_every_batch(few_digits, short):
    cycle = OneCycleLR(0.1, epochs=2, steps_per_epoch=4)
    run, _ = train(short("six-models/batchnorm", schedule=cycle), device="cpu")
    assert run.epochs[0].learning_rate == pytest.approx(0.1 / 25)
    assert run.epochs[1].learning_rate > 0.02 > run.epochs[1].last_learning_rate


def test_augmented_images_come_from_the_transforms(few_digits, short, monkeypatch):
    seen = []
    monkeypatch.setattr(RandomRotation, "__call__", lambda self, x, g: seen.append(x.dtype) or x)
    train(short("six-models/augmentation", epochs=1), device="cpu")
    assert seen == [torch.uint8] * 4


def test_a_device_that_is_not_there_says_so(few_digits, short):
    with pytest.raises(ValueError, match="no device 'nonsense'"):
        train(short(), device="nonsense")
