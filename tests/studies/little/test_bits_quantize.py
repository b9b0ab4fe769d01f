"""Rounded weights: folding changes nothing, no weight moves by more than half a step, bits are bytes and back."""

import copy

import pytest
import torch
from torch import nn

from mnist_lib.experiments import experiment
from mnist_lib.networks import build
from mnist_lib.studies.little import bits_quantize as quantize


@pytest.fixture
def network():
    """The smallest network with statistics and scales as after a training, none of them 0 or 1."""
    torch.manual_seed(0)
    made = build(experiment("beyond/smallest").architecture)
    for layer in made.modules():
        if isinstance(layer, nn.BatchNorm2d):
            for tensor, low, high in ((layer.weight, -2, 2), (layer.bias, -1, 1), (layer.running_mean, -1, 1),
                                      (layer.running_var, 0.1, 3)):
                nn.init.uniform_(tensor, low, high)
    return made.eval()


IMAGES = torch.randn(64, 1, 28, 28, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def test_a_folded_network_computes_the_same(network):
    before = copy.deepcopy(network.state_dict())
    folded = quantize.folded(network)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in folded.modules())
    torch.testing.assert_close(folded.double()(IMAGES.double()), network.double()(IMAGES.double()),
                               rtol=1e-4, atol=1e-4)
    assert all(torch.equal(before[name].double(), tensor.double()) for name, tensor in network.state_dict().items())


def test_a_normalization_behind_something_else_is_named():
    with pytest.raises(ValueError, match="the batch normalization 2 does not come directly after a convolution"):
        quantize.folded(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.BatchNorm2d(2)))


@pytest.mark.parametrize("per", quantize.PER)
@pytest.mark.parametrize("bits", [2, 3, 4, 6, 8, 16])
def test_no_weight_moves_by_more_than_half_a_step(bits, per):
    weights = torch.randn(6, 5, 3, 3, generator=torch.Generator().manual_seed(bits)) * torch.logspace(
        -3, 2, 6)[:, None, None, None]
    codes, scale = quantize.on_grid(weights, bits, per)
    most = 2 ** (bits - 1) - 1
    assert torch.equal(codes, codes.round()) and codes.abs().max() == most
    assert len(codes.unique()) <= 2 * most + 1
    assert ((codes * scale - weights).abs() <= scale / 2 * (1 + 1e-5)).all()
    for group in (codes.flatten(1) if per == "channel" else codes.flatten()[None]):
        assert group.abs().max() == most  # the largest weight of each group lies on the last value
    again = quantize.on_grid(codes * scale, bits, per)
    assert torch.equal(again.codes, codes)


def test_a_channel_of_zeros_stays_one():
    weights = torch.zeros(2, 3, 1, 1)
    weights[1] = 1.0
    assert torch.equal(quantize.on_grid(weights, 4).weights, weights)


@pytest.mark.parametrize("bits, per", [(1, "channel"), (17, "channel"), (32, "channel"), (4, "layer")])
def test_what_is_no_grid_is_an_error(bits, per):
    with pytest.raises(ValueError, match="2 to 16 bits, per channel or tensor"):
        quantize.on_grid(torch.ones(2, 2), bits, per)


@pytest.mark.parametrize("bits", range(2, 17))
def test_bits_are_packed_into_as_many_bytes_as_they_need(bits):
    most = 2 ** (bits - 1) - 1
    codes = torch.randint(-most, most + 1, (7, 3, 3), generator=torch.Generator().manual_seed(bits)).float()
    codes.view(-1)[:2] = torch.tensor([-most, most])
    content = quantize.packed(codes, bits)
    assert len(content) == -(-bits * 63 // 8)
    assert torch.equal(quantize.unpacked(content, bits, 63), codes.flatten())


def on_the_grid(network, bits, per="channel"):
    """A copy of a folded network whose weights are on the grid."""
    network = copy.deepcopy(network)
    for conv in quantize.convolutions(network).values():
        conv.weight.data = quantize.on_grid(conv.weight, bits, per).weights.detach()
    return network


def test_packing_by_hand():
    assert quantize.packed(torch.tensor([1.0, -1.0, 7.0]), 4) == bytes([0b0001_1111, 0b0111_0000])
    assert quantize.packed(torch.tensor([1.0, 0.0, -1.0, 1.0, -1.0]), 2) == bytes([0b01_00_11_01, 0b11_000000])


@pytest.mark.parametrize("per", quantize.PER)
@pytest.mark.parametrize("bits", [2, 4, 8, 32])
def test_a_network_s_bytes_are_counted_by_hand_and_bring_it_back(network, bits, per):
    folded = quantize.folded(network)
    layers = [(8, 9), (8, 72), (10, 72), (10, 90), (10, 90), (10, 90), (10, 10)]  # channels, weights of each
    expected = sum(-(-bits * c * n // 8) + 4 * c + (0 if bits == 32 else 4 * c if per == "channel" else 4)
                   for c, n in layers)
    content = quantize.to_bytes(folded, bits, per)
    assert len(content) == expected
    rounded = folded if bits == 32 else on_the_grid(folded, bits, per)
    back = quantize.from_bytes(folded, content, bits, per)
    for ours, theirs in zip(back.parameters(), rounded.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    with pytest.raises(ValueError, match="too few"):
        quantize.from_bytes(folded, content[:-1], bits, per)
    with pytest.raises(ValueError, match="too many"):
        quantize.from_bytes(folded, content + b"\0", bits, per)


def test_the_gradient_passes_straight_through(network):
    folded = quantize.folded(network)
    trained = quantize.begin_rounding(copy.deepcopy(folded), 3)
    loss = trained(IMAGES).square().mean()
    loss.backward()
    plain = on_the_grid(folded, 3)
    plain(IMAGES).square().mean().backward()
    names = list(quantize.convolutions(folded))
    for name in names:  # the gradient of the rounded weights is that of those behind them
        behind = trained.get_submodule(name).parametrizations.weight.original
        torch.testing.assert_close(behind.grad, plain.get_submodule(name).weight.grad)
        assert torch.equal(behind, folded.get_submodule(name).weight) and behind.grad.abs().sum() > 0
    quantize.end_rounding(trained)
    for name in names:
        assert torch.equal(trained.get_submodule(name).weight, plain.get_submodule(name).weight)
        assert all(len(channel.unique()) <= 7 for channel in trained.get_submodule(name).weight)
