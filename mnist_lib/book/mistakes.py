"""Which test images a recorded run got wrong, and what it took them for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..training import Run
from .tables import PageTable


def predictions(run: Run, labels: Sequence[int] | None = None) -> tuple[list[int], list[int]]:
    """The labels and the predicted digits of all 10,000 test images, rebuilt from the record."""
    if labels is None:
        from ..data import mnist

        labels = mnist("test").labels.tolist()
    predicted = list(labels)
    for index, digit in run.misclassified:
        predicted[index] = digit
    return list(labels), predicted


def confusion(run: Run, labels: Sequence[int] | None = None) -> list[list[int]]:
    """Counts over the test set: row is the true digit, column the predicted one."""
    counts = Counter(zip(*predictions(run, labels), strict=True))
    return [[counts[true, digit] for digit in range(10)] for true in range(10)]


def per_class(run: Run, labels: Sequence[int] | None = None) -> PageTable:
    """How many images of each digit are right, over the whole test set, and what the others are taken for."""
    rows, table = [], confusion(run, labels)
    for digit, row in enumerate(table):
        right, images = row[digit], sum(row)
        wrong = sorted(((n, d) for d, n in enumerate(row) if n and d != digit), key=lambda w: (-w[0], w[1]))
        rows.append((str(digit), f"{images:,}", f"{right:,}", f"{100 * right / images:.2f}" if images else "",
                     ", ".join(f"{d} ({n})" for n, d in wrong[:3])))
    right = sum(row[d] for d, row in enumerate(table))
    images = sum(map(sum, table))
    rows.append(("all", f"{images:,}", f"{right:,}", f"{100 * right / images:.2f}", ""))
    return PageTable(f"Accuracy by digit, {run.experiment}, seed {run.seed}, all {images:,} test images",
                 ("digit", "images", "right", "accuracy (%)", "most often taken for"), tuple(rows))
