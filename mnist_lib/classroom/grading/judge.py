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
from concurrent.futures import Executor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy
import torch

from ... import __version__
from ...files import read_json, write_atomically
from ...training import sealed, unsealed
from .. import challenge as own
from .sandbox import Limits, run_enclosed
from .submissions import Submission
from .walls import walls_up

GRADED, REFUSED, FAILED = "graded", "refused", "failed"


@dataclass(frozen=True)
class Rules:
    """What is the same for all: the split with its key, the number of seeds, parameters, limits."""

    split: own.Split
    seeds: int = 3
    parameters: int = own.LIMIT
    limits: Limits = Limits()
    trust: bool = False

    def fingerprint(self, submission: Submission) -> str:
        """What a grade belongs to: content, split, limits, library."""
        return "-".join((submission.digest, self.split.fingerprint, str(self.parameters), str(self.limits.seconds),
                         str(self.limits.memory), __version__))


@dataclass(frozen=True)
class Grade:
    """One submission with one seed. ``correct`` counts held-out images after each epoch; empty if not trained.

    ``seconds`` and ``in_force`` (what isolated it) are not part of what two gradings must agree in.
    """

    slug: str
    seed: int
    belongs_to: str
    status: str
    told: str
    stage: str
    parameters: int | None
    field: int | None
    epochs: int | None
    findings: tuple[tuple[str, str, str], ...]
    layers: tuple[tuple[str, str, int], ...]
    correct: tuple[int, ...]
    train: tuple[float, ...]
    held_out: int
    printed: str
    weights: str
    seconds: float = 0.0
    in_force: tuple[str, ...] = ()

    def holds(self, last: int) -> bool:
        """Whether each of the last epochs has 99.40 % of the held-out images."""
        needed = round(own.RULE * self.held_out / 100, 6)
        return len(self.correct) >= last and all(n >= needed for n in self.correct[-last:])


def grade_once(submission: Submission, number: int, rules: Rules, hidden: list[str]) -> Grade:
    """Grade one submission with one seed, in a process of its own; never raises for what the submission does."""
    belongs_to = rules.fingerprint(submission)
    if submission.problem:
        return _grade(submission, number, belongs_to, rules, REFUSED, submission.problem)
    files, truth = _files(rules.split)
    name = "submission" + Path(submission.file).suffix
    task = {"file": name, "seed": rules.split.seed(number), "limit": rules.parameters}
    left = run_enclosed(task, files | {name: submission.content}, rules.limits, hidden, rules.trust)
    return judged(submission, number, rules, left, truth)


def judged(submission: Submission, number: int, rules: Rules, left, truth: torch.Tensor) -> Grade:
    """What a process left, believed only as far as it can be checked."""
    found = left.result
    sheet = found.get("sheet") if isinstance(found.get("sheet"), dict) else {}
    told, stage = _word(found.get("told")), _word(found.get("stage"), 20)
    findings = tuple(tuple(_word(c) for c in row[:3]) for row in _list(sheet.get("findings"))[:20]
                     if isinstance(row, list) and len(row) == 3)
    broken = [f"{rule}: {what}" for rule, verdict, what in findings if verdict == "no"]
    epochs = _number(sheet.get("epochs"))
    correct = _correct(left.predictions, epochs, truth)
    if left.ended:
        status, told, correct = FAILED, left.ended, ()
    elif broken:
        status, told, correct = REFUSED, "; ".join(broken), ()
    elif told or not correct:
        status, told, correct = FAILED, told or "it left no predictions that can be counted", ()
    else:
        status, told = GRADED, ""
    trained = [row for row in _list(found.get("trained")) if isinstance(row, list) and len(row) == 4]
    return _grade(
        submission, number, rules.fingerprint(submission), rules, status, told, stage=stage,
        parameters=_number(sheet.get("parameters")), field=_number(sheet.get("field")), epochs=epochs,
        findings=findings, correct=correct, printed=left.printed,
        layers=tuple((_word(r[0], 60), _word(r[1], 40), _number(r[2]) or 0)
                     for r in _list(sheet.get("layers"))[:60] if isinstance(r, list) and len(r) == 3),
        train=tuple(float(r[2]) for r in trained if isinstance(r[2], (int, float))) if correct else (),
        weights=_sha256(left.weights) if correct else "", seconds=round(left.seconds, 1),
        in_force=() if rules.trust else walls_up())


def _grade(submission, number, belongs_to, rules, status, told, **known) -> Grade:
    empty = dict(stage="", parameters=None, field=None, epochs=None, findings=(), layers=(), correct=(), train=(),
                 held_out=rules.split.held_out, printed="", weights="")
    return Grade(submission.slug, number, belongs_to, status, told, **(empty | known))


def _correct(predictions: bytes, epochs: int | None, truth: torch.Tensor) -> tuple[int, ...]:
    if not epochs or not 0 < epochs <= own.EPOCHS or len(predictions) != epochs * len(truth):
        return ()
    table = numpy.frombuffer(predictions, dtype=numpy.uint8).reshape(epochs, len(truth))
    return tuple(int(n) for n in (table == truth.numpy()).sum(1))


@functools.lru_cache(maxsize=2)
def _files(split: own.Split) -> tuple[dict[str, bytes], torch.Tensor]:
    """What a submission is given, without the held-out labels; and these."""
    images, labels, judged_images, truth = split.load()
    buffer = io.BytesIO()
    torch.save({"images": images, "labels": labels, "judged": judged_images}, buffer)
    return {"images.pt": buffer.getvalue()}, truth


def grade_all(submissions: list[Submission], rules: Rules, folder: Path, executor: Executor | None,
              hidden: list[str]) -> Iterator[Grade]:
    """Every grade, as it is made; those in ``folder`` first. The first seed of all comes before the second of any."""
    for number in range(rules.seeds):
        waiting = []
        for submission in submissions:
            if number and not _passed(load_grade(folder, submission, 0, rules)):
                continue
            known = load_grade(folder, submission, number, rules)
            if known:
                yield known
            else:
                waiting.append(submission)
        yield from _made(waiting, number, rules, folder, executor, hidden)


def _made(waiting, number, rules, folder, executor, hidden) -> Iterator[Grade]:
    if executor is None:
        for submission in waiting:
            try:
                grade = grade_once(submission, number, rules, hidden)
            except Exception as error:  # none stops the class; a grade that can't be kept does
                yield _lost(submission, number, rules, error)
                continue
            yield _kept(grade, folder)
        return
    futures = {executor.submit(grade_once, submission, number, rules, hidden): submission for submission in waiting}
    try:
        for future in as_completed(futures):
            if error := future.exception():  # the grader's own fault: told, and not kept
                yield _lost(futures[future], number, rules, error)
            else:
                yield _kept(future.result(), folder)
    finally:
        for future in futures:
            future.cancel()


def _lost(submission: Submission, number: int, rules: Rules, error: BaseException) -> Grade:
    return _grade(submission, number, "", rules, FAILED, f"the grader could not run it ({type(error).__name__}: "
                  f"{own.line(error, 120)}); all others are graded")


def _passed(grade: Grade | None) -> bool:
    return grade is not None and grade.status == GRADED


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


def _number(value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12 else None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest() if content else ""


def evaluate_enclosed(files: dict[str, bytes], images: torch.Tensor, limits: Limits, hidden: list[str]):
    """What a process left that ran ``network.py`` with ``weights.safetensors`` on normalized images."""
    buffer = io.BytesIO()
    torch.save({"judged": images}, buffer)
    task = {"file": "network.py", "weights": "weights.safetensors", "seed": 0, "limit": 0, "evaluate": True}
    return run_enclosed(task, files | {"images.pt": buffer.getvalue()}, limits, hidden)


def count_correct(predictions: bytes, labels: torch.Tensor) -> int | None:
    """How many labels predictions agree with; None if there is not one for each."""
    found = _correct(predictions, 1, labels)
    return found[0] if found else None
