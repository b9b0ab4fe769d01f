"""The record of one network at fewer bits a weight: what stands in it, and its checks.

``results/little/bits/<step>-<seed>.json``, written by ``python -m mnist_lib bits``. Which test images each version
of the network misses is kept bit by bit, and of those trained with rounded weights their bytes, as a device would
hold them, so that every comparison of the book can be made again from the records alone.
"""

from __future__ import annotations

import base64
import binascii

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
from . import bits_plan as bits

VERSION = (
    Field("bits", "bits", "of a weight; 32 is float, not rounded", "one that is declared",
          lambda value: value in (bits.FLOAT, *bits.WIDTHS)),
    Field("per", "", "what shares a scale: `channel` or `tensor`, all weights of a layer", "one of these",
          lambda value: value in bits.PER),
    Field("tuned", "", "whether it was trained on with its weights rounded", "true or false",
          lambda value: isinstance(value, bool)),
    Field("bytes", "bytes", "weights, scales and biases, packed", "a whole number, 1 or more", whole(1)),
    Field("correct", "images", "of the test set classified correctly", "a whole number from 0 to 10,000",
          whole(0, TEST_IMAGES)),
    Field("loss", "nats", "mean cross-entropy", NUMBER, is_number),
    Field("missed", "", "which test images are missed: a bit an image, the first the highest of its byte; compressed "
          "(zlib), as base64", "text; as many bits as `correct` leaves", lambda value: isinstance(value, str)),
    Field("train_loss", "nats", "of the tuned ones: mean over the steps of each epoch", "a list",
          lambda value: isinstance(value, list) and all(map(is_number, value)), False),
    Field("content", "", "of the tuned ones: the packed bytes, as base64", "text; as many bytes as `bytes` says",
          lambda value: isinstance(value, str), False),
)

BITS = (
    Field("format", "", "version of this format", "1", lambda value: type(value) is int and value == 1),
    Field("experiment", "", "`path/step`", "one that is declared", lambda value: value in bits.NETWORKS),
    Field("fingerprint", "", "of the experiment's settings", HEX12, hexadecimal(12)),
    Field("seed", "", "seed of the training", "a whole number from 0 to 9", whole(0, max(bits.SEEDS))),
    Field("weights", "", "SHA-256 of the weights that were rounded", HEX64, hexadecimal(64)),
    Field("versions", "", "an object for each version of the network, as below, in the order of the declaration",
          "a list", lambda value: isinstance(value, list)),
    Field("machine", "", "where it was run, as above", "an object", lambda value: isinstance(value, dict)),
    Field("began", "", "when it began, in UTC, as in ISO 8601", TIME, is_time),
    Field("seconds", "seconds", "what it took", NUMBER, is_number),
    Field("seal", "", "SHA-256 of all other fields", HEX64, hexadecimal(64)),
)


def versions(name: str) -> list[tuple[int, str, bool]]:
    """The versions of a network that are recorded: bits, what shares a scale, whether it is trained with them."""
    return [(bits.FLOAT, "channel", False), *((width, per, False) for per in bits.PER for width in bits.WIDTHS),
            *((width, "channel", True) for width in bits.TUNED[name])]


def problem_of(data) -> str:
    """What is wrong with the content of such a record by itself, or an empty string."""
    if problem := problem_of_fields(data, BITS) or problem_of_fields(data["machine"], MACHINE, "machine."):
        return problem
    for number, one in enumerate(data["versions"]):
        if problem := problem_of_fields(one, VERSION, f"versions[{number}].") or _problem_of_version(one):
            return problem if problem.startswith("versions") else f"versions[{number}].{problem}"
    if [(one["bits"], one["per"], one["tuned"]) for one in data["versions"]] != versions(data["experiment"]):
        return "versions are not those that are declared"
    return problem_of_seal(data)


def _problem_of_version(one: dict) -> str:
    try:
        missed = int(unpacked(one["missed"], TEST_IMAGES).sum())
    except ValueError as error:
        return str(error)
    if missed != TEST_IMAGES - one["correct"]:
        return "missed does not agree with its correct"
    if one["tuned"] != ("content" in one) or one["tuned"] != ("train_loss" in one):
        return "content and train_loss belong to the tuned ones, and to no other"
    try:
        if one["tuned"] and len(base64.b64decode(one["content"], validate=True)) != one["bytes"]:
            return "content is not as long as its bytes"
    except binascii.Error as error:
        return f"content is no base64 ({error})"
    return ""


KEPT = Kind("bits", "a network at fewer bits", "little/bits/*.json",
            lambda name, seed: f"little/bits/{name.partition('/')[2]}-{seed}.json", bits.NETWORKS, problem_of,
            bits.SEEDS)
