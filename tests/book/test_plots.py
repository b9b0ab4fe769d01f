"""Figures: what they draw for runs made by hand, and how they are shown."""

import io
import struct

import matplotlib
import pytest
import torch

from mnist_lib.book import plots
from mnist_lib.book.sources import source
from mnist_lib.book.style import STYLE, TEST
from mnist_lib.experiments.catalogue import EXPERIMENTS, experiment
from mnist_lib.training.records import Epoch, Run

STEP = "six-models/steplr"


def run_of(seed, accuracy=99.0):
    epoch = Epoch(0.01, 0.01, 0.1, 59_000, 60_000, 0.05, round(100 * accuracy), 1.0)
    return Run(STEP, EXPERIMENTS[STEP].fingerprint, seed, 7416, (epoch,) * 15, ((7, 9), (18, 3)))


def svg(drawing):
    buffer = io.StringIO()
    with matplotlib.rc_context(STYLE):
        drawing.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


@pytest.fixture
def runs():
    return [run_of(0, 99.0), run_of(1, 99.4)]


def test_learning_curves_draw_every_seed_their_mean_and_the_log(runs):
    left, right = plots.learning_curves(STEP, runs).axes
    means = [line for line in left.lines if line.get_label() == "test, mean of 2"]
    assert list(means[0].get_ydata()) == pytest.approx([99.2] * 15)
    logs = [line for line in left.lines if line.get_label().startswith("source")]
    assert tuple(logs[0].get_ydata()) == source(STEP).log.test_accuracy
    assert sum((line.get_color(), line.get_linestyle()) == (TEST, "-") for line in left.lines) == 3
    assert right.get_yscale() == "log"


def test_the_same_figure_gives_the_same_file(runs):
    first, second = (svg(plots.learning_curves(STEP, runs)) for _ in range(2))
    assert first == second and first.count("<svg") == 1


def test_figures_leave_nothing_behind(runs):
    import matplotlib.pyplot as plt

    before, open_before = dict(matplotlib.rcParams), plt.get_fignums()
    plots.learning_curves(STEP, runs)
    assert dict(matplotlib.rcParams) == before
    assert plt.get_fignums() == open_before


def test_learning_rates_of_a_step_schedule():
    rates = plots.learning_rates(STEP)
    per_epoch = rates[::469]
    assert len(rates) == 15 * 469
    assert per_epoch == pytest.approx([0.01] * 6 + [0.001] * 6 + [0.0001] * 3)


def test_learning_rates_of_the_one_cycle_that_is_stepped_once_an_epoch():
    printed = source("three-modules/onecycle").log.printed_learning_rate
    step = experiment("three-modules/onecycle")
    assert plots.learning_rates(step)[:: 938] == pytest.approx(printed[:15], abs=1e-8)


def test_no_learning_rates_without_losses():
    with pytest.raises(ValueError, match="recorded run"):
        plots.learning_rates("same-padding/plateau")


def test_digits_are_a_png_of_the_asked_shape():
    picture = plots.digits(torch.rand(5, 1, 28, 28), list("abcde"), columns=3, width=3)
    content, size = picture._repr_png_()
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">II", content[16:24]) == (2 * size["width"], 2 * size["height"])
    shown = [axes for axes in picture.figure.axes if axes.images]
    assert len(shown) == 5 and [axes.get_title() for axes in shown] == list("abcde")


def test_draws_show_the_image_and_then_what_the_transforms_make_of_it():
    """A turn by a quarter, always: each row is the image once, and its turned copy after that."""
    from mnist_lib.data.augment import Normalize, RandomRotation, ToTensor
    from mnist_lib.data.loading import mnist

    picture = plots.draws([RandomRotation((90, 90)), ToTensor(), Normalize()], (3, 5), columns=4)
    shown = [axes.images[0].get_array() for axes in picture.figure.axes]
    assert len(shown) == 8
    for row, index in enumerate((3, 5)):
        image = (mnist("train").images[index, 0].float() / 255 - 0.1307) / 0.3081
        assert torch.allclose(torch.as_tensor(shown[4 * row]), image, atol=1e-5)
        for turned in shown[4 * row + 1:4 * row + 4]:
            assert torch.allclose(torch.as_tensor(turned), image.rot90(1), atol=1e-5)
