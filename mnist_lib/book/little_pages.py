"""The tables and figures of book/little.md: accuracy by training images, by bits a weight, and against bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..experiments import LITTLE, bits, little
from . import little as analysis
from .findings import FAILS, HOLDS
from .little import ALL, CHAMPION, LARGE, SMALLEST, Step, Version
from .plots import styled
from .statistics import NO_VERDICT, NOT_CLEAR, Interval, Spread
from .style import BLUE, COLOURS, GREEN, GREY, LINES, MARKERS, RED, figure
from .tables import Link, PageTable, signed

NAMES = {CHAMPION: "champion", SMALLEST: "smallest", LARGE: "6.4 million"}
SIZES = (*little.LEVELS, ALL)


class Public(NamedTuple):
    """A result for microcontrollers that its own page tells; the accuracy is in per cent, a KB 1,000 bytes."""

    what: str
    kilobytes: float
    accuracy: float
    url: str
    differs: str


CNN = "https://github.com/cpldcpu/BitNetMCU/blob/main/docs/documentation_cnn.md"
SIXTEEN = "images of 16 × 16; how many trainings is not said; runs on the chip"
PUBLIC = (  # as read in the pages named, in the version of 2 January 2026
    Public("BitNetMCU, fully connected, 2 bits", 1.1, 94.22, CNN, SIXTEEN),
    Public("BitNetMCU, 16 channels, small end", 3.2, 98.92, CNN, SIXTEEN),
    Public("BitNetMCU, 16 channels", 5.4, 99.06, CNN, SIXTEEN),
    Public("BitNetMCU, 32 channels", 7.3, 99.28, CNN, SIXTEEN),
    Public("BitNetMCU, 48 channels", 9.3, 99.44, CNN, SIXTEEN),
    Public("BitNetMCU, 64 channels", 11.0, 99.55, CNN, SIXTEEN),
    Public("BitNetMCU, fully connected, 4 bits", 12.3, 99.02, CNN, SIXTEEN),
)


def levels() -> PageTable:
    """The declared numbers of images, why, and what an epoch is made of."""
    of = {step.images: step for step in LITTLE[CHAMPION]}
    rows = tuple((f"{images:,}", f"{of[images].passes}", f"{of[images].shown:,}",
                  f"{of[images].steps_per_epoch * of[images].epochs:,}", why) for images, why in little.LEVELS.items())
    return PageTable("Five numbers of training images, fixed beforehand",
                     ("images", "times in\nan epoch", "shown in\nan epoch", "updates in\nall epochs", "why so many"),
                     rows,
                     "All 60,000 images, the records that are there already, are 7,035 updates.", stacked=True)


def asked() -> PageTable:
    """The declared families of comparisons, of images and of bits."""
    return PageTable("What was asked beforehand", ("family", "comparisons", "question", "the chance is over"), tuple(
        (name, str(f.comparisons), f.question, f.over)
        for name, f in (*little.FAMILIES.items(), *bits.FAMILIES.items())), stacked=True)


def told(values: Sequence[float], around: Interval | None) -> str:
    """A mean with its interval and the number of trainings: "99.31 (99.20 to 99.40), 10"."""
    if not values:
        return "not yet"
    within = f" ({around.low:.2f} to {around.high:.2f})" if around else ""
    return f"{Spread(tuple(values)).mean:.2f}{within}, {len(values)}"


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
        f"{'' if len(steps) == comparisons else f': {len(steps)} of {comparisons} so far'}.")


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


@styled
def size_figure():
    """Errors against training images, both by powers of ten: a dot a training, a line through the means."""
    drawing, axes = figure(height=4.2)
    for name, colour, line, mark in zip(NAMES, COLOURS, LINES, MARKERS):
        found = analysis.curve(name)
        means = {images: 100 - Spread(analysis.accuracies(runs)).mean for images, runs in sorted(found.items())}
        for images, runs in found.items():
            axes.plot([images] * len(runs), [100 - one for one in analysis.accuracies(runs)], mark, color=colour,
                      markersize=3.5, alpha=0.5)
        axes.plot(list(means), list(means.values()), color=colour, linestyle=line, marker=mark, linewidth=1.5,
                  label=NAMES[name])
    axes.axhline(0.6, color=GREY, linewidth=1, linestyle=":")
    axes.set(xscale="log", yscale="log", xlabel="training images", ylabel="mistakes (% of the test images)",
             xlim=(240, 80_000))
    axes.set_xticks(SIZES, [f"{images:,}" for images in SIZES])
    axes.set_xticks([], minor=True)
    ticks = (0.4, 0.6, 1, 2, 3, 5, 10, 20)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks([], minor=True)
    axes.legend()
    return drawing


def _of_versions(found: Sequence[Version]) -> str:
    values = [one.accuracy for one in found]
    return told(values, analysis.interval(values, [one.missed for one in found]))


def bits_table() -> PageTable:
    """Accuracy and bytes by bits a weight: rounded with a scale a layer or a channel, and rounded in training."""
    rows = [(f"{NAMES[name]}, {width if width < bits.FLOAT else 'float, 32'} bits",
             f"{analysis.versions(name, width)[0].bytes:,}" if analysis.versions(name, width) else "–",
             "–" if width == bits.FLOAT else _of_versions(analysis.versions(name, width, "tensor")),
             _of_versions(analysis.versions(name, width)),
             _of_versions(analysis.versions(name, width, tuned=True)) if width in bits.TUNED[name] else "not asked")
            for name in bits.NETWORKS for width in (bits.FLOAT, *bits.WIDTHS)]
    return PageTable("Test accuracy (%) by bits a weight",
                     ("network", "bytes", "rounded, a scale\na layer", "rounded, a scale\na channel",
                      "rounded in\ntraining"), tuple(rows),
                     "Mean, 95 % interval over seeds and images, number of trainings. Bytes: packed weights, a scale a "
                     "channel and a bias a channel in float32.", stacked=True)


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


def public_table() -> PageTable:
    """Public results for microcontrollers, as their own pages tell them."""
    return PageTable("Digits on a microcontroller, as its own page tells it", (
        "network", "KB", "test\naccuracy (%)", "not as here"), tuple(
        (Link(one.what, one.url), f"{one.kilobytes:g}", f"{one.accuracy:.2f}", one.differs) for one in PUBLIC),
        stacked=True)


@styled
def bytes_figure():
    """Errors against bytes of parameters: ours rounded and rounded in training, and the public ones."""
    drawing, axes = figure(height=4.2)
    axes.plot([one.kilobytes for one in PUBLIC], [100 - one.accuracy for one in PUBLIC], "D", color=GREY, markersize=5,
              label="BitNetMCU (images of 16 × 16)")
    for name, mark in zip(bits.NETWORKS, "os"):
        for tuned, colour, line, how in ((False, RED, "--", "rounded"), (True, BLUE, "-", "rounded in training")):
            widths = bits.TUNED[name] if tuned else (bits.FLOAT, *bits.WIDTHS)
            found = [every for width in sorted(widths) if (every := analysis.versions(name, width, tuned=tuned))]
            if found:
                axes.plot([every[0].bytes / 1000 for every in found],
                          [100 - Spread(tuple(one.accuracy for one in every)).mean for every in found],
                          color=colour, linestyle=line, marker=mark, linewidth=1.5, markersize=5,
                          label=f"{NAMES[name]}, {how}")
    axes.axhline(0.6, color=GREEN, linewidth=1, linestyle=":")
    axes.set(xscale="log", yscale="log", xlabel="KB of parameters (1,000 bytes)",
             ylabel="mistakes (% of the test images)")
    ticks = (1, 2, 3, 5, 10, 20, 30)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    ticks = (0.4, 0.6, 1, 2, 5, 10, 20, 50, 90)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks([], minor=True)
    axes.legend()
    return drawing


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

