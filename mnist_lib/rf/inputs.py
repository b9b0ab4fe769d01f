"""What a network is run on: sizes, tensors and constants, as a user gives them, and the call that they make."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import torch

from .arguments import Arguments, Place, bound, parameters, with_places
from .geometry import ReceptiveFieldError
from .snapshot import left_as_found
from .space import Input, Space, channels_last, image_size, is_size, readings

_SPATIAL = re.compile(r"^(Lazy)?(Conv|ConvTranspose|MaxPool|AvgPool|BatchNorm|InstanceNorm|AdaptiveAvgPool|"
                      r"AdaptiveMaxPool|ReflectionPad|ReplicationPad|ConstantPad|ZeroPad|CircularPad)([123])d$")
_EMBEDDINGS = (torch.nn.Embedding, torch.nn.EmbeddingBag)
_IN_TIME = (torch.nn.RNNBase, torch.nn.MultiheadAttention, torch.nn.TransformerEncoderLayer)


@dataclass(frozen=True)
class How:
    """How examples are made of sizes: the order of their axes, and what numbers they are."""

    layout: str | dict = ""
    dtype: torch.dtype | None = None
    device: torch.device | str | None = None

    def last(self, name) -> bool:
        """Whether the channels of an input come last."""
        return channels_last(self.layout.get(name, "") if isinstance(self.layout, dict) else self.layout)


def run_on(network, input_size=None, inputs=None, layout="", dtype=None,
           device=None) -> tuple[Space, list[torch.Tensor]]:
    """What a network is run on: the space of its inputs, with the call, and a tensor for each.

    Raises ValueError where neither size nor inputs are given, or both, or they cannot be meant.
    """
    if (input_size is None) == (inputs is None):
        raise ValueError("input_size is needed, (channels, height, width), or inputs, one of the two")
    given, how = input_size if inputs is None else inputs, How(layout, dtype, device)
    if any(torch.nn.parameter.is_lazy(p) for p in (*network.parameters(), *network.buffers())):
        raise ReceptiveFieldError("the network has lazy layers whose shapes are not known yet: run it once "
                                  "on an image, then ask again")
    if isinstance(given, (dict, torch.Tensor)) or _several(given):
        return _called(network, given, how)
    return _of_one_size(network, given, how)


def _several(given) -> bool:
    """Whether something is a list of inputs, not one size."""
    return isinstance(given, (list, tuple)) and not is_size(given) and any(
        isinstance(each, (torch.Tensor, dict, list, tuple)) for each in given)


# One size ------------------------------------------------------------------------------------

def _of_one_size(network, given, how):
    """An image of a size: as it is given, or with the channels of the first convolution, as the network can be run."""
    dimension, channels = first_layer(network)
    size = image_size(given)
    options = [(size, how)]
    if how.last("image"):
        pass
    elif len(size) == 1 and dimension in (0, None) and how.dtype is None:
        tokens = (size, replace(how, dtype=torch.long))
        options = [tokens] if dimension == 0 else [(size, how), tokens]
    elif len(size) == dimension:
        options.append(((channels, *size), how))
    elif len(size) == 2 and not dimension:
        options.append(((channels, *size), how))
        if any(p.dim() == 4 for p in network.parameters()):
            options.reverse()
    fitting = [o for o in options if not dimension or len(o[0]) == dimension + 1 or how.last("image")]
    if len(options) > 1 or not fitting:
        found = next((o for o in options if _runs(network, *_call(network, [o[0]], o[1]))), None)
        if found is None and not fitting:
            raise ValueError(f"input_size {readings(size, dimension)}")
        options = [found or fitting[-1 if len(size) == dimension else 0]]
    return _call(network, [options[0][0]], options[0][1])


def first_layer(network) -> tuple[int | None, int]:
    """The dimension of the first layer that has one (an embedding's is 0), and the channels that come in."""
    dimension, channels = None, None
    for module in network.modules():
        found = 0 if isinstance(module, _EMBEDDINGS) else _dimension(module)
        dimension = found if dimension is None else dimension
        if channels is None and isinstance(module, torch.nn.modules.conv._ConvNd):
            channels = module.in_channels
    return dimension, channels or 1


def _dimension(module) -> int | None:
    found = [_SPATIAL.match(kind.__name__) for kind in type(module).__mro__]
    return next((int(match[3]) for match in found if match), None)


class _Unbatched(Exception):
    """The first layer takes the batch for channels."""


def _runs(network, space, tensors) -> bool:
    """Whether a network runs on inputs, with a batch in front where its first layer looks; it is left as it was."""
    first = next((m for m in network.modules() if _dimension(m)), None)

    def look(module, args):
        if args and isinstance(args[0], torch.Tensor) and args[0].dim() != _dimension(module) + 2:
            raise _Unbatched

    with left_as_found(network), torch.no_grad():
        watch = None if first is None else first.register_forward_pre_hook(look)
        try:
            args, kwargs = space.call.fill(tensors)
            network(*args, **kwargs)
        except Exception:
            return False
        finally:
            if watch is not None:
                watch.remove()
    return True


def unlikely(network, space) -> str:
    """What to say of a sequence (channels, length) whose length is the width of the layer that reads it."""
    if len(space.inputs) > 1 or space.inputs[0].last or len(space.inputs[0].size) != 2:
        return ""
    first = next((m for m in network.modules() if _dimension(m) or isinstance(m, _IN_TIME)), None)
    width = next((getattr(first, name) for name in ("input_size", "embed_dim") if hasattr(first, name)), None)
    if isinstance(first, torch.nn.TransformerEncoderLayer):
        width = first.self_attn.embed_dim
    channels, length = space.inputs[0].size
    if width != length or width == channels:
        return ""
    return (f"read as {channels} channels of length {length}, although {type(first).__name__} takes {width} numbers a "
            'step: if time comes first, give layout="TF"')


# Several inputs, tensors and constants -------------------------------------------------------

def _called(network, given, how):
    """The call of inputs by name, in order, or of one tensor; a rank that cannot be meant is refused."""
    space, tensors = _call(network, given, how)
    dimension = first_layer(network)[0]
    if len(tensors) == 1 and isinstance(given, torch.Tensor) and dimension and not how.last("image") and (
            given.dim() != dimension + 2 and not _runs(network, space, tensors)):
        raise ValueError(f"inputs: a tensor of shape {readings(tuple(given.shape), dimension, batched=True)}")
    return space, tensors


def _call(network, given, how):
    """The space and the tensors of a call."""
    known = parameters(network)
    if isinstance(given, torch.Tensor):
        given = [given]
    if not given:
        raise ValueError("inputs is empty: give a size or a tensor for each, as {'image': (3, 224, 224)}")
    args, kwargs, names = bound(known, given)
    single = not isinstance(given, dict) and len(given) == 1
    entries, tensors, made = [], [], []

    def placed(leaf, path):
        name = "image" if single and len(path) == 1 else path[0] + "".join(f"[{key}]" for key in path[1:])
        size = leaf.shape[1:] if isinstance(leaf, torch.Tensor) else tuple(leaf)
        entries.append(Input(name, tuple(size), max(1, len(size) - 1), how.last(name)))
        tensors.append(leaf)
        made.append(not isinstance(leaf, torch.Tensor))
        return Place(len(tensors) - 1)

    args = tuple(with_places(value, (name,), placed) for name, value in zip(names, args))
    kwargs = {name: with_places(value, (name,), placed) for name, value in kwargs.items()}
    if not tensors:
        raise ValueError("inputs has nothing to follow: none of them has a size or a shape (batch, channels, ...); "
                         f"what is given is {given!r}")
    batch = next((len(t) for t, new in zip(tensors, made) if not new), 1)
    space = Space(tuple(entries), Arguments(args, kwargs, batch))
    return space, _examples(network, space, tensors, made, how)


def _examples(network, space, tensors, made, how):
    """Examples in the place of sizes: one number for each token of a size (length,), if the network has embeddings."""
    counts = [m.num_embeddings for m in network.modules() if isinstance(m, _EMBEDDINGS)]
    tokens = [new and (not how.dtype.is_floating_point if how.dtype else len(size) == 1 and bool(counts))
              for new, size in zip(made, tensors)]
    found = [example(network, size, place, replace(how, dtype=how.dtype or torch.long) if whole else how)
             if new else size for place, (size, new, whole) in enumerate(zip(tensors, made, tokens))]
    if not any(tokens):
        return found
    ranges = [min(counts, default=2)] * len(found)
    if len(set(counts)) > 1:
        ranges = _ranges(network, space, found, ranges)
    for place, (whole, count) in enumerate(zip(tokens, ranges)):
        if whole and not found[place].is_meta and found[place].dtype != torch.bool:
            generator = torch.Generator().manual_seed(place)
            found[place] = torch.randint(count, found[place].shape, generator=generator).to(found[place])
    return found


def _ranges(network, space, tensors, ranges):
    """The number of embeddings in the table that looks up each tensor, where one looks it up as it is."""
    found = list(ranges)

    def look(module, args):
        for place, tensor in enumerate(tensors):
            if args and args[0] is tensor:
                found[place] = module.num_embeddings

    watches = [m.register_forward_pre_hook(look) for m in network.modules() if isinstance(m, _EMBEDDINGS)]
    try:
        _runs(network, space, tensors)
    finally:
        for watch in watches:
            watch.remove()
    return found


def example(network, size, seed=0, how=How()) -> torch.Tensor:
    """A batch of one for the network: of its dtype, on its device; whole numbers are zeros, masks let all through."""
    first = next((p for p in (*network.parameters(), *network.buffers()) if p.is_floating_point()), torch.empty(0))
    dtype, device = how.dtype or first.dtype, how.device or first.device
    if not dtype.is_floating_point:
        return torch.full((1, *size), dtype == torch.bool, dtype=dtype, device=device)
    if torch.device(device).type == "meta":
        return torch.empty(1, *size, dtype=dtype, device="meta")
    return torch.rand(1, *size, generator=torch.Generator().manual_seed(seed)).to(device, dtype)


# Brute force ---------------------------------------------------------------------------------

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
