"""Figures of receptive fields: one unit's field on an image, and growth with depth."""

from __future__ import annotations

from mnist_lib import need

from .row import unit_of

GREY, ACCENT = "#757575", "#d9730d"  # both stand out on white and on black: at least 4.5 and 3 to 1


def plot_field(table, image, layer: str, unit=None, ax=None):
    """Draw the pixels that one unit sees on an image, (H, W), (C, H, W) or (H, W, C).

    Solid: what lies inside the image. Dashed: the whole field, with what lies in the padding,
    where the layer's units stand in a line. Of a sequence, (L,) or (C, L), the field is a shaded
    stretch; of a volume, (D, H, W) or (C, D, H, W), the slice in the middle of the field is
    shown. Returns the axes.
    """
    plt, numpy = need("matplotlib.pyplot"), need("numpy")

    if len(table.space.inputs) > 1:
        raise ValueError("a picture shows one input: table.of(name).plot(...), with one of "
                         + ", ".join(each.name for each in table.space.inputs))
    row, count = table.at(layer), len(table.space.pixels)
    unit = unit_of(row, unit)
    picture = _squeezed(numpy.asarray(image), count)
    if picture.shape[:count] != table.space.pixels:
        raise ValueError(f"the image is {picture.shape[:count]}, the table is for {table.space.pixels}")
    seen = table.interval(layer, unit)
    whole = seen
    if len(unit) == count and all(g.start is not None for g in row.output):
        whole = tuple(g.sees(index) for g, index in zip(row.output, unit))
    ax = ax or plt.subplots(figsize=(4, 4) if count > 1 else (7, 2.2))[1]
    depth = ""
    if count == 3:
        first, last = seen[0] or (0, 0)
        picture, depth = picture[(first + last) // 2], f", depth {first} to {last}, slice {(first + last) // 2}"
    (_on_line if count == 1 else _on_picture)(ax, picture, seen[-2:], whole[-2:])
    fields = {g.field for g in row.output}
    ax.set_title(f"{layer}, unit {', '.join(map(str, unit)) or 0}: field {'×'.join(map(str, sorted(fields)))}{depth}",
                 color=GREY, parse_math=False)
    return ax


def _squeezed(picture, count):
    """The image without a channel dimension of one; channels last."""
    if picture.ndim == count + 1 and (picture.shape[0] in (1, 3) or count != 2):
        picture = picture.transpose(*range(1, picture.ndim), 0)
    return picture[..., 0] if picture.ndim == count + 1 and picture.shape[-1] == 1 else picture


def _on_picture(ax, picture, seen, whole):
    Rectangle = need("matplotlib.patches").Rectangle
    ax.imshow(picture if picture.ndim == 2 or picture.shape[-1] in (3, 4) else picture.mean(-1), cmap="gray")
    if all(seen):
        (top, bottom), (left, right) = seen
        ax.add_patch(Rectangle((left - 0.5, top - 0.5), right - left + 1, bottom - top + 1, fill=False,
                               edgecolor=ACCENT, linewidth=2.5))
    if all(whole) and whole != seen:
        (top, bottom), (left, right) = whole
        ax.add_patch(Rectangle((left - 0.5, top - 0.5), right - left + 1, bottom - top + 1, fill=False,
                               edgecolor=ACCENT, linewidth=1.5, linestyle="--", clip_on=False))
        ax.set_xlim(min(left, 0) - 1, max(right, picture.shape[1]) + 1)
        ax.set_ylim(max(bottom, picture.shape[0]) + 1, min(top, 0) - 1)
    ax.set_axis_off()


def _on_line(ax, sequence, seen, whole):
    ax.plot(sequence, color=GREY, linewidth=1)
    if seen[0]:
        ax.axvspan(seen[0][0] - 0.5, seen[0][1] + 0.5, color=ACCENT, alpha=0.3, linewidth=0)
    if whole[0] and whole != seen:
        for end in (whole[0][0] - 0.5, whole[0][1] + 0.5):
            ax.axvline(end, color=ACCENT, linestyle="--", linewidth=1.5)
    ax.tick_params(colors=GREY)
    for part in ax.spines.values():
        part.set_color(GREY)


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
    ax.axvline(max(table.space.pixels), color=GREY, linestyle="--", linewidth=1)
    ax.set_yticks(list(places), [row.label[-40:] for row in rows], fontsize=8, parse_math=False)
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
    ax.set_title(f"{field.layer}: radius {field.radius:.1f} pixels hold {field.share:.0%}", color=GREY,
                 parse_math=False)
    ax.set_axis_off()
    return ax
