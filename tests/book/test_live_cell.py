"""Training live: the curves grow, the numbers are those of a training, and nothing is recorded."""

import dataclasses

import pytest
import torch

from mnist_lib.book import live_cell as live_module
from mnist_lib.book.live_cell import live
from mnist_lib.training.loop import fit, train
from tests import ROOT


class Screen:
    """Stands in for a notebook's ``display``: keeps everything that is shown, and where."""

    def __init__(self):
        self.shown: list[list] = []

    def __call__(self, thing, display_id):
        if hasattr(thing, "_repr_png_"):
            thing._repr_png_()  # as a notebook does at once
        place = [thing]
        self.shown.append(place)
        handle = type("Handle", (), {})()
        handle.update = place.append
        return handle

    @property
    def pictures(self):
        return self.shown[0]

    @property
    def words(self):
        return [str(text) for text in self.shown[1]]


@pytest.fixture
def screen(monkeypatch):
    monkeypatch.setattr(live_module, "REDRAW", 0.0)
    monkeypatch.setattr(live_module, "SHARE", 1e9)  # draw after every step
    return Screen()


def lines_of(picture):
    return {line.get_label(): line for line in picture.figure.axes[0].lines}


def test_one_epoch_is_drawn_while_it_trains_and_after(empty_results, few_digits, short, screen):
    done = live(short(), seed=3, device="cpu", display=screen)
    assert [len(lines_of(p)["now, test"].get_xdata()) for p in screen.pictures] == [0, 0, 0, 0, 1]
    loss = screen.pictures[-1].figure.axes[1].lines[-2]  # within the epoch, a point a step but the last
    assert len(loss.get_xdata()) == 3 and all(0 < x < 1 for x in loss.get_xdata())
    assert "update 2 of 4" in screen.words[2] and "left" in screen.words[2]
    assert lines_of(screen.pictures[-1])["now, test"].get_ydata()[0] == done.run.final.test_accuracy
    png, size = screen.pictures[-1]._repr_png_()
    assert png.startswith(b"\x89PNG") and size["width"] > 300


def test_it_is_the_training_that_fit_does(empty_results, few_digits, short):
    whole, _ = train(short(), seed=5, device="cpu")
    begun = live(short(), seed=5, device="cpu")
    ended = live(short(), None, seed=5, device="cpu")
    for mine, real in zip(begun.epochs + ended.epochs, whole.epochs[:1] + whole.epochs):
        assert dataclasses.replace(mine, seconds=0) == dataclasses.replace(real, seconds=0)
    assert ended.run.misclassified == whole.misclassified
    assert ended.network(torch.zeros(1, 1, 28, 28)).shape == (1, 10)


def test_nothing_is_recorded(empty_results, few_digits, short, screen):
    live(short(), None, device="cpu", display=screen)
    live(short(), device="cpu")
    assert not list(empty_results.rglob("*")) and "Nothing was recorded" in screen.words[-1]


def test_the_recorded_seeds_stand_behind_and_a_free_seed_is_named(empty_results, few_digits, short, screen):
    kept = [fit(short(), seed=seed, device="cpu", progress="none") for seed in (0, 2)]
    live(short(), seed=1, device="cpu", display=screen)
    assert list(lines_of(screen.pictures[0])["recorded seeds, test"].get_ydata()) == [
        kept[0].epochs[0].test_accuracy]
    low, high = sorted(run.epochs[0].test_accuracy for run in kept)
    assert f"The recorded seeds had {low:.2f} to {high:.2f} % there." in screen.words[-1]
    assert 'fit("short/steplr", seed=1) trains to the end' in screen.words[-1]
    for seed, named in ((7, 7), (2, 1)):  # the one that was watched, unless it is recorded
        live(short(), seed=seed, device="cpu", display=(again := Screen()))
        assert f'fit("short/steplr", seed={named}) trains to the end' in again.words[-1]
    assert "On a CPU it takes about" in screen.words[0]


def test_stopped_by_hand_it_keeps_what_was_finished(empty_results, few_digits, short, screen,
                                                    stopped_in_the_second_epoch):
    done = live(short(), None, device="cpu", display=screen)
    assert len(done.epochs) == 1 and done.run is None
    assert screen.words[-1] == "Stopped in epoch 2 of 2. Nothing was recorded."
    assert not list(empty_results.rglob("*"))


def test_outside_a_notebook_it_prints_lines(empty_results, few_digits, short, capsys):
    done = live(short(), None, device="cpu")
    first, *epochs, last = capsys.readouterr().out.splitlines()
    assert first.startswith("No training of this step is recorded yet")
    assert [line.partition(": ")[2][:15] for line in epochs] == ["epoch  1 of 2  ", "epoch  2 of 2  "]
    assert "Nothing was recorded" in last
    assert repr(done) == "<short/steplr, seed 0: 2 epochs, not recorded>"


@pytest.mark.parametrize("epochs", [0, 3, -1])
def test_epochs_that_the_step_does_not_have(short, epochs):
    with pytest.raises(ValueError, match=f"short/steplr has 2 epochs, so epochs must be from 1 to 2 .*not {epochs}"):
        live(short(), epochs)


def test_an_unknown_step_is_named():
    with pytest.raises(KeyError, match="no experiment is called"):
        live("six-models/seventh")


CELL = """
import torch
torch.set_num_threads(1)
from tests.conftest import use_few_digits
use_few_digits(setattr)
from mnist_lib.book import live
live("six-models/steplr", seed=7)
"""


@pytest.mark.slow
def test_in_a_real_notebook_the_figure_is_replaced(empty_results):
    """The cell of a step page in a live kernel, on few digits: one figure, one sentence, no file."""
    nbformat = pytest.importorskip("nbformat")
    from nbclient import NotebookClient

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(book, timeout=300, kernel_name="python3",
                   resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = book.cells[0].outputs
    shown = [output for output in outputs if output.output_type != "stream"]
    assert len(shown) == 3, outputs  # were the figure not replaced, there would be one for each drawing
    figure, sentence, result = shown
    assert "image/png" in figure["data"]
    assert "after 1 epoch" in sentence["data"]["text/plain"] and "Nothing" in sentence["data"]["text/plain"]
    assert result["data"]["text/plain"] == "<six-models/steplr, seed 7: 1 epoch, not recorded>"
    assert not list(empty_results.rglob("*"))
