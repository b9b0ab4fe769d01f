"""How long a training takes, by the records: for each kind of device, the median over its trainings.

A record knows its machine and the seconds of each epoch, without the evaluations. What was
never trained on a kind of device has no time there, and the words say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ..training import Run

KINDS = {"cpu": "a CPU", "cuda": "a GPU", "mps": "an Apple GPU"}  # a record's device, in words


@dataclass(frozen=True)
class Duration:
    """The recorded trainings of one step on one kind of device; times in seconds.

    ``machines`` names the processors; ``epoch`` and ``whole`` are medians, ``low`` and
    ``high`` the fastest and the slowest whole training.
    """

    device: str
    machines: tuple[str, ...]
    trainings: int
    epoch: float
    whole: float
    low: float
    high: float


def durations(of: Sequence[Run]) -> dict[str, Duration]:
    """The times of the runs given, by kind of device ("cpu", "cuda", "mps")."""
    found = {}
    for device in sorted({run.machine.get("device", "") for run in of} & set(KINDS)):
        runs = [run for run in of if run.machine.get("device") == device]
        whole = [run.seconds for run in runs]
        found[device] = Duration(
            device, tuple(dict.fromkeys(map(_machine, runs))), len(runs),
            median(run.seconds / len(run.epochs) for run in runs), median(whole), min(whole), max(whole))
    return found


def in_words(of: Sequence[Run]) -> str:
    """How long the runs given took, in sentences: CPU first, then GPU, recorded or not."""
    times = durations(of)
    if not times:
        return "No training of this step is recorded yet, so there is no time to give, for a CPU or a GPU."
    said = []
    for device in ("cpu", "cuda", *(d for d in times if d not in ("cpu", "cuda"))):
        if device not in times:
            said.append(f"No training on {KINDS[device]} is recorded yet, so there is no time to give for one.")
            continue
        t = times[device]
        whose = ("the one recorded training" if t.trainings == 1 else
                 f"the median of {t.trainings} recorded trainings, of which the fastest took "
                 f"{span(t.low)} and the slowest {span(t.high)}")
        said.append(f"On {KINDS[device]} it takes about {span(t.epoch)} an epoch and {span(t.whole)} to the end "
                    f"({', '.join(t.machines)}; {whose}).")
    return " ".join(said)


def span(seconds: float) -> str:
    """A time as one says it: "26 seconds", "6.5 minutes", "2.1 hours"."""
    if seconds < 90:
        text = f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.1f}"
        return f"{text} seconds"
    return f"{seconds / 60:.1f} minutes" if seconds < 90 * 60 else f"{seconds / 3600:.1f} hours"


def _machine(run: Run) -> str:
    processor, threads = run.machine.get("processor", "unknown"), run.machine.get("threads")
    if run.machine.get("device") != "cpu" or not threads:
        return processor
    return f"{processor}, {threads} thread" + "s" * (threads != 1)
