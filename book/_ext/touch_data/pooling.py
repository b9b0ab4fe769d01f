"""Global average pooling: the parameters of a dense head against the side of the map before it."""

ROOM = 80


def data() -> dict:
    """What the sliders begin with, and the budget of the book."""
    return {"side": 7, "channels": 16, "classes": 10, "budget": 8000, "most": 14}
