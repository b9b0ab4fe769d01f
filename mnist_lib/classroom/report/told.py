"""Reports of tries as they lie in a file, believed only as far as they agree with themselves."""

from __future__ import annotations

from pathlib import Path

from ...files import read_json
from ...training import schema
from .. import challenge as own


def load_report(file: Path) -> dict:
    """The content of a ``report.json``; ``ValueError`` names the file and what in it does not agree.

    The seal has to fit, the verdict to be that of the results, and these to belong to one network.
    """
    try:
        told = schema.unsealed(read_json(file))
        results = [own.result_from(each) for each in told["results"]]
        if results and (problem := _problem(told, results)):
            raise ValueError(problem)
        return told
    except (OSError, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"{file} is no report of a try ({type(error).__name__}: {own.line(error)})") from error
    except ValueError as error:
        raise ValueError(f"{file} is no report that can be believed: {error}") from error


def _problem(told: dict, results: list) -> str:
    """What the parts of a report have against each other, or an empty string."""
    verdict = own.judge(results, (told.get("terms") or {}).get("target", own.TERMS.target))
    if told["verdict"] != {"word": verdict.word, "mean": round(verdict.mean, 4),
                           "interval": [round(end, 3) for end in verdict.between],
                           "holds": {str(n): count for n, count in verdict.holds.items()},
                           "seeds": list(verdict.seeds)}:
        return "its verdict is not that of its results"
    if len({(r.fingerprint, r.parameters, r.split, len(r.epochs)) for r in results}) > 1 or len(
            set(verdict.seeds)) < len(results):
        return "its results are not those of one network with several seeds"
    if (results[0].fingerprint, results[0].parameters) != (told["fingerprint"], told["parameters"]):
        return "its results are those of another network"
    if told["recipe"]["epochs"] != len(results[0].epochs):
        return "its recipe has another number of epochs than its results"
    looked = [line for line in told["tries"] if line["fingerprint"] == told["fingerprint"]]
    if not looked or looked[-1]["mean"] != told["verdict"]["mean"]:
        return "its logbook has no such try"
    if (test := told["test"]) and not (
            len(test["correct"]) == len(results) and told["looks_at_the_test_set"] == test["looks"] >= 1
            and all(type(n) is int and 0 <= n <= test["images"] for n in test["correct"])):
        return "its counts of the test set do not agree"
    return ""
