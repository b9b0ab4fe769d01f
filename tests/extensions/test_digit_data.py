"""The data of the page "Draw a digit" is what the records and MNIST say."""

import base64
import dataclasses
import json
import re

import digit_data
import pytest
import torch

from mnist_lib.data.loading import mnist
from mnist_lib.experiments import all_experiments, experiment
from mnist_lib.training import records
from tests import ROOT


def unpacked(content: bytes) -> bytes:
    out, at = bytearray(), 0
    while at < len(content):
        if content[at]:
            out.append(content[at])
            at += 1
        else:
            out += bytes(content[at + 1])
            at += 2
    return bytes(out)


@pytest.mark.parametrize("pixels", [b"", b"\0", b"\1\0\0\2", bytes(255), bytes(256), bytes(600) + b"\7", b"\0\1" * 300])
def test_packing_loses_nothing(pixels):
    assert unpacked(digit_data.packed(pixels)) == pixels


def test_every_small_network_with_weights_is_offered():
    with_weights = {run.experiment for run in records.every()
                    if run.seed == 0 and run.parameters < 8000 and run.weights and records.weights_path(run).exists()
                    and experiment(run.experiment).on_all_of_mnist}
    offered = [run.experiment for run in digit_data.offered()]
    assert set(offered) == with_weights and len(offered) >= 5
    paths = [name.partition("/")[0] for name in offered]
    assert [a for a, b in zip(paths, paths[1:]) if a != b] + paths[-1:] == list(dict.fromkeys(paths))  # side by side
    for path in set(paths):
        assert [n for n in offered if n.startswith(f"{path}/")] == [
            n for n in all_experiments() if n in with_weights and n.startswith(f"{path}/")]


def test_a_record_of_other_settings_is_not_offered(empty_results):
    recorded = records.load(ROOT / "results/six-models/steplr/seed-0.json")
    records.save(dataclasses.replace(recorded, fingerprint="0" * 12))
    assert digit_data.offered() == []


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The data twice, from the same records, and the runs it is of: made once for all tests here."""
    torch.set_num_threads(1)
    found, folders = digit_data.offered(), [tmp_path_factory.mktemp(name) for name in "ab"]
    for folder in folders:
        digit_data.write_page(folder, found)
        digit_data.write_data(folder, found if folder is folders[0] else found[:6])
    return found, folders


def handed(text: str, call: str) -> dict:
    """What a script hands to a function of the page."""
    return json.loads(re.search(rf"^mnistDigit\.{call}\((.*)\);$", text, re.M)[1])


def test_the_digits_are_a_sample_and_all_that_go_wrong(written):
    found, (folder, _) = written
    sample = handed((folder / "all.js").read_text(), "sampleDigits")
    others = handed((folder / "others.js").read_text(), "otherDigits")
    test, wrong = mnist("test"), {image for run in found for image, _ in run.misclassified}
    assert [sample["label"].count(d) for d in range(10)] == [10] * 10
    assert not set(sample["index"]) & set(others["index"])
    assert set(sample["index"]) | wrong == set(sample["index"]) | set(others["index"])
    for data in (sample, others):
        assert data["label"] == test.labels[data["index"]].tolist()
        pixels = unpacked(base64.b64decode(data["pixels"]))
        assert pixels == b"".join(test.images[i].numpy().tobytes() for i in data["index"])
    assert {p.name for p in (folder / "networks").iterdir()} >= {f"{digit_data.file_name(run)}.js" for run in found}
    listed = handed((folder / "all.js").read_text(), "catalogue")
    assert [entry["name"] for entry in listed] == [run.experiment for run in found]


def test_the_same_records_give_the_same_files(written):
    """The page, the digits, and the weights of the first networks, which are enough to see a difference."""
    _, (folder, again) = written
    files = [file.relative_to(again) for file in again.rglob("*.js")]
    assert len(files) >= 8
    for file in files:
        if file.name != "others.js":  # it depends on all networks
            assert (folder / file).read_bytes() == (again / file).read_bytes(), file
