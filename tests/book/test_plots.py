"""Figures: what they draw for runs made by hand, and how they are shown."""

import struct

import matplotlib
import torch

from mnist_lib.book import plots

STEP = "six-models/steplr"


def test_figures_leave_nothing_behind():
    import matplotlib.pyplot as plt

    before, open_before = dict(matplotlib.rcParams), plt.get_fignums()
    plots.styled(plots.figure)()
    assert dict(matplotlib.rcParams) == before
    assert plt.get_fignums() == open_before


def test_digits_are_a_png_of_the_asked_shape():
    picture = plots.digits(torch.rand(5, 1, 28, 28), list("abcde"), columns=3, width=3)
    content, size = picture._repr_png_()
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">II", content[16:24]) == (2 * size["width"], 2 * size["height"])
    shown = [axes for axes in picture.figure.axes if axes.images]
    assert len(shown) == 5 and [axes.get_title() for axes in shown] == list("abcde")


def test_draws_show_the_image_and_then_what_the_transforms_make_of_it():
    """A turn by a quarter, always: each row is the image once, and its turned copy after that."""
    from mnist_lib.data.augment import RandomRotation
    from mnist_lib.data.loading import mnist

    picture = plots.draws([RandomRotation((90, 90))], (3, 5), columns=4)
    shown = [axes.images[0].get_array() for axes in picture.figure.axes]
    assert len(shown) == 8
    for row, index in enumerate((3, 5)):
        image = mnist("train").images[index, 0].float()
        assert torch.allclose(torch.as_tensor(shown[4 * row]), image, atol=1e-5)
        for turned in shown[4 * row + 1:4 * row + 4]:
            assert torch.allclose(torch.as_tensor(turned), image.rot90(1), atol=1e-5)
