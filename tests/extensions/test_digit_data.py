"""The data of the page "Draw a digit" is what the records and MNIST say."""

import base64
import json
import re

import digit_data
import pytest

from mnist_lib.data.loading import mnist
from mnist_lib.experiments.catalogue import EXPERIMENTS
from mnist_lib.training import records


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
                    if run.seed == 0 and run.parameters < 8000 and run.weights and records.weights_path(run).exists()}
    offered = [run.experiment for run in digit_data.offered()]
    assert set(offered) == with_weights and len(offered) >= 5
    assert offered == [name for name in EXPERIMENTS if name in with_weights]


def test_a_record_of_other_settings_is_not_offered(empty_results):
    run = records.Run("six-models/steplr", "0" * 12, 0, 7000, (), (), weights="0" * 64)
    records.save(run)
    assert digit_data.offered() == []


def test_the_digits_are_a_sample_and_all_that_go_wrong(tmp_path):
    found = digit_data.write_data(tmp_path)
    text = (tmp_path / "digits.js").read_text()
    data = json.loads(re.fullmatch(r"mnistDigit\.testDigits\((.*)\);\n", text)[1])
    test, sample = mnist("test"), data["sample"]
    assert [test.labels[sample].tolist().count(d) for d in range(10)] == [10] * 10
    wrong = {image for run in found for image, _ in run.misclassified}
    assert set(data["index"]) == wrong | set(sample)
    assert data["label"] == test.labels[data["index"]].tolist()
    pixels = unpacked(base64.b64decode(data["pixels"]))
    assert pixels == b"".join(test.images[i].numpy().tobytes() for i in data["index"])
    assert {p.name for p in (tmp_path / "networks").iterdir()} >= {f"{digit_data.file_name(run)}.js" for run in found}


def test_the_same_records_give_the_same_files(tmp_path):
    for folder in ("a", "b"):
        digit_data.write_data(tmp_path / folder)
    for file in (tmp_path / "a").rglob("*.js"):
        assert file.read_bytes() == (tmp_path / "b" / file.relative_to(tmp_path / "a")).read_bytes()
