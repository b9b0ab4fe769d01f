"""By what each idea multiplies the errors, on digits and on clothes: a row a pair, MNIST above Fashion-MNIST."""

from __future__ import annotations

from math import exp

from .chart import Axis, Chart, element, near
from .leaderboard import page_of

OPTIONS: dict[str, str] = {}
ROOM, BROAD = 110, True
ROW, AROUND, LEFT, APART = 24, 62, 424, 0.16  # pixels of a row and around them; APART: of a row, up and down
LARGEST = 3.0  # intervals that reach further are cut off


def data(options: dict[str, str]) -> dict:
    """The pairs as they are recorded."""
    from mnist_lib.studies.clothes import analysis as fashion

    return described(fashion.gather())


def described(evidence) -> dict:
    """A row a pair: [idea, name, page, points, low, factor, high of MNIST, the same of Fashion-MNIST, what is kept].

    ``points`` are of accuracy; low, factor, high are of the errors, over the seeds. What is not known is null.
    """
    from mnist_lib.studies.clothes import analysis as fashion
    from mnist_lib.studies.clothes import pages as fashion_pages
    from mnist_lib.studies.clothes import plan as declared

    rows = []
    for pair, effect in zip(declared.PAIRS, fashion.pairs(evidence), strict=True):
        row = [pair.idea, fashion_pages.named(pair), page_of(pair.after)]
        for of, gain in ((evidence.mnist, effect.mnist), (evidence.clothes, effect.clothes)):
            found = fashion.weighed(of, (pair,), errors=True)
            span = found and found.interval()
            ends = [exp(v) for v in span] if span else [None, None]
            values = [gain.points, ends[0], exp(found.points), ends[1]] if found else [None] * 4
            row += [None if v is None else round(v, 3) for v in values]
        rows.append([*row, effect.kept])
    return {"ideas": list(dict.fromkeys(row[0] for row in rows)), "rows": rows}


def span(rows: list[list]) -> tuple[float, float]:
    """The range of the axis: all factors and intervals, up to LARGEST."""
    values = [min(v, LARGEST) for row in rows for v in (*row[4:7], *row[8:11]) if v is not None] + [1.0]
    return min(values) - 0.05, max(values) + 0.05


def still(data: dict) -> str:
    rows = data["rows"]
    low, high = span(rows)
    chart = Chart(
        AROUND + ROW * len(rows),
        Axis(low, high, count=6, label="errors after it, as a multiple of those before"),
        Axis(len(rows) - 0.4, -0.6, ticks=()),
        "blue, above: digits; red, below: clothes",
        width=900,
        left=LEFT,
        top=28,
    )
    chart.line([(1, len(rows) - 0.4), (1, -0.6)], class_="touch-axis")
    for i, row in enumerate(rows):
        chart.add(element("text", row[1], x=LEFT - 8, y=near(chart.y(i) + 4), text_anchor="end"))
        for values, shift, colour in ((row[4:7], -APART, "blue"), (row[8:11], APART, "red")):
            if values[1] is None:
                continue
            colour = f"var(--figure-{colour})"
            if values[0] is not None:
                ends = [(max(low, values[0]), i + shift), (min(high, values[2]), i + shift)]
                chart.line(ends, stroke=colour, stroke_width=2)
            x, y = chart.x(min(values[1], high)), chart.y(i + shift)
            chart.add(element("circle", class_="touch-dot", cx=near(x), cy=near(y), r=4.2, fill=colour))
    return chart.svg(
        f"{len(rows)} rows, a pair of steps each: a blue dot with its interval for MNIST and below it, where it is "
        "trained, a red one for Fashion-MNIST, around a vertical line at one."
    )
