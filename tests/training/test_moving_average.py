"""The moving average of weights: the numbers of PyTorch's own, bit by bit."""

import copy

import pytest
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from mnist_lib.experiments import experiment
from mnist_lib.networks import build
from mnist_lib.training.moving_average import MovingAverage


def wandering(network):
    """One made-up update: weights in place, and running averages through a forward pass."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.1)
    network.train()(torch.rand(4, 1, 28, 28))


@pytest.mark.parametrize("step", ["beyond/champion", "beyond/smaller"])
def test_the_average_is_pytorch_s_bit_by_bit_also_across_a_checkpoint(step):
    torch.manual_seed(3)
    network = build(experiment(step).architecture)
    theirs = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
    ours = MovingAverage(network, 0.9)
    for update in range(6):
        wandering(network)
        if update == 4:  # a training that goes on in another process
            resumed = MovingAverage(network, 0.9)
            resumed.load_state_dict(copy.deepcopy(ours.state_dict()))
            ours = resumed
        ours.update_parameters(network)
        theirs.update_parameters(network)
        assert ours.state_dict().keys() == theirs.state_dict().keys()
        for name, value in theirs.state_dict().items():
            assert torch.equal(ours.state_dict()[name], value), (update, name)
    assert int(ours.n_averaged) == 6


def test_a_decay_outside_of_0_to_1_is_an_error():
    with pytest.raises(ValueError, match="1.5"):
        MovingAverage(build("six-models/skeleton"), 1.5)
