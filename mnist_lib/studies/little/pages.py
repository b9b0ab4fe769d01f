"""The tables of book/little.md: accuracy by training images and by bits a weight, and the families of comparisons."""

from __future__ import annotations

from collections.abc import Sequence

from ...book import FAILS, HOLDS, NO_VERDICT, NOT_CLEAR, Interval, PageTable, Spread, signed
from ...experiments import experiment
from ...networks import build
from . import analysis
from . import bits_plan as bits
from . import bits_quantize as quantize
from . import plan as little
from .analysis import ALL, CHAMPION, LARGE, SMALLEST, Step, Version

NAMES = {CHAMPION: "champion", SMALLEST: "smallest", LARGE: "6.4 million"}
SIZES = (*little.LEVELS, ALL)


def levels() -> PageTable:
    """The declared numbers of images, why, and what an epoch is made of."""
    of, whole = {step.images: step for step in little.LITTLE[CHAMPION]}, experiment(CHAMPION)
    rows = tuple((f"{images:,}", f"{of[images].passes}", f"{of[images].shown:,}",
                  f"{of[images].steps_per_epoch * of[images].epochs:,}", why) for images, why in little.LEVELS.items())
    return PageTable("Five numbers of training images, fixed beforehand",
                     ("images", "passes", "shown", "updates", "why so many"), rows,
                     "Passes through them, and images shown, in an epoch; updates in all of them. "
                     f"All {ALL:,} images, whose records were there before, are "
                     f"{whole.steps_per_epoch * whole.epochs:,} updates.", stacked=True)


def asked() -> PageTable:
    """The declared families of comparisons, of images and of bits."""
    return PageTable("What was asked beforehand", ("family", "comparisons", "question", "the chance is over"), tuple(
        (name, str(f.comparisons), f.question, f.over)
        for name, f in (*little.FAMILIES.items(), *bits.FAMILIES.items())), stacked=True)


def told(values: Sequence[float], around: Interval | None, unsaid: int = 0) -> str:
    """A mean with its interval and, unless it is ``unsaid``, the number of trainings: "99.31 (99.20 to 99.40), 10"."""
    if not values:
        return "not yet"
    within = f" ({around.low:.2f} to {around.high:.2f})" if around else ""
    return f"{Spread(tuple(values)).mean:.2f}{within}" + (f", {len(values)}" if len(values) != unsaid else "")


def _of_runs(name: str, images: int) -> str:
    runs = analysis.curve(name).get(images, [])
    return told(analysis.accuracies(runs), analysis.interval(analysis.accuracies(runs), [
        [index for index, _ in run.misclassified] for run in runs]))


def curve_table() -> PageTable:
    """Accuracy by images, a column a network."""
    return PageTable("Test accuracy (%) after the last epoch", ("images", *NAMES.values()), tuple(
        (f"{images:,}", *(_of_runs(name, images) if images == ALL or images <= little.LARGEST.get(name, ALL) else
                          "not asked" for name in NAMES)) for images in SIZES),
        "Mean, 95 % interval over seeds (and their draws of images) and test images, number of trainings. Fewer than "
        "three have no interval.", stacked=True)


def steps_table(steps: Sequence[Step], caption: str, comparisons: int, name) -> PageTable:
    """The comparisons of one family that have trainings so far; ``name`` turns what is compared into words."""
    rows = tuple(
        (name(*one.what), signed(one.gain.points), str(one.gain.interval() or "–"),
         str(one.gain.interval(images=True) or "–"), str(one.gain.seeds), one.together) for one in steps)
    return PageTable(caption, ("what", "difference\n(points)", "over\nseeds", "over seeds\nand images", "seeds",
                               f"as one\nof {comparisons}"), rows or (("not recorded yet", *5 * ("–",)),),
        "95 % intervals, seeds paired; the last column is Holm's adjustment for the family, of what is there"
        f"{'' if len(steps) == comparisons else f': {len(steps)} of {comparisons} so far'}.", stacked=True)


def more_table() -> PageTable:
    """Family "more data"."""
    return steps_table(analysis.more_data(), "What more images bring", little.FAMILIES["more data"].comparisons,
                       lambda name, low, high: f"{NAMES[name]}: {low:,} to {high:,}")


def small_table() -> PageTable:
    """Family "small"."""
    return steps_table(analysis.small(), "Champion less smallest", little.FAMILIES["small"].comparisons,
                       lambda images: f"{images:,} images")


def large_table() -> PageTable:
    """Family "large"."""
    return steps_table(analysis.large(), "Champion less the network of 6.4 million",
                       little.FAMILIES["large"].comparisons, lambda images: f"{images:,} images")


def holding_table() -> PageTable:
    """How many trainings hold the rule's accuracy after their last epoch, by images."""
    return PageTable("Trainings that end at the rule's accuracy or above", ("images", "champion", "smallest"), tuple(
        (f"{images:,}", *(str(analysis.holding(runs)) if (runs := analysis.curve(name).get(images)) else "not yet"
                          for name in (CHAMPION, SMALLEST))) for images in SIZES),
        "With the interval of Clopper and Pearson.")


def power_sentence() -> str:
    """What ten times as many images do to the error, of each network that says."""
    found = [(NAMES[name], of) for name in (CHAMPION, SMALLEST) if (of := analysis.power(name))]
    return "; ".join(f"{name}: {of.tenfold:.1f} times fewer mistakes with ten times the images"
                     + (f", exponent {of.exponent:.2f} ({of.interval.low:.2f} to {of.interval.high:.2f} over "
                        f"{of.seeds} seeds)" if of.interval else f" (from {of.seeds}, no interval)")
                     for name, of in found) or "Not told yet: it takes three numbers of images of one seed"


def _of_versions(found: Sequence[Version], unsaid: int = 0) -> str:
    values = [one.accuracy for one in found]
    return told(values, analysis.interval(values, [one.missed for one in found]), unsaid)


def counted_bytes(name: str, width: int) -> int:
    """The bytes of an experiment's network, folded, with so many bits a weight and a scale a channel."""
    return len(quantize.to_bytes(quantize.folded(build(experiment(name).architecture)), width))


def bits_table() -> PageTable:
    """Accuracy and bytes by bits a weight: rounded with a scale a layer or a channel, and rounded in training."""
    usual = max((len(analysis.versions(name, bits.FLOAT)) for name in bits.NETWORKS), default=0)
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
                     f"Mean and 95 % interval over seeds and images, of {usual} trainings where no number is said. "
                     "Bytes: packed weights, a scale a channel and a bias a channel in float32.", stacked=True)


def rounded_table() -> PageTable:
    """Family "rounded"."""
    return steps_table(analysis.rounded(), "What rounding costs: rounded less float",
                       bits.FAMILIES["rounded"].comparisons, _with_bits)


def scales_table() -> PageTable:
    """Family "scales"."""
    return steps_table(analysis.scales(), "A scale for each channel less one a layer",
                       bits.FAMILIES["scales"].comparisons, _with_bits)


def tuned_table() -> PageTable:
    """Family "tuned"."""
    return steps_table(analysis.tuned(), "Rounded in training less rounded after it",
                       bits.FAMILIES["tuned"].comparisons, _with_bits)


def cost_table() -> PageTable:
    """Family "cost"."""
    return steps_table(analysis.cost(), "Rounded in training less the same training without rounding",
                       bits.FAMILIES["cost"].comparisons, lambda width: f"smallest, {width} bits")


def bytes_table() -> PageTable:
    """Family "bytes"."""
    return steps_table(analysis.in_bytes(), "In about as many bytes: champion at 4 bits less smallest at 8",
                       bits.FAMILIES["bytes"].comparisons, lambda *_: "champion less smallest")


def _with_bits(name: str, width: int) -> str:
    return f"{NAMES[name]}, {width} bits"


def verdicts(steps: Sequence[Step], comparisons: int) -> tuple[str, str]:
    """The verdict on "each of the family rises", and the evidence in words: how many are clear which way."""
    up = sum(one.together.startswith("clear") and one.gain.points > 0 for one in steps)
    down = sum(one.together.startswith("clear") and one.gain.points < 0 for one in steps)
    waiting = comparisons - sum(one.together != NO_VERDICT for one in steps)
    evidence = f"As one family of {comparisons}: {up} clearly above zero, {down} clearly below" + (
        f"; {waiting} wait for three seeds" if waiting else "")
    if waiting == comparisons:
        return NO_VERDICT, evidence + "."
    return (FAILS if down else HOLDS if up == comparisons else NOT_CLEAR), evidence + "."

