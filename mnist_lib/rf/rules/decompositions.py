"""Rules of matrix decompositions that work their way from one corner of a matrix to the other."""

from __future__ import annotations

import torch

from .. import intervals
from ..intervals import NOTHING, Intervals, found_steps
from .matrices import of_matrices
from .registry import built_in


def _lines(spans):
    """For each axis the four bounds of every element, in full."""
    return [bound.expand(-1, *spans.shape) for bound in spans.bounds]


def _so_far(part, dims):
    """What is read until here, along each of some dimensions."""
    for dim in dims:
        part = part.cummin(dim).values  # the smaller bound is the wider one
    return part


def _made(call, spans, bounds, shape=None):
    shape = tuple(call.shape if shape is None else shape)
    bounds = [intervals.collapsed(bound, 1) for bound in bounds]
    return Intervals(shape, tuple(bounds), found_steps(shape, bounds, spans.steps))


@built_in("linalg_cholesky_ex")
def _(call):
    """L[i, j] comes of the corner up to (j, j) and of row i up to column j; above the diagonal there are zeros."""
    if call.get("upper"):
        return of_matrices(call)
    spans, bounds = call.intervals(call.args[0]), []
    lower = torch.ones(call.shape[-2:], dtype=torch.bool).tril()
    for part in _lines(spans):
        part = part.masked_fill(~lower, NOTHING)
        corner = _so_far(part, (-1, -2)).diagonal(dim1=-2, dim2=-1).unsqueeze(-2)
        bounds.append(torch.minimum(corner, _so_far(part, (-1,))).masked_fill(~lower, NOTHING))
    info = intervals.reduce(spans, range(len(spans.shape)), False)
    return [_made(call, spans, bounds), *(intervals.broadcast(info, t.shape) for t in call.outputs[1:])]


@built_in("linalg_qr")
def _(call):
    """Column j of Q comes of the columns up to j; R[i, j] of those up to i, and of column j."""
    source = call.args[0]
    if call.get("mode", "reduced") != "reduced" or source.shape[-2] < source.shape[-1]:
        return of_matrices(call)
    spans, first, second = call.intervals(source), [], []
    for part in _lines(spans):
        column = part.amin(-2, keepdim=True)
        before = _so_far(column, (-1,))
        first.append(before.expand(part.shape))
        above = torch.ones(call.outputs[1].shape[-2:], dtype=torch.bool).triu()
        second.append(torch.minimum(before.transpose(-1, -2), column).masked_fill(~above, NOTHING))
    return [_made(call, spans, first), _made(call, spans, second, call.outputs[1].shape)]


@built_in("linalg_solve_triangular")
def _(call):
    """Line i of the solution comes of the right side's lines up to i, from above or from below."""
    matrix, right = call.args[:2]
    if not call.get("left", True):
        return of_matrices(call)
    batch = call.shape[:-2]
    upper, bounds = call.get("upper"), []
    order = (lambda t, *dims: t.flip(dims)) if upper else (lambda t, *dims: t)
    triangle = torch.ones(matrix.shape[-2:], dtype=torch.bool)
    triangle = triangle.triu() if upper else triangle.tril()
    given = intervals.broadcast(call.intervals(matrix), (*batch, *matrix.shape[-2:]))
    spans = intervals.broadcast(call.intervals(right), (*batch, *right.shape[-2:]))
    for one, other in zip(_lines(given), _lines(spans)):
        corner = _so_far(order(one.masked_fill(~triangle, NOTHING), -1, -2), (-1, -2))
        corner = order(corner.diagonal(dim1=-2, dim2=-1), -1).unsqueeze(-1)
        solved = order(_so_far(order(other, -2), (-2,)), -2)
        bounds.append(torch.minimum(solved, corner).expand(-1, *call.shape))
    return _made(call, spans, bounds)
