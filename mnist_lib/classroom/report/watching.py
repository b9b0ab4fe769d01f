"""How a training of a reader's network is seen while it runs: a moving figure in a notebook, a line elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from ...book import Picture, notebook_display
from .. import challenge as own
from . import figures


def watcher(entry: own.Entry, number: int, held_out: int, images: int, so_far: list, say: Callable) -> Callable:
    """A function to call after each epoch with (epochs, correct): it draws, or says, how far the training is."""
    display = notebook_display()
    shown: dict = {}
    counts: list[int] = []

    def line(epochs, correct):
        last = epochs[-1]
        say(f"{entry.name}, seed {number}: epoch {len(epochs):2d} of {entry.recipe.epochs}  "
            f"train {last.accuracy:5.2f} %  held out {100 * correct / held_out:5.2f} %  "
            f"rate {last.rate:.2g}  {last.seconds:.1f} s")

    def draw(epochs, correct):
        counts.append(correct)
        seen = epochs[-len(counts):]  # those before a restart have no count here
        now = own.Result(entry.name, entry.fingerprint, "", number, 0, images, held_out, tuple(seen),
                         tuple(counts), (), {})
        tries = [*so_far, now]
        picture = Picture(figures.curves(tries, [[e.accuracy for e in each.epochs] for each in tries],
                                         entry.recipe.epochs), dpi=120)
        if shown:
            shown["figure"].update(picture)
        else:
            shown["figure"] = display(picture, display_id=True)

    return draw if display else line
