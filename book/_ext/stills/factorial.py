"""The factorial: switch five ideas on and off, and see where trainings of the combination end, or would end."""

from __future__ import annotations

from itertools import product

from .chart import Axis, Chart, element, near

OPTIONS: dict[str, str] = {}
ROOM, HEIGHT, LEFT = 150, 176, 72
ROWS = ("all trained", "before", "now")
SPREAD = 0.02  # points left free around all


def data(options: dict[str, str]) -> dict:
    """The ideas with their effects, and all 32 combinations: trained ones with their endings, the others predicted.

    A combination is [on, trained, endings, low, mean, high]: ``on`` has a bit for each idea, the first is the lowest;
    low to high is where one more training would end (95 %). Endings leave out what did not learn. An idea is [name,
    what it multiplies the errors by, the 95 % interval of that, verdict].
    """
    from mnist_lib.studies.factorial import analysis

    return described(analysis.gather())


def described(evidence) -> dict:
    """The same of any evidence, as the analysis has it."""
    from mnist_lib.experiments import CELLS, FACTORS
    from mnist_lib.studies.factorial import analysis

    ideas = [[e.of, round(e.gain.factor, 3), [round(v, 3) for v in e.gain.factors()], e.verdict]
             for e in analysis.family(analysis.MAIN, evidence)]  # fmt: skip
    combinations = []
    for on in product((False, True), repeat=len(FACTORS)):
        endings = [round(e.accuracy, 2) for e in evidence.endings(on)]
        place = [round(v, 5) for v in analysis.one_more(evidence, on)]
        combinations.append([sum(1 << i for i, is_on in enumerate(on) if is_on), on in CELLS, endings, *place])
    failed = [[sum(1 << i for i, is_on in enumerate(on) if is_on), e.accuracy] for on, e in evidence.failed]
    return {"ideas": ideas, "combinations": sorted(combinations), "failed": failed, "now": 1, "before": 0,
            "seeds": analysis.MOST}


def span(data: dict) -> tuple[float, float]:
    """The range of the axis: every training that learnt, and every range that is predicted."""
    values = [v for one in data["combinations"] for v in (*one[2], *one[3:]) if v is not None]
    return (min(values) - SPREAD, max(values) + SPREAD) if values else (98.0, 100.0)


def still(data: dict) -> str:
    chart = Chart(HEIGHT, Axis(*span(data), label="test accuracy after the last epoch (%)"),
                  Axis(2.6, -0.6, ticks=range(3), name=lambda row: ROWS[round(row)]), left=LEFT, top=8)
    for _, _, endings, *_ in data["combinations"]:
        for accuracy in endings:
            chart.add(element("circle", cx=near(chart.x(accuracy)), cy=near(chart.y(0)), r=3, fill="var(--figure-soft)",
                              fill_opacity="0.4"))
    for row, which in ((1, data["before"]), (2, data["now"])):
        _, trained, endings, low, mean, high = data["combinations"][which]
        colour = f"var(--figure-{'blue' if trained else 'red'})"
        if mean is not None and not trained:
            chart.line([(low, row), (high, row)], stroke=colour, stroke_width=2)
        for accuracy in endings:
            chart.add(element("circle", class_="touch-dot", cx=near(chart.x(accuracy)), cy=near(chart.y(row)), r=4.8,
                              fill=colour))
        if mean is not None:
            x, y = chart.x(mean), chart.y(row)
            chart.add(element("path", d=f"M{near(x)} {near(y - 9)}V{near(y + 9)}", stroke=colour, stroke_width=2))
    return chart.svg(
        "Three rows over an axis of test accuracy: dots for all recorded trainings of the plan; the trainings of the "
        "plain network; and the range in which the plan predicts a training with batch normalization."
    )
