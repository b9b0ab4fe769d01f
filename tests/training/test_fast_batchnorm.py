"""Batch normalization over rows of pixels, against PyTorch's own layer in double precision."""

import pytest
import torch
from torch import nn

from mnist_lib.training import fast_batchnorm
from mnist_lib.training.fast import speed_up
from mnist_lib.training.fast_batchnorm import WideBatchNorm2d

SHAPES = [(64, 10, 24, 24), (96, 10, 22, 22), (32, 12, 26, 26), (128, 3, 28, 28), (63, 7, 19, 21)]


def images(shape, mean=0.0, seed=1):
    torch.manual_seed(seed)
    return (torch.randn(shape) * torch.rand(shape[1], 1, 1) + mean).to(memory_format=torch.channels_last)


def trained_once(layer, x, gradient):
    """What one forward and one backward pass leave: output, gradients, buffers."""
    with torch.no_grad():
        layer.weight.copy_(torch.linspace(0.5, 2, len(layer.weight)))
        layer.bias.copy_(torch.linspace(-1, 1, len(layer.bias)))
    x = x.clone().requires_grad_()
    y = layer.train()(x)
    y.backward(gradient)
    return [y, x.grad, layer.weight.grad, layer.bias.grad, layer.running_mean, layer.running_var]


@pytest.fixture
def counted(monkeypatch):
    """How often the wide arithmetic ran."""
    calls, apply = [], fast_batchnorm._BatchNorm.apply
    monkeypatch.setattr(fast_batchnorm._BatchNorm, "apply", lambda *a: calls.append(1) or apply(*a))
    return calls


@pytest.mark.parametrize("mean", [0.0, 30.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_equals_pytorch_in_double_precision(counted, shape, mean):
    x, gradient = images(shape, mean), images(shape, seed=2)
    expected = trained_once(nn.BatchNorm2d(shape[1]).double(), x.double(), gradient.double())
    got = trained_once(WideBatchNorm2d.over(nn.BatchNorm2d(shape[1])), x, gradient)
    assert len(counted) == 1
    assert got[0].is_contiguous(memory_format=torch.channels_last)
    for ours, theirs in zip(got, expected, strict=True):
        torch.testing.assert_close(ours.double(), theirs, rtol=1e-3, atol=2e-5 * theirs.abs().max().item())


def test_a_dead_channel_stays_finite(counted):
    x = images((64, 10, 24, 24))
    x[:, 3] = 0
    y, to_x, *_ = trained_once(WideBatchNorm2d.over(nn.BatchNorm2d(10)), x, images((64, 10, 24, 24), seed=2))
    assert counted and y.isfinite().all() and to_x.isfinite().all()


@pytest.mark.parametrize("layer, shape", [
    (nn.BatchNorm2d(16), (64, 16, 24, 24)),  # whole vectors
    (nn.BatchNorm2d(10), (4, 10, 8, 8)),  # small
    (nn.BatchNorm2d(10, momentum=None), (64, 10, 24, 24)),
    (nn.BatchNorm2d(10, affine=False), (64, 10, 24, 24)),
    (nn.BatchNorm2d(10, track_running_stats=False), (64, 10, 24, 24)),
    (nn.BatchNorm2d(7), (61, 7, 47, 53)),  # pixels that no row divides
])
def test_what_does_not_suit_is_left_to_pytorch(counted, layer, shape):
    wide = WideBatchNorm2d.over(layer)
    x = images(shape)
    assert wide(x).shape == shape
    wide.eval()(x)
    assert not counted


def test_contiguous_maps_and_evaluation_are_left_to_pytorch(counted):
    x, layer = images((64, 10, 24, 24)), WideBatchNorm2d.over(nn.BatchNorm2d(10))
    layer(x.contiguous())
    layer.eval()(x)
    assert not counted


def test_shares_parameters_and_names():
    network = nn.Sequential(nn.Conv2d(1, 10, 3), nn.BatchNorm2d(10))
    parameters = list(network.parameters())
    speed_up(network, torch.device("cpu"))
    assert type(network[1]) is WideBatchNorm2d
    assert all(a is b for a, b in zip(network.parameters(), parameters, strict=True))
    assert list(network.state_dict()) == list(nn.Sequential(nn.Conv2d(1, 10, 3), nn.BatchNorm2d(10)).state_dict())
