"""What the chapters of the line say of a step: images wrong of 10,000, before and after, and how the error fell.

Everything is computed from the recorded runs when a page runs. Chapters: ``book/build/``.
"""

from ..experiments import Experiment
from ..training import TEST_IMAGES
from . import report
from .sources import source
from .statistics import NO_VERDICT, Spread


def wrong(step: str | Experiment) -> Spread:
    """The images wrong of 10,000 after the last epoch, for each recorded training."""
    return Spread(tuple(float(TEST_IMAGES - run.epochs[-1].test_correct) for run in report.recorded(step)))


def held(step: str | Experiment, epochs: int = 5) -> str:
    """How many trainings have 99.40 % or more in each of so many last epochs: "10 of 10"."""
    of = report.summary(step)
    return f"{of.holds[epochs]} of {len(of.seeds)}"


def numbers(step: str, before: str = "") -> dict[str, str]:
    """What a chapter's prose says of a step, ready to be glued; with ``before`` also of the step before (``before_…``).

    ``wrong`` is the mean over the trainings, ``wrong_low`` and ``wrong_high`` are the best and the worst of them,
    ``first_wrong`` is the mean after one epoch, ``ends`` and ``holds`` say how many trainings reach the target in the
    last epoch and in each of the last five. ``closing`` is the sentence at the chapter's end.
    """
    of, spread, runs = report.numbers(step), wrong(step), report.recorded(step)
    first = [TEST_IMAGES - run.epochs[0].test_correct for run in runs]
    values = {name: of[name] for name in ("parameters", "trainings", "final", "epoch") if name in of} | {
        "wrong": f"{spread.mean:.0f}", "wrong_low": f"{spread.low:.0f}", "wrong_high": f"{spread.high:.0f}",
        "first_wrong": f"{sum(first) / len(first):.0f}", "ends": held(step, 1), "holds": held(step)}
    if before:
        values |= {f"before_{name}": value for name, value in numbers(before).items()}
        values |= {"closing": closing(before, step), "share": f"{100 * abs(fallen(before, step)):.0f}",
                   "fewer": f"{abs(wrong(before).mean - spread.mean):.0f}"}
    return values


def fallen(before: str, after: str) -> float:
    """By which share of ``before``'s errors ``after`` has fewer: 0.5 is half of them; below 0 it has more."""
    return 1 - wrong(after).mean / wrong(before).mean


def closing(before: str, after: str) -> str:
    """By how much the error fell: "154 to 77 images wrong of 10,000, 50 % fewer"; says so where it is not clear."""
    share, gain = fallen(before, after), report.gain(before, after)
    changed = f"{100 * abs(share):.0f} % {'fewer' if share > 0 else 'more'}"
    if gain.verdict == NO_VERDICT:
        changed += ", with a single training on one side"
    elif not gain.clear:
        changed += ", too little for these trainings to tell from no change"
    return f"{wrong(before).mean:.0f} to {wrong(after).mean:.0f} images wrong of {TEST_IMAGES:,}, {changed}"


def log_wrong(step: str) -> list[int]:
    """The images wrong of 10,000 after each epoch of the student's one training, from its log."""
    return [round(TEST_IMAGES * (100 - accuracy) / 100) for accuracy in source(step).log.test_accuracy]
