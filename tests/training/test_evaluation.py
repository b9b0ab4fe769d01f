"""Verification: it passes on what was recorded, and fails on one byte, one count, other settings."""

import dataclasses

import pytest
import torch

from mnist_lib import files
from mnist_lib.experiments.catalogue import EXPERIMENTS
from mnist_lib.networks.builder import build
from mnist_lib.training import evaluation, records
from mnist_lib.training.evaluation import evaluate, test_set, trained, weights_file
from mnist_lib.training.records import Epoch, Run
from mnist_lib.training.verification import verify

test_set.__test__ = False  # a function of the library, not a test


@pytest.fixture
def recorded(empty_results, few_digits):
    """A record of an untrained network that says what it really scores."""
    step = EXPERIMENTS["six-models/steplr"]
    torch.manual_seed(0)
    network = build(step.architecture)
    images, labels = test_set()
    loss, predictions = evaluate(network, images, labels)
    wrong = (predictions != labels).nonzero()[:, 0]
    epoch = Epoch(0.01, 0.01, 1.0, 6000, 60_000, loss, len(labels) - len(wrong), 1.0)
    run = Run(step.name, step.fingerprint, 0, 7416, (epoch,) * 15,
              tuple(zip(wrong.tolist(), predictions[wrong].tolist())))
    content = weights_file(run, network)
    files.write_atomically(records.weights_path(run), content)
    run = dataclasses.replace(run, weights=records.sha256(records.weights_path(run)))
    records.save(run)
    return run


def problems():
    return [check.problem for check in verify()]


def test_a_true_record_passes(recorded):
    (check,) = verify()
    assert check.problem == "" and check.measured == recorded.final.test_correct


def test_trained_gives_the_recorded_network(recorded):
    torch.manual_seed(0)
    original = build("six-models/steplr").eval()
    x = torch.randn(2, 1, 28, 28)
    assert torch.equal(trained(recorded)(x), original(x))


def test_one_byte_of_the_weights_is_noticed(recorded):
    file = records.weights_path(recorded)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1  # the lowest bit of one weight
    file.write_bytes(content)
    assert "SHA-256 differs" in problems()[0]


def test_missing_weights_are_noticed(recorded):
    records.weights_path(recorded).unlink()
    assert "seed-0.safetensors is missing" in problems()[0]


def test_evaluate_counts_what_argmax_says():
    network = torch.nn.Flatten()
    images = torch.eye(10)[[3, 1, 4]].view(3, 10, 1, 1) * 9
    loss, predictions = evaluation.evaluate(network, images, torch.tensor([3, 1, 5]))
    assert predictions.tolist() == [3, 1, 4]
    expected = -torch.log_softmax(torch.tensor([9.0] + [0.0] * 9), 0)
    assert loss == pytest.approx(((2 * expected[0] + expected[1]) / 3).item(), abs=1e-5)
