"""Figures made of images: grids of digits, the mistakes of a run, its confusion matrix."""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib

from ..training import Run
from .mistakes import confusion as counts
from .style import GREY, INK, STYLE, WIDTH, Picture, figure


def digits(images, captions: Sequence[str] | None = None, *, columns: int = 10, width: float = WIDTH,
           limits: tuple[float, float] | None = None) -> Picture:
    """Images (N, 1, H, W) in a grid, ink dark on white, each under its caption of one line or more.

    ``limits`` are the values shown as white and as black; by default the smallest and
    largest of all the images.
    """
    values = images.detach().float().cpu()
    low, high = limits or (values.min().item(), values.max().item())
    columns = min(columns, len(values))
    rows = math.ceil(len(values) / columns)
    side = width / columns
    label = 0.2 * max((caption.count("\n") + 1 for caption in captions or ()), default=0)
    with matplotlib.rc_context(STYLE):
        drawing, axes = figure(rows, columns, width=width, height=rows * (side + label), squeeze=False)
        drawing.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.02, hspace=0.02)
        for i, cell in enumerate(axes.flat):
            cell.set_axis_off()
            if i < len(values):
                cell.imshow(values[i, 0].numpy(), cmap="gray_r", vmin=low, vmax=high, interpolation="nearest")
                if captions:
                    cell.set_title(captions[i], fontsize=10, fontweight="normal", loc="center", pad=2)
    return Picture(drawing)


def draws(transforms, indices: Sequence[int] = (0, 7, 18, 25), *, columns: int = 10, seed: int = 0) -> Picture:
    """Training images as they are, a row each, and then as random transforms change them.

    ``transforms`` is a step's ``transforms``, or some of them in order; the shades run from the
    smallest to the largest value in the figure.
    """
    import torch

    from ..data import Normalize, ToTensor, mnist

    generator = torch.Generator().manual_seed(seed)
    chosen = mnist("train").images[list(indices)]
    plain, changed = chosen, chosen.repeat_interleave(columns - 1, dim=0)
    for transform in transforms:
        changed = transform(changed, generator)
        if isinstance(transform, (ToTensor, Normalize)):
            plain = transform(plain, generator)
    rows = [torch.cat([image[None].float(), versions.float()])
            for image, versions in zip(plain, changed.split(columns - 1), strict=True)]
    return digits(torch.cat(rows), columns=columns)


def misclassified(run: Run, count: int = 20, *, columns: int = 10) -> Picture:
    """The first ``count`` test images a run gets wrong: the true digit, then the predicted one."""
    from ..data import mnist

    test = mnist("test")
    wrong = run.misclassified[:count]
    captions = [f"{int(test.labels[index])} → {predicted}" for index, predicted in wrong]
    return digits(test.images[[index for index, _ in wrong]], captions, columns=columns)


def confusion(run: Run, labels: Sequence[int] | None = None):
    """The confusion matrix over all 10,000 test images; only mistakes are shaded."""
    table = counts(run, labels)
    most = max((n for i, row in enumerate(table) for j, n in enumerate(row) if i != j), default=0) or 1
    with matplotlib.rc_context(STYLE):
        drawing, axes = figure(width=5.6, height=5)
        shade = [[0 if i == j else n / most for j, n in enumerate(row)] for i, row in enumerate(table)]
        axes.imshow(shade, cmap="Oranges", vmin=0, vmax=1.4)
        for i, row in enumerate(table):
            for j, n in enumerate(row):
                if n:
                    axes.annotate(str(n), (j, i), ha="center", va="center",
                                  fontsize=8.5 if i == j else 10, color=GREY if i == j else INK)
        axes.set(xticks=range(10), yticks=range(10), xlabel="predicted", ylabel="true",
                 title=f"{run.experiment}, seed {run.seed}")
        axes.grid(False)
        axes.tick_params(length=0)
        axes.spines[["left", "bottom"]].set_visible(False)
    return drawing
