"""What each idea is worth: a row for each pair of steps that differ in it alone, with both intervals."""

from __future__ import annotations

from .chart import Axis, Chart, element, near
from .leaderboard import page_of

OPTIONS: dict[str, str] = {}
ROOM, BROAD = 110, True
ROW, AROUND = 21, 62  # pixels of a row, and of what stands around them
LEFT = 400
COLOURS = ("blue", "red", "green", "purple", "orange", "sky", "ink")


def data(options: dict[str, str]) -> dict:
    """A row a pair: [idea, before, after, points, seeds low, high, images low, high, verdict, source's, page]."""
    from mnist_lib.studies.ideas import analysis as ideas

    found = ideas.by_idea(ideas.alone())
    rows = []
    for e in found:
        seeds, images = e.gain.interval(), e.gain.interval(images=True)
        rows.append(
            [
                e.idea,
                e.before,
                e.after,
                *(round(v, 3) for v in (e.points, seeds.low, seeds.high, images.low, images.high)),
                e.gain.verdict,
                None if e.theirs is None else round(e.theirs, 2),
                page_of(e.after),
            ]
        )
    return {"ideas": list(dict.fromkeys(row[0] for row in rows)), "rows": rows}


def named(before: str, after: str) -> str:
    """A pair in a few words."""
    path, _, step = after.partition("/")
    return f"{path}: {before.partition('/')[2]} → {step}"


def span(rows: list[list]) -> tuple[float, float]:
    """The range of the axis: all intervals and the sources' differences."""
    values = [v for row in rows for v in (*row[4:8], row[9] or 0)]
    return min(values) - 0.05, max(values) + 0.05


def still(data: dict) -> str:
    rows = data["rows"]
    chart = Chart(
        AROUND + ROW * len(rows),
        Axis(*span(rows), count=6, label="points"),
        Axis(len(rows) - 0.4, -0.6, ticks=()),
        "effect on the test accuracy",
        width=900,
        left=LEFT,
        top=28,
    )
    chart.line([(0, len(rows) - 0.4), (0, -0.6)], class_="touch-axis")
    for i, (idea, before, after, points, low, high, wide_low, wide_high, *_) in enumerate(rows):
        colour = f"var(--figure-{COLOURS[data['ideas'].index(idea) % len(COLOURS)]})"
        chart.add(element("text", named(before, after), x=LEFT - 8, y=near(chart.y(i) + 4), text_anchor="end"))
        chart.line([(wide_low, i), (wide_high, i)], stroke=colour, stroke_width=1)
        chart.line([(low, i), (high, i)], stroke=colour, stroke_width=3)
        chart.add(
            element("circle", class_="touch-dot", cx=near(chart.x(points)), cy=near(chart.y(i)), r=4.8, fill=colour)
        )
    return chart.svg(
        f"{len(rows)} rows, a pair of steps each, grouped by idea: a dot for the effect with a thick line for the "
        "interval over the seeds and a thin one over seeds and images, around a vertical line at zero."
    )
