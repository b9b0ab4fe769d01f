"""Figures made of images: grids of digits, and digits as transforms change them."""

import math
from collections.abc import Sequence

import matplotlib

from .style import STYLE, WIDTH, Picture, figure


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
                    cell.set_title(captions[i], fontsize=11, fontweight="normal", loc="center", pad=2)
    return Picture(drawing)


def draws(transforms, indices: Sequence[int] = (0, 7, 18, 25), *, columns: int = 10, seed: int = 0) -> Picture:
    """Training images as they are, a row each, and then as random transforms change them.

    The shades run from the smallest to the largest value in the figure.
    """
    import torch

    from ..data import mnist

    generator = torch.Generator().manual_seed(seed)
    chosen = mnist("train").images[list(indices)]
    changed = chosen.repeat_interleave(columns - 1, dim=0)
    for transform in transforms:
        changed = transform(changed, generator)
    rows = [torch.cat([image[None].float(), versions.float()])
            for image, versions in zip(chosen, changed.split(columns - 1), strict=True)]
    return digits(torch.cat(rows), columns=columns)
