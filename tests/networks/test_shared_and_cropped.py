"""Layers that share their weights, and crops: counted, built, tabled, trained and stored."""

import copy

import pytest
import torch

from mnist_lib import receptive_field
from mnist_lib.experiments import beyond as marks
from mnist_lib.networks import Architecture, build, count_parameters
from mnist_lib.rf import Layer, conv, crop, field_of_layers, relu
from mnist_lib.rf.geometry import ReceptiveFieldError

SHARED = marks.repeated("8 8", 12, 3)
MADE = {**marks.REPEATED, **{f"cropped by {margin}": marks.cropped(margin) for margin in (0, 2, 4)}}


@pytest.mark.parametrize("architecture", MADE.values(), ids=MADE)
def test_description_module_and_both_tables_agree(architecture):
    network = build(architecture)
    described, traced = receptive_field(architecture), receptive_field(network, (1, 28, 28))
    own = {id(p): p.numel() for p in network.parameters()}
    assert count_parameters(architecture) == sum(own.values()) == described.parameters == traced.parameters
    ours, theirs = ({row.label: (row.r_out, row.j_out, row.shape, row.parameters) for row in table
                     if "conv" in row.label or "crop" in row.label} for table in (described, traced))
    assert ours == theirs
    assert described.rows[-1].r_out == traced.rows[-1].r_out


def test_every_use_of_shared_weights_is_the_same_convolution_and_has_its_own_normalization():
    network = build(SHARED).eval()
    block = network.block3
    x = torch.randn(2, 12, 7, 7)
    assert torch.equal(block.conv3(x), block.conv2(x)) and torch.equal(block.conv4(x), block.conv2(x))
    assert len({id(m) for name, m in block.named_children() if "batchnorm" in name}) == 4
    with torch.no_grad():
        block.conv2.weight.add_(1)
    assert torch.equal(block.conv4(x), block.conv2(x))


def test_the_gradient_is_the_sum_over_the_uses():
    torch.manual_seed(0)
    same = conv(1, 3, shared="w")
    twice = build(Architecture("mine", unit="conv", blocks=dict(a=(same, relu(), same))))
    x = torch.rand(2, 1, 9, 9)
    twice(x).sum().backward()
    apart = build(Architecture("mine", unit="conv", blocks=dict(a=(conv(1, 3), relu(), conv(1, 3)))))
    for layer in (apart.a.conv1, apart.a.conv2):
        layer.load_state_dict(twice.a.conv1.state_dict())
    apart(x).sum().backward()
    assert torch.allclose(twice.a.conv1.weight.grad, apart.a.conv1.weight.grad + apart.a.conv2.weight.grad)


def test_a_copy_shares_its_own_weights_and_a_stored_one_has_them_once():
    network = build(SHARED)
    other = copy.deepcopy(network)
    with torch.no_grad():
        other.block3.conv2.weight.zero_()
    x = torch.randn(1, 12, 5, 5)
    assert not other.block3.conv4(x).any() and network.block3.conv4(x).any()
    assert [name for name in network.state_dict() if "conv" in name] == [
        "block1.conv1.weight", "block1.conv2.weight", "block3.conv1.weight", "block3.conv2.weight",
        "output.conv1.weight", "output.conv1.bias"]


@pytest.mark.parametrize("layers, words", [
    ((conv(4, 3, shared="w"), conv(4, 3, shared="w")),
     "conv from 1 to 4 channels, kernel 3 where they stand first, and of a conv from 4 to 4 channels, kernel 3 here"),
    ((conv(1, 3, shared="w"), conv(1, 5, shared="w")), "kernel 5 here"),
    ((conv(1, 3, shared="w"), conv(1, 3, bias=True, shared="w")), "kernel 3, bias here"),
    ((conv(1, 3, shared="w"), Layer("conv_transpose", 1, 3, shared="w")), "only convolutions"),
    ((Layer("conv_transpose", 1, 3, shared="w"), Layer("conv_transpose", 1, 3, shared="w")), "only convolutions")])
def test_what_cannot_share_its_weights_is_an_error_wherever_it_is_read(layers, words):
    wrong = Architecture("mine", unit="conv", blocks=dict(a=layers))
    for read in (build, count_parameters, field_of_layers):
        with pytest.raises(ValueError, match="the weights 'w' are those of a") as error:
            read(wrong)
        assert words in str(error.value)
    with pytest.raises(ReceptiveFieldError, match=r"layer 'a\.conv"):
        field_of_layers(wrong)


def test_a_square_kernel_is_the_same_in_one_number_and_in_two():
    layers = conv(1, 3, shared="w"), conv(1, (3, 3), padding=1, shared="w")
    mine = Architecture("mine", unit="conv", blocks=dict(a=layers))
    assert count_parameters(mine) == field_of_layers(mine).parameters == 9
    assert build(mine)(torch.rand(2, 1, 9, 9)).shape == (2, 7 * 7)


def test_a_crop_takes_away_a_margin_and_moves_no_pixel():
    network = build(Architecture("mine", unit="conv", blocks=dict(a=(crop(3),))))
    x = torch.rand(2, 1, 28, 28)
    assert torch.equal(network.a(x), x[:, :, 3:-3, 3:-3])
    row, = field_of_layers([crop(3)], (28, 28))
    assert (row.shape, row.r_out, row.j_out, row.output[0].start) == ((22, 22), 1, 1, 3.5)
