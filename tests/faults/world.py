"""A small world that faults are injected into: one record with all that belongs to it, and what reads it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import sys
import warnings
from pathlib import Path

import torch

from mnist_lib.__main__ import main
from mnist_lib.classroom import challenge as own
from mnist_lib.classroom import grading, readers
from mnist_lib.data import mnist
from mnist_lib.experiments import EXPERIMENTS
from mnist_lib.export.format import read
from mnist_lib.studies import studies
from mnist_lib.training import checkpoints, evaluation, loop, records, verification
from tests import ROOT
from tests.conftest import use_few_digits
from tests.faults.table import EPOCHS, EXPORTED, IMAGES, RECORD, STEP, WEIGHTS
from tests.faults.typed import BAD

NETWORK = ("import torch\n"
           "class Net(torch.nn.Sequential):\n"
           "    def __init__(self):\n"
           "        torch.manual_seed(1)\n"
           "        super().__init__(torch.nn.Conv2d(1, 10, 5), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())\n")


FEW: dict = {}  # what `preload` leaves for the small training


def small_step():
    """Two epochs of a few digits."""
    return dataclasses.replace(EXPERIMENTS[STEP], name="small/steplr", epochs=2)


def make(world: Path) -> str:
    """Make the world in an empty folder; returns the file name of its search log."""
    for name in (RECORD, WEIGHTS, EPOCHS, IMAGES):
        (world / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, world / name)
    os.environ["MNIST_LIB_RESULTS"] = str(world / "results")
    shutil.copytree(ROOT / "results/search/smallest", world / "results/search/smallest")
    (world / "my_net.py").write_text(NETWORK)
    (world / "class").mkdir()
    (world / "class" / "ada.txt").write_text("a submission that needs no process: it is no Python")
    (world / "empty").mkdir()
    shutil.copytree(ROOT / "submissions/residual-14", world / "readers/one")
    for number, text in enumerate(BAD):
        (world / f"bad_{number}.py").write_text(text)
    namespace: dict = {}
    exec(NETWORK, namespace)
    torch.save(namespace["Net"]().state_dict(), world / "own.pt")
    assert main(["export", STEP, str(world / EXPORTED)]) == 0
    use_few_digits(setattr, test=512)
    first = loop.Training(dataclasses.replace(small_step()), 0, torch.device("cpu"))
    first.epoch()
    (world / "results/small/steplr").mkdir(parents=True)
    checkpoints.keep(first, checkpoints.path("small/steplr", 0))
    tries(world)
    return min((world / "results/search/smallest").glob("*.json")).name


class Stopped(Exception):
    """Stands for a signal."""


def tries(world: Path) -> None:
    """A reader's try with one training done and one under way, its logbook; and a class that was graded."""
    os.environ["MNIST_LIB_DATA"] = str(ROOT / "data")
    entry, split = own.load(str(world / "my_net.py")), own.Split(images=256, held_out=200)

    def stop(epochs, correct):
        raise Stopped

    folder = world / "try" / "trainings"
    own.train_once(entry, split, 0, folder, device="cpu")
    with contextlib.suppress(Stopped):
        own.train_once(entry, split, 1, folder, device="cpu", tell=stop)
    for kind in ("try", "look"):
        own.logbook.add(folder.parent, own.logbook.Line(kind, entry.name, entry.fingerprint, split.fingerprint, (0,),
                                                        260, 99.4, "near", own.logbook.now()))
    _graded(world)


def _graded(world: Path) -> None:
    rules = grading.Rules(own.Split(grading.secret_key(world / "grades/secret.key"), 256, 200), 1)
    for grade in grading.grade_all(grading.submissions_in(world / "class"), rules, world / "grades/results", None, []):
        print(grade)


def _try() -> None:
    entry, split = own.load("my_net.py"), own.Split(images=256, held_out=200)
    for seed in (0, 1):
        result = own.train_once(entry, split, seed, Path("try/trainings"), device="cpu")
        print(seed, result.correct, result.wrong, result.weights)


def _logbook() -> None:
    lines = own.logbook.read(Path("try"))
    print([(x.kind, x.fingerprint, x.mean) for x in lines])


def _readers() -> None:
    os.environ["MNIST_LIB_SUBMISSIONS"] = "readers"
    print(readers.everyone())


def run(command: tuple[str, ...]) -> int:
    """Run a command of the library, or one of the functions below, in the current folder."""
    if command[0] in OWN:
        with warnings.catch_warnings():
            warnings.showwarning = lambda message, *_, **__: print(f"note: {message}", file=sys.stderr)
            try:
                OWN[command[0]]()
            except (ValueError, OSError) as error:
                print(error, file=sys.stderr)
                return 2
        return 0
    return main(list(command))


def _fit() -> None:
    evaluation.mnist = lambda split, device="cpu": FEW[split]
    records.TEST_IMAGES = len(FEW["test"])
    result = loop.fit(small_step(), 0, "cpu", progress="none")
    print([(e.train_loss, e.test_correct) for e in result.epochs], result.misclassified, result.weights)


def _read() -> None:
    network = read(EXPORTED)
    print(network.name, network.parameters, [t.sum().item() for s in network.snapshots[-1].tensors for t in s],
          network.layers, network.about, network.mean, network.std, network.snapshots[-1].accuracy)


def _load() -> None:
    os.environ["MNIST_LIB_DATA"] = "data"
    digits = mnist("test")
    print(int(digits.images.sum()), len(digits))


OWN = {"fit a small experiment": _fit, "read the exported network": _read, "load the test set": _load,
       "train a try": _try, "read the logbook": _logbook, "list the readers": _readers,
       "grade a class": lambda: _graded(Path("."))}


def preload() -> None:
    """Load what every command needs, once, before the processes fork."""
    import mnist_lib.book  # noqa: F401
    from mnist_lib.export import networks  # noqa: F401
    from mnist_lib.rf import check  # noqa: F401

    for study in studies().values():
        getattr(study, "search_tables", None)
    verification._test_images("cpu", "mnist", records.TEST_IMAGES)
    for split in ("train", "test"):
        digits = mnist(split)
        FEW[split] = dataclasses.replace(digits, images=digits.images[:512].clone(), labels=digits.labels[:512].clone())
