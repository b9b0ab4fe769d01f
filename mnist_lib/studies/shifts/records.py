"""The record of one network on shifted and clean test images: what stands in it, and its checks.

``results/travel/<path>/<step>-<seed>.json``, written by ``python -m mnist_lib travel``. Which of the shifted images a
network misses is kept bit by bit, so that every comparison of the book can be made again from the records alone.
"""

from __future__ import annotations

from ...training import (
    HEX12,
    HEX64,
    MACHINE,
    NUMBER,
    TEST_IMAGES,
    TIME,
    Field,
    hexadecimal,
    is_number,
    is_time,
    problem_of_fields,
    problem_of_seal,
    whole,
)
from ..stored import Kind, unpacked
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


def problem_of(data) -> str:
    """What is wrong with the content of such a record by itself, or an empty string."""
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
    return _problem_of_counts(data) or problem_of_seal(data)


def _problem_of_counts(data) -> str:
    if len(data["clean"]["wrong"]) != TEST_IMAGES - data["clean"]["correct"]:
        return "clean.wrong does not agree with clean.correct"
    for name in ("calibration", "tempered"):
        if sum(right for _, right, _ in data[name]["bins"]) != data["clean"]["correct"]:
            return f"{name}.bins does not agree with clean.correct"
    for name, part in data["shifted"].items():
        try:
            missed = unpacked(part["missed"], 5, SHIFTED_IMAGES).sum(1).tolist()
        except ValueError as error:
            return f"shifted.{name}.{error}"
        if [SHIFTED_IMAGES - m for m in missed] != part["correct"]:
            return f"shifted.{name}.missed does not agree with its correct"
    return ""


KEPT = Kind("travel", "a network on shifted images", "travel/*/*.json", lambda name, seed: f"travel/{name}-{seed}.json",
            travel.NETWORKS, problem_of)
