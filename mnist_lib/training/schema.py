"""What stands in a record: every field, its unit and its rule, written once.

``load`` and ``verify`` check by these tables, and the page "The format of the records" prints them.
A :class:`Field` is checked by itself (type and range); ``problem_of_record`` adds what several fields
have to say to each other.

A record is sealed: ``seal`` is the SHA-256 of all its other fields, so that a changed digit is noticed.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from ..files import read_json


class Field(NamedTuple):
    """One field: its name, its unit, what it says, its rule in words, and the rule as a function."""

    name: str
    unit: str
    meaning: str
    rule: str
    holds: Callable[[object], bool]
    needed: bool = True


def whole(low: float, high: float = math.inf) -> Callable:
    """The rule of whole numbers from ``low`` to ``high``."""
    return lambda value: type(value) is int and low <= value <= high


def is_number(value) -> bool:
    """Whether it is a finite number, 0 or more."""
    return type(value) in (int, float) and math.isfinite(value) and value >= 0


def hexadecimal(digits: int) -> Callable:
    """The rule of so many hexadecimal digits."""
    return lambda value: isinstance(value, str) and re.fullmatch(f"[0-9a-f]{{{digits}}}", value) is not None


def is_text(value) -> bool:
    """Whether it is a text of fewer than 500 characters, and not empty."""
    return isinstance(value, str) and 0 < len(value) < 500


def is_time(value) -> bool:
    """Whether it is a time in UTC, as in ISO 8601."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).utcoffset() == timedelta(0)
    except ValueError:
        return False


def list_of(holds: Callable) -> Callable:
    """The rule of lists with one entry or more that each hold a rule."""
    return lambda value: isinstance(value, (list, tuple)) and len(value) > 0 and all(map(holds, value))


def _wrong_image(value) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and whole(0)(value[0]) and whole(0, 9)(value[1])


NUMBER = "a finite number, 0 or more"
TIME = "a time such as 2026-01-31T12:00:00+00:00"
HEX12, HEX64 = "12 hexadecimal digits", "64 hexadecimal digits"

MACHINE = (
    Field("device", "", "`cpu`, `cuda` or `mps`", "text", is_text, False),
    Field("processor", "", "the processor's name", "text", is_text, False),
    Field("instructions", "", "the widest vector instructions that PyTorch used, such as `AVX2` or "
          "`AVX512`: with the same ones, another processor mostly repeats a training", "text", is_text, False),
    Field("caches", "bytes", "of levels 1 to 3 a core, where oneDNN was told others than the processor's own", "three "
          "whole numbers, 1 or more", lambda value: list_of(whole(1))(value) and len(value) == 3, False),
    Field("threads", "threads", "how many computed side by side", "a whole number, 1 or more", whole(1), False),
    Field("engine", "", "the fast kernels of the trainer", "text", is_text, False),
    Field("mnist_lib", "", "version of this library", "text", is_text, False),
    Field("torch", "", "version of PyTorch", "text", is_text, False),
    Field("python", "", "version of Python", "text", is_text, False),
)

EPOCH = (
    Field("learning_rate", "", "the rate of its first step", NUMBER, is_number),
    Field("last_learning_rate", "", "the rate after its last step", NUMBER, is_number),
    Field("train_loss", "nats", "mean over its steps, with dropout and augmentation on", NUMBER, is_number),
    Field("train_correct", "images", "classified correctly on the way, with dropout and augmentation on",
          "a whole number from 0 to train_images", whole(0)),
    Field("train_images", "images", "shown; fewer than 10,000 images are gone through several times in an epoch",
          "a whole number, 1 or more, the same in all epochs", whole(1)),
    Field("test_loss", "nats", "mean cross-entropy on the test set after the epoch", NUMBER, is_number),
    Field("test_correct", "images", "of the test set classified correctly after the epoch",
          "a whole number from 0 to 10,000", whole(0)),
    Field("seconds", "seconds", "training time, without the evaluation", NUMBER, is_number),
)

RECORD = (
    Field("format", "", "version of this format", "1", lambda value: type(value) is int and value == 1),
    Field("experiment", "", "`path/step`", "the file's folder", is_text),
    Field("fingerprint", "", "of the experiment's settings", HEX12, hexadecimal(12)),
    Field("seed", "", "seed of all random numbers", "a whole number, 0 or more, that of the file's name", whole(0)),
    Field("parameters", "numbers", "trainable parameters of the network", "a whole number, 1 or more", whole(1)),
    Field("epochs", "", "one object an epoch, as below, in order", "a list of at least one",
          lambda value: isinstance(value, (list, tuple)) and len(value) > 0),
    Field("misclassified", "", "[index in the test set, predicted digit] of each image that the last epoch's "
          "network gets wrong", "index from 0 to 9,999, increasing; digit from 0 to 9; as many as the last "
          "`test_correct` leaves", lambda value: isinstance(value, (list, tuple)) and all(map(_wrong_image, value))),
    Field("machine", "", "where it was trained, as below", "an object", lambda value: isinstance(value, dict)),
    Field("weights", "", "SHA-256 of the `.safetensors` file beside the record", f"{HEX64}, or null where no weights "
          "were kept", lambda value: value is None or hexadecimal(64)(value), False),
    Field("ended", "", "when it ended, in UTC, as in ISO 8601", TIME, is_time, False),
    Field("retraced", "", "where it was trained again, number for number, if the weights are from there", "an object",
          lambda value: isinstance(value, dict), False),
    Field("seal", "", "SHA-256 of all other fields (below)", HEX64, hexadecimal(64)),
)

def problem_of_record(data, test_images: int = 10_000) -> str:
    """What is wrong with the content of a record by itself, or an empty string."""
    if problem := (problem_of_fields(data, RECORD) or problem_of_fields(data["machine"], MACHINE, "machine.")
                   or problem_of_fields(data.get("retraced", {}), MACHINE, "retraced.")):
        return problem
    for number, epoch in enumerate(data["epochs"]):
        if problem := problem_of_fields(epoch, EPOCH, f"epochs[{number}]."):
            return problem
        if epoch["train_correct"] > epoch["train_images"] or epoch["test_correct"] > test_images:
            return f"epochs[{number}] has more images classified correctly than there are"
        if epoch["train_images"] != data["epochs"][0]["train_images"]:
            return f"epochs[{number}].train_images is not that of the first epoch"
    indices = [index for index, _ in data["misclassified"]]
    if any(index >= test_images for index in indices) or any(a >= b for a, b in zip(indices, indices[1:])):
        return "the images of misclassified are not in increasing order, or there is no such test image"
    if len(indices) != (expected := test_images - data["epochs"][-1]["test_correct"]):
        return (f"misclassified has {len(indices):,} images, and by the accuracy of the last epoch there are "
                f"{expected:,}: its list of misclassified images does not agree with its accuracy")
    return problem_of_seal(data)


def seal_of(data: dict) -> str:
    """SHA-256 of the fields but the seal, as JSON with sorted keys and without blanks."""
    fields = {name: value for name, value in data.items() if name != "seal"}
    return hashlib.sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def sealed(data: dict) -> dict:
    """The same fields with their seal as the last."""
    return {**data, "seal": seal_of(data)}


def record_text(data: dict) -> bytes:
    """The content of a record's file: the fields with their seal, a line each part of a list or an object."""
    lines = []
    for name, value in sealed(data).items():
        if isinstance(value, dict) and value:
            parts = [f"{json.dumps(key)}: {json.dumps(part)}" for key, part in value.items()]
            text = "{\n  " + ",\n  ".join(parts) + "\n }"
        elif isinstance(value, (list, tuple)) and value:
            text = "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]"
        else:
            text = json.dumps(value)
        lines.append(f" {json.dumps(name)}: {text}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def read_record(file: Path, problem_of: Callable[[dict], str], what: str, remedy: str) -> dict:
    """The content of a record's file; ``ValueError`` names the file, what is wrong with it and what to do.

    ``problem_of`` finds what is wrong with the content, ``what`` it should be, ``remedy`` is what to do next.
    """
    try:
        data = read_json(file)
        if problem := problem_of(data):
            raise ValueError(problem)
    except (ValueError, OSError) as error:
        raise ValueError(f"{file} is not {what} ({error}); {remedy}") from error
    return data


def unsealed(data) -> dict:
    """The fields without the seal; ``ValueError`` where there is none, or where it does not fit."""
    if not isinstance(data, dict) or not isinstance(data.get("seal"), str):
        raise ValueError("it has no seal")
    if problem := problem_of_seal(data):
        raise ValueError(problem)
    return {name: value for name, value in data.items() if name != "seal"}


def problem_of_seal(data: dict) -> str:
    """Whether a record was changed after it was written, or an empty string."""
    if data.get("seal") is not None and data["seal"] != seal_of(data):
        return "it was changed after it was written: its seal does not fit"
    return ""


def problem_of_fields(data, fields: tuple[Field, ...], place: str = "") -> str:
    """What is wrong with an object by the rules of its fields, or an empty string."""
    if not isinstance(data, dict):
        return f"{place.rstrip('.') or 'it'} is no JSON object"
    for field in fields:
        if field.name not in data:
            if field.needed:
                return f"{place}{field.name} is missing"
        elif not field.holds(data[field.name]):
            return f"{place}{field.name} is {_shortened(data[field.name])}; it must be {field.rule}"
    if unknown := sorted(set(data) - {field.name for field in fields}):
        return f"{place}{_shortened(unknown[0])} is no field of this format"
    return ""


def _shortened(value) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "…"
