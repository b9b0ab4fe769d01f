"""The charts of :mod:`mnist_lib.book.draw` as SVG: learning curves, and a line of steps.

Numbers come in, SVG in two layouts goes out (``drawing.py``). Labels stand at the lines; there is no legend.
"""

import math
from collections.abc import Callable, Sequence
from statistics import fmean

from .budget import LIMIT
from .drawing import TALL, WIDE, both, line, path, svg, text

TARGET = 60  # images wrong: 99.4 % right
TOP, GRID = 640, (25, 50, 100, 200, 400)


def apart(wanted: Sequence[float], gap: float, bottom: float) -> list[float]:
    """Heights for labels near the wanted ones, in their order, ``gap`` apart at least and above ``bottom``."""
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
    """Images wrong after each epoch on a logarithmic axis: a band and a mean, the student's line, the step before."""
    mean, earlier = _mean(ours), _mean(before)
    label = (
        f"Images wrong of 10,000 after each epoch. Ours, {_trainings(len(ours))} of {name}: from {mean[0]:.0f} "
        f"to {mean[-1]:.0f}, at the end {min(r[-1] for r in ours)} to {max(r[-1] for r in ours)}."
    )
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
    return "one training" if count == 1 else f"mean of {count}"


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
    left, right, top, bottom = 34, 132 if wide else 34, 34 if wide else 48, 360
    last = max(epochs, len(student), len(earlier))

    def x(epoch):
        return left + (width - left - right) * epoch / max(last - 1, 1)

    def y(value):
        return top + (bottom - top) * math.log(TOP / max(min(value, TOP), 1)) / math.log(TOP / lowest)

    more = ", the lower the better" if wide else "; dashed: 60, the target"
    body = [text(0, 14, f"images wrong of 10,000{more}", "small", "start")]
    for value in GRID:
        if lowest <= value:
            body += [
                path(f"M{left} {y(value):.1f}H{width - right}", "grid"),
                text(left - 8, y(value) + 4, value, "small num", "end"),
            ]
    for epoch in sorted({0, last // 3 - (last > 6), last * 2 // 3 - (last > 6), last - 1}):
        body.append(
            text(
                x(epoch),
                bottom + 18,
                f"epoch {epoch + 1}" if epoch == 0 else epoch + 1,
                "small num",
                "start" if epoch == 0 else "middle",
            )
        )
    body.append(path(f"M{left} {bottom}H{width - right}", "axis"))
    if len(ours) > 1:
        high, low = ([edge(values) for values in zip(*ours)] for edge in (max, min))
        body.append(
            line(
                [(x(i), y(v)) for i, v in enumerate(high)] + [(x(i), y(v)) for i, v in reversed(list(enumerate(low)))],
                "band",
                True,
            )
        )
    body += [
        line(points, kind)
        for values, kind in ((earlier, "prev"), (student, "log"), (mean, "mean"))
        if len(points := _inside(values, x, y)) > 1
    ]
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
                body.append(
                    text(at, height + 13, second if len(second) < 20 else second[:18] + "…", f"small {kind}", "start")
                )
    else:
        for (value, _, _, kind), height in zip(ends, apart([y(end[0]) for end in ends], 15, bottom)):
            body.append(text(width - right + 5, height + 4, f"{value:.0f}", f"num {kind}", "start"))
        band = "ours: mean, best, worst" if len(ours) > 1 else "ours"
        body += [
            text(0, 32, band, "c-net", "start"),
            text(width, 32, "the step before", "c-before", "end") if earlier else "",
        ]
    if student:
        best = min(range(len(student)), key=student.__getitem__)
        below = y(student[best]) + 22 < bottom
        late = best > len(student) / 2
        body += [
            f'<circle cx="{x(best):.1f}" cy="{y(student[best]):.1f}" r="3.5" class="best"/>',
            text(
                x(best) + (8 if late else -8),
                y(student[best]) + (20 if below else -12),
                f"the student’s best, {student[best]}",
                "c-student",
                "end" if late else "start",
            ),
        ]
    if earlier and earlier[0] > TOP and wide and (points := _inside(earlier, x, y)):
        body.append(
            text(points[0][0] + 12, y(TOP) + 10, "the step before starts above this picture", "c-before small", "start")
        )
    return body


# A line of steps -------------------------------------------------------------------------------


def way(steps: list[tuple[str, int, list[int]]], limit: int = LIMIT) -> str:
    """Rows of (name, parameters, images wrong after each training): bars and dots, and two rules through all rows."""
    high = min(240, 60 * math.ceil(max(max(wrong) for _, _, wrong in steps if wrong) / 60))
    label = "; ".join(
        f"{name}: {count:,} parameters"
        + (f", {fmean(wrong):.0f} images wrong, {_trainings(len(wrong))}" if wrong else "")
        for name, count, wrong in steps
    )
    return both(*(_way(width, steps, limit, high, f"Step by step. {label}.") for width in (WIDE, TALL)))


def _way(width, steps, limit, high, label) -> str:
    wide = width == WIDE
    row, top = (46, 46) if wide else (76, 46)
    bar, bar_side, dots, dots_side = (176, 206, 418, 254) if wide else (16, 132, 168, 144)
    bottom, target = top + row * len(steps) + 22, dots + dots_side * TARGET / high
    body = [
        text(bar, 14, "parameters", "small", "start"),
        text(dots, 14, "wrong of 10,000" + ", a dot a training" * wide, "small", "start"),
        path(
            f"M5 {top + (row / 2 if wide else 14)}V{top + row * (len(steps) - 1) + (row / 2 if wide else 14)}", "rail"
        ),
        path(f"M{bar + bar_side} {top - 8}V{bottom - 20}", "limit"),
        text(bar + bar_side, top - 14, f"limit {limit:,}", "small num", "end"),
        path(f"M{target:.1f} {top - 8}V{bottom - 20}", "target"),
        text(target, top - 14, "60 = 99.4 %", "small num"),
    ]
    for i, (name, count, wrong) in enumerate(steps):
        y = top + row * i + (row / 2 if wide else 46)
        name_at = y + 4 if wide else top + row * i + 18
        body += [
            f'<circle cx="5" cy="{name_at - 4}" r="4.5" class="station{" last" * (i == len(steps) - 1)}"/>',
            text(18, name_at, name, "op halo", "start"),
            path(f"M{dots} {y}H{dots + dots_side}", "grid"),
        ]
        side = bar_side * min(count / limit, 1) + 10 * (count > limit)
        body.append(
            path(f"M{bar} {y - 10}H{bar + side}l-5 5l5 5l-5 5l5 5H{bar}Z", "seg")
            if count > limit
            else f'<rect x="{bar}" y="{y - 10}" width="{side:.1f}" height="20" class="seg"/>'
        )
        times = f"{count:,}" + (f" = {count / limit:,.0f} × {limit:,}" if count > limit and wide else "")
        body.append(text(bar + 7, y + 4.5, times, "onseg num", "start"))
        body += [
            f'<circle cx="{dots + dots_side * min(value, high) / high:.1f}" cy="{y}" r="4" class="dot"/>'
            for value in wrong
        ]
        if wrong:
            at = dots + dots_side * min(fmean(wrong), high) / high
            body += [
                path(f"M{at:.1f} {y - 9}v18", "mean") if len(wrong) > 1 else "",
                text(at, y - 12, f"{fmean(wrong):.0f}", "c-net num"),
            ]
    body += [
        text(
            dots + dots_side * value / high,
            bottom - 4,
            f"{value}" + ("+" if value == high == 240 else ""),
            "small num",
            "start" if value == 0 else "middle",
        )
        for value in range(0, high + 1, 60)
    ]
    return svg("wide" if wide else "tall", width, bottom, label, body)
