"""The recurrence against the textbook formula, published networks and counting by hand."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mnist_lib.networks.zoo import ARCHITECTURES
from mnist_lib.rf.chain import field_of_layers
from mnist_lib.rf.geometry import Geometry, ReceptiveFieldError
from mnist_lib.rf.intervals import of_image
from mnist_lib.rf.layers import Layer, avg_pool, conv, conv_transpose, dropout, flatten, global_avg_pool, max_pool, relu
from mnist_lib.rf.maps import geometry_of
from mnist_lib.rf.space import of_size
from mnist_lib.rf.taps import (
    adaptive,
    antialiased,
    inside,
    interpolated,
    nearest,
    shifted,
    transposed,
    window,
    window_size,
)
from mnist_lib.rf.windows import read_all


def behind(size, *reaches):
    """The geometry of a line of pixels behind some layers."""
    spans = of_image((1, 1, size))
    for reach in reaches:
        spans = read_all(spans, [reach(spans.shape[2]) if callable(reach) else reach])
    return geometry_of(spans, 0, of_size((1, size)), (2,))


def windows(*settings, **more):
    return lambda size: window(size, *settings, **more)


def test_one_convolution_by_hand():
    g = behind(28, windows(3))
    assert (g.size, g.jump, g.field, g.start) == (26, 1, 3, 1.5)
    assert g.sees(0) == (0, 2) and g.sees(25) == (25, 27) and g.sees(-1) == (-1, 1)


def test_padding_moves_the_start_and_not_the_field():
    g = behind(28, windows(5, padding=2))
    assert (g.size, g.field, g.start) == (28, 5, 0.5)
    assert g.sees(0) == (-2, 2)


def test_stride_multiplies_the_jump_and_dilation_the_window():
    g = behind(32, windows(3, stride=2), windows(3, dilation=2), windows(2, 2))
    assert (g.jump, g.field) == (4, 3 + 4 * 2 + 2)


def test_transposed_convolution_divides_the_jump():
    g = behind(28, windows(2, 2), lambda size: transposed(size, 2, 2))
    assert (g.size, g.jump, g.field) == (28, 1, 2)
    assert [g.sees(i) for i in range(4)] == [(0, 1), (0, 1), (2, 3), (2, 3)]
    half = behind(8, transposed(8, 4, 2, 1))
    assert half.jump == Fraction(1, 2) and half.size == 16
    assert [half.sees(i) for i in (-1, 0, 1, 2, 3)] == [(-1, 0), (-1, 0), (0, 1), (0, 1), (1, 2)]
    gaps = behind(4, transposed(4, 1, 2))
    assert gaps.sees(0) == (0, 0) and gaps.sees(1) is None and gaps.field == 1


def test_misalignment_is_the_largest_distance_of_centres():
    a, b = behind(10, windows(3, padding=1)), behind(10, windows(5, padding=2))
    assert a.misalignment(b) == 0
    assert behind(10, windows(2)).misalignment(Geometry(9)) == 0.5
    assert behind(10, windows(2, 2)).misalignment(Geometry(5)) == 4.5


def test_geometry_is_frozen():
    with pytest.raises(AttributeError):
        Geometry(3).size = 4


@st.composite
def reaches(draw, size):
    kind = draw(st.sampled_from([window, transposed, adaptive, nearest, interpolated, antialiased, shifted]))
    k, s, p, d = (draw(st.integers(*ends)) for ends in ((1, 5), (1, 3), (0, 3), (1, 2)))
    if kind in (window, transposed):
        return kind(size, k, s, p, d)
    if kind is shifted:
        return shifted(size, -p, s)
    outputs = draw(st.integers(1, 12))
    scale = Fraction(size, outputs)
    return adaptive(size, outputs) if kind is adaptive else kind(outputs, scale)


@given(st.data())
def test_any_chain_is_what_following_single_pixels_says(data):
    """The formula for every unit, against sets of pixels carried through the taps."""
    geometry, reaches_so_far = Geometry(data.draw(st.integers(1, 12))), []

    def follow(units):
        for reach in reversed(reaches_so_far):
            units = {tap for unit in units for tap in reach.taps(unit)}
        return units

    for _ in range(data.draw(st.integers(1, 4))):
        reach = data.draw(reaches(geometry.size))
        if not 1 <= reach.size <= 40:
            return
        reaches_so_far.append(reach)
        try:
            geometry = geometry.read(reach)
        except ReceptiveFieldError:  # only the gaps of a transposed convolution are read
            assert not any(follow({unit}) for unit in range(reach.size))
            return
    for unit in range(-3, min(geometry.size, 12) + 3):
        pixels = follow({unit})
        assert geometry.sees(unit) == ((min(pixels), max(pixels)) if pixels else None)
    if geometry.size <= 30:
        widths = [b - a + 1 for a, b in filter(None, map(geometry.sees, range(geometry.size)))]
        assert geometry.field == max(widths, default=0)


@given(st.integers(-5, 20), st.integers(6, 12))
def test_borders(tap, size):
    line = list(range(size))
    if 0 <= tap < size:
        assert {inside(tap, size, border) for border in ("zero", "edge", "wrap", "reflect")} == {tap}
    else:
        assert inside(tap, size, "zero") is None
        assert inside(tap, size, "edge") == (0 if tap < 0 else size - 1)
        assert inside(tap, size, "wrap") == line[tap % size]
        if tap < 2 * size - 1:
            assert inside(tap, size, "reflect") == (line + line[-2::-1])[abs(tap)]


@given(st.integers(1, 30), st.integers(1, 6), st.integers(1, 4), st.integers(0, 3), st.booleans())
def test_sizes_are_those_of_pytorch(size, kernel, stride, padding, ceil_mode):
    padding = min(padding, kernel // 2)
    try:
        pooled = torch.nn.functional.max_pool1d(torch.zeros(1, 1, size), kernel, stride, padding, 1, ceil_mode)
    except RuntimeError:
        return
    assert window_size(size, kernel, stride, padding, 1, ceil_mode) == pooled.shape[2]


# Plain lists -------------------------------------------------------------------------------

def chain(*layers):
    """(kernel, stride) pairs as a list of layers, padded to keep size / stride."""
    return [conv(1, k, s, padding=(k - 1) // 2) for k, s in layers]


def resnet_of_slim(units):
    """TF-Slim's ResNet v1: each block strides in its last unit, and not in the last block."""
    layers = [(7, 2), (3, 2)]
    for block, count in enumerate(units):
        for unit in range(count):
            layers += [(1, 1), (3, 2 if unit == count - 1 and block < 3 else 1), (1, 1)]
    return chain(*layers)


PUBLISHED = {  # Araujo, Norris and Sim, Distill 2019
    "AlexNet v2": (195, [conv(64, 11, 4), max_pool(3, 2), conv(192, 5, padding=2), max_pool(3, 2),
                         *(conv(384, 3, padding=1) for _ in range(3)), max_pool(3, 2)]),
    "VGG-16": (212, [layer for count in (2, 2, 3, 3, 3) for layer in
                     (*(conv(64, 3, padding=1) for _ in range(count)), max_pool(2))]),
    "MobileNet v1": (315, chain((3, 2), *(pair for s in (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
                                          for pair in ((3, s), (1, 1))))),
    "ResNet-50 v1": (483, resnet_of_slim((3, 4, 6, 3))),
    "ResNet-101 v1": (1027, resnet_of_slim((3, 4, 23, 3))),
    "ResNet-152 v1": (1507, resnet_of_slim((3, 8, 36, 3))),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_fields_of_slim_networks(name):
    field, layers = PUBLISHED[name]
    assert field_of_layers(layers, (3, 224, 224))[-1].r_out == field


def test_a_list_of_layers_with_everything():
    table = field_of_layers([conv(4, 3, padding=1, bias=True), relu(), max_pool(2), dropout(0.1), conv(8, (3, 5)),
                             conv_transpose(2, 2, 2), avg_pool(2), global_avg_pool(), flatten()], (1, 20, 24))
    assert [row.name for row in table] == ["conv1", "relu1", "max_pool1", "dropout1", "conv2", "conv_transpose1",
                                           "avg_pool1", "global_avg_pool1", "flatten1"]
    assert table.at("conv2").n_out == 8 and table.at("conv2").r_out == (8, 12)
    assert table.at("conv1").parameters == 4 * 9 + 4 and table[-1].ch_out == 2
    assert table.interval("global_avg_pool1") == ((0, 19), (0, 23))
    assert table.interval("conv1", (0, -1)) == ((0, 1), (22, 23))


def test_unknown_layers_and_empty_maps_are_named():
    with pytest.raises(ReceptiveFieldError, match="'wavelet1'.*'wavelet'"):
        field_of_layers([Layer("wavelet")], (1, 8, 8))
    with pytest.raises(ReceptiveFieldError, match="'conv2'.*shrinks to nothing"):
        field_of_layers([conv(1, 5), conv(1, 5)], (1, 8, 8))
    with pytest.raises(TypeError, match="Layer"):
        field_of_layers([3], (1, 8, 8))
    with pytest.raises(ValueError, match="input_size"):
        field_of_layers([conv(1, 5)], (0, 8))


def test_every_architecture_of_the_book_has_a_table():
    for architecture in ARCHITECTURES.values():
        table = field_of_layers(architecture)
        assert table[-1].n_out == 1 and table[-1].r_out >= 18
