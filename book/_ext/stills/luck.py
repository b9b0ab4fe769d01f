"""Trainings of one network, drawn one after the other: where each ends, and its best epoch."""

from __future__ import annotations

from .chart import Axis, Chart, element, near, svg
from .placing import guessed

OPTIONS = {"step": "six-models/augmentation", "guess": ""}
HEIGHT, ROOM = 380, 120
ABOVE, BELOW = 190, 190
ENOUGH = 4  # trainings from which on a step is offered
MOST = 10


def data(options: dict[str, str]) -> dict:
    """Every step with enough trainings: correct test images by epoch, one list a training."""
    from mnist_lib.book.summaries import recorded
    from mnist_lib.experiments import STEPS, recorded_as

    steps = [
        {"step": name, "runs": [{"seed": run.seed, "test": [e.test_correct for e in run.epochs]} for run in runs]}
        for name in STEPS
        if recorded_as(name) == name and len(runs := recorded(name)) >= ENOUGH
    ]
    names = [step["step"] for step in steps]
    if options["step"] not in names:
        raise LookupError(
            f"{options['step']!r} has fewer than {ENOUGH} recorded trainings; these have more: {', '.join(names)}"
        )
    return {"first": names.index(options["step"]), "steps": steps, **guessed(options)}


def still(data: dict) -> str:
    step = data["steps"][data["first"]]
    runs = [run["test"] for run in step["runs"]]
    every = [count for test in runs for count in test[4:]]
    low, high = (min(every) - 2) // 10 * 10, -(-(max(every) + 2) // 10) * 10
    epochs = max(map(len, runs))
    above = Chart(
        ABOVE,
        Axis(0.6, epochs + 0.4, ticks=range(1, epochs + 1), label="epoch"),
        Axis(low, high, name=percent, count=4),
        "training 1: test accuracy (%)",
    )
    first = runs[0]
    above.line([(e, count) for e, count in enumerate(first, 1) if count >= low], class_="touch-test", stroke_width=2)
    above.add(
        dot(above.x(len(first)), above.y(first[-1])), diamond(above.x(first.index(max(first)) + 1), above.y(max(first)))
    )
    below = Chart(
        BELOW,
        Axis(low, high, name=percent, count=6),
        Axis(MOST + 0.7, 0.3, ticks=(1, 5, 10)),
        "● last epoch   ◆ best epoch   ┊ mean of all last epochs",
    )
    mean = sum(test[-1] for test in runs) / len(runs)
    below.add(element("path", class_="touch-cursor", d=f"M{near(below.x(mean))} {below.top}V{below.bottom}"))
    for row, test in enumerate(runs[:MOST], 1):
        y = below.y(row)
        below.add(
            element(
                "path",
                d=f"M{near(below.x(test[-1]))} {near(y)}H{near(below.x(max(test)))}",
                stroke="var(--figure-red)",
                stroke_width=1.5,
                stroke_opacity=0.6,
            ),
            dot(below.x(test[-1]), y),
            diamond(below.x(max(test)), y),
        )
    inside = f'{"".join(above.drawn)}<g transform="translate(0 {ABOVE})">{"".join(below.drawn)}</g>'
    return svg(
        above.width,
        HEIGHT,
        f"Above, the test accuracy of one training of {step['step']}, epoch by epoch; below, for each "
        "training drawn so far a dot where it ends and a diamond at its best epoch, which lies further right.",
        inside,
    )


def percent(count: float) -> str:
    return f"{count / 100:.2f}"


def dot(x: float, y: float) -> str:
    return element("circle", class_="touch-dot", cx=x, cy=y, r=4.5, fill="var(--figure-blue)")


def diamond(x: float, y: float) -> str:
    return element(
        "path",
        class_="touch-dot",
        d=f"M{near(x)} {near(y - 5.5)}l5.5 5.5l-5.5 5.5l-5.5 -5.5z",
        fill="var(--figure-red)",
    )
