"""What the five source projects say about each step, and what their own logs show.

Repository, commit, notebook, claims and epoch logs lie in ``sources.json``, under
this library's names of the steps. Everything the book quotes from a source comes
from there. What a source says in words is a :class:`Statement`; ``audit.py`` checks them.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote

RULE = 99.40  # per cent


@dataclass(frozen=True)
class Claim:
    """Figures a source gives for a step: ``text`` says where, ``None`` is a figure it leaves out.

    ``parameters`` is written as the source writes it ("6.3M"); accuracies are in per cent.
    """

    text: str
    parameters: str | None
    train: float | None
    test: float | None
    note: str = ""


@dataclass(frozen=True)
class Log:
    """The source's own log: accuracies in per cent and the test loss in nats, one value an epoch.

    ``printed_learning_rate`` holds the learning rates its notebook prints, in the order
    printed: not every notebook prints one an epoch.
    """

    train_accuracy: tuple[float, ...]
    test_accuracy: tuple[float, ...]
    test_loss: tuple[float, ...]
    printed_learning_rate: tuple[float, ...] = ()

    @property
    def best(self) -> float:
        """The highest test accuracy of any epoch."""
        return max(self.test_accuracy)

    @property
    def final(self) -> float:
        """The test accuracy of the last epoch."""
        return self.test_accuracy[-1]

    def holds(self, last: int, accuracy: float = RULE) -> bool:
        """Whether each of the last ``last`` epochs has at least this test accuracy."""
        images = [round(100 * a) for a in self.test_accuracy]  # of 10,000
        return len(images) >= last and min(images[-last:]) >= round(100 * accuracy)


@dataclass(frozen=True)
class Source:
    """A step as its source has it. ``claim`` is what the source concludes, in our words.

    ``receptive_fields`` are the source's own, layer by layer, where it gives them.
    """

    step: str
    repository: str
    commit: str
    notebook: str
    claim: str
    claims: tuple[Claim, ...]
    log: Log
    receptive_fields: tuple[tuple[str, int], ...] = ()

    @property
    def url(self) -> str:
        """The notebook on GitHub, at the commit that was read."""
        return f"https://github.com/{self.repository}/blob/{self.commit}/{quote(self.notebook)}"

    def claimed(self, figure: str) -> float | str | None:
        """The first claim that gives ``"parameters"``, ``"train"`` or ``"test"``; ``None`` if none does.

        One with a note, which tells of a slip in it, only if there is no other.
        """
        claims = sorted(self.claims, key=lambda claim: bool(claim.note))
        return next((v for c in claims if (v := getattr(c, figure)) is not None), None)


@dataclass(frozen=True)
class Statement:
    """Something that a source says, in our words, where it says it, and how it can be checked.

    ``where`` names the place: document, heading, step or row; ``file`` is its path in the repository (``None``: the
    step's notebook), and ``commit`` another one than the step's. What no source says, and this book asks, is ``by``
    "book", and is counted against nobody. ``beside`` is what the source says besides, and is told first. ``check``
    names a function of ``audit.CHECKS``, ``figures`` are the numbers that it is given; without a check nothing can be
    recomputed, and ``evidence`` says what was read. ``key`` counts the statements within their project.
    ``severity`` is "high" where a conclusion hangs on what fails, "medium" for what is wrong or contradictory, "low"
    for what changes nothing, and empty elsewhere.
    """

    key: str
    step: str
    severity: str
    kind: str
    check: str | None
    sentence: str
    where: str
    by: str = "project"
    beside: str = ""
    figures: dict = field(default_factory=dict)
    evidence: str = ""
    file: str | None = None
    commit: str | None = None

    @property
    def path(self) -> str:
        """The path its step belongs to."""
        return self.step.partition("/")[0]

    @property
    def own(self) -> bool:
        """Whether this book asks it, and no source says it."""
        return self.by == "book"

    @property
    def url(self) -> str:
        """The place on GitHub, at the commit that was read: the notebook, or ``file``."""
        of = source(self.step)
        file = of.notebook if self.file is None else self.file
        kind = "blob" if "." in file.rpartition("/")[2] else "tree"
        return f"https://github.com/{of.repository}/{kind}/{self.commit or of.commit}/{quote(file)}".rstrip("/")


@dataclass(frozen=True)
class Project:
    """A source project: the repository behind a path, and the folder in it."""

    path: str
    repository: str
    commit: str
    folder: str

    @property
    def url(self) -> str:
        """The project's folder on GitHub, at the commit that was read."""
        return f"https://github.com/{self.repository}/tree/{self.commit}/{quote(self.folder)}".rstrip("/")


@cache
def _data() -> dict:
    return json.loads(Path(__file__).with_name("sources.json").read_text(encoding="utf-8"))


def source(step: str) -> Source | None:
    """The source of a step, ``"six-models/steplr"``; ``None`` for a step that no source has."""
    if step not in _data()["steps"]:
        return None
    record = dict(_data()["steps"][step])
    record["claims"] = tuple(Claim(**c) for c in record["claims"])
    record["log"] = Log(**{k: tuple(v) for k, v in record["log"].items()})
    record["receptive_fields"] = tuple(map(tuple, record.get("receptive_fields", ())))
    return Source(step=step, repository=project(step.partition("/")[0]).repository, **record)


def project(path: str) -> Project:
    """The project behind a path, ``"six-models"``."""
    return Project(path, **_data()["paths"][path])


def steps() -> tuple[str, ...]:
    """The names of all steps that have a source."""
    return tuple(_data()["steps"])


def statements(path: str | None = None) -> tuple[Statement, ...]:
    """What the sources say in words, in the order of the projects; of one path, if it is given."""
    every = (Statement(key, **record) for key, record in _data()["statements"].items())
    return tuple(s for s in every if path in (None, s.path))


def statement(key: str) -> Statement:
    """The statement of that key."""
    return Statement(key, **_data()["statements"][key])
