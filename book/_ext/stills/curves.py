"""The learning curves of one step, a line a recorded training, with the window that the rule looks at."""

from __future__ import annotations

from .chart import Axis, Chart
from .placing import guessed

OPTIONS = {"step": None, "guess": ""}  # guess: the question on the page whose answer is an accuracy of these curves
HEIGHT, ROOM = 300, 150
LAST = 5  # epochs in the window at first


def data(options: dict[str, str]) -> dict:
    """The step's runs: correct test images and running training accuracy (in hundredths of a per cent) by epoch."""
    from mnist_lib.book.sources import RULE, source
    from mnist_lib.book.summaries import recorded

    name = options["step"]
    runs, theirs = recorded(name), source(name)
    if not runs and not theirs:
        raise LookupError(f"nothing is recorded of {name!r}, so that there are no curves to show")
    log = [round(100 * value) for value in theirs.log.test_accuracy] if theirs else None
    epochs = max([len(run.epochs) for run in runs] + [len(log or [])])
    return {
        "step": name,
        "rule": round(100 * RULE),
        "epochs": epochs,
        "last": min(LAST, epochs),
        "source": log,
        **guessed(options),
        "runs": [
            {
                "seed": run.seed,
                "test": [e.test_correct for e in run.epochs],
                "train": [round(100 * e.train_accuracy) for e in run.epochs],
            }
            for run in runs
        ],
    }


def span(lines: list[list[int]], rule: int) -> tuple[int, int]:
    """The range of the axis, as ``range`` in curves.js has it."""
    late = [count for line in lines for count in line[2:]] + [rule]
    return (min(late) - 2) // 20 * 20, -(-(max(late) + 4) // 20) * 20


def holds(counts: list[int], last: int, rule: int) -> bool:
    """Whether each of the last counts reaches the rule."""
    return len(counts) >= last and min(counts[-last:]) >= rule


def still(data: dict) -> str:
    rule, epochs, last = data["rule"], data["epochs"], data["last"]
    lines = [run["test"] for run in data["runs"]] + ([data["source"]] if data["source"] else [])
    low, high = span(lines, rule)
    chart = Chart(
        HEIGHT,
        Axis(0.6, epochs + 0.4, ticks=range(1, epochs + 1), label="epoch"),
        Axis(low, high, name=lambda count: f"{count / 100:.2f}"),
        "test accuracy (%)",
    )
    chart.rect((max(0.6, epochs - last + 0.5), epochs + 0.4), (low, high), class_="touch-window")
    chart.line([(0.6, rule), (epochs + 0.4, rule)], class_="touch-rule")
    for run in data["runs"]:
        kept = holds(run["test"], last, rule)
        chart.line(
            above(run["test"], low),
            class_="touch-test",
            stroke_width=2.5 if kept else 1.2,
            stroke_opacity=None if kept else 0.45,
        )
    if data["source"]:
        chart.line(above(data["source"], low), class_="touch-source", stroke_width=2)
    count = len(data["runs"])
    return chart.svg(
        f"Test accuracy of {data['step']} over {epochs} epochs: "
        + (f"{count} recorded {'training' if count == 1 else 'trainings'}" if count else "no recorded training")
        + (", the source's log dotted," if data["source"] else "")
        + f" and the rule at {rule / 100:.2f} %. The last {last} epochs are shaded."
    )


def above(counts: list[int], low: float) -> list[tuple[float, float]]:
    """The points (epoch, count) of a line, from where it comes into the picture from below."""
    first = next((i for i, count in enumerate(counts) if count >= low), len(counts))
    points = [(epoch, float(max(count, low))) for epoch, count in enumerate(counts, 1)][first:]
    if 0 < first < len(counts):
        before, after = counts[first - 1], counts[first]
        points.insert(0, (first + (low - before) / (after - before), low))
    return points
