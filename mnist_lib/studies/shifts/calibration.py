"""How sure stored networks are: reliability, expected calibration error, temperature, confidence in mistakes.

Reads ``results/travel``. A network is calibrated if of the images of which it is 90 % sure it gets 90 % right. The
expected calibration error (Guo et al., https://arxiv.org/abs/1706.04599) is a sum of distances and so never zero on
so many images: each stands beside what a calibrated network of the same confidences has by chance.
"""

from __future__ import annotations

from typing import NamedTuple

from ...book import ENOUGH, LEVEL, NO_VERDICT, Comparison, Interval, PageTable, holm, signed
from . import plan as declared
from .analysis import IMAGES, SHOWN, linked, of
from .transforms import SHIFTS

SURE = 90.0  # per cent from which on a network is called sure of a mistake


class Calibration(NamedTuple):
    """One network: gap and errors over its trainings, with intervals; ``verdicts`` are those of the declared families.

    ``gap`` is mean confidence less accuracy in points, ``error`` and ``tempered`` are expected calibration errors in
    per cent, ``chance`` the 97.5 % quantile of what a calibrated network has, ``change`` is tempered less plain.
    """

    name: str
    trainings: int
    gap: float
    gap_interval: Interval
    error: float
    error_interval: Interval
    chance: float
    temperature: float
    tempered: float
    change: Comparison | None
    verdicts: tuple[str, str]


def _over(values, resampled) -> Comparison:
    """A mean over seeds of a measure: its value for each seed, and for each seed on each resampled test set."""
    import numpy as np

    values, resampled = np.asarray(values, dtype=float), np.asarray(resampled, dtype=float)
    parts = ((float(values.var(ddof=1)) / len(values), len(values) - 1),) if len(values) > 1 else ()
    return Comparison(float(values.mean()), parts, float(resampled.mean(0).var(ddof=1)), len(values), bound=True)


def _interval(values, resampled) -> Interval:
    """Over seeds and images; of fewer than three trainings, over the resampled images alone."""
    import numpy as np

    if len(values) >= ENOUGH:
        return _over(values, resampled).interval(images=True)
    ends = np.quantile(np.asarray(resampled).mean(0), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(*map(float, ends))


def gap(name: str) -> Comparison:
    """Mean confidence less accuracy, in points, over seeds and images."""
    parts = [one["calibration"] for one in of(name)]
    return _over([p["gap"] for p in parts], [p["resampled_gap"] for p in parts])


def change(name: str) -> Comparison:
    """What the temperature adds to the calibration error, in points: paired over the seeds, and over images."""
    import numpy as np

    before, after = ([one[key] for one in of(name)] for key in ("calibration", "tempered"))
    errors = [b["error"] - a["error"] for a, b in zip(before, after, strict=True)]
    return _over(errors, [np.subtract(b["resampled_error"], a["resampled_error"])
                          for a, b in zip(before, after, strict=True)])


def every() -> list[Calibration]:
    """All networks of the chapter; verdicts for those with several trainings, in the declared families."""
    repeated = [name for name in SHOWN if name in declared.REPEATED]
    families = (holm([measure(name) for name in repeated]) for measure in (gap, change))
    verdicts = dict(zip(repeated, zip(*families), strict=True))
    found = []
    for name in SHOWN:
        plain, tempered = ([one[key] for one in of(name)] for key in ("calibration", "tempered"))
        n = len(plain)
        found.append(Calibration(
            name, n, gap(name).points, _interval([p["gap"] for p in plain], [p["resampled_gap"] for p in plain]),
            sum(p["error"] for p in plain) / n,
            _interval([p["error"] for p in plain], [p["resampled_error"] for p in plain]),
            sum(p["chance"][1] for p in plain) / n, sum(one["temperature"] for one in of(name)) / n,
            sum(p["error"] for p in tempered) / n, change(name) if name in declared.REPEATED else None,
            verdicts.get(name, (NO_VERDICT, NO_VERDICT))))
    return found


def table() -> PageTable:
    """Gap and expected calibration error."""
    rows = tuple((linked(c.name), str(c.trainings), signed(c.gap), str(c.gap_interval), c.verdicts[0],
                  f"{c.error:.2f}", f"{max(0.0, c.error_interval.low):.2f} to {c.error_interval.high:.2f}",
                  f"{c.chance:.2f}") for c in every())
    return PageTable("How sure, and how right, on clean test images", (
        "network", "trainings", "confidence\nless accuracy\n(points)", "95 % interval",
        f"as one\nof {len(declared.REPEATED)}", "calibration\nerror (%)", "95 % interval", "by chance\nat most (%)"),
        rows, "Intervals over seeds and images; where there are fewer than three trainings over images alone, and no "
        "verdict. By chance: what a calibrated network exceeds in one of 40 test sets.")


def temperature_table() -> PageTable:
    """What a temperature does."""
    rows = tuple((linked(c.name), f"{c.temperature:.2f}", f"{c.error:.2f}", f"{c.tempered:.2f}",
                  str(c.change.interval()) if c.change else "", str(c.change.interval(images=True)) if c.change else "",
                  c.verdicts[1]) for c in every())
    return PageTable("The calibration error with a temperature", (
        "network", "temperature", "without\n(%)", "with\n(%)", "change over\nseeds (points)",
        "over seeds\nand images", f"as one\nof {len(declared.REPEATED)}"), rows,
        "The temperature is fitted on training images; intervals of the change are 95 %.")


class Mistakes(NamedTuple):
    """The mistakes of a network's trainings on clean images: how many, and of how many it is sure."""

    name: str
    trainings: int
    mistakes: float
    sure: float


def mistakes() -> list[Mistakes]:
    """Means over the trainings."""
    found = []
    for name in SHOWN:
        counts = [(len(one["clean"]["wrong"]), sum(s >= SURE for *_, s in one["clean"]["wrong"])) for one in of(name)]
        n = len(counts)
        found.append(Mistakes(name, n, sum(c[0] for c in counts) / n, sum(c[1] for c in counts) / n))
    return found


def shifted_confidence(name: str) -> list[tuple[str, float, float]]:
    """(shift, accuracy, mean confidence) of each level of each shift, in per cent, over all trainings of a network."""
    found = []
    for shift in SHIFTS:
        for level in range(5):
            each = [one["shifted"][shift] for one in of(name)]
            found.append((shift, 100 * sum(e["correct"][level] for e in each) / len(each) / IMAGES,
                          sum(e["confidence"][level] for e in each) / len(each)))
    return found

