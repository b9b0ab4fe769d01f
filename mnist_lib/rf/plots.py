"""Figures of receptive fields: one unit's field on an image, and growth with depth."""

from __future__ import annotations

from mnist_lib import need

from .row import unit_of

GREY, ACCENT = "#757575", "#d9730d"  # both stand out on white and on black: at least 4.5 and 3 to 1


def plot_field(table, image, layer: str, unit=None, ax=None):
    """Draw the pixels that one unit sees on an image, (H, W), (C, H, W) or (H, W, C).

    Solid: what lies inside the image. Dashed: the whole field, with what lies in the padding,
    where the layer's units stand in a line. Returns the axes.
    """
    plt, numpy = need("matplotlib.pyplot"), need("numpy")
    Rectangle = need("matplotlib.patches").Rectangle

    row = table.at(layer)
    unit = unit_of(row, unit)
    picture = numpy.asarray(image)
    if picture.ndim == 3 and picture.shape[0] in (1, 3):
        picture = picture.transpose(1, 2, 0)
    picture = picture.squeeze()
    if picture.shape[:2] != table.input_size[1:]:
        raise ValueError(f"the image is {picture.shape[:2]}, the table is for {table.input_size[1:]}")
    ax = ax or plt.subplots(figsize=(4, 4))[1]
    ax.imshow(picture, cmap="gray")
    rows, columns = table.interval(layer, unit)
    if rows and columns:
        ax.add_patch(Rectangle((columns[0] - 0.5, rows[0] - 0.5), columns[1] - columns[0] + 1,
                               rows[1] - rows[0] + 1, fill=False, edgecolor=ACCENT, linewidth=2.5))
    if len(unit) == 2 and all(g.start is not None for g in row.output):
        whole = [g.sees(index) for g, index in zip(row.output, unit)]
        if all(whole) and whole != [rows, columns]:
            (top, bottom), (left, right) = whole
            ax.add_patch(Rectangle((left - 0.5, top - 0.5), right - left + 1, bottom - top + 1, fill=False,
                                   edgecolor=ACCENT, linewidth=1.5, linestyle="--", clip_on=False))
            ax.set_xlim(min(left, 0) - 1, max(right, picture.shape[1]) + 1)
            ax.set_ylim(max(bottom, picture.shape[0]) + 1, min(top, 0) - 1)
    fields = {g.field for g in row.output}
    ax.set_title(f"{layer}, unit {', '.join(map(str, unit)) or 0}: field {'×'.join(map(str, sorted(fields)))}",
                 color=GREY)
    ax.set_axis_off()
    return ax


def plot_growth(table, ax=None):
    """Draw the receptive field behind each layer, as steps, with the image's size as a line."""
    plt = need("matplotlib.pyplot")

    rows = [row for row in table.rows if not row.plain]
    ax = ax or plt.subplots(figsize=(7, 0.24 * len(rows) + 1.2))[1]
    places = range(len(rows))
    fields = [max(g.field for g in row.output) for row in rows]
    ax.barh(places, fields, color=ACCENT, height=0.65)
    for place, field in zip(places, fields):
        ax.text(field, place, f" {field}", va="center", color=GREY, fontsize=8)
    ax.axvline(max(table.input_size[1:]), color=GREY, linestyle="--", linewidth=1)
    ax.set_yticks(list(places), [row.label for row in rows], fontsize=8)
    ax.invert_yaxis()
    ax.set_xlabel("receptive field in pixels (dashed: the image)")
    for part in (*ax.spines.values(), ax.xaxis.label):
        part.set_color(GREY)
    ax.tick_params(colors=GREY)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_effective(field, ax=None):
    """Draw an effective field's mass, with the theoretical field as a frame; returns the axes.

    ``field`` is an ``EffectiveField`` of ``brute_force.py``. The circle holds its share of the mass.
    """
    plt, patches = need("matplotlib.pyplot"), need("matplotlib.patches")

    ax = ax or plt.subplots(figsize=(4, 4))[1]
    ax.imshow(field.mass.numpy() ** 0.5, cmap="magma")  # the root, so that the faint rim shows
    (top, bottom), (left, right) = field.interval
    ax.add_patch(patches.Rectangle((left - 0.5, top - 0.5), right - left + 1, bottom - top + 1, fill=False,
                                   edgecolor=ACCENT, linewidth=2, label="theoretical field"))
    row, column = field.centre
    ax.add_patch(patches.Circle((column, row), max(field.radius, 0.5), fill=False, edgecolor=GREY, linestyle="--",
                                linewidth=1.5, label=f"{field.share:.0%} of the gradient"))
    ax.set_title(f"{field.layer}: radius {field.radius:.1f} pixels hold {field.share:.0%}", color=GREY)
    ax.set_axis_off()
    return ax
