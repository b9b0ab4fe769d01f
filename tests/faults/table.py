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
    "log of a search": ("results/search/smallest/{log}", {("search", "smallest", "--log"): "told"}),
    "exported network": (EXPORTED, {("read the exported network",): "told"}),
    "images of MNIST": (IMAGES, {("load the test set",): "healed"}),
    "weights of one's own": ("own.pt", {("export", NETWORK, "out.json", "--weights", "own.pt"): "told"}),
}


def file_of(place: str, log: str) -> str:
    return READERS[place][0].replace("{log}", log)


def damaged_files(log: str) -> Iterator[Fault]:
    """Every kind of damage, in every place, for every command that reads there."""
    for place, (_, commands) in READERS.items():
        file = file_of(place, log)
        for command, expected in commands.items():
            for kind, do in (damage.RUINED | damage.HARMLESS).items():
                if (place, kind) in EXCEPT:
                    continue
                outcome = "survived" if kind in damage.HARMLESS else expected
                if place == "checkpoint" and kind in NO_FILES:
                    outcome = "told"  # before the first epoch: a checkpoint could not be written there
                yield Fault(kind, place, command, Path(file).name if kind != "a link to nowhere" else "", outcome,
                            lambda world, d=do, f=file: d(world / f),
                            writes=("out.json", file, "results/small"))


#: What is no damage in a place: a missing checkpoint or log is none, and tests of the search say what then happens.
EXCEPT = {("checkpoint", "a link to nowhere"), ("log of a search", "a link to nowhere"),
          ("weights of the epochs", "a link to nowhere"),
          ("weights of one's own", "written twice")}  # a zip file is read from its end
NO_FILES = ("a folder", "a pipe", "a socket", "a link to a device")


def flipped_bits(world: Path, log: str, count: int = 200) -> Iterator[Fault]:
    """``count`` single bits, an equal share in each of five files."""
    places = ("record", "weights", "checkpoint", "log of a search", "exported network")
    draw = random.Random(20)
    for number in range(count):
        place = places[number % len(places)]
        file = file_of(place, log)
        command, expected = next(reversed(READERS[place][1].items())) if place != "record" else (("verify",), "told")
        bit = draw.randrange(8 * (world / file).stat().st_size)
        yield Fault("one flipped bit", place, command, Path(file).name, expected,
                    lambda world, f=file, b=bit: damage.flip(world / f, b),
                    writes=("out.json", file, "results/small"))


TYPED = [  # kind, command, and what has to be named
    *[("a device that is not there", ("train", STEP, "--seeds", "2", "--device", d), d)
      for d in ("tpu", "foo:9", "meta", "cuda:99", "", "cpu:x")],
    *[("a device that is not there", ("verify", "--device", d), d) for d in ("tpu", "foo:9", "meta", "cuda:99")],
    *[("a size that is none", ("rf", STEP, "--input", *s.split()), "") for s in (
        "0 0 0", "1 0 28", "-1 28 28", "1 -28 28", "1 28", "28", "1 2 3 4 5", "3 28 28", "1 1 1", "1 4 4")],
    *[("a size beyond all measure", ("rf", STEP, "--input", "1", *s.split()), "") for s in (
        "1000000000000 1000000000000", "99999999999999999999 28", "9223372036854775807 2")],
    *[("a mistyped step", c, near) for c, near in (
        (("train", "six-models/stplr"), STEP), (("train", "six-model"), "six-models"),
        (("rf", "six-models/stepl"), STEP),
        (("export", "six-models/setlr", "out.json"), STEP), (("retrace", "six-modles/steplr"), STEP),
        (("search", "champoin"), "champion"))],
    *[("a name far from all", c, "zzz") for c in (
        ("train", "zzz"), ("rf", "zzz"), ("export", "zzz", "out.json"), ("retrace", "zzz"), ("search", "zzz"))],
    *[("a mistyped command", (c,), near) for c, near in (
        ("lst", "list"), ("verfy", "verify"), ("trian", "train"), ("exprt", "export"))],
    *[("an empty name", c, "") for c in (
        ("train", ""), ("rf", ""), ("rf", ":"), ("rf", "my_net.py:"), ("rf", ":Net"), ("export", "", "out.json"),
        ("export", STEP, ""), ("retrace", ""), ("search", ""), ("",))],
    *[("a negative seed", c, "-1") for c in (
        ("export", STEP, "out.json", "--seed", "-1"), ("retrace", STEP, "--seed", "-1"),
        ("train", STEP, "--seeds", "-1"))],
    *[("a seed beyond all measure", c, "9999") for c in (
        ("retrace", STEP, "--seed", "9" * 20), ("export", STEP, "out.json", "--seed", "9" * 20),
        ("train", STEP, "--seeds", "99999999999"))],
    *[("a seed that is not recorded", c, "7") for c in (("export", STEP, "out.json", "--seed", "7"),
                                                        ("retrace", STEP, "--seed", "7"))],
    *[("a number of processes that is none", c, "--jobs") for c in (
        ("train", STEP, "--jobs", "0"), ("train", STEP, "--jobs", "-3"), ("train", STEP, "--jobs", "100000"),
        ("verify", "--jobs", "0"), ("search", "champion", "--jobs", "0"))],
    *[("a word for a number", c, "x") for c in (("train", STEP, "--seeds", "x"), ("rf", STEP, "--input", "x"),
                                                ("retrace", STEP, "--seed", "x"))],
    *[("a file that is not there", c, "nothing") for c in (
        ("rf", "nothing.py:Net"), ("rf", "nothing.module:Net"),
        ("export", NETWORK, "out.json", "--weights", "nothing.pt"),
        ("export", "nothing.py:Net", "out.json"))],
    *[("an attribute that is not there", c, "Nte") for c in (
        ("rf", "my_net.py:Nte"), ("export", "my_net.py:Nte", "out.json"))],
    *[("an option that does not belong", c, "") for c in (
        ("export", STEP, "out.json", "--mean", "0"), ("export", NETWORK, "out.json", "--epochs"),
        ("export", NETWORK, "out.json", "--std", "0"), ("train",))],
    *[("a network file that " + what, ("rf", f"bad_{n}.py:Net", "--input", "1", "28", "28"),
       f"bad_{n}" if n != 5 else "stops in Net")
      for n, what in enumerate(("has a syntax error", "raises when it is loaded", "leaves by sys.exit",
                                "raises when it is built", "builds no network", "raises when it is run",
                                "imports what is not there"))],
]
BAD = ("def Net(:", "raise RuntimeError('no')", "import sys\nsys.exit(0)", "def Net():\n    raise OSError('no')",
       "def Net():\n    return 3",
       "import torch\nclass Net(torch.nn.Module):\n    def forward(self, x):\n        raise RuntimeError('no')",
       "import nothing_of_that_name")


def typed() -> Iterator[Fault]:
    """What a hand mistypes on the command line."""
    for kind, command, name in TYPED:
        yield Fault(kind, "command line", command, name)


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
        from mnist_lib.rf import partial_mark

        target = world / "out.json"
        target.with_name(f"{partial_mark(target)}999999999-x.partial").write_text("half")

    def others(world):
        (world / "out.json.ffffffff-1-x.partial").write_text("of another machine")

    yield Fault("a partial file of a killed process", "output", ("export", STEP, "out.json"), "", "survived", gone,
                writes=("out.json", "out.json."))
    yield Fault("a partial file of another machine", "output", ("export", STEP, "out.json"), "", "survived", others)
