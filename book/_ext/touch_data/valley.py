"""Gradient descent in a long valley: sixty updates with a learning rate and a momentum."""

ROOM = 80


def data() -> dict:
    """What the sliders begin with."""
    return {"rate": 0.015, "momentum": 0.0, "updates": 60}
