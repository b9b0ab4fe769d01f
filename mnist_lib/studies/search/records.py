"""What stands in the log of one trial of a search, and its checks: ``results/search/<search>/``."""

from __future__ import annotations

from ...training import (
    HEX12,
    HEX64,
    MACHINE,
    NUMBER,
    TIME,
    Field,
    hexadecimal,
    is_number,
    is_text,
    is_time,
    list_of,
    problem_of_fields,
    problem_of_seal,
    whole,
)

TRIAL = (
    Field("candidate", "", "the candidate's label in its round", "text", is_text),
    Field("fingerprint", "", "of the settings, 5,000 images held out", f"{HEX12}, those of the file's name",
          hexadecimal(12)),
    Field("seed", "", "seed of all random numbers", "a whole number, 0 or more, that of the file's name", whole(0)),
    Field("parameters", "numbers", "trainable parameters of the network", "a whole number, 1 or more", whole(1)),
    Field("correct", "images", "held-out images classified correctly after each epoch",
          "a list of whole numbers from 0 to 5,000", list_of(whole(0, 5_000))),
    Field("loss", "nats", "mean cross-entropy on the held-out images after each epoch",
          f"a list, as long as `correct`; each {NUMBER}", list_of(is_number)),
    Field("seconds", "seconds", "training time of all epochs", NUMBER, is_number),
    Field("machine", "", "where it was trained, as below", "an object", lambda value: isinstance(value, dict)),
    Field("ended", "", "when it ended, in UTC, as in ISO 8601", TIME, is_time, False),
    Field("seal", "", "SHA-256 of all other fields (below)", HEX64, hexadecimal(64)),
)


def problem_of_trial(data) -> str:
    """What is wrong with the content of a search's log by itself, or an empty string."""
    if problem := problem_of_fields(data, TRIAL) or problem_of_fields(data["machine"], MACHINE, "machine."):
        return problem
    if len(data["loss"]) != len(data["correct"]):
        return "loss and correct are not of the same length"
    return problem_of_seal(data)
