"""Dropout: the units of a layer, a mask over them, and the sum that stays on average."""

from statistics import fmean, pstdev

from . import batchnorm

ROOM, UNITS = 130, 20
P, MASK = 0.3, (1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 0)  # what is there at first


def data() -> dict:
    """Twenty values behind a batch normalization and a ReLU, of the recorded network."""
    values = batchnorm.data()["values"]
    mean, deviation = fmean(values), pstdev(values)
    shown = [v for v in ((v - mean) / deviation for v in values) if v > 0.1][:UNITS]
    return {"step": batchnorm.STEP, "p": P, "mask": list(MASK), "values": [round(v, 2) for v in shown]}
