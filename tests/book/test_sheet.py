"""A sheet's tables and verdicts, against the layers counted by hand and the students' logs."""

import pytest

from mnist_lib.book import changes, sheet
from mnist_lib.experiments import experiment
from mnist_lib.networks import count_parameters

STEP = "six-models/batchnorm"


def test_the_receptive_fields_are_the_recurrence_s_and_the_parameters_add_up():
    assert sheet.fields(STEP) == [3, 5, 5, 6, 10, 14, 18, 22, 28, 28]
    assert sheet.norms(STEP) == 2 * (8 + 16 + 8 + 16 + 8 + 16 + 16)
    last = str(sheet.field(STEP)).splitlines()[-1].split()
    assert last[:2] == ["in", "all"] and last[-1] == f"{count_parameters(experiment(STEP).architecture):,}"


def test_what_changes_is_told_in_words():
    told = str(sheet.changes("six-models/augmentation"))
    assert "turned by up to 7°" in told and "network" not in told
    assert "grey" in changes.images(experiment("three-modules/augmentation").transforms)
    assert "grey" not in changes.images(experiment("three-modules/augmentation-corrected").transforms)


def test_a_result_stands_beside_the_student_s_and_alone_with_its_intervals():
    beside, alone = str(sheet.result(STEP)), str(sheet.result("beyond/smallest"))
    assert "the student, one training" in beside and "last three" not in beside
    assert "ours, ten trainings" in alone and "student" not in alone
    assert "99.4 % in each of the last three  10 of 10 (69 to 100 %)" in alone


def test_masks_and_augmentation_forbid_a_verdict_on_overfitting():
    with pytest.raises(ValueError, match="dropout and augmentation"):
        sheet.overfits("It overfits.", "six-models/steplr")
    assert sheet.overfits("It overfits.", STEP).verdict == "holds"


def test_a_gain_says_how_many_images():
    found = sheet.gain("It loses {images} images.", STEP, "six-models/dropout", falls=True)
    assert found.sentence == "It loses 14 images." and found.verdict == "holds"
