"""``challenge(Net)``: the assignment from the rule sheet to the report, for a notebook and for the command line."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from ...files import ready_to_write, write_atomically
from ...training import evaluate, pick_device, test_set
from .. import challenge as own
from .report import Look, Report, time_needed
from .watching import watcher

OUT = "challenge"
FILES = ("report.html", "report.json", "badge.svg")


def challenge(network, recipe=None, *, seeds: int = 1, check: bool = False, final: bool = False, out: str = OUT,
              images: int | None = None, limit: int = own.TERMS.limit, epochs: int = own.TERMS.epochs,
              target: float = own.TERMS.target, device: str = "auto",
              say: Callable[[str], None] = print) -> Report:
    """Check, train and judge a network of your own; write ``report.html`` and ``.json`` into ``out``.

    ``network`` is a class, a function that builds, or a place ("my_net.py:Net"); ``recipe`` a ``Recipe`` or
    a step of the book. ``check`` stops after the rule sheet; ``final`` looks at the test set and counts it.
    ``images`` trains on fewer, for a trial. ``limit`` parameters and ``epochs`` are allowed, ``target`` per cent are
    to be held. Killed, the same call goes on.

    Raises ``ValueError`` with one line that says what is wrong and what to do next.
    """
    if not isinstance(seeds, int) or not 1 <= seeds <= 100:
        raise ValueError(f"seeds is how many trainings to make, 1 to 100, not {seeds!r}")
    terms = own.Terms(limit, epochs, target)
    entry = own.load(network, recipe) if isinstance(network, str) else own.of(network, recipe)
    split = own.Split() if images is None else own.Split(images=images)
    folder = Path(out)
    own.logbook.read(folder)
    for name in FILES:
        ready_to_write(folder / name)
    with _one_thread(device):
        learnt = split.load()
        sheet = own.examine(entry, learnt[0], learnt[1], terms)
        for told in entry.told:
            say(told)
        for finding in sheet.findings:
            say(f"{finding.verdict:5}{finding.rule}: {finding.found}")
        report = Report(entry, sheet, planned_seeds=seeds, terms=terms, split=split)
        report = _told(report, (), folder)
        say(time_needed(report))
        if check or not sheet.kept:
            return _written(report, folder, say)
        results: list[own.Result] = []
        for number in range(seeds):
            watch = watcher(entry, number, split.held_out, split.images, list(results), say)
            results.append(own.train_once(entry, split, number, folder / "trainings", device=device, tell=watch))
        report = _told(report, tuple(results), folder)
        if final:
            report = _looked(report, folder)
        return _written(report, folder, say)


def _told(report: Report, results: tuple, folder: Path) -> Report:
    """The report with what the logbook knows; a training is written into it."""
    lines, against, entry, split = own.logbook.read(folder), "", report.entry, report.split.fingerprint
    if results:
        verdict = own.judge(results, report.terms.target)
        before = [t for t in own.logbook.tries(lines) if t.fingerprint != entry.fingerprint and t.split == split]
        if before:
            against = _difference(before[-1], results, folder)
        _log(folder, "try", report, verdict)
        lines = own.logbook.read(folder)
    return replace(report, results=results, tries=tuple(own.logbook.tries(lines)), looks=own.logbook.looks(lines),
                   against=against)


def _log(folder: Path, kind: str, report: Report, verdict: own.Verdict) -> None:
    own.logbook.add(folder, own.logbook.Line(
        kind, report.entry.name, report.entry.fingerprint, report.split.fingerprint, verdict.seeds,
        report.sheet.parameters, round(verdict.mean, 4), verdict.word, own.logbook.now(), report.entry.recipe_in_words))


def _difference(before, results, folder: Path) -> str:
    """What this try is worth against the one before it, where its trainings are still there."""
    files = [folder / "trainings" / f"{before.fingerprint}-{before.split}-seed-{n}.json" for n in before.seeds]
    if not all(file.exists() for file in files):
        return "The trainings of the last try are no longer in the folder, so nothing can be compared."
    try:
        return own.worth([own.load_result(f) for f in files], results)[2]
    except ValueError as error:
        return f"Nothing can be compared with the last try: {error}."


def _looked(report: Report, folder: Path) -> Report:
    """The test set, once for each seed; the look is in the logbook before anything is shown."""
    from safetensors.torch import load

    networks = [report.entry.build() for _ in report.results]
    for network, result in zip(networks, report.results):
        network.load_state_dict(load(own.load_weights(result, folder / "trainings")))
    tested, labels = test_set("cpu")
    _log(folder, "look", report, report.verdict)
    correct = [int((evaluate(network, tested, labels)[1] == labels).sum()) for network in networks]
    looks = own.logbook.looks(own.logbook.read(folder))
    return replace(report, looks=looks, look=Look(tuple(correct), len(labels), looks))


def _written(report: Report, folder: Path, say) -> Report:
    contents = (report.to_html(), json.dumps(report.to_dict(), indent=1) + "\n", report.badge())
    for name, content in zip(FILES, contents):
        if content:
            write_atomically(folder / name, content.encode("utf-8", "replace"))
    say(report.headline)
    if report.against:
        say(report.against)
    for tip in report.next:
        say(f"next: {tip}")
    say(f"The report is {folder / 'report.html'}, also as .json.")
    return report


@contextlib.contextmanager
def _one_thread(device: str):
    """One thread on a CPU: networks this small are no faster with more, and give the same bits again."""
    threads = torch.get_num_threads()
    if pick_device(device).type == "cpu":
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
