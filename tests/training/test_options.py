"""What later experiments add to a training: averaged weights, images held out, smoothed labels, warm-up and decay."""

import dataclasses
import hashlib
import math

import pytest
import torch
import torch.nn.functional as F

from mnist_lib import fit
from mnist_lib.data import RandomRotation
from mnist_lib.data.loading import mnist
from mnist_lib.experiments.settings import WarmupDecay
from mnist_lib.networks import build, initialize
from mnist_lib.training import loop
from mnist_lib.training.evaluation import weights_file
from mnist_lib.training.loop import Interrupted, Training, train, train_epoch
from mnist_lib.training.optimizer import Schedule

CPU = torch.device("cpu")


def weights(network):
    return [p.detach().clone() for p in network.parameters()]


def test_the_average_follows_the_weights_after_each_step(few_digits, short):
    step = short(batch_size=128, averaging=0.9)
    engine = Training(step, 0, CPU)
    seen, update = [], engine.average.update_parameters
    engine.average.update_parameters = lambda network: (seen.append(weights(network)), update(network))
    train_epoch(engine.network, engine.images, engine.labels, step, engine.optimizer, engine.schedule,
                engine.random, None, engine.average)
    assert len(seen) == 4
    expected = seen[0]
    for now in seen[1:]:
        expected = [0.9 * a + 0.1 * w for a, w in zip(expected, now, strict=True)]
    for ours, theirs in zip(weights(engine.judged), expected, strict=True):
        torch.testing.assert_close(ours, theirs)
    assert engine.judged is not engine.network


def test_averaged_weights_are_what_is_evaluated_and_returned(few_digits, short):
    plain, network = train(short("six-models/batchnorm"), 0, "cpu")
    averaged, average = train(short("six-models/batchnorm", averaging=0.5), 0, "cpu")
    assert plain.final.train_loss == averaged.final.train_loss  # the training itself is the same
    assert plain.final.test_loss != averaged.final.test_loss
    assert not torch.equal(weights(network)[0], weights(average)[0])
    assert set(average.state_dict()) == set(network.state_dict())


def test_an_averaged_training_goes_on_where_it_was_stopped(empty_results, few_digits, short,
                                                           stopped_in_the_second_epoch):
    step = short(averaging=0.8, schedule=WarmupDecay(0.3))
    with pytest.raises(Interrupted):
        fit(step, device="cpu", progress="none")
    stopped_in_the_second_epoch.undo()
    resumed = fit(step, device="cpu", progress="none")
    whole, network = train(step, 0, "cpu")
    assert resumed.weights == hashlib.sha256(weights_file(whole, network)).hexdigest()
    assert [dataclasses.replace(e, seconds=0) for e in resumed.epochs] == [
        dataclasses.replace(e, seconds=0) for e in whole.epochs]
    assert resumed.misclassified == whole.misclassified


def test_held_out_images_are_judged_on_and_not_trained_on(short):
    step = short(held_out=5_000)
    images, labels = loop.batches_of(step, CPU)
    judged, answers = loop.judged_on(step, CPU)
    whole = mnist("train").labels
    assert torch.equal(labels, whole[:55_000]) and torch.equal(answers, whole[55_000:])
    assert len(images) == 55_000 and len(judged) == 5_000
    raw = mnist("train").images[-1].float()
    torch.testing.assert_close(judged[-1], (raw / 255 - 0.1307) / 0.3081)


def test_label_smoothing_is_that_of_cross_entropy(few_digits, short):
    step = short("six-models/skeleton", label_smoothing=0.1, batch_size=512)
    engine = Training(step, 0, CPU)
    order = torch.randperm(512, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = F.cross_entropy(engine.network(engine.images[order]), engine.labels[order], label_smoothing=0.1)
    losses, _ = train_epoch(engine.network, engine.images, engine.labels, step, engine.optimizer, engine.schedule,
                            engine.random)
    assert losses[0].item() / 512 == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize("held_out, steps", [(0, 469), (5_000, 430)])
def test_warm_up_and_decay(short, held_out, steps):
    step = short(epochs=2, schedule=WarmupDecay(0.25), held_out=held_out)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], step.optimizer.learning_rate)
    schedule, rates = Schedule(optimizer, step), []
    optimizer.step()  # changes nothing; torch wants it before the schedule's first step
    for _ in range(2 * step.steps_per_epoch):
        rates.append(schedule.rate)
        schedule.after_batch()
    peak, top = step.optimizer.learning_rate, round(0.25 * 2 * steps)
    assert len(rates) == 2 * steps
    assert rates[0] == pytest.approx(peak / top) and max(rates) == rates[top - 1] == pytest.approx(peak)
    assert 0 < rates[-1] < 1.1 * peak / (2 * steps - top)
    falls = [a - b for a, b in zip(rates[top:], rates[top + 1:])]
    assert all(math.isclose(fall, falls[0], rel_tol=1e-6) for fall in falls)


def test_the_options_count_in_the_fingerprint_only_where_they_are_used(short):
    plain = short()
    same = dataclasses.replace(plain, label_smoothing=0.0, averaging=0.0, held_out=0, initialization="",
                               images=0)
    assert plain.fingerprint == same.fingerprint
    others = [dataclasses.replace(plain, **option) for option in (
        {"label_smoothing": 0.1}, {"averaging": 0.9}, {"held_out": 5_000}, {"initialization": "he"}, {"images": 300})]
    assert len({plain.fingerprint, *(step.fingerprint for step in others)}) == 6
    assert [change.setting for change in others[1].changes_since(plain)] == ["averaging"]


def test_he_s_weights_keep_the_signal_s_size_and_pytorch_s_are_left_alone(short):
    step = short("six-models/setup", initialization="he")
    torch.manual_seed(3)
    network = Training(step, 3, CPU).network
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d):
            fan_in = layer.weight[0].numel()
            assert layer.weight.var().item() * fan_in == pytest.approx(2, rel=0.25) and not layer.bias.any()
    torch.manual_seed(3)
    plain = build(step.architecture)
    before = [p.clone() for p in plain.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(before, initialize(plain, "").parameters()))
    with pytest.raises(ValueError, match="no initialization is called 'xavier'"):
        initialize(plain, "xavier")


def test_a_seed_draws_its_own_images_and_the_smaller_sets_lie_in_the_larger(short):
    sets = {(images, seed): set(loop.drawn(60_000, seed)[:images].tolist())
            for images in (300, 1_000) for seed in (0, 1)}
    assert {key: len(found) for key, found in sets.items()} == {key: key[0] for key in sets}
    assert sets[300, 0] < sets[1_000, 0] and sets[300, 1] < sets[1_000, 1]
    assert len(sets[1_000, 0] & sets[1_000, 1]) < 50
    assert loop.drawn(60_000, 0)[:3].tolist() == [13515, 23948, 48934]  # records belong to this draw
    digits, chosen = mnist("train"), loop.drawn(60_000, 1)[:300]
    images, labels = loop.batches_of(short(transforms=(RandomRotation(5),), images=300), CPU, 1)
    assert torch.equal(images, digits.images[chosen]) and torch.equal(labels, digits.labels[chosen].long())


def test_an_epoch_goes_through_few_images_several_times(few_digits, short, empty_results):
    step = short("six-models/batchnorm", images=300, epochs=1)
    seen = []
    engine = Training(step, 0, CPU)
    engine.network.register_forward_pre_hook(
        lambda network, given: seen.append(given[0].clone()) if network.training else None)
    engine.epoch()
    assert [len(batch) for batch in seen] == [*[step.batch_size] * (step.steps_per_epoch - 1), 10_200 % step.batch_size]
    keys = torch.cat(seen).flatten(1).double() @ torch.arange(1, 785, dtype=torch.float64)
    for times in keys.split(300):  # each pass shows each image once
        assert torch.equal(times.sort().values, keys[:300].sort().values)
    assert engine.epochs[0].train_images == 10_200 and 0 < engine.epochs[0].train_correct <= 10_200


def test_all_images_are_trained_on_in_their_order(short):
    images, labels = loop.batches_of(short(transforms=(RandomRotation(5),)), CPU, 3)
    assert torch.equal(images, mnist("train").images) and torch.equal(labels, mnist("train").labels.long())
