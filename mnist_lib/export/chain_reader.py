"""A network as a plain list of layers, read off from what it really executes.

The network runs once on a few images while every ATen operation is watched, so it does not
matter how it is written: modules, functions, methods, loops. Each operation must take the
result of the one before it and nothing else of the image; it becomes a layer of the exported
format (``format.py``). Where that cannot be, NotStraight names the place and what to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ..rf import left_as_found, named_arguments
from .format import Layer
from .operations import OPERATIONS, NotStraight, Operation, unknown


class Chain(NamedTuple):
    """Layers in the order they run, and each one's tensors, float32 on the CPU, in the format's order."""

    layers: tuple[Layer, ...]
    tensors: tuple[tuple[Tensor, ...], ...]


def chain_of(network: nn.Module, images: Tensor) -> Chain:
    """The chain that a network is in evaluation mode, for images (N, 1, 28, 28), N > 1.

    The network is left as it was. Raises NotStraight where it is no such chain, ValueError where
    it cannot be run on these images.
    """
    names = {id(module): name for name, module in reversed(list(network.named_modules()))}
    watcher = _Watcher(images)
    with left_as_found(network), torch.no_grad(), ExitStack() as stack:
        for module in network.modules():
            stack.callback(module.register_forward_pre_hook(
                lambda module, _: watcher.places.append((names[id(module)], type(module).__name__))).remove)
            stack.callback(module.register_forward_hook(lambda *_: watcher.places.pop() and None).remove)
        try:
            with watcher:
                output = network(images)
        except NotStraight:
            raise
        except Exception as error:
            raise ValueError(f"the network cannot be run on images of shape {tuple(images.shape)}"
                             f"{watcher.where()}: {error}") from error
    if output is not watcher.current:
        said = "its result" if isinstance(output, Tensor) else f"a {type(output).__name__}"
        raise NotStraight(f"the network returns {said}, not what its last layer computes; "
                          "return the tensor of the class scores alone")
    return Chain(tuple(watcher.layers), tuple(watcher.tensors))


class _Watcher(TorchDispatchMode):
    """Notes a layer for each operation on what came from the images."""

    def __init__(self, images: Tensor):
        super().__init__()
        self.current, self.known = images, [images]
        self.places: list[tuple[str, str]] = []
        self.layers: list[Layer] = []
        self.tensors: list[tuple[Tensor, ...]] = []
        self.names: Counter[str] = Counter()
        self.holders: dict[tuple, tuple[str, Sequence[Tensor]]] = {}  # by where they lie, kept so that none others can

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        taken = [t for t in tree_leaves((args, kwargs)) if isinstance(t, Tensor) and any(t is k for k in self.known)]
        before, shape = self.current, tuple(self.current.shape)
        output = function(*args, **(kwargs or {}))
        if not taken:
            return output
        name = function.overloadpacket.__name__.rstrip("_")
        if len(taken) > 1 or taken[0] is not before:
            raise NotStraight(f"{name!r}{self.where()} takes more than the result of the layer before it: the network "
                              "branches there. Only layers that follow one another can be exported; take out "
                              "the shortcut or second branch")
        result = output[0] if isinstance(output, (tuple, list)) else output
        if not isinstance(result, Tensor):
            raise NotStraight(f"{name!r}{self.where()} reads a value out of the image, and what the network does "
                              "may depend on it; only a fixed chain of layers can be exported")
        operation = Operation(name, named_arguments(function, args, kwargs or {}), shape, tuple(result.shape))
        try:
            found = OPERATIONS.get(name, unknown)(operation)
        except NotStraight as error:
            raise NotStraight(f"{name!r}{self.where()}: {error}") from None
        for op, settings, tensors in found:
            self._add(op, settings, tensors)
        self.current = result
        self.known.append(result)
        return output

    def where(self) -> str:
        """The innermost running module that has a name, as part of a sentence."""
        place, kind = next(((p, k) for p, k in reversed(self.places) if p), ("", ""))
        return f" in {place!r} ({kind})" if place else ""

    def _add(self, op, settings, tensors):
        place = self.places[-1][0] if self.places else ""
        name = place or op
        self.names[name] += 1
        if self.names[name] > 1:
            name = f"{name} ({self.names[name]})"
        plain = tuple(t.detach().to("cpu", torch.float32).contiguous() for t in tensors)
        if not all(torch.isfinite(t).all() for t in plain):
            raise NotStraight(f"the weights of {name!r} hold numbers that are not finite; train it again")
        where = tuple((t.data_ptr(), t.shape, t.stride()) for t in tensors)
        first, _ = self.holders.setdefault(where, (name, tensors)) if tensors else (name, tensors)
        self.layers.append({"type": op, "name": name, **settings, **({"shared_with": first} if first != name else {})})
        self.tensors.append(plain)

