"""A small world that faults are injected into: one record with all that belongs to it, and what reads it."""

from __future__ import annotations

import dataclasses
import os
import shutil
import sys
import warnings
from pathlib import Path

import torch

from mnist_lib.__main__ import main
from mnist_lib.data import mnist
from mnist_lib.experiments import EXPERIMENTS
from mnist_lib.export.format import read
from mnist_lib.training import checkpoints, evaluation, loop, records, verification
from tests import ROOT
from tests.conftest import use_few_digits
from tests.faults.table import BAD, EPOCHS, EXPORTED, IMAGES, RECORD, STEP, WEIGHTS

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
    records.save(records.load(world / RECORD))  # sealed, whatever the book's own is
    shutil.copytree(ROOT / "results/search/smallest", world / "results/search/smallest")
    log = seal_logs(world / "results/search/smallest")
    (world / "my_net.py").write_text(NETWORK)
    for number, text in enumerate(BAD):
        (world / f"bad_{number}.py").write_text(text)
    namespace: dict = {}
    exec(NETWORK, namespace)
    torch.save(namespace["Net"]().state_dict(), world / "own.pt")
    assert main(["export", STEP, str(world / EXPORTED)]) == 0
    use_few_digits(setattr, test=512)
    first = loop.begun(dataclasses.replace(small_step()), 0, torch.device("cpu"))
    with loop.Progress("", 0, 2, "none") as progress:
        first.epoch(progress)
    (world / "results/small/steplr").mkdir(parents=True)
    checkpoints.keep(first, checkpoints.path("small/steplr", 0))
    return log


def seal_logs(folder: Path) -> str:
    """Seal the logs of a search; return the name of one."""
    import json

    from mnist_lib.training.schema import seal_of

    for file in sorted(folder.glob("*.json")):
        data = json.loads(file.read_text())
        file.write_text(json.dumps(data | {"seal": seal_of(data)}, indent=1) + "\n")
    return file.name


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
    for module in (loop, evaluation):
        module.mnist = lambda split, device="cpu": FEW[split]
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


OWN = {"fit a small experiment": _fit, "read the exported network": _read, "load the test set": _load}


def preload() -> None:
    """Load what every command needs, once, before the processes fork."""
    import mnist_lib.book  # noqa: F401
    from mnist_lib.book import search_tables  # noqa: F401
    from mnist_lib.export import networks  # noqa: F401
    from mnist_lib.rf import check  # noqa: F401

    verification._test_images("cpu")
    for split in ("train", "test"):
        digits = mnist(split)
        FEW[split] = dataclasses.replace(digits, images=digits.images[:512].clone(), labels=digits.labels[:512].clone())
