"""Networks on shifted images: what is recorded against counts made by hand, the checks, and what `verify` finds."""

import json
import shutil

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mnist_lib.studies.shifts import plan as declared
from mnist_lib.studies.shifts import run as running
from mnist_lib.studies.shifts.records import KEPT, SHIFTED_IMAGES
from mnist_lib.studies.shifts.run import verify_records
from mnist_lib.studies.shifts.transforms import shifted
from mnist_lib.studies.stored import packed, unpacked
from mnist_lib.training import records, schema
from mnist_lib.training.evaluation import normalized, trained
from tests import ROOT

FILE = ROOT / "results/travel/beyond/skeleton-he-0.json"


@pytest.fixture(scope="module")
def data():
    return KEPT.load(FILE)


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A place with one record of a training, its weights, and its record here."""
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    for part in ("beyond/skeleton-he", "travel/beyond"):
        (tmp_path / part).mkdir(parents=True)
    for name in ("seed-0.json", "seed-0.safetensors"):
        shutil.copy(ROOT / "results/beyond/skeleton-he" / name, tmp_path / "beyond/skeleton-he")
    shutil.copy(FILE, tmp_path / "travel/beyond")
    return tmp_path / "travel/beyond" / FILE.name


def test_a_recorded_level_is_what_a_plain_loop_counts(data):
    network = trained(records.load(records.path("beyond/skeleton-he", 0)))
    numbers = torch.arange(0, 1000, declared.EVERY)
    digits = running.mnist("test")
    images = shifted(digits.images[numbers], "blurred", 4, numbers)
    with torch.no_grad():
        missed = network(normalized(images)).argmax(1) != digits.labels[numbers]
    recorded = unpacked(data["shifted"]["blurred"]["missed"], 5, SHIFTED_IMAGES)[3, :len(numbers)]
    assert (missed != recorded).sum() <= 1 and missed.any() and not missed.all()


def test_the_temperature_has_the_smallest_loss():
    torch.manual_seed(0)
    logits, labels = 3 * torch.randn(500, 10).double(), torch.randint(10, (500,))
    logits[torch.arange(500), labels] += 2
    found = running.fitted_temperature(logits, labels)
    loss = {t: F.cross_entropy(logits / t, labels).item() for t in (0.97 * found, found, 1.03 * found)}
    assert min(loss, key=loss.get) == found and found > 1.5
    sure = torch.zeros(4, 10).double()
    sure[:, 0] = 1
    assert running.fitted_temperature(sure, torch.zeros(4, dtype=torch.long)) == pytest.approx(0.05)


def test_the_calibration_error_by_hand():
    sure = torch.tensor([0.95, 0.95, 0.5, 0.5] * 25, dtype=torch.float64)
    right = torch.tensor([True, True, True, False] * 25)
    found = running.calibration(sure, right)
    assert found["error"] == pytest.approx(2.5) and found["gap"] == pytest.approx(-2.5)  # half of the images, 5 points
    assert found["bins"][14] == [50, 50, 47.5] and found["bins"][7] == [50, 25, 25.0]
    assert len(found["resampled_error"]) == declared.RESAMPLES and np.std(found["resampled_gap"]) > 1
    assert running.calibration(torch.ones(10).double(), torch.ones(10).bool())["chance"] == [0.0, 0.0]


def test_a_calibrated_network_s_error_is_what_chance_gives():
    torch.manual_seed(0)
    sure = 0.5 + 0.5 * torch.rand(10_000, dtype=torch.float64)
    found = running.calibration(sure, torch.rand(10_000, dtype=torch.float64) < sure)
    assert found["chance"][0] / 2 < found["error"] < 1.3 * found["chance"][1] and abs(found["gap"]) < 1.5


@pytest.mark.parametrize("change, says", [
    (lambda d: d.update(seed=1), "by another name"), (lambda d: d.update(temperature=0), "temperature is 0"),
    (lambda d: d["shifted"].pop("moved"), "shifted must have moved"),
    (lambda d: d["shifted"]["moved"]["correct"].__setitem__(0, 7), "shifted.moved.missed does not agree"),
    (lambda d: d["shifted"]["moved"].update(missed="====AAAA"), "shifted.moved.missed cannot be unpacked"),
    (lambda d: d["clean"]["wrong"].pop(), "clean.wrong does not agree"),
    (lambda d: d["calibration"]["bins"][14].__setitem__(1, 0), "calibration.bins does not agree"),
    (lambda d: d["tempered"]["resampled_gap"].pop(), "tempered.resampled_gap is"),
    (lambda d: d.update(experiment="beyond/nothing"), "experiment is 'beyond/nothing'"),
    (lambda d: d.update(more=1), "'more' is no field"),
])
def test_a_record_that_breaks_a_rule_is_refused_by_name(change, says, copied):
    data = {k: v for k, v in json.loads(copied.read_text()).items() if k != "seal"}
    change(data)
    copied.write_text(json.dumps(schema.sealed(data)))
    ((name, problem),) = verify_records()
    assert name == "travel/beyond/skeleton-he-0" and says in problem and copied.name in problem


def test_verify_runs_a_sample_again(copied):
    assert list(verify_records()) == [("travel/beyond/skeleton-he-0", "")]
    data = {k: v for k, v in KEPT.load(copied).items() if k != "seal"}
    for part in data["shifted"].values():  # every other image is read as it is not
        missed = unpacked(part["missed"], 5, SHIFTED_IMAGES) ^ (torch.arange(SHIFTED_IMAGES) % 2 == 0)
        part.update(missed=packed(missed), correct=(~missed).sum(1).tolist())
    KEPT.save(data)
    ((_, problem),) = verify_records()
    assert "of 250 images are read otherwise than it says" in problem


def test_a_record_of_other_mistakes_is_named(copied):
    data = {k: v for k, v in KEPT.load(copied).items() if k != "seal"}
    data["clean"]["wrong"] = [[i, digit, sure] for i, (_, digit, sure) in enumerate(data["clean"]["wrong"])]
    KEPT.save(data)
    assert "are not those of the training's record" in next(verify_records())[1]
