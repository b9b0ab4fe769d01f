"""Trainings of one network, drawn one after the other: where each ends, and its best epoch."""

from docutils.nodes import make_id

ROOM = 120
ENOUGH = 4  # trainings from which on a step is offered


def data(step: str = "six-models/augmentation", guess: str = "") -> dict:
    """Every step with enough trainings: correct test images by epoch, one list a training.

    ``guess`` is the name of the page's question whose answer the reader guesses, and the figure shows.
    """
    from mnist_lib.book import draw
    from mnist_lib.book.summaries import recorded
    from mnist_lib.experiments import STEPS, recorded_as

    steps = [{"step": name, "name": f"{draw.title(name)} ({name.partition('/')[0].replace('-', ' ')})",
              "runs": [{"seed": run.seed, "test": [e.test_correct for e in run.epochs]} for run in runs]}
             for name in STEPS if recorded_as(name) == name and len(runs := recorded(name)) >= ENOUGH]
    names = [one["step"] for one in steps]
    asked = {"guess": f"predict-{make_id(guess)}"} if guess else {}
    return {"first": names.index(step), "steps": steps, **asked}
