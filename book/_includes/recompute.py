"""The leaderboard from the records alone: no mnist_lib, no data, no network. Run it in the repository."""

import json
import pathlib
import statistics

IMAGES, RULE = 10_000, 9_940  # test images, and how many of them the rule asks for


def board(results):
    """(step, mean test accuracy, its standard deviation, seeds, seeds that hold the rule for N = 1, 3, 5)."""
    trainings = {}
    for file in pathlib.Path(results).glob("*/*/seed-*.json"):
        record = json.loads(file.read_text())
        if file.parts[-3] not in ("beyond", "factorial", "fashion", "little"):  # the five paths only
            trainings.setdefault(record["experiment"], []).append(record)
    rows = []
    for step, records in trainings.items():
        correct = [[epoch["test_correct"] for epoch in record["epochs"]] for record in records]
        for record, epochs in zip(records, correct):  # a record contradicts itself nowhere
            assert IMAGES - len(record["misclassified"]) == epochs[-1], (step, record["seed"])
        last = [100 * epochs[-1] / IMAGES for epochs in correct]
        held = [sum(min(epochs[-n:]) >= RULE for epochs in correct) for n in (1, 3, 5)]
        rows.append((step, statistics.mean(last), statistics.stdev(last) if len(last) > 1 else None, len(last), *held))
    return sorted(rows, key=lambda row: -row[1])


if __name__ == "__main__":
    for step, mean, sd, seeds, *held in board("results"):
        print(f"{step:38} {mean:.2f} ± {sd or 0:.2f} %, {seeds} seeds; hold for 1, 3, 5 epochs: {held}")
