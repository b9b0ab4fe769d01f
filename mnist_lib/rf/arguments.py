"""A network's call: its arguments, with a place for each tensor that is followed."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

import torch

from .space import is_size


@dataclass(frozen=True)
class Place:
    """Where one of the followed tensors stands in a call."""

    number: int


@dataclass(frozen=True)
class Arguments:
    """A call: its arguments, with a place for each tensor that is followed; all else is as it was given."""

    args: tuple
    kwargs: dict
    batch: int = 1

    def fill(self, tensors) -> tuple[tuple, dict]:
        """The arguments with these tensors; constants that go with a batch and its numbers are made to fit."""
        first = tensors[0]

        def filled(leaf):
            if isinstance(leaf, Place):
                return tensors[leaf.number]
            if isinstance(leaf, torch.Tensor) and leaf.dim() == 1 and len(leaf) == self.batch != len(first):
                leaf = leaf[:1].expand(len(first))
            if isinstance(leaf, torch.Tensor) and first.dtype == torch.float64 and leaf.is_floating_point():
                leaf = leaf.double()
            return leaf

        return _mapped(self.args, filled), _mapped(self.kwargs, filled)


def _mapped(tree, function):
    """A tree of lists, tuples and dicts with other leaves."""
    if isinstance(tree, dict):
        return {key: _mapped(value, function) for key, value in tree.items()}
    if type(tree) in (list, tuple):
        return type(tree)(_mapped(value, function) for value in tree)
    return function(tree)


def bound(known, given):
    """Arguments in order, arguments by name, and what those in order are called."""
    names, needed, starred, by_name = known
    if isinstance(given, dict):
        if not by_name and not set(given) & set(names) and len(given) > 1 and needed == 1 and not starred:
            return (given,), {}, names[:1]
        kwargs = {str(k): v for k, v in given.items() if by_name or k in names}
        rest = {str(k): v for k, v in given.items() if str(k) not in kwargs}
        return tuple(rest.values()), kwargs, list(rest)
    if len(given) > len(names) and names and not starred:
        return (list(given),), {}, names[:1]  # its one argument is a list
    return tuple(given), {}, [names[i] if i < len(names) else f"input{i + 1}" for i in range(len(given))]


def parameters(network):
    """The names that a forward takes in order, how many it needs, and whether it takes more, in order or by name."""
    try:
        found = list(inspect.signature(network.forward).parameters.values())
    except (TypeError, ValueError):
        return [], 0, True, False
    kinds = {p.kind for p in found}
    plain = [p for p in found if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD) and p.name != "self"]
    return ([p.name for p in plain], sum(p.default is p.empty for p in plain),
            inspect.Parameter.VAR_POSITIONAL in kinds or not plain, inspect.Parameter.VAR_KEYWORD in kinds)


def with_places(value, path, placed):
    """An argument with a place for each size and each tensor of more than one axis."""
    if isinstance(value, torch.Tensor):
        if value.dim() > 5:
            raise ValueError(f"input {path[-1]!r} has shape {tuple(value.shape)}; one of 1 to 3 axes is "
                             "(batch, length), (batch, channels, length), (batch, channels, height, width) "
                             "or one with a depth")
        return placed(value, path) if value.dim() > 1 and value.numel() and value.layout is torch.strided else value
    if is_size(value):
        return placed(value, path)
    if isinstance(value, dict):
        return {key: with_places(each, (*path, key), placed) for key, each in value.items()}
    if type(value) in (list, tuple):
        return type(value)(with_places(each, (*path, i), placed) for i, each in enumerate(value))
    return value


def arguments(network, space, tensors) -> tuple[tuple, dict]:
    """How to call a network with its inputs."""
    return (tuple(tensors), {}) if space.call is None else space.call.fill(tensors)
