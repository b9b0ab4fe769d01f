"""Records of stored networks: written, read back, refused where they are not whole, run again where they are."""

import base64
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import torch

from mnist_lib.studies import stored
from mnist_lib.studies.stored import Kind, packed, unpacked
from mnist_lib.training import records, schema
from tests import ROOT

NAME = "beyond/skeleton-he"


def problem_of(data) -> str:
    return schema.problem_of_seal(data) if "seen" in data else "seen is missing"


KIND = Kind("look", "a look at a network", "looks/*.json",
            lambda name, seed: f"looks/{name.partition('/')[2]}-{seed}.json", ("beyond/champion", NAME), problem_of,
            range(3))


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A training with its weights, and nothing else."""
    monkeypatch.setenv("MNIST_LIB_RESULTS", str(tmp_path))
    (tmp_path / NAME).mkdir(parents=True)
    for name in ("seed-0.json", "seed-0.safetensors"):
        shutil.copy(ROOT / "results" / NAME / name, tmp_path / NAME)
    return records.load(records.path(NAME, 0))


def record(run, **fields):
    return {"experiment": run.experiment, "seed": run.seed, "fingerprint": run.fingerprint, "weights": run.weights,
            "seen": [1, 2], **fields}


def test_a_record_returns_and_its_network_is_not_missing_any_more(run):
    assert KIND.missing(KIND.networks) == [run] and KIND.recorded(run) is None
    file = KIND.save(record(run))
    assert KIND.files() == [file] and KIND.every() == [KIND.load(file)] == [KIND.recorded(run)]
    assert KIND.load(file) == schema.sealed(record(run)) and KIND.missing(KIND.networks) == []


@pytest.mark.parametrize("change, says", [
    (lambda text: text.replace("[\n  1", "[\n  3"), "its seal does not fit"),
    (lambda text: text[:-9], "is not the record"),
    (lambda text: text.replace('"seen"', '"saw"'), "seen is missing")])
def test_a_file_that_is_no_whole_record_is_named(run, change, says):
    file = KIND.save(record(run))
    file.write_text(change(file.read_text()))
    ((name, problem),) = KIND.verify(lambda data, run: "")
    assert name == "looks/skeleton-he-0" and says in problem and f"{file} is not the record of a look" in problem
    assert "delete it and run again: python -m mnist_lib look" in problem


def test_a_record_by_another_name_and_of_other_weights_is_told(run):
    file = KIND.save(record(run, weights=64 * "0"))
    assert "it is of other weights" in next(KIND.verify(lambda data, run: ""))[1]
    file.rename(file.with_name("skeleton-he-1.json"))
    assert f"it is the record of {NAME}, seed 0, by another name" in next(KIND.verify(lambda data, run: ""))[1]


def test_verify_runs_it_again(run):
    KIND.save(record(run))
    assert list(KIND.verify(lambda data, of: f"{data['seen']} {of == run}")) == [("looks/skeleton-he-0", "[1, 2] True")]


def test_the_command_runs_what_is_missing(run, monkeypatch, capsys):
    monkeypatch.setattr(stored, "local_executor", ThreadPoolExecutor)
    calls = []
    for _ in range(2):
        assert KIND.make(SimpleNamespace(names=[], jobs=1), lambda name, seed: calls.append((name, seed)) or 1.0) == 0
        KIND.save(record(run))
    assert calls == [(NAME, 0)] and f"{NAME}, seed 0: 1 s" in capsys.readouterr().out
    with pytest.raises(ValueError, match="six-models/setup is not declared; there are: beyond/champion"):
        KIND.make(SimpleNamespace(names=["six-models/setup"], jobs=1), None)


@pytest.mark.parametrize("shape", [(10_000,), (5, 2_500), (3, 7)])
def test_what_is_packed_is_unpacked(shape):
    missed = torch.rand(*shape, generator=torch.Generator().manual_seed(0)) < 0.3
    assert torch.equal(unpacked(packed(missed), *shape), missed)
    for text in ("no base64!", base64.b64encode(b"no zlib").decode(), "", packed(torch.ones(9, 9) > 0)):
        with pytest.raises(ValueError, match="missed cannot be unpacked"):
            unpacked(text, *shape)


@pytest.mark.parametrize("pattern", ["*/*/seed-[0-9].json", "search/*/*.json", "travel/*/*.json"])
def test_a_recorded_file_is_written_again_byte_for_byte(pattern):
    """Three formats, one writer."""
    files = sorted((ROOT / "results").glob(pattern))[::25]
    assert len(files) > 3
    for file in files:
        data = json.loads(file.read_text())
        assert schema.record_text({name: value for name, value in data.items() if name != "seal"}) == file.read_bytes()
