"""The table: fault × place × expected outcome. A new kind of file or command gets the whole column.

Each :class:`Fault` is a world (a folder with a record, its weights, a checkpoint, a search log, an
exported network and the data), something done to it, and a command. ``expected`` is what has to come
of it: *told* (status not 0, or skipped with its name), *healed* (told, and the right result) or
*survived* (the right result).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from mnist_lib.commands import COMMANDS
from tests.faults import damage

STEP = "six-models/steplr"
RECORD = f"results/{STEP}/seed-0.json"
WEIGHTS = f"results/{STEP}/seed-0.safetensors"
EPOCHS = f"results/{STEP}/seed-0.epochs.safetensors"
CHECKPOINT = "results/small/steplr/seed-0.checkpoint"
EXPORTED = "network.json"
IMAGES = "data/t10k-images-idx3-ubyte.gz"
NETWORK = "my_net.py:Net"


class Fault(NamedTuple):
    """One row of the table. ``name`` must stand in what is said; ``writes`` are the files that may change."""

    kind: str
    place: str
    command: tuple[str, ...]
    name: str
    expected: str = "told"
    do: Callable[[Path], None] = lambda world: None
    environment: tuple[tuple[str, str], ...] = ()
    writes: tuple[str, ...] = ("out.json",)


#: Place → the file, and for each command that reads it what comes of a ruined one.
READERS = {
    "record": (RECORD, {("list",): "told", ("verify",): "told", ("export", STEP, "out.json"): "told"}),
    "weights": (WEIGHTS, {("verify",): "told", ("export", STEP, "out.json"): "told"}),
    "weights of the epochs": (EPOCHS, {("export", STEP, "out.json", "--epochs"): "told"}),
    "checkpoint": (CHECKPOINT, {("fit a small experiment",): "healed"}),
    "exported network": (EXPORTED, {("read the exported network",): "told"}),
    "images of MNIST": (IMAGES, {("load the test set",): "healed"}),
    "weights of one's own": ("own.pt", {("export", NETWORK, "out.json", "--weights", "own.pt"): "told"}),
    "checkpoint of a try": ("try/trainings/*-seed-1.checkpoint", {("train a try",): "healed"}),
    "result of a try": ("try/trainings/*-seed-0.json", {("train a try",): "told"}),
    "logbook": ("try/logbook.jsonl", {("read the logbook",): "told"}),
    "report of a reader": ("readers/one/report.json", {("list the readers",): "told"}),
    "weights of a reader": ("readers/one/weights.safetensors", {("list the readers",): "told"}),
    "key of a class": ("grades/secret.key", {("grade a class",): "told"}),
    "grade": ("grades/results/*.json", {("grade a class",): "healed"}),
}
if "search" in COMMANDS:  # the study may have been taken out
    READERS["log of a search"] = ("results/search/smallest/{log}", {("search", "smallest", "--log"): "told"})
#: Places of flipped bits; the first five are the book's own.
BITS = ("record", "weights", "checkpoint", "log of a search", "exported network", "checkpoint of a try",
        "result of a try", "logbook", "report of a reader", "weights of a reader", "grade")


def file_of(place: str, log: str) -> str:
    """The file of a place, as a pattern that one file fits."""
    return READERS[place][0].replace("{log}", log)


def found(world: Path, pattern: str) -> Path:
    """The file of a pattern in a world."""
    (file,) = world.glob(pattern)
    return file


def name_of(pattern: str) -> str:
    """What of a file's name has to be said."""
    return Path(pattern).name.lstrip("*")


def may_write(pattern: str) -> tuple[str, ...]:
    """The beginnings of the files that a command may write where this one is damaged."""
    return "out.json", pattern.partition("*")[0], "results/small", "try/", "grades/"


def damaged_files(log: str) -> Iterator[Fault]:
    """Every kind of damage, in every place, for every command that reads there."""
    for place, (_, commands) in READERS.items():
        file = file_of(place, log)
        for command, expected in commands.items():
            for kind, do in (damage.RUINED | damage.HARMLESS).items():
                if (place, kind) in EXCEPT:
                    continue
                outcome = "survived" if kind in damage.HARMLESS else expected
                if expected == "healed" and place != "images of MNIST" and kind in NO_FILES:
                    outcome = "told"  # before the first epoch: a checkpoint could not be written there
                yield Fault(kind, place, command, name_of(file) if kind != "a link to nowhere" else "", outcome,
                            lambda world, d=do, f=file: d(found(world, f)), writes=may_write(file))


#: What is no damage in a place: a missing checkpoint or log is none, and tests of the search say what then happens.
EXCEPT = {("checkpoint", "a link to nowhere"), ("log of a search", "a link to nowhere"),
          ("weights of the epochs", "a link to nowhere"),
          ("weights of one's own", "written twice"),  # a zip file is read from its end
          ("checkpoint of a try", "a link to nowhere"), ("key of a class", "a block moved")}  # it is too short for that
NO_FILES = ("a folder", "a pipe", "a socket", "a link to a device")


def flipped_bits(world: Path, log: str, each: int = 40, more: int = 20) -> Iterator[Fault]:
    """Single bits: ``each`` in each of the first five places, ``more`` in each of the others."""
    draw = random.Random(20)
    for number, place in enumerate(place for place in BITS if place in READERS):
        file = file_of(place, log)
        command, expected = next(reversed(READERS[place][1].items())) if place != "record" else (("verify",), "told")
        size = found(world, file).stat().st_size
        for _ in range(each if number < 5 else more):
            bit = draw.randrange(8 * size)
            yield Fault("one flipped bit", place, command, name_of(file), expected,
                        lambda world, f=file, b=bit: damage.flip(found(world, f), b), writes=may_write(file))


def _network_beside(name: str):
    return lambda world: (world / name).write_text("raise RuntimeError('the wrong file')\n")


def surroundings() -> Iterator[Fault]:
    """Shadowing files, outputs that are no files, folders that can't be written, other locales."""
    for name in ("torch.py", "numpy.py", "json.py", "torchvision.py"):
        yield Fault("a file beside the network named " + name, "folder of a network",
                    ("rf", NETWORK, "--input", "1", "28", "28"), "", "survived", _network_beside(name),
                    writes=("__pycache__",))
    outputs = {"a device": "/dev/null", "a folder": ".", "a folder that is missing": "no/such/out.json",
               "a pipe": "pipe", "a socket": "socket", "a link to a device": "link", "a system's file": "/proc/version",
               "a place in /proc": "/proc/out.json", "a file in place of a folder": "my_net.py/out.json",
               "a name of 300 characters": "x" * 300}
    for kind, target in outputs.items():
        for network in (STEP, NETWORK):
            named = (target.partition("/out.json")[0] or target)[:40]
            yield Fault(f"the output is {kind}", "output", ("export", network, target), named, "told", _special_files,
                        writes=("pipe", "socket", "link"))
    yield Fault("the output is a link to a file", "output", ("export", STEP, "out.json"), "", "survived",
                lambda world: (world / "out.json").symlink_to("behind.json"), writes=("out.json", "behind.json"))
    for kind, value in {"a place in /proc": "/proc/results", "a file": "my_net.py", "a device": "/dev/null",
                        "a place below a file": "my_net.py/results", "a name of 300 characters": "y" * 300}.items():
        for command in (("fit a small experiment",), ("train", "six-models/setup")):
            yield Fault(f"the folder of results is {kind}", "folder of results", command, value[:40], "told",
                        environment=(("MNIST_LIB_RESULTS", value),), writes=("results/small",))
    for command in (("fit a small experiment",), ("export", STEP, "out.json")):
        yield Fault("no room for a file (limit of the file size)", "disk", ("LIMITED", *command), "", "told",
                    writes=("results/small", "out.json"))
    for kind, setting in {"LC_ALL=tr_TR.UTF-8": ("LC_ALL", "tr_TR.UTF-8"), "LC_ALL=C": ("LC_ALL", "C"),
                          "PYTHONUTF8=0": ("PYTHONUTF8", "0"), "no home folder": ("HOME", "/nonexistent"),
                          "no temporary folder": ("TMPDIR", "/nonexistent"), "an empty PATH": ("PATH", "")}.items():
        for command in (("list",), ("verify",), ("export", STEP, "out.json"), ("fit a small experiment",)):
            yield Fault(kind, "environment", command, "", "survived", environment=(setting,),
                        writes=("out.json", "results/small"))
    for command in (("list",), ("verify",), ("rf", STEP), ("search", "smallest", "--log")):
        yield Fault("standard output is a full disk", "output", ("FULL", *command), "space", "told")


def _special_files(world: Path) -> None:
    import os

    os.mkfifo(world / "pipe")
    damage._socket(world / "socket")
    (world / "link").symlink_to("/dev/null")


def leftovers() -> Iterator[Fault]:
    """What a killed process leaves behind is taken away by the next that writes there."""
    def gone(world):
        from mnist_lib.files import partial_mark

        target = world / "out.json"
        target.with_name(f"{partial_mark(target)}999999999-x.partial").write_text("half")

    def others(world):
        (world / "out.json.ffffffff-1-x.partial").write_text("of another machine")

    yield Fault("a partial file of a killed process", "output", ("export", STEP, "out.json"), "", "survived", gone,
                writes=("out.json", "out.json."))
    yield Fault("a partial file of another machine", "output", ("export", STEP, "out.json"), "", "survived", others)


def every(world: Path, log: str) -> list[Fault]:
    """The whole table."""
    from tests.faults.typed import typed

    return [*damaged_files(log), *typed(), *surroundings(), *leftovers(), *flipped_bits(world, log)]
