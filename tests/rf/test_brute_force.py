"""The brute-force side: does perturbation find what counting by hand says, and the gradient what Luo says."""

import copy

import matplotlib
import pytest
import torch
from torch import nn

from mnist_lib import effective, measure, receptive_field
from mnist_lib.rf import brute_force
from mnist_lib.rf.calculator import ReceptiveFieldError
from tests.rf.panel import Lambda, conv, seq

matplotlib.use("Agg")


@pytest.mark.parametrize("network, unit, interval", [
    (conv(1, 1, 3), (0, 0), ((0, 2), (0, 2))),
    (conv(1, 1, 3, padding=1), (0, 5), ((0, 1), (4, 6))),
    (seq(conv(1, 1, 3), nn.MaxPool2d(2), conv(1, 1, (1, 3))), (1, 0), ((2, 5), (0, 7))),
    (seq(conv(1, 1, 3), nn.ReLU(), conv(1, 1, 3)), (2, 2), ((2, 6), (2, 6))),
    (nn.ConvTranspose2d(1, 1, 1, 2), (1, 2), (None, None)),
    (seq(nn.MaxPool2d(3), nn.Sigmoid(), nn.BatchNorm2d(1)), (0, 1), ((0, 2), (3, 5))),
    (nn.InstanceNorm2d(1), (3, 3), ((0, 9), (0, 9))),
    (Lambda(lambda m, x: x[:, :, 2:] - x[:, :, :-2]), (0, 1), ((0, 2), (1, 1))),
])
def test_intervals_known_by_hand(network, unit, interval):
    before = copy.deepcopy(network.state_dict())
    assert measure(network, (1, 10, 10), "", unit) == interval
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_without_a_unit_the_centre_is_measured():
    assert measure(conv(1, 1, 3), (1, 9, 11), "") == ((3, 5), (4, 6))


def test_a_dead_network_is_measured_all_the_same():
    network = seq(conv(1, 2, 3), nn.ReLU(), conv(2, 1, 3))
    for p in network.parameters():
        p.data.fill_(-1)
    assert measure(network, (1, 9, 9), "2", (0, 0)) == ((0, 4), (0, 4))


def test_a_layer_that_does_not_exist():
    with pytest.raises(KeyError, match="'nope'"):
        measure(conv(1, 1, 3), (1, 9, 9), "nope")
    with pytest.raises(IndexError):
        measure(conv(1, 1, 3), (1, 9, 9), "", (9, 0))


def test_check_finds_a_wrong_table():
    network, other = seq(conv(1, 1, 3), conv(1, 1, 3)), seq(conv(1, 1, 3), conv(1, 1, 3, dilation=1, padding=0))
    assert brute_force.check(network, (1, 9, 9), receptive_field(other, (1, 9, 9))) == []
    wrong = seq(conv(1, 1, 3), conv(1, 1, (1, 3), padding=(0, 0)), nn.ZeroPad2d((0, 0, 0, -2)))
    found = brute_force.check(network, (1, 9, 9), receptive_field(wrong, (1, 9, 9)))
    assert found and "1" in found[0]


def test_effective_field_of_one_convolution():
    network = conv(1, 1, 3, bias=False)
    with torch.no_grad():
        network.weight.copy_(torch.tensor([[0, 1, 0], [1, -4, 1], [0, 1, 0.0]]))
    field = effective(seq(network), torch.rand(3, 1, 9, 9), "0", (2, 3))
    assert field.interval == ((2, 4), (3, 5)) and field.mass.shape == (9, 9)
    assert field.mass[3, 4] == pytest.approx(0.5) and field.mass[2, 4] == pytest.approx(0.125)
    assert field.mass.sum() == pytest.approx(1) and field.centre == pytest.approx((3, 4))
    assert field.radius_of(0.4) == 0 and field.radius == 1


def test_effective_field_is_smaller_than_the_theoretical_one_and_inside_it():
    """Luo et al.: of many uniform convolutions, mass spreads as a Gaussian, with the root of the depth."""
    network = seq(*[conv(1, 1, 3, padding=1, bias=False) for _ in range(8)])
    for p in network.parameters():
        p.data.fill_(1 / 9)
    field = effective(network, torch.rand(2, 1, 25, 25), "7")
    outside = field.mass.clone()
    (top, bottom), (left, right) = field.interval
    outside[top:bottom + 1, left:right + 1] = 0
    assert (top, bottom) == (4, 20) and outside.sum() == 0
    rows = field.mass.sum(1)
    variance = float((rows * (torch.arange(25) - 12.0) ** 2).sum())
    assert variance == pytest.approx(8 * 2 / 3)  # of a sum of eight uniform steps of -1, 0, 1
    assert field.radius < 8 and field.radius_of(0.5) < field.radius


def test_effective_leaves_the_network_and_draws():
    network = seq(conv(1, 2, 3), nn.BatchNorm2d(2), nn.LeakyReLU(), conv(2, 1, 3)).train()  # no unit can be dead
    before = copy.deepcopy(network.state_dict())
    field = effective(network, torch.rand(4, 1, 9, 9), "3")
    assert network.training and network[1].training
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())
    assert all(p.grad is None for p in network.parameters())
    assert len(field.plot().patches) == 2
    with pytest.raises(KeyError, match="'nope'"):
        effective(network, torch.rand(4, 1, 9, 9), "nope")
    with pytest.raises(ReceptiveFieldError, match="no pixel"):
        effective(seq(Lambda(lambda m, x: x * 0)), torch.rand(1, 1, 4, 4), "0")
