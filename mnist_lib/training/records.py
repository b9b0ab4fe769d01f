"""The record of one training: a small JSON file that can be checked and rebuilt.

Beside the learning rate, loss and accuracy of each epoch it keeps the
misclassified test images of the last one. With the labels, that is enough for
every prediction, the confusion matrix and the per-class table. Weights lie
beside it as safetensors, with their hash in the record. ``schema.py`` says what
every field is, and a file is read only if all of it holds.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..files import read_bytes, write_atomically
from .schema import problem_of_record, read_record, record_text

TEST_IMAGES = 10_000
FORMAT = 1


@dataclass(frozen=True)
class Epoch:
    """One epoch: losses are means in nats, ``correct`` are counts of images.

    ``train_*`` are running values over the epoch, with dropout and augmentation
    on; ``test_*`` are measured after it. ``seconds`` is training time without the
    evaluation.
    """

    learning_rate: float
    last_learning_rate: float
    train_loss: float
    train_correct: int
    train_images: int
    test_loss: float
    test_correct: int
    seconds: float

    @property
    def train_accuracy(self) -> float:
        """Per cent of the training images."""
        return 100 * self.train_correct / self.train_images

    @property
    def test_accuracy(self) -> float:
        """Per cent of the test images."""
        return 100 * self.test_correct / TEST_IMAGES


@dataclass(frozen=True)
class Run:
    """One recorded training.

    ``misclassified`` holds (index in the test set, predicted digit) after the
    last epoch; ``machine`` says where and with what it ran; ``weights`` is the
    SHA-256 of the safetensors file beside the record, where there is one; ``ended``
    is when, in UTC, as in ISO 8601 (runs of before this was kept have none); ``retraced``
    is the machine that trained it again, number for number, where the weights are from there.
    """

    experiment: str
    fingerprint: str
    seed: int
    parameters: int
    epochs: tuple[Epoch, ...]
    misclassified: tuple[tuple[int, int], ...]
    machine: dict = field(default_factory=dict)
    weights: str | None = None
    ended: str | None = field(default=None, compare=False)  # two runs with the same numbers are equal
    retraced: dict | None = field(default=None, compare=False)

    @property
    def test_accuracies(self) -> tuple[float, ...]:
        """Test accuracy after each epoch, in per cent."""
        return tuple(e.test_accuracy for e in self.epochs)

    @property
    def final(self) -> Epoch:
        """The last epoch."""
        return self.epochs[-1]

    @property
    def seconds(self) -> float:
        """Training time of all epochs, without the evaluations."""
        return sum(e.seconds for e in self.epochs)

    def holds(self, last: int, accuracy: float = 99.40) -> bool:
        """Whether each of the last ``last`` epochs has at least this test accuracy.

        Compared in whole images, so that 99.40 % means 9,940 of 10,000.
        """
        needed = round(accuracy * TEST_IMAGES / 100)
        return len(self.epochs) >= last and all(e.test_correct >= needed for e in self.epochs[-last:])


def root() -> Path:
    """The folder of the records: ``$MNIST_LIB_RESULTS``, the repository's ``results/``, or a cache."""
    if given := os.environ.get("MNIST_LIB_RESULTS"):
        return Path(given)
    repository = Path(__file__).resolve().parents[2]
    if (repository / "_toc.yml").exists() or (repository / "results").is_dir():
        return repository / "results"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "mnist_lib" / "results"


def path(name: str, seed: int) -> Path:
    """Where the record of an experiment and seed lies: ``results/<path>/<step>/seed-<n>.json``."""
    return root() / name / f"seed-{seed}.json"


def save(run: Run) -> Path:
    """Write the record, atomically, and return where."""
    data = {"format": FORMAT, **dataclasses.asdict(run)}
    data = {name: value for name, value in data.items() if value is not None or name not in ("ended", "retraced")}
    target = path(run.experiment, run.seed)
    write_atomically(target, record_text(data))
    return target


def load(file: Path | str) -> Run:
    """The run of one file; ``ValueError`` names the file if it is not a whole record of this format and place."""
    file = Path(file)
    data = read_record(file, lambda data: problem_of_record(data, TEST_IMAGES) or _problem_of_place(data, file),
                       "a record of a run", "delete it and train again, or restore it from git")
    fields = {name: value for name, value in data.items() if name not in ("format", "seal")}
    fields["epochs"] = tuple(Epoch(**e) for e in data["epochs"])
    fields["misclassified"] = tuple(tuple(m) for m in data["misclassified"])
    return Run(**fields)


def _problem_of_place(data: dict, file: Path) -> str:
    """What the place of a record says against it: its folders are the experiment, its name the seed."""
    *_, folder, step, name = ("", "", *file.absolute().parts)
    if data["experiment"] != f"{folder}/{step}":
        return f"it is the record of {data['experiment']}, in the folder of {folder}/{step}"
    return "" if name == f"seed-{data['seed']}.json" else f"it is the record of seed {data['seed']}, by another name"


def recorded(name: str, fingerprint: str, seed: int) -> Run | None:
    """The recorded run of this experiment, fingerprint and seed, if there is one."""
    file = path(name, seed)
    if not file.exists():
        return None
    run = load(file)
    return run if run.fingerprint == fingerprint else None


def of(name: str) -> list[Run]:
    """The records of one experiment, by seed."""
    return [load(file) for file in files(name)]


def every() -> Iterator[Run]:
    """All records there are, by name and seed."""
    yield from map(load, files())


def files(name: str = "*/*") -> list[Path]:
    """The files of one experiment's records, or of all, by name and seed, whole or not."""
    def number(file):
        return int(found[0]) if (found := re.findall(r"^seed-(\d{1,18})$", file.stem)) else -1

    return sorted(root().glob(f"{name}/seed-*.json"), key=lambda file: (file.parent, number(file), file.name))


def weights_path(run: Run) -> Path:
    """Where the weights of a run lie, whether or not there are any."""
    return path(run.experiment, run.seed).with_suffix(".safetensors")


def sha256(file: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits; ``ValueError`` names what is no file."""
    try:
        return hashlib.sha256(read_bytes(file)).hexdigest()
    except ValueError as error:
        raise ValueError(f"{file} cannot be read ({error}); restore it from git, or train again") from error
