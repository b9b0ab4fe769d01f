"""The digits nobody gets: every recorded training votes on every test image.

Each step has one vote on an image, shared among its seeds, so that a step trained
more often counts no more. Shown on ``book/further/hard-digits.md``.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matplotlib import rc_context
from matplotlib.patches import Rectangle

from ..training import Run
from .labelling import ask
from .luck import every_run
from .style import BLUE, INK, STYLE, Picture, figure

__all__ = ["ANOTHER", "CLEAR", "EITHER", "UNREAD", "Ballot", "ask", "ballots", "picture", "readings"]
CLEAR, EITHER, ANOTHER, UNREAD = "the label", "the label or another digit", "another digit", "not read"


@dataclass(frozen=True)
class Ballot:
    """The votes on one test image: ``shares[digit]`` of the steps, which sum to 1; ``label`` is its label."""

    index: int
    label: int
    shares: tuple[float, ...]

    @property
    def missed(self) -> float:
        """The share of the steps that see another digit than the label."""
        return 1 - self.shares[self.label]

    @property
    def answer(self) -> int:
        """The digit with most votes."""
        return max(range(10), key=self.shares.__getitem__)

    @property
    def reading(self) -> str:
        """What was read in the image: the label, it or another digit, another digit; or not read."""
        read = readings().get(self.index)
        if read is None:
            return UNREAD
        return ANOTHER if str(self.label) not in read else CLEAR if len(read) == 1 else EITHER


@cache
def readings() -> dict[int, str]:
    """What was read in hard test images, shown in random order without their labels: "7", or "72" for a 7 or 2."""
    text = Path(__file__).with_name("readings.json").read_text(encoding="utf-8")
    return {int(index): digits for index, digits in json.loads(text).items()}


def ballots(runs: Sequence[Run] | None = None, labels: Sequence[int] | None = None) -> list[Ballot]:
    """The ballots of all test images that any training misses, the most missed first.

    By default over all recorded runs; ``labels`` are the digits of all 10,000 test images.
    """
    if labels is None:
        from ..data import mnist

        labels = mnist("test").labels.tolist()
    of_step = defaultdict(list)
    for run in every_run() if runs is None else runs:
        of_step[run.experiment].append(dict(run.misclassified))
    wrong: dict[int, Counter] = defaultdict(Counter)
    for seeds in of_step.values():
        for answers in seeds:
            for index, digit in answers.items():
                wrong[index][digit] += 1 / len(seeds) / len(of_step)
    found = []
    for index, answers in wrong.items():
        answers[labels[index]] = 1 - answers.total()
        found.append(Ballot(index, labels[index], tuple(answers[digit] for digit in range(10))))
    return sorted(found, key=lambda b: (-b.missed, b.index))


def picture(of: Sequence[Ballot], *, columns: int = 4) -> Picture:
    """Each image with its votes: a strip from 0 to 9, darker for more; a frame marks the label."""
    from ..data import mnist

    images = mnist("test").images
    rows = -(-len(of) // columns)
    with rc_context(STYLE):
        drawing, axes = figure(2 * rows, columns, height=1.8 * rows, squeeze=False,
                               gridspec_kw={"height_ratios": [5, 1] * rows})
        drawing.get_layout_engine().set(w_pad=0.03, h_pad=0.01, wspace=0.03, hspace=0.01)
        for cell in axes.flat:
            cell.set_axis_off()
        for i, ballot in enumerate(of):
            image, strip = (axes[2 * (i // columns) + half][i % columns] for half in (0, 1))
            image.imshow(images[ballot.index, 0].numpy(), cmap="gray_r", interpolation="nearest")
            image.set_title(f"{ballot.index}: a {ballot.label}", fontweight="normal", loc="center", pad=2)
            strip.imshow([ballot.shares], cmap="Greys", vmin=0, vmax=1.2, aspect="auto")
            for digit, share in enumerate(ballot.shares):
                strip.annotate(str(digit), (digit, 0), ha="center", va="center",
                               color="white" if share > 0.55 else INK)
            strip.add_patch(Rectangle((ballot.label - 0.5, -0.5), 1, 1, fill=False,
                                                         edgecolor=BLUE, linewidth=1.6, clip_on=False))
    return Picture(drawing, dpi=150)
