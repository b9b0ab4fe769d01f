"""The faster layers against the ones of PyTorch they stand for."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mnist_lib.networks.builder import build
from mnist_lib.training.devices import ENGINE
from mnist_lib.training.fast import BitDropout, WinogradConv2d, conv3x3, speed_up
from mnist_lib.training.fast_batchnorm import WideBatchNorm2d


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("size,padding", [((5, 5), (0, 0)), ((7, 7), (0, 0)), ((14, 14), (1, 1)),
                                          ((9, 4), (0, 1)), ((3, 3), (0, 0)), ((12, 17), (2, 1))])
def test_winograd_equals_conv2d(size, padding, channels_last):
    torch.manual_seed(0)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    x = torch.randn(3, 6, *size).contiguous(memory_format=layout).requires_grad_()
    w = torch.randn(5, 6, 3, 3, requires_grad=True)
    b = torch.randn(5, requires_grad=True)
    expected = F.conv2d(x, w, b, padding=padding)
    got = conv3x3(x, w, b, padding)
    assert got.shape == expected.shape
    torch.testing.assert_close(got, expected, atol=2e-4, rtol=1e-4)
    upstream = torch.randn_like(expected)
    for ours, theirs in zip(torch.autograd.grad(got, (x, w, b), upstream),
                            torch.autograd.grad(expected, (x, w, b), upstream)):
        torch.testing.assert_close(ours, theirs, atol=5e-4, rtol=1e-4)


def test_bit_dropout_drops_and_scales():
    torch.manual_seed(0)
    x = torch.ones(64, 16, 24, 24).contiguous(memory_format=torch.channels_last)
    y = BitDropout(0.1)(x)
    n = x.numel()
    dropped = (y == 0).sum().item()
    assert abs(dropped / n - 0.1) < 5 * (0.09 / n) ** 0.5
    assert y[y != 0].unique().item() == pytest.approx(1 / 0.9, rel=1e-4)
    assert y.is_contiguous(memory_format=torch.channels_last)
    flat = (y.permute(0, 2, 3, 1).reshape(-1) == 0).float() - 0.1
    for lag in (1, 2, 3, 4, 16):  # neighbours in memory are independent
        assert abs((flat[lag:] * flat[:-lag]).mean().item()) < 5 * 0.09 / n**0.5
    for part in range(4):  # so are the four masks of one draw: each has the right rate
        assert abs((flat[part::4]).mean().item()) < 5 * (0.36 / n) ** 0.5


def test_bit_dropout_passes_the_same_mask_backward():
    x = torch.ones(8, 4, 4, 4, requires_grad=True)
    y = BitDropout(0.5)(x)
    y.sum().backward()
    assert torch.equal(x.grad, y.detach())


def test_bit_dropout_follows_the_seed_and_rests_in_evaluation():
    layer, x = BitDropout(0.3), torch.ones(4, 8)
    torch.manual_seed(1)
    first = layer(x)
    torch.manual_seed(1)
    assert torch.equal(layer(x), first)
    assert torch.equal(layer.eval()(x), x)
    assert torch.equal(BitDropout(0.0)(x), x)


def test_bit_dropout_of_an_odd_number_of_values():
    assert BitDropout(0.5)(torch.ones(3)).shape == (3,)


@pytest.mark.parametrize("name", ["six-models/setup", "six-models/dropout"])
def test_a_faster_network_computes_the_same(name):
    torch.manual_seed(0)
    plain = build(name)
    torch.manual_seed(0)
    fast = speed_up(build(name), torch.device("cpu"))
    kinds = {type(m) for m in fast.modules()}
    assert (WinogradConv2d if name.endswith("setup") else BitDropout) in kinds
    assert list(fast.state_dict()) == list(plain.state_dict())
    x = torch.randn(4, 1, 28, 28)
    torch.testing.assert_close(fast.eval()(x), plain.eval()(x), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("engine, kinds", [
    ("channels-last, 16-bit dropout masks, Winograd for wide layers", [BitDropout, nn.BatchNorm2d, WinogradConv2d]),
    ("16-bit dropout masks and Winograd on CPU", [BitDropout, nn.BatchNorm2d, WinogradConv2d]),
    (ENGINE["cpu"], [BitDropout, WideBatchNorm2d, WinogradConv2d]),
    ("plain", [nn.Dropout, nn.BatchNorm2d, nn.Conv2d]),
])
def test_only_what_an_engine_names_is_replaced(engine, kinds):
    layers = nn.Sequential(nn.Sequential(nn.Dropout(0.1), nn.BatchNorm2d(10), nn.Conv2d(128, 128, 3)))
    assert [type(m) for m in speed_up(layers, torch.device("cpu"), engine)[0]] == kinds


def test_other_devices_keep_their_layers():
    network = speed_up(build("six-models/dropout"), torch.device("cuda"))
    assert not any(isinstance(m, BitDropout) for m in network.modules())


def test_a_convolution_winograd_cannot_do_is_left_alone():
    layers = nn.Sequential(nn.Conv2d(256, 256, 3, stride=2), nn.Conv2d(256, 256, 3, groups=2),
                           nn.Conv2d(256, 256, 5), nn.Conv2d(256, 256, 3, padding="same"))
    assert [type(m) for m in speed_up(layers, torch.device("cpu"))] == [nn.Conv2d] * 4
