"""Grades: every submission with the same seeds and held-out images, side by side, and again where it was stopped.

One grade is one submission and one seed. Grades lie in ``grades/results/`` as JSON; one that belongs to this
content, split and limits is not made again.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import json
import os
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy
import torch

from mnist_lib import need

from ... import __version__
from ...files import read_json, write_atomically
from ...training import sealed, unsealed
from .. import challenge as own
from .sandbox import STATISTICS, Left, Limits, end_all, run_enclosed
from .submissions import Submission
from .walls import walls_up

GRADED, REFUSED, FAILED = "graded", "refused", "failed"


@dataclass(frozen=True)
class Rules:
    """What is the same for all: the split with its key, the number of seeds, the assignment, limits.

    ``network`` is what the network is called in every submission, if anything.
    """

    split: own.Split
    seeds: int = 3
    terms: own.Terms = own.TERMS
    limits: Limits = Limits()
    trust: bool = False
    network: str = ""

    def fingerprint(self, submission: Submission) -> str:
        """What a grade belongs to: content, split, assignment, limits, library."""
        return "-".join(map(str, (submission.digest, self.split.fingerprint, *asdict(self.terms).values(), self.network,
                                  self.limits.seconds, self.limits.memory, __version__)))


@dataclass(frozen=True)
class Grade:
    """One submission with one seed. ``correct`` counts held-out images after each epoch; empty if not trained.

    ``before`` counts those before any training. ``notes`` are on the recipe, the network and what is strange.
    ``seconds`` and ``in_force`` (what isolated it) are not part of what two gradings must agree in.
    """

    slug: str
    seed: int
    belongs_to: str
    status: str
    told: str
    recipe: str = ""
    parameters: int | None = None
    field: int | None = None
    epochs: int | None = None
    findings: tuple[tuple[str, str, str], ...] = ()
    layers: tuple[tuple[str, str, int], ...] = ()
    notes: tuple[str, ...] = ()
    before: int | None = None
    correct: tuple[int, ...] = ()
    held_out: int = 0
    printed: str = ""
    weights: str = ""
    seconds: float = 0.0
    in_force: tuple[str, ...] = ()


def grade_once(submission: Submission, number: int, rules: Rules, hidden: list[str]) -> Grade:
    """Grade one submission with one seed, in a process of its own; never raises for what the submission does."""
    if submission.problem:
        return _grade(submission, number, rules, REFUSED, submission.problem)
    files, truth = _files(rules.split)
    name = "submission" + submission.kind
    task = {"file": name, "shown": own.line(submission.file, 60), "network": rules.network,
            "seed": rules.split.seed(number), "terms": asdict(rules.terms)}
    left = run_enclosed(task, files | {name: submission.content}, rules.limits, hidden, rules.trust)
    return judged(submission, number, rules, left, truth)


def judged(submission: Submission, number: int, rules: Rules, left, truth: torch.Tensor) -> Grade:
    """What a process left, believed only as far as it can be checked; predictions are counted here."""
    found, terms = left.result, rules.terms
    sheet = found.get("sheet") if isinstance(found.get("sheet"), dict) else {}
    findings = tuple(tuple(_word(c) for c in row) for row in _rows(sheet.get("findings"), 3)[:20])
    parameters, epochs = _number(sheet.get("parameters")), _number(sheet.get("epochs"))
    broken = [f"{rule}: {what}" for rule, verdict, what in findings if verdict == "no"]
    if not broken and ((parameters or 0) > terms.limit or (epochs or 0) > terms.epochs):
        broken = [f"{parameters} parameters and {epochs} epochs are more than is allowed"]
    before, *correct = _correct(left.predictions, epochs, terms.epochs, truth) or (None,)
    status, told = GRADED, ""
    if left.ended or (told := _word(found.get("told"))):
        status, told = FAILED, left.ended or told
    elif broken:
        status, told = REFUSED, "; ".join(broken)
    elif not correct:
        status, told = FAILED, "it left no predictions that can be counted; look for code that ends its process"
    elif problem := _contradiction(left.weights, parameters, sheet.get("stored")):
        status, told = FAILED, problem
    if status != GRADED:
        before, correct = None, ()
    notes = [_word(each, 1_000) for each in _list(found.get("notes"))[:4]]
    notes += own.warnings_of(correct if rules.split.whole else (), len(truth), before, _share(found.get("rate")))
    return _grade(
        submission, number, rules, status, told, recipe=_word(found.get("recipe")), parameters=parameters,
        field=_number(sheet.get("field")), epochs=epochs, findings=findings, notes=tuple(filter(None, notes)),
        before=before, correct=tuple(correct), printed=left.printed, layers=tuple(
            (_word(name, 60), _word(kind, 40), _number(size) or 0) for name, kind, size in _rows(
                sheet.get("layers"), 3)[:60]),
        weights=_sha256(left.weights) if correct else "", seconds=round(left.seconds, 1),
        in_force=() if rules.trust else walls_up())


def _grade(submission: Submission, number: int, rules: Rules, status: str, told: str, **known) -> Grade:
    return Grade(submission.slug, number, rules.fingerprint(submission), status, told,
                 **{"held_out": rules.split.held_out} | known)


def _correct(predictions: bytes, epochs: int | None, most: int, truth: torch.Tensor) -> tuple[int, ...]:
    """Counts before any training and after each epoch; empty if there is not a prediction for each."""
    if epochs is None or not 0 <= epochs <= most or len(predictions) != (epochs + 1) * len(truth):
        return ()
    table = numpy.frombuffer(predictions, dtype=numpy.uint8).reshape(epochs + 1, len(truth))
    return tuple(int(n) for n in (table == truth.numpy()).sum(1))


def _contradiction(weights: bytes, parameters: int | None, stored) -> str:
    """What the weights that came back have against the number of parameters that is said; or nothing."""
    try:
        sizes = {name: tensor.numel() for name, tensor in need("safetensors.torch").load(weights).items()}
    except Exception:  # whatever the bytes are
        return "it sent back no weights that can be read"
    learnt = sum(n for name, n in sizes.items() if not name.endswith(STATISTICS)) - (_number(stored) or 0)
    return "" if learnt == parameters else f"its weights have {learnt:,} numbers, it says {parameters:,} parameters"


@functools.lru_cache(maxsize=2)
def _files(split: own.Split) -> tuple[dict[str, bytes], torch.Tensor]:
    """What a submission is given, without the held-out labels; and these."""
    images, labels, judged_images, truth = split.load()
    buffer = io.BytesIO()
    torch.save({"images": images, "labels": labels, "judged": judged_images}, buffer)
    return {"images.pt": buffer.getvalue()}, truth


def grade_all(submissions: list[Submission], rules: Rules, folder: Path, jobs: int | None,
              hidden: list[str]) -> Iterator[Grade]:
    """Every grade, as it is made; those in ``folder`` first. The first seed of all comes before the second of any."""
    _files(rules.split)
    for number in range(rules.seeds):
        waiting = []
        for submission in submissions:
            if number and getattr(load_grade(folder, submission, 0, rules), "status", "") != GRADED:
                continue
            if known := load_grade(folder, submission, number, rules):
                yield known
            else:
                waiting.append(submission)
        with ThreadPoolExecutor(jobs or 1) as pool:
            futures = {pool.submit(grade_once, each, number, rules, hidden): each for each in waiting}
            try:
                for future in as_completed(futures):
                    if error := future.exception():  # the grader's own fault: told, and not kept
                        yield _grade(futures[future], number, rules, FAILED, "the grader could not run it "
                                     f"({type(error).__name__}: {own.line(error, 120)}); all others are graded")
                    else:
                        yield _kept(future.result(), folder)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
                end_all()


def _kept(grade: Grade, folder: Path) -> Grade:
    content = json.dumps(sealed(asdict(grade)), indent=1, sort_keys=True) + "\n"
    write_atomically(folder / f"{grade.slug}-seed-{grade.seed}.json", content.encode())
    return grade


def load_grade(folder: Path, submission: Submission, number: int, rules: Rules) -> Grade | None:
    """The grade that is kept for a submission as it is now, or None; a damaged one is told, and graded again."""
    file = folder / f"{submission.slug}-seed-{number}.json"
    if not os.path.lexists(file):
        return None
    try:
        data = unsealed(read_json(file))
        for name in ("findings", "layers"):
            data[name] = tuple(map(tuple, data[name]))
        grade = Grade(**{name: tuple(v) if isinstance(v, list) else v for name, v in data.items()})
        if (grade.slug, grade.seed) != (submission.slug, number):
            raise ValueError(f"it is that of {grade.slug}, training {grade.seed + 1}")
    except (OSError, ValueError, TypeError, KeyError) as error:
        warnings.warn(f"the grade {file} is not used ({own.line(error)}); it is made again", stacklevel=2)
        return None
    return grade if grade.belongs_to == rules.fingerprint(submission) else None


def forget(folder: Path) -> None:
    """Remove the grades that are kept in a folder, and nothing else that lies there."""
    for file in sorted(folder.glob("*-seed-*.json")):
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            if not file.is_symlink() and "belongs_to" in unsealed(read_json(file)):
                file.unlink()


def _word(value, longest: int = 400) -> str:
    return own.line(value, longest) if isinstance(value, str) else ""


def _list(value) -> list:
    return value if isinstance(value, list) else []


def _rows(value, width: int) -> list[list]:
    return [row for row in _list(value) if isinstance(row, list) and len(row) == width]


def _number(value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12 else None


def _share(value) -> float | None:
    return float(value) if isinstance(value, (int, float)) and 0 <= value < 1e6 else None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest() if content else ""


def evaluate_enclosed(files: dict[str, bytes], images: torch.Tensor, labels: torch.Tensor, limits: Limits,
                      hidden: list[str]) -> tuple[Left, int | None]:
    """What a process left that ran ``network.py`` with ``weights.safetensors`` on normalized images.

    And how many labels its predictions agree with; None if there is not one for each.
    """
    buffer = io.BytesIO()
    torch.save({"judged": images}, buffer)
    task = {"file": "network.py", "weights": "weights.safetensors", "seed": 0, "evaluate": True}
    left = run_enclosed(task, files | {"images.pt": buffer.getvalue()}, limits, hidden)
    return left, next(iter(_correct(left.predictions, 0, 0, labels)), None)
