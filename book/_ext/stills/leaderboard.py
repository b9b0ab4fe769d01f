"""Every step of the five paths: parameters against the accuracy after the last epoch, with the seeds' range."""

from __future__ import annotations

from .chart import Axis, Chart, element, near

OPTIONS: dict[str, str] = {}
HEIGHT, ROOM, BROAD = 400, 90, True
LOW, LIMIT, LEAST = 98.2, 8800, 3600  # per cent and parameters of the picture
RULE, BUDGET = 99.4, 8000
SHAPES = "os^Dv"
COLOURS = ("blue", "red", "green", "purple", "orange")
DRAWN = {
    "s": "M-4.5 -4.5h9v9h-9z",
    "^": "M0 -5.5L5.5 4.5H-5.5z",
    "D": "M0 -5.5L5.5 0L0 5.5L-5.5 0z",
    "v": "M0 5.5L5.5 -4.5H-5.5z",
}


def page_of(step: str) -> str | None:
    """The page that tells a step, from the top of the book."""
    from mnist_lib.book import links

    page = links.page_of(step)
    return page and f"{page}.html"


def data(options: dict[str, str]) -> dict:
    """A row a step: [name, parameters, mean, lowest, highest, seeds, how many hold N = 1, N = 5, field, its page]."""
    from mnist_lib.book import leaderboard
    from mnist_lib.experiments import PATHS

    board = leaderboard.entries()
    best = [e.step for e in leaderboard.front(board)]
    return {
        "paths": list(PATHS),
        "front": best,
        "steps": [
            [
                e.step,
                e.ours.parameters,
                round(e.ours.final.mean, 3),
                e.ours.final.low,
                e.ours.final.high,
                len(e.ours.seeds),
                e.ours.holds[1],
                e.ours.holds[5],
                e.field,
                page_of(e.step),
            ]
            for e in board
        ],
    }


def mark(shape: str, x: float, y: float, colour: str) -> str:
    """A path's mark at a place, as ``chart.mark`` draws it."""
    look = {"class_": "touch-dot", "fill": f"var(--figure-{colour})", "transform": f"translate({near(x)} {near(y)})"}
    return element("path", d=DRAWN[shape], **look) if shape in DRAWN else element("circle", r=4.8, **look)


def still(data: dict) -> str:
    shown = [row for row in data["steps"] if row[2] >= LOW and row[1] < LIMIT]
    top = max([RULE, *(row[4] for row in shown)]) + 0.05
    chart = Chart(
        HEIGHT,
        Axis(LEAST, LIMIT, name=lambda v: f"{v:,.0f}", label="parameters"),
        Axis(LOW, top, name=lambda v: f"{v:.1f}"),
        "test accuracy after the last epoch (%)",
        width=900,
    )
    chart.line([(LEAST, RULE), (LIMIT, RULE)], class_="touch-rule")
    chart.line([(BUDGET, LOW), (BUDGET, top)], class_="touch-cursor")
    for name, parameters, mean, low, high, *_ in shown:
        at = data["paths"].index(name.partition("/")[0])
        chart.line(
            [(parameters, max(LOW, low)), (parameters, high)],
            stroke=f"var(--figure-{COLOURS[at]})",
            stroke_width=1.2,
            stroke_opacity=0.6,
        )
        chart.add(mark(SHAPES[at], chart.x(parameters), chart.y(mean), COLOURS[at]))
    return chart.svg(
        f"{len(shown)} steps of up to {LIMIT:,} parameters: each a mark at its parameters and mean accuracy, with a "
        f"line from its worst seed to its best. A line marks {RULE} %, another {BUDGET:,} parameters."
    )
