"""The tables of book/further/little.md: accuracy by training images and by bits a weight; the declared families."""

from __future__ import annotations

from collections.abc import Sequence

from ...book import FAILS, HOLDS, NO_VERDICT, NOT_CLEAR, Interval, PageTable, Spread, family_table
from ...experiments import experiment
from ...networks import build
from . import analysis
from . import bits_plan as bits
from . import bits_quantize as quantize
from . import plan as little
from .analysis import ALL, CHAMPION, LARGE, SMALLEST, Version
from .plan import LITTLE

NAMES = {CHAMPION: "champion", SMALLEST: "smallest", LARGE: "6.4 million"}
SIZES = (*little.LEVELS, ALL)
DECLARED = {**little.FAMILIES, **bits.FAMILIES}


def _images(images: int) -> str:
    return f"{images:,} images"


def _with_bits(name: str, width: int) -> str:
    return f"{NAMES[name]}, {width} bits"


TABLES = {  # a declared family: its comparisons, the caption, and what is compared in words
    "more data": (analysis.more_data, "What more images bring", lambda name, a, b: f"{NAMES[name]}: {a:,} to {b:,}"),
    "small": (analysis.small, "Champion less smallest", _images),
    "large": (analysis.large, "Champion less the network of 6.4 million", _images),
    "rounded": (analysis.rounded, "What rounding costs: rounded less float", _with_bits),
    "scales": (analysis.scales, "A scale for each channel less one a layer", _with_bits),
    "tuned": (analysis.tuned, "Rounded in training less rounded after it", _with_bits),
    "cost": (analysis.cost, "Rounded in training less the same training without rounding",
             lambda width: f"smallest, {width} bits"),
    "bytes": (analysis.in_bytes, "In about as many bytes", lambda *_: "champion at 4 bits less smallest at 8"),
}


def table(family: str, *, explained: bool = True) -> PageTable:
    """A declared family; its members that were trained."""
    found, caption, words = TABLES[family]
    return family_table(caption, ("what",), [(words(*one.what), one.gain, one.together) for one in found()],
                        DECLARED[family], "Seeds paired." if family != "bytes" else "", explained=explained)


def verdicts(family: str) -> tuple[str, str]:
    """The verdict on "each of the family rises", and the evidence in words: how many are clear which way."""
    steps, size = TABLES[family][0](), DECLARED[family]
    up, down = (sum(one.together.startswith("clear") and one.gain.points * side > 0 for one in steps)
                for side in (1, -1))
    evidence = f"As one family of {size}: {up} clearly above zero, {down} clearly below"
    evidence += f"; {size - len(steps)} were not trained." if len(steps) < size else "."
    if not steps:
        return NO_VERDICT, evidence
    return (FAILS if down else HOLDS if up == size else NOT_CLEAR), evidence


def withdrawn() -> str:
    """How many of the declared trainings on fewer images are recorded, and what is withdrawn, in words."""
    planned = sum(little.SEEDS[name] * len(steps) for name, steps in LITTLE.items())
    done = sum(len(runs) for name in LITTLE for images, runs in analysis.curve(name).items() if images < ALL)
    missing = [NAMES[name] for name in LITTLE if any(size not in analysis.curve(name) for size in little.LEVELS
                                                     if size <= little.LARGEST.get(name, ALL))]
    return (f"{done} of {planned} declared trainings are recorded. Those that are missing are of the network with "
            f"{' and '.join(missing)}, and what was asked of it is withdrawn.")


def levels() -> PageTable:
    """The declared numbers of images, why, and what an epoch is made of."""
    of, whole = {step.images: step for step in LITTLE[CHAMPION]}, experiment(CHAMPION)
    rows = tuple((f"{images:,}", f"{of[images].passes}", f"{of[images].shown:,}",
                  f"{of[images].steps_per_epoch * of[images].epochs:,}", why) for images, why in little.LEVELS.items())
    return PageTable("Five numbers of training images, fixed beforehand",
                     ("images", "passes", "shown", "updates", "why so many"), rows,
                     "Passes through them, and images shown, in an epoch; updates in all of them. "
                     f"All {ALL:,} images are {whole.steps_per_epoch * whole.epochs:,} updates.", stacked=True)


def told(values: Sequence[float], around: Interval | None, unsaid: int = 0) -> str:
    """A mean with its interval and, unless it is ``unsaid``, the number of trainings: "99.31 (99.20 to 99.40), 10"."""
    if not values:
        return "–"
    within = f" ({around.low:.2f} to {around.high:.2f})" if around else ""
    return f"{Spread(tuple(values)).mean:.2f}{within}" + (f", {len(values)}" if len(values) != unsaid else "")


def _of_runs(name: str, images: int) -> str:
    runs = analysis.curve(name).get(images, [])
    return told(analysis.accuracies(runs), analysis.interval(analysis.accuracies(runs), [
        [index for index, _ in run.misclassified] for run in runs]))


def curve_table() -> PageTable:
    """Accuracy by images, a column a network."""
    return PageTable("Test accuracy (%) after the last epoch", ("images", *NAMES.values()), tuple(
        (f"{images:,}", *(_of_runs(name, images) for name in NAMES)) for images in SIZES),
        "Mean, 95 % interval over seeds (and their draws of images) and test images, number of trainings. Fewer than "
        "three have no interval; a dash was not trained or not asked.", stacked=True)


def _of_versions(found: Sequence[Version], unsaid: int = 0) -> str:
    values = [one.accuracy for one in found]
    return told(values, analysis.interval(values, [one.missed for one in found]), unsaid)


def counted_bytes(name: str, width: int) -> int:
    """The bytes of an experiment's network, folded, with so many bits a weight and a scale a channel."""
    return len(quantize.to_bytes(quantize.folded(build(experiment(name).architecture)), width))


def bits_table() -> PageTable:
    """Accuracy and bytes by bits a weight: rounded with a scale a layer or a channel, and rounded in training."""
    usual = max(len(analysis.versions(name, bits.FLOAT)) for name in bits.NETWORKS)
    rows = [(f"{NAMES[name]}, {width if width < bits.FLOAT else 'float, 32'} bits",
             f"{counted_bytes(name, width):,}",
             "–" if width == bits.FLOAT else _of_versions(analysis.versions(name, width, "tensor"), usual),
             _of_versions(analysis.versions(name, width), usual),
             "not asked" if width not in bits.TUNED[name] else
             _of_versions(analysis.versions(name, width, tuned=True), usual))
            for name in bits.NETWORKS for width in (bits.FLOAT, *bits.WIDTHS)]
    return PageTable("Test accuracy (%) by bits a weight",
                     ("network", "bytes", "rounded, a scale\na layer", "rounded, a scale\na channel",
                      "rounded in\ntraining"), tuple(rows),
                     f"Mean and 95 % interval over seeds and images, of {usual} trainings. "
                     "Bytes: packed weights, a scale a channel and a bias a channel in float32.", stacked=True)
