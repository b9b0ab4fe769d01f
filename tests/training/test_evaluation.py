"""Evaluation counts what the networks say."""

import pytest
import torch

from mnist_lib.training import evaluation


def test_evaluate_counts_what_argmax_says():
    network = torch.nn.Flatten()
    images = torch.eye(10)[[3, 1, 4]].view(3, 10, 1, 1) * 9
    loss, predictions = evaluation.evaluate(network, images, torch.tensor([3, 1, 5]))
    assert predictions.tolist() == [3, 1, 4]
    expected = -torch.log_softmax(torch.tensor([9.0] + [0.0] * 9), 0)
    assert loss == pytest.approx(((2 * expected[0] + expected[1]) / 3).item(), abs=1e-5)
