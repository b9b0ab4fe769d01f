"""The eight shifts, against counts and pictures made by hand."""

import pytest
import torch

from mnist_lib.data import mnist
from mnist_lib.studies.shifts.transforms import SHIFTS, shifted


@pytest.fixture(scope="module")
def digits():
    return mnist("test").images[:64]


@pytest.mark.parametrize("name", SHIFTS)
def test_an_image_s_chance_belongs_to_its_number(name, digits):
    numbers = torch.tensor([3, 40, 41, 63])
    for level in (1, 5):
        whole = shifted(digits, name, level)
        assert whole.dtype == torch.uint8 and whole.shape == digits.shape
        assert torch.equal(shifted(digits[numbers], name, level, numbers), whole[numbers])
        assert torch.equal(shifted(digits[numbers], name, level, numbers.tolist()), whole[numbers])
    assert torch.equal(shifted(digits, name, 0), digits)


@pytest.mark.parametrize("name", SHIFTS)
def test_each_level_is_further_from_the_digit(name, digits):
    far = [(shifted(digits, name, level).float() - digits.float()).abs().mean().item() for level in range(6)]
    assert far[0] == 0 and all(a < b for a, b in zip(far, far[1:])), far


def dot(row=14, column=14, side=1):
    image = torch.zeros(1, 1, 28, 28, dtype=torch.uint8)
    image[..., row:row + side, column:column + side] = 255
    return image


def test_moved_goes_so_many_pixels_in_one_of_eight_directions():
    for level in range(1, 6):
        places = [tuple(place[2:].tolist()) for place in shifted(dot().repeat(60, 1, 1, 1), "moved", level).nonzero()]
        assert len(places) == 60
        steps = {(row - 14, column - 14) for row, column in places}
        assert steps == {(y * level, x * level) for y in (-1, 0, 1) for x in (-1, 0, 1)} - {(0, 0)}


def test_rotated_turns_to_both_sides_by_the_degrees_of_the_level():
    bar = torch.zeros(20, 1, 28, 28, dtype=torch.uint8)
    bar[..., 4:24, 13:15] = 255
    y, x = torch.meshgrid(torch.arange(28) - 13.5, torch.arange(28) - 13.5, indexing="ij")
    for level, degrees in enumerate(SHIFTS["rotated"].levels, 1):
        ink = shifted(bar, "rotated", level)[:, 0].double()
        xx, yy, xy = ((ink * k).sum((1, 2)) for k in (x * x, y * y, x * y))
        slant = torch.rad2deg(0.5 * torch.atan2(-2 * xy, yy - xx))  # of the main axis to the vertical
        assert torch.allclose(slant.abs(), torch.full_like(slant, degrees), atol=1.0) and slant.min() < 0 < slant.max()


def test_blurred_keeps_the_ink_and_has_the_standard_deviation_of_its_level():
    for level, deviation in enumerate(SHIFTS["blurred"].levels, 1):
        ink = shifted(dot(13, 13, 2), "blurred", level)[0, 0].double()
        across = ink.sum(0) / ink.sum()
        spread = (across * (torch.arange(28) - 13.5) ** 2).sum().sqrt().item()
        assert spread == pytest.approx((deviation**2 + 0.25) ** 0.5, rel=0.05)
        assert ink.sum() == pytest.approx(1020, rel=0.05)


def test_strokes_grow_and_shrink_by_the_pixels_of_their_level():
    for name, sign in (("thickened", 1), ("thinned", -1)):
        for level, pixels in enumerate(SHIFTS[name].levels, 1):
            ink = shifted(dot(10, 10, 6), name, level).float().sum().item() / 255
            assert ink == pytest.approx((6 + sign * 2 * pixels) ** 2, abs=0.15)


def test_noise_has_the_deviation_of_its_level():
    grey = torch.full((50, 1, 28, 28), 128, dtype=torch.uint8)
    spread = [(shifted(grey, "noised", level).float() - 128).std().item() / 255 for level in (1, 2)]
    assert spread == pytest.approx([0.1, 0.2], rel=0.03)


def test_inverted_and_cropped_by_hand(digits):
    assert torch.equal(shifted(digits, "inverted", 5), 255 - digits)
    assert shifted(digits[:, :, :1, :1], "inverted", 1).unique().tolist() == [51]
    white = torch.full((40, 1, 28, 28), 255, dtype=torch.uint8)
    for level, pixels in enumerate(SHIFTS["cropped"].levels, 1):
        cut = shifted(white, "cropped", level)[:, 0] == 0
        assert set(cut.sum((1, 2)).tolist()) == {28 * pixels}
        corners = {"".join("01"[corner] for corner in c[[0, 0, -1, -1], [0, -1, 0, -1]].tolist()) for c in cut}
        assert corners == {"1100", "1010", "0011", "0101"}
