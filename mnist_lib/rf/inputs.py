"""The tensors that a network is run on: made from sizes, taken from examples, altered by brute force."""

from __future__ import annotations

import inspect
import re

import torch

from .geometry import ReceptiveFieldError
from .space import Input, Space, image_size

_SPATIAL = re.compile(r"^(Lazy)?(Conv|ConvTranspose|MaxPool|AvgPool|BatchNorm|InstanceNorm|AdaptiveAvgPool|"
                      r"AdaptiveMaxPool|ReflectionPad|ReplicationPad|ConstantPad|ZeroPad|CircularPad)([123])d$")


def first_layer(network) -> tuple[int | None, int]:
    """The dimension of the first layer that has one (an embedding's is 0), and the channels that come in."""
    dimension, channels = None, None
    for module in network.modules():
        found = [_SPATIAL.match(kind.__name__) for kind in type(module).__mro__]
        found = next((int(match[3]) for match in found if match), None)
        found = 0 if isinstance(module, (torch.nn.Embedding, torch.nn.EmbeddingBag)) else found
        dimension = found if dimension is None else dimension
        if channels is None and isinstance(module, torch.nn.modules.conv._ConvNd):
            channels = module.in_channels
    return dimension, channels or 1


def named_inputs(network, inputs) -> tuple[Space, list[torch.Tensor]]:
    """Space and tensors of several inputs: a dict of names, or a sequence, of sizes or example tensors.

    A size is one without the batch: (C, L), (C, H, W), (C, D, H, W), or (L,) tokens. An example
    tensor has the batch first; a batch of (N, L) numbers counts as tokens.
    """
    if not isinstance(inputs, dict):
        names = [name for name in _parameters(network) if name != "self"]
        inputs = {names[i] if i < len(names) else f"input{i + 1}": each for i, each in enumerate(inputs)}
    if not inputs:
        raise ValueError("inputs is empty: give a size or a tensor for each, as {'image': (3, 224, 224)}")
    tensors, entries = [], []
    for place, (name, each) in enumerate(inputs.items()):
        if not isinstance(each, torch.Tensor):
            each = example(network, each if len(tuple(each)) > 1 else image_size(each, 0), place)
        if not 2 <= each.dim() <= 5 or not each.numel():
            raise ValueError(f"input {name!r} has shape {tuple(each.shape)}; one of 1 to 3 axes is (batch, length), "
                             "(batch, channels, length), (batch, channels, height, width) or one with a depth")
        tensors.append(each)
        entries.append(Input(str(name), tuple(each.shape[1:]), max(1, each.dim() - 2)))
    return Space(tuple(entries)), tensors


def _parameters(network):
    try:
        return list(inspect.signature(network.forward).parameters)
    except (TypeError, ValueError):
        return []


def arguments(network, space, tensors) -> tuple[list, dict]:
    """How to call a network with its inputs: by name where its forward has the name, else in order."""
    known, args, kwargs = set(_parameters(network)), [], {}
    for each, tensor in zip(space.inputs, tensors):
        if len(space.inputs) > 1 and each.name in known:
            kwargs[each.name] = tensor
        else:
            args.append(tensor)
    return args, kwargs


def example(network, size, seed=0) -> torch.Tensor:
    """A batch of one for the network: of its dtype, on its device; tokens for a size (L,)."""
    values = [*network.parameters(), *network.buffers()]
    if any(torch.nn.parameter.is_lazy(p) for p in values):
        raise ReceptiveFieldError("the network has lazy layers whose shapes are not known yet: run it once "
                                  "on an image, then ask again")
    first = next((p for p in values if p.is_floating_point()), torch.empty(0))
    tokens = len(size) == 1
    if first.is_meta:
        return torch.empty(1, *size, dtype=torch.long if tokens else first.dtype, device="meta")
    generator = torch.Generator().manual_seed(seed)
    if tokens:
        count = next((m.num_embeddings for m in network.modules()
                      if isinstance(m, (torch.nn.Embedding, torch.nn.EmbeddingBag))), 2)
        return torch.randint(count, (1, *size), generator=generator).to(first.device)
    return torch.rand(1, *size, generator=generator).to(first.device, first.dtype)


def probed(tensors, bright: bool) -> list[torch.Tensor]:
    """Inputs for brute force, a batch of one each, black or of random greys; tokens and masks keep their numbers."""
    generator, found = torch.Generator().manual_seed(7), []
    for tensor in tensors:
        base = tensor[:1].cpu()
        if base.is_floating_point():
            base = torch.zeros(base.shape, dtype=torch.float64)
            if bright:
                base = base + 0.5 + torch.rand(base.shape, generator=generator, dtype=torch.float64)
        found.append(base)
    return found


def altered(line, more):
    """Other numbers in the place of some: larger ones, the other truth, the token before or after."""
    if line.is_floating_point():
        return line + more
    return ~line if line.dtype == torch.bool else torch.where(line > 0, line - 1, line + 1)
