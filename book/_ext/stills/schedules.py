"""Three learning-rate schedules with their settings, and below the trainings that were recorded with one."""

from __future__ import annotations

from .chart import Axis, Chart, svg

OPTIONS = {"show": "step"}
HEIGHT, ROOM = 420, 190
ABOVE, BELOW = 230, 190
STEPS = {"step": "six-models/steplr", "cycle": "three-modules/onecycle-corrected", "plateau": "same-padding/plateau"}
LEAST, MOST = 1e-6, 1.0
RULE = 9940


def data(options: dict[str, str]) -> dict:
    """For each kind its settings in the book, and the rates, losses and accuracies of the recorded trainings."""
    from mnist_lib.book.summaries import recorded
    from mnist_lib.experiments import experiment

    if options["show"] not in STEPS:
        raise ValueError(f"the figure 'schedules' shows {', '.join(STEPS)} first, not {options['show']!r}")
    steps = {kind: experiment(name) for kind, name in STEPS.items()}
    settings = {
        "step": {
            "rate": steps["step"].optimizer.learning_rate,
            "size": steps["step"].schedule.step_size,
            "gamma": steps["step"].schedule.gamma,
        },
        "cycle": {"rate": steps["cycle"].schedule.max_lr, "up": 0.3, "per": steps["cycle"].schedule.per},
        "plateau": {
            "rate": steps["plateau"].optimizer.learning_rate,
            "factor": steps["plateau"].schedule.factor,
            "patience": steps["plateau"].schedule.patience,
        },
    }
    kinds = {
        kind: {
            "step": step.name,
            "batches": step.steps_per_epoch,
            "settings": settings[kind],
            "runs": [
                {
                    "seed": run.seed,
                    "test": [e.test_correct for e in run.epochs],
                    "rates": [[short(e.learning_rate), short(e.last_learning_rate)] for e in run.epochs],
                    "losses": [round(e.test_loss, 6) for e in run.epochs],
                }
                for run in recorded(step)
            ],
        }
        for kind, step in steps.items()
    }
    return {"first": options["show"], "epochs": max(step.epochs for step in steps.values()), **kinds}


def short(rate: float) -> float:
    """A rate with four digits, which no eye tells from the whole."""
    return float(f"{rate:.4g}")


def still(data: dict) -> str:
    kind = data[data["first"]]
    runs, epochs = kind["runs"], data["epochs"]
    above = Chart(
        ABOVE, Axis(0, epochs, count=8), Axis(LEAST, MOST, log=True, name=power), "learning rate, as it was recorded"
    )
    for run in runs:
        points = [point for e, (first, last) in enumerate(run["rates"]) for point in ((e, first), (e + 1, last))]
        above.line(
            [(x, max(LEAST, y)) for x, y in points],
            stroke="var(--figure-soft)",
            stroke_width=3,
            stroke_opacity=0.3 if len(runs) > 1 else 0.6,
        )
    late = [count for run in runs for count in run["test"][3:]] or [RULE]
    low = (min(late) - 5) // 20 * 20
    below = Chart(
        BELOW,
        Axis(0, epochs, count=8, label="epochs trained"),
        Axis(low, 9970, name=lambda count: f"{count / 100:.1f}", count=4),
        f"test accuracy (%), {kind['step']}",
    )
    below.line([(0, RULE), (epochs, RULE)], class_="touch-rule")
    for run in runs:
        below.line(
            [(e, count) for e, count in enumerate(run["test"], 1) if count >= low],
            class_="touch-test",
            stroke_width=1.5,
            stroke_opacity=0.7,
        )
    inside = f'{"".join(above.drawn)}<g transform="translate(0 {ABOVE})">{"".join(below.drawn)}</g>'
    return svg(
        above.width,
        HEIGHT,
        f"Above, the learning rate of the recorded trainings of {kind['step']} over {epochs} epochs, "
        "on a logarithmic axis; below, their test accuracy, epoch by epoch.",
        inside,
    )


def power(value: float) -> str:
    """A power of ten as the script writes it: 0.01, 1e-5."""
    return f"{value:g}" if value >= 0.001 else f"{value:.0e}".replace("e-0", "e-")
