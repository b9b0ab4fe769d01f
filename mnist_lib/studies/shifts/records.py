"""The record of one network on shifted and clean test images: what stands in it, and its checks.

``results/travel/<path>/<step>-<seed>.json``, written by ``python -m mnist_lib travel``. Which of the shifted images a
network misses is kept bit by bit, so that every comparison of the book can be made again from the records alone.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from pathlib import Path

import torch
from torch import Tensor

from ...files import read_json, write_atomically
from ...training import (
    HEX12,
    HEX64,
    MACHINE,
    NUMBER,
    TEST_IMAGES,
    TIME,
    Field,
    Run,
    hexadecimal,
    is_number,
    is_time,
    problem_of_fields,
    problem_of_seal,
    records,
    sealed,
    whole,
)
from . import plan as travel
from .transforms import SHIFTS

SHIFTED_IMAGES = len(range(0, TEST_IMAGES, travel.EVERY))
CORRECT = "classified correctly"
SHARE = "from 0 to 100"


def _share(value) -> bool:
    return is_number(value) and value <= 100


def _bins(value) -> bool:
    return (isinstance(value, list) and len(value) == travel.BINS and sum(b[0] for b in value) == TEST_IMAGES
            and all(whole(0)(n) and whole(0, n)(right) and is_number(sure) and sure <= n + 1e-3
                    for n, right, sure in value))


def _wrong(value) -> bool:
    return isinstance(value, list) and all(
        len(one) == 3 and whole(0, TEST_IMAGES - 1)(one[0]) and whole(0, 9)(one[1]) and _share(one[2])
        for one in value)


def _resampled(value) -> bool:
    return isinstance(value, list) and len(value) == travel.RESAMPLES and all(
        type(v) in (int, float) and -100 <= v <= 100 for v in value)


_IMAGES = f"a whole number from 0 to {SHIFTED_IMAGES:,}"
_MANY = f"a list of {travel.RESAMPLES}"

SHIFTED = (
    Field("correct", "images", f"of the {SHIFTED_IMAGES:,} images of each level {CORRECT}, level 1 to 5",
          f"a list of 5; each {_IMAGES}", lambda value: isinstance(value, list) and len(value) == 5
          and all(map(whole(0, SHIFTED_IMAGES), value))),
    Field("confidence", "%", "mean of the largest of the ten probabilities, level 1 to 5", f"a list of 5; each {SHARE}",
          lambda value: isinstance(value, list) and len(value) == 5 and all(map(_share, value))),
    Field("missed", "", "which images are missed: a bit an image, the first the highest of its byte, level after level "
          "from a new byte on; compressed (zlib), as base64", "text; as many bits as `correct` leaves",
          lambda value: isinstance(value, str)),
)

CLEAN = (
    Field("correct", "images", f"of the test set {CORRECT}", "a whole number from 0 to 10,000",
          whole(0, TEST_IMAGES)),
    Field("loss", "nats", "mean cross-entropy", NUMBER, is_number),
    Field("tempered_loss", "nats", "the same with the temperature", NUMBER, is_number),
    Field("wrong", "", "[index in the test set, digit it is taken for, confidence in %] of each image missed",
          "as many as `correct` leaves", _wrong),
)

CALIBRATION = (
    Field("bins", "", "[images, of these correct, sum of their confidences] for each fifteenth from 0 to 1",
          "15 lists; 10,000 images together", _bins),
    Field("error", "%", "expected calibration error: of each bin the distance of mean confidence and share of correct "
          "ones, weighed by its images", SHARE, _share),
    Field("resampled_error", "%", "the same for each resampled test set (the same ones in all records)", _MANY,
          _resampled),
    Field("gap", "points", "mean confidence less accuracy", "from -100 to 100",
          lambda value: type(value) in (int, float) and -100 <= value <= 100),
    Field("resampled_gap", "points", "the same for each resampled test set", _MANY, _resampled),
    Field("chance", "%", "[mean, 97.5 % quantile] of the error of a network that is right exactly as often as it is "
          "sure, on as many images", f"a list of 2; each {SHARE}",
          lambda value: isinstance(value, list) and len(value) == 2 and all(map(_share, value))),
)

TRAVEL = (
    Field("format", "", "version of this format", "1", lambda value: type(value) is int and value == 1),
    Field("experiment", "", "`path/step`", "one that is declared", lambda value: value in travel.NETWORKS),
    Field("fingerprint", "", "of the experiment's settings", HEX12, hexadecimal(12)),
    Field("seed", "", "seed of the training", "a whole number, 0 or more", whole(0)),
    Field("weights", "", "SHA-256 of the weights that were run", HEX64, hexadecimal(64)),
    Field("shifted", "", "an object for each of the eight shifts, as below", "an object",
          lambda value: isinstance(value, dict)),
    Field("clean", "", "the test images as they are, as below", "an object", lambda value: isinstance(value, dict)),
    Field("temperature", "", "what the logits are divided by: the smallest loss on 5,000 training images",
          "a number from 0.05 to 20", lambda value: is_number(value) and 0.05 <= value <= 20),
    Field("calibration", "", "with a temperature of 1, as below", "an object", lambda value: isinstance(value, dict)),
    Field("tempered", "", "with the temperature, as below", "an object", lambda value: isinstance(value, dict)),
    Field("machine", "", "where it was run, as above", "an object", lambda value: isinstance(value, dict)),
    Field("began", "", "when it began, in UTC, as in ISO 8601", TIME, is_time),
    Field("seconds", "seconds", "what it took", NUMBER, is_number),
    Field("seal", "", "SHA-256 of all other fields", HEX64, hexadecimal(64)),
)


def path(name: str, seed: int) -> Path:
    """Where the record lies: ``results/travel/<path>/<step>-<seed>.json``."""
    return records.root() / "travel" / f"{name}-{seed}.json"


def files() -> list[Path]:
    """All these records, by name."""
    return sorted((records.root() / "travel").glob("*/*.json"))


def packed(missed: Tensor) -> str:
    """Booleans (levels, images) as the field ``missed`` keeps them."""
    from numpy import packbits

    return base64.b64encode(zlib.compress(packbits(missed.numpy(), axis=1).tobytes(), 9)).decode()


def unpacked(text: str) -> Tensor:
    """Booleans (5, images) of a field ``missed``; ``ValueError`` for a text that is none."""
    from numpy import frombuffer, unpackbits

    try:
        inflate = zlib.decompressobj()
        content = inflate.decompress(base64.b64decode(text, validate=True), 5 * SHIFTED_IMAGES)
        bits = unpackbits(frombuffer(content, dtype="uint8").reshape(5, -1), axis=1, count=SHIFTED_IMAGES)
    except (ValueError, zlib.error, binascii.Error) as error:
        raise ValueError(f"missed cannot be unpacked ({error})") from None
    return torch.from_numpy(bits.astype(bool))


def problem_of(data, file: Path | None = None) -> str:
    """What is wrong with the content of such a record by itself, or with its place, or an empty string."""
    if problem := problem_of_fields(data, TRAVEL) or problem_of_fields(data["machine"], MACHINE, "machine."):
        return problem
    parts = [("clean", data["clean"], CLEAN), ("calibration", data["calibration"], CALIBRATION),
             ("tempered", data["tempered"], CALIBRATION)]
    if set(data["shifted"]) != set(SHIFTS):
        return f"shifted must have {', '.join(SHIFTS)}"
    parts += [(f"shifted.{name}", data["shifted"][name], SHIFTED) for name in SHIFTS]
    for name, part, fields in parts:
        if problem := problem_of_fields(part, fields, f"{name}."):
            return problem
    return _problem_of_counts(data) or problem_of_seal(data) or _problem_of_place(data, file)


def _problem_of_counts(data) -> str:
    if len(data["clean"]["wrong"]) != TEST_IMAGES - data["clean"]["correct"]:
        return "clean.wrong does not agree with clean.correct"
    for name in ("calibration", "tempered"):
        if sum(right for _, right, _ in data[name]["bins"]) != data["clean"]["correct"]:
            return f"{name}.bins does not agree with clean.correct"
    for name, part in data["shifted"].items():
        try:
            missed = unpacked(part["missed"]).sum(1).tolist()
        except ValueError as error:
            return f"shifted.{name}.{error}"
        if [SHIFTED_IMAGES - m for m in missed] != part["correct"]:
            return f"shifted.{name}.missed does not agree with its correct"
    return ""


def _problem_of_place(data, file) -> str:
    if file is None or file == path(data["experiment"], data["seed"]):
        return ""
    return f"it is the record of {data['experiment']}, seed {data['seed']}, by another name"


def save(data: dict) -> Path:
    """Seal a record and write it, a part a line; return where."""
    data = sealed(data)
    lines = [f" {json.dumps(name)}: " + (
        "{\n" + ",\n".join(f"  {json.dumps(key)}: {json.dumps(part)}" for key, part in value.items()) + "\n }"
        if isinstance(value, dict) else json.dumps(value)) for name, value in data.items()]
    target = path(data["experiment"], data["seed"])
    write_atomically(target, ("{\n" + ",\n".join(lines) + "\n}\n").encode())
    return target


def load(file: Path) -> dict:
    """The record in one file; ``ValueError`` names the file if it is not a whole one."""
    try:
        data = read_json(file)
        if problem := problem_of(data, file):
            raise ValueError(problem)
    except (ValueError, OSError) as error:
        raise ValueError(f"{file} is not the record of a network on shifted images ({error}); delete it and run again: "
                         "python -m mnist_lib travel") from error
    return data


def recorded(run: Run) -> dict | None:
    """The record of a run's weights, if there is one of these very weights."""
    file = path(run.experiment, run.seed)
    if not file.exists():
        return None
    data = load(file)
    return data if (data["fingerprint"], data["weights"]) == (run.fingerprint, run.weights) else None


def every() -> list[dict]:
    """All records there are, in the order of the declaration, seed by seed."""
    found = [load(file) for file in files()]
    return sorted(found, key=lambda one: (travel.NETWORKS.index(one["experiment"]), one["seed"]))
