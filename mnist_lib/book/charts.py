"""The charts of :mod:`mnist_lib.book.draw` as SVG: learning curves, a line of steps, kernels, a growing field, spreads.

Numbers come in, SVG in two layouts goes out (``networks.drawing``). Labels stand at the lines; there is no legend.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import fmean

from ..networks import drawing
from ..networks.drawing import TALL, WIDE, both, line, path, svg, text

TARGET = 60  # images wrong: 99.4 % right
TOP, GRID = 640, (25, 50, 100, 200, 400)


def apart(wanted: Sequence[float], gap: float, bottom: float) -> list[float]:
    """Heights for labels near the wanted ones, in their order, at least ``gap`` from each other and above ``bottom``."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    heights = [wanted[i] for i in order]
    for i in range(1, len(heights)):
        heights[i] = max(heights[i], heights[i - 1] + gap)
    for i in reversed(range(len(heights))):
        heights[i] = min(heights[i], bottom if i == len(heights) - 1 else heights[i + 1] - gap)
    found = [0.0] * len(wanted)
    for i, height in zip(order, heights):
        found[i] = height
    return found


# Learning curves -------------------------------------------------------------------------------


def mistakes(ours: list[list[int]], student: list[int], before: list[list[int]], name: str, before_name: str) -> str:
    """Images wrong of 10,000 after each epoch on a logarithmic axis: a band and a mean, the student's line, the step before."""
    mean, earlier = _mean(ours), _mean(before)
    label = (f"Images wrong of 10,000 after each epoch. Ours, {_trainings(len(ours))} of {name}: from {mean[0]:.0f} "
             f"to {mean[-1]:.0f}, at the end {min(r[-1] for r in ours)} to {max(r[-1] for r in ours)}.")
    if student:
        label += f" The student's training ends at {student[-1]}, its best epoch has {min(student)}."
    if earlier:
        label += f" {before_name.capitalize()}, the step before, ends at {earlier[-1]:.0f}."
    label += f" The target is {TARGET}."
    lowest = min([TARGET, *(min(run) for run in ours), *student, *earlier])
    draw = [_curves(layout, ours, mean, student, earlier, before_name, lowest * 0.8, label) for layout in (WIDE, TALL)]
    return both(*draw)


def _mean(runs: list[list[int]]) -> list[float]:
    return [fmean(values) for values in zip(*runs)]


def _trainings(count: int) -> str:
    return "one training" if count == 1 else f"mean of {count} trainings"


def _inside(values: Sequence[float], x: Callable, y: Callable) -> list[tuple[float, float]]:
    """A curve's points below the upper edge; where it comes in from above, it begins at the edge."""
    first = next((i for i, value in enumerate(values) if value < TOP), len(values))
    points = [(x(i), y(values[i])) for i in range(first, len(values))]
    if 0 < first < len(values):
        above, below = math.log(values[first - 1]), math.log(max(values[first], 1))
        points.insert(0, (x(first - 1 + (above - math.log(TOP)) / (above - below)), y(TOP)))
    return points


def _curves(width, ours, mean, student, earlier, before_name, lowest, label) -> str:
    wide, epochs = width == WIDE, len(mean)
    left, right, top, bottom = 34, 132 if wide else 34, 34, 360
    last = max(epochs, len(student), len(earlier))

    def x(epoch):
        return left + (width - left - right) * epoch / max(last - 1, 1)

    def y(value):
        return top + (bottom - top) * math.log(TOP / max(min(value, TOP), 1)) / math.log(TOP / lowest)

    body = [text(0, 14, "images wrong of 10,000" + ", the lower the better" * wide, "small", "start")]
    for value in GRID:
        if lowest <= value:
            body += [path(f"M{left} {y(value):.1f}H{width - right}", "grid"), text(left - 8, y(value) + 4, value, "small num", "end")]
    for epoch in sorted({0, last // 3 - (last > 6), last * 2 // 3 - (last > 6), last - 1}):
        body.append(text(x(epoch), bottom + 18, f"epoch {epoch + 1}" if epoch == 0 else epoch + 1, "small num",
                         "start" if epoch == 0 else "middle"))
    body.append(path(f"M{left} {bottom}H{width - right}", "axis"))
    if len(ours) > 1:
        high, low = ([x_ for x_ in (edge(values) for values in zip(*ours))] for edge in (max, min))
        body.append(line([(x(i), y(v)) for i, v in enumerate(high)]
                         + [(x(i), y(v)) for i, v in reversed(list(enumerate(low)))], "band", True))
    body += [line(points, kind) for values, kind in ((earlier, "prev"), (student, "log"), (mean, "mean"))
             if len(points := _inside(values, x, y)) > 1]
    body.append(path(f"M{left} {y(TARGET):.1f}H{width - right}", "target"))
    body += _names(x, y, width, right, ours, mean, student, earlier, before_name, bottom)
    return svg("wide" if wide else "tall", width, bottom + 26, label, body)


def _names(x, y, width, right, ours, mean, student, earlier, before_name, bottom) -> list[str]:
    """The labels: at the right end of the lines, and at the student's best epoch."""
    wide = width == WIDE
    ends = [(mean[-1], f"ours, {mean[-1]:.0f}", _trainings(len(ours)), "c-net"), (TARGET, "99.4 %: 60", "", "halo")]
    if earlier:
        ends.append((earlier[-1], f"step before, {earlier[-1]:.0f}", before_name, "c-before"))
    body = []
    if wide:
        at = width - right + 8
        for (_, first, second, kind), height in zip(ends, apart([y(end[0]) for end in ends], 32, bottom)):
            body.append(text(at, height + (-1 if second else 4), first, kind, "start"))
            if second:
                body.append(text(at, height + 13, second if len(second) < 20 else second[:18] + "…", f"small {kind}", "start"))
    else:
        for (value, first, _, kind), height in zip(ends, apart([y(end[0]) for end in ends], 15, bottom)):
            body.append(text(width - right + 5, height + 4, f"{value:.0f}", f"num {kind}", "start"))
        lines = [(mean, "ours: mean, best, worst" if len(ours) > 1 else "ours", "c-net")]
        lines += [(earlier, "the step before", "c-before")] if earlier else []
        places = apart([y(values[min(4, len(values) - 1)]) - 12 for values, _, _ in lines], 18, bottom)
        body += [text(x(4.2), height, words, kind, "start") for (_, words, kind), height in zip(lines, places)]
        body.append(text(x(0) + 4, y(TARGET) - 6, "99.4 % = 60", "halo", "start"))
    if student:
        best = min(range(len(student)), key=student.__getitem__)
        below = y(student[best]) + 22 < bottom
        late = best > len(student) / 2
        body += [f'<circle cx="{x(best):.1f}" cy="{y(student[best]):.1f}" r="3.5" class="best"/>',
                 text(x(best) + (8 if late else -8), y(student[best]) + (20 if below else -12),
                      f"the student’s best, {student[best]}", "c-student", "end" if late else "start")]
    if earlier and earlier[0] > TOP and wide and (points := _inside(earlier, x, y)):
        body.append(text(points[0][0] + 12, y(TOP) + 10, "the step before starts above this picture", "c-before small", "start"))
    return body


# A line of steps -------------------------------------------------------------------------------


def way(steps: list[tuple[str, int, list[int]]], limit: int = drawing.LIMIT) -> str:
    """Rows of (name, parameters, images wrong after each training): bars and dots, and two rules through all rows."""
    high = min(240, 60 * math.ceil(max(max(wrong) for _, _, wrong in steps if wrong) / 60))
    label = "; ".join(f"{name}: {count:,} parameters" + (f", {fmean(wrong):.0f} images wrong, "
                      f"{_trainings(len(wrong))}" if wrong else "") for name, count, wrong in steps)
    return both(*(_way(width, steps, limit, high, f"Step by step. {label}.") for width in (WIDE, TALL)))


def _way(width, steps, limit, high, label) -> str:
    wide = width == WIDE
    row, top = (46, 46) if wide else (76, 46)
    bar, bar_side, dots, dots_side = (176, 206, 418, 254) if wide else (16, 132, 168, 144)
    bottom, target = top + row * len(steps) + 22, dots + dots_side * TARGET / high
    body = [text(bar, 14, "parameters", "small", "start"), text(dots, 14, "wrong of 10,000" + ", a dot a training" * wide, "small", "start"),
            path(f"M5 {top + (row / 2 if wide else 14)}V{top + row * (len(steps) - (0.5 if wide else 1)) + (0 if wide else 14)}", "rail"),
            path(f"M{bar + bar_side} {top - 8}V{bottom - 20}", "limit"), text(bar + bar_side, top - 14, f"limit {limit:,}", "small num", "end"),
            path(f"M{target:.1f} {top - 8}V{bottom - 20}", "target"), text(target, top - 14, "60 = 99.4 %", "small num")]
    for i, (name, count, wrong) in enumerate(steps):
        y = top + row * i + (row / 2 if wide else 46)
        name_at = y + 4 if wide else top + row * i + 18
        body += [f'<circle cx="5" cy="{name_at - 4}" r="4.5" class="station{" last" * (i == len(steps) - 1)}"/>',
                 text(18, name_at, name, "op", "start"), path(f"M{dots} {y}H{dots + dots_side}", "grid")]
        side = bar_side * min(count / limit, 1) + 10 * (count > limit)
        body.append(path(f"M{bar} {y - 10}H{bar + side}l-5 5l5 5l-5 5l5 5H{bar}Z", "seg") if count > limit else
                    f'<rect x="{bar}" y="{y - 10}" width="{side:.1f}" height="20" class="seg"/>')
        times = f"{count:,}" + (f" = {count / limit:,.0f} × {limit:,}" if count > limit and wide else "")
        body.append(text(bar + 7, y + 4.5, times, "onseg num", "start"))
        body += [f'<circle cx="{dots + dots_side * min(value, high) / high:.1f}" cy="{y}" r="4" class="dot"/>' for value in wrong]
        if wrong:
            at = dots + dots_side * min(fmean(wrong), high) / high
            body += [path(f"M{at:.1f} {y - 9}v18", "mean") if len(wrong) > 1 else "",
                     text(at, y - 12, f"{fmean(wrong):.0f}", "c-net num")]
    body += [text(dots + dots_side * value / high, bottom - 4, f"{value}" + ("+" if value == high == 240 else ""), "small num",
                  "start" if value == 0 else "middle") for value in range(0, high + 1, 60)]
    return svg("wide" if wide else "tall", width, bottom, label, body)


# Kernels, field, spread ------------------------------------------------------------------------


def kernels(weights: list[list[list[float]]], name: str) -> str:
    """Kernels (n, k, k) as pictures: vermilion above zero, teal below, the more the larger; with a key."""
    largest = max(abs(value) for kernel in weights for row in kernel for value in row)
    label = f"The {len(weights)} kernels of the first layer of {name}, trained; weights up to {largest:.2f}."
    draw = []
    for width, columns in ((WIDE, min(len(weights), 8)), (TALL, 4)):
        pitch = width / columns
        side, rows = min(pitch - 18, 68), -(-len(weights) // columns)
        body = []
        for i, kernel in enumerate(weights):
            left, top = i % columns * pitch + (pitch - side) / 2, i // columns * (side + 34)
            body += _kernel(kernel, left, top, side, largest)
            body.append(text(left + side / 2, top + side + 17, i + 1, "small num"))
        at = rows * (side + 34) + 8
        body += [f'<rect x="0" y="{at}" width="14" height="14" class="pos"/>', text(20, at + 12, "above zero", "small", "start"),
                 f'<rect x="110" y="{at}" width="14" height="14" class="neg"/>', text(130, at + 12, "below zero", "small", "start")]
        draw.append(svg("wide" if width == WIDE else "tall", width, at + 20, label, body))
    return both(*draw)


def _kernel(kernel, left, top, side, largest) -> list[str]:
    """One kernel: a square a weight on a ground, as large as the weight is."""
    cell, body = side / len(kernel), [f'<rect x="{left:.1f}" y="{top:.1f}" width="{side:.1f}" height="{side:.1f}" class="track"/>']
    for y, row in enumerate(kernel):
        for x, value in enumerate(row):
            of = cell * math.sqrt(abs(value) / largest) * 0.94
            body.append(f'<rect x="{left + (x + 0.5) * cell - of / 2:.1f}" y="{top + (y + 0.5) * cell - of / 2:.1f}" '
                        f'width="{of:.1f}" height="{of:.1f}" class="{"pos" if value > 0 else "neg"}"/>')
    return body


def field(layers: Sequence[drawing.Layer], name: str, seconds: float = 1.6) -> str:
    """The squares that one number of each layer has seen, on a digit; one after the other where motion is welcome."""
    steps = [layer for i, layer in enumerate(layers) if i == 0 or layer.field > layers[i - 1].field]
    said = [f"{layer.field} × {layer.field} pixels, after {layer.name}" for layer in steps]
    part, run = 100 / len(steps), seconds * len(steps)
    body = ['<rect width="28" height="28" class="screen" stroke-width=".1"/>',
            f'<use href="#{drawing.DIGIT}" width="28" height="28"/>']
    for i, layer in enumerate(steps):
        side = min(layer.field, 28)
        at = 14 - side / 2
        body.append(f'<rect x="{at}" y="{at}" width="{side}" height="{side}" class="field lit" style="--d:{i * seconds:.1f}s" '
                    'vector-effect="non-scaling-stroke"/>')
    lines = "".join(f'<span class="lit" style="--d:{i * seconds:.1f}s">{words}</span>' for i, words in enumerate(said))
    label = f"What one number of {name} sees of a digit: " + "; ".join(said) + "."
    move = (f".lit{{animation:lit {run:.1f}s steps(1) infinite;animation-delay:var(--d);opacity:0}}"
            f"@keyframes lit{{0%,{part - 0.01:.2f}%{{opacity:1}}{part:.2f}%,100%{{opacity:0}}}}")
    return (f'<style>@media (prefers-reduced-motion:no-preference){{{move}}}</style>{svg("pic", 28, 28, label, body)}'
            f'<p class="sees" aria-hidden="true">{lines}<span class="still">{", ".join(str(layer.field) for layer in steps)} '
            "pixels, layer by layer</span></p>")


def spread(rows: list[tuple[str, list[float]]]) -> str:
    """A shape for each layer of each network: the width of a normal distribution with the layer's standard deviation."""
    label = " ".join(f"{name}: standard deviation {', '.join(f'{value:.2g}' for value in values)}." for name, values in rows)
    return both(*(_spread(width, rows, f"How widely the numbers spread, layer by layer. {label}") for width in (WIDE, TALL)))


def _spread(width, rows, label, high: int = 118) -> str:
    wide, pitch, body = width == WIDE, high + 46, []
    largest = max(max(values) for _, values in rows)
    for r, (name, values) in enumerate(rows):
        step, top = width / len(values), r * pitch
        middle = top + 24 + high / 2
        body += [text(0, top + 16, name, "op", "start"), path(f"M0 {middle}H{width}", "hair")]
        for i, value in enumerate(values):
            x, half, sd = step * (i + 0.5), step * 0.42, max(value / largest * high / 6.4, 0.35)
            points = [(half * math.exp(-(z / 10) ** 2 / 2), -z / 10 * sd) for z in range(-30, 31, 2)]
            body += [line([(x + a, middle + b) for a, b in points] + [(x - a, middle + b) for a, b in reversed(points)],
                          "shape net" if r == len(rows) - 1 else "shape before", True),
                     text(x, top + 24 + high + 8, f"{value:.2f}" if value >= 0.095 else f"{value:.3f}", "small num")]
            if r == len(rows) - 1:
                body.append(text(x, len(rows) * pitch + 14, f"conv {i + 1}" if wide else i + 1, "small num"))
    return svg("wide" if wide else "tall", width, len(rows) * pitch + 18, label, body)
