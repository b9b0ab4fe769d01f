"""Averaged weights: one weight that walks down a noisy slope, and the moving average that follows it."""

ROOM, UPDATES = 90, 400


def data() -> dict:
    """The noise of every update, the same for every setting, and the settings that are there at first."""
    import torch

    noise = torch.randn(UPDATES, generator=torch.Generator().manual_seed(1))
    return {"noise": [round(n, 2) for n in noise.tolist()], "start": 3.0, "rate": 0.2, "memory": 50}
