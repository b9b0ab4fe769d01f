"""How long trainings take, against records made by hand."""

import pytest

from mnist_lib.book.timing import durations, in_words, span
from mnist_lib.training.records import Epoch, Run


def run_of(seconds, device="cpu", seed=0, epochs=15, processor="Chip", threads=1):
    epoch = Epoch(0.01, 0.01, 0.1, 59_000, 60_000, 0.05, 9_900, seconds / epochs)
    return Run("a/b", "f", seed, 7416, (epoch,) * epochs, (),
               {"device": device, "processor": processor, "threads": threads})


def test_the_median_of_each_kind_of_device():
    found = durations([run_of(300), run_of(900), run_of(450), run_of(30, "cuda", processor="Card")])
    cpu, gpu = found["cpu"], found["cuda"]
    assert (cpu.trainings, cpu.whole, cpu.low, cpu.high) == pytest.approx((3, 450, 300, 900))
    assert cpu.epoch == pytest.approx(30) and cpu.machines == ("Chip, 1 thread",)
    assert gpu.whole == pytest.approx(30) and gpu.machines == ("Card",)


def test_what_was_never_trained_has_no_time():
    text = in_words([run_of(300), run_of(900), run_of(450, threads=2)])
    assert text == (
        "On a CPU it takes about 30 seconds an epoch and 7.5 minutes to the end (Chip, 1 thread, Chip, 2 threads; "
        "the median of 3 recorded trainings, of which the fastest took 5.0 minutes and the slowest 15.0 minutes). "
        "No training on a GPU is recorded yet, so there is no time to give for one.")
    assert in_words([]).startswith("No training of this step is recorded yet")
    only_gpu = in_words([run_of(30, "cuda", processor="Card")])
    assert only_gpu.startswith("No training on a CPU is recorded yet")
    assert "On a GPU it takes about 2.0 seconds an epoch and 30 seconds to the end (Card; the one" in only_gpu


def test_other_devices_are_named_too():
    assert "On an Apple GPU it takes" in in_words([run_of(60, "mps")])


@pytest.mark.parametrize("seconds, words", [
    (4.04, "4.0 seconds"), (26.4, "26 seconds"), (89, "89 seconds"), (90, "1.5 minutes"), (400, "6.7 minutes"),
    (5399, "90.0 minutes"), (5400, "1.5 hours"), (9000, "2.5 hours")])
def test_a_time_as_one_says_it(seconds, words):
    assert span(seconds) == words
