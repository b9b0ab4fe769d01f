"""Votes on test images, against records made by hand; readings against the labels."""

import pytest

from mnist_lib.book import votes
from mnist_lib.experiments.catalogue import EXPERIMENTS
from mnist_lib.training.records import Epoch, Run
from tests import ROOT


def run_of(step, seed, *misclassified):
    epoch = Epoch(0.01, 0.01, 0.1, 59_000, 60_000, 0.05, 10_000 - len(misclassified), 1.0)
    return Run(step, EXPERIMENTS[step].fingerprint, seed, 7416, (epoch,), misclassified)


def test_a_step_has_one_vote_however_often_it_is_trained():
    runs = [run_of("six-models/steplr", 0, (3, 7)), run_of("six-models/steplr", 1, (3, 7), (5, 1)),
            run_of("six-models/dropout", 0, (3, 8))]
    third, fifth = votes.ballots(runs, labels=[0] * 10)
    assert (third.index, third.label, third.answer) == (3, 0, 7)
    assert third.shares[7] == pytest.approx(0.5) and third.shares[8] == pytest.approx(0.5)
    assert third.missed == pytest.approx(1)
    assert (fifth.index, fifth.answer) == (5, 0)
    assert fifth.shares[1] == pytest.approx(0.25) == fifth.missed and sum(fifth.shares) == pytest.approx(1)


def test_a_reading_is_held_to_the_label(monkeypatch):
    monkeypatch.setattr(votes, "readings", lambda: {1: "7", 2: "72", 3: "1"})
    shares = (0.0,) * 10
    found = [votes.Ballot(index, 7, shares).reading for index in (1, 2, 3, 4)]
    assert found == [votes.CLEAR, votes.EITHER, votes.ANOTHER, votes.UNREAD]


def test_readings_are_one_or_two_digits_of_a_test_image():
    for index, read in votes.readings().items():
        assert 0 <= index < 10_000
        assert read.isdigit() and 1 <= len(read) == len(set(read)) <= 2


def test_the_picture_has_an_image_and_a_strip_for_each():
    picture = votes.picture([votes.Ballot(0, 7, (0.1,) * 10), votes.Ballot(1, 2, (0.1,) * 10)], columns=2)
    assert len(picture.figure.axes) == 4 and sum(len(axes.images) for axes in picture.figure.axes) == 4


def test_both_pages_count_hard_images_in_one_unit():
    for page in ("learn/digits", "further/hard-digits"):
        text = (ROOT / f"book/{page}.md").read_text(encoding="utf-8")
        assert "hard = [b for b in ballots if b.missed > 0.5]" in text and "ballots = votes.ballots()\n" in text
