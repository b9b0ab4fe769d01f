"""The receptive-field table of a plain list of layers, one after another. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod

from .geometry import Geometry, ReceptiveFieldError
from .layers import Layer, stands_first
from .row import Extent, Row
from .space import image_size
from .table import Table
from .taps import inside, transposed, window

_WINDOWS = ("conv", "max_pool", "avg_pool", "crop")  # a crop is a window of one pixel with negative padding
_PLAIN = ("relu", "batchnorm", "dropout", "identity", "softmax", "log_softmax")


def field_of_layers(layers, input_size=None, title=None) -> Table:
    """The table of a chain of ``Layer`` records.

    ``layers`` is a list of them, or of (name, layer) pairs, or an ``Architecture``, whose
    units are spelled out. Unnamed layers are called after their operation and numbered:
    conv1, conv2, max_pool1. ``input_size`` is (C, H, W), or (H, W) for one channel; (C, D, H, W)
    of a volume; (C, L) of a sequence, where the layers say so: ``conv(8, (3,))``.

    Raises ReceptiveFieldError, naming the layer, for an unknown operation and for a map that
    shrinks to nothing; ValueError for an impossible input size.
    """
    named, title, own_size = _named(layers, title)
    shared: dict = {}
    dimension = next((len(v) for _, layer in named for v in _settings(layer) if isinstance(v, tuple)), None)
    size = image_size(own_size if input_size is None else input_size)
    size = (1, *size) if len(size) == (dimension or 2) else size
    if len(size) == 1:
        raise ValueError(f"input_size {size} is that of a sequence; give (channels, height, width)")
    channels, plan, rows = size[0], (), []
    lines = {n: Geometry(n) for n in size[1:]}
    maps = tuple(lines[n] for n in size[1:])  # one object for equal axes, so that they are worked out once
    for name, layer in named:
        before, ch_in = maps, channels
        settings, steps = _steps(name, layer, maps)
        try:
            if steps:
                maps = _apply(maps, steps)
            own = stands_first(layer, channels, shared)
        except ValueError as error:
            raise ReceptiveFieldError(f"layer {name!r} ({layer.op}): {error}") from None
        if layer.op in ("conv", "conv_transpose"):
            channels = layer.channels or channels
        if layer.op == "flatten":
            channels, maps = channels * prod(g.size for g in maps), tuple(map(_flat, maps))
        plan = (*plan, steps) if steps else plan
        parameters, products = _costs(layer, ch_in, channels, before, maps)
        rows.append(Row(name, layer.op, before, maps, ChainExtents(plan, size[1:], layer.op == "flatten"),
                        () if layer.op == "flatten" else tuple(g.size for g in maps), ch_in, channels,
                        parameters=parameters * own, multiply_adds=products, plain=not steps,
                        dims=tuple(range(2, 2 + len(maps))), **settings))
    return Table(title, size, tuple(rows))


def _named(layers, title):
    """The (name, layer) pairs, a title, and the input size where the layers know their own."""
    if hasattr(layers, "layers"):
        return layers.layers, title or layers.name, layers.input_size
    named, seen = [], {}
    for entry in layers:
        name, layer = entry if isinstance(entry, tuple) else (None, entry)
        if not isinstance(layer, Layer):
            raise TypeError(f"a list of layers holds Layer records (mnist_lib.rf.layers), not {layer!r}")
        seen[layer.op] = seen.get(layer.op, 0) + 1
        named.append((name or f"{layer.op}{seen[layer.op]}", layer))
    return named, title or "a list of layers", None


def _settings(layer):
    return (layer.kernel, layer.stride, layer.padding, layer.dilation, layer.output_padding)


def _steps(name, layer, maps):
    """What the table prints of a layer, and for each axis the method of Geometry it stands for."""
    count = len(maps)
    if layer.op in _PLAIN or layer.op == "flatten":
        return {}, ()
    if layer.op == "global_avg_pool":
        kernel = tuple(g.size for g in maps)
        return (dict(kernel=kernel, stride=kernel, padding=(0,) * count, dilation=(1,) * count),
                tuple(("through", n, n) for n in kernel))
    if layer.op not in (*_WINDOWS, "conv_transpose"):
        raise ReceptiveFieldError(f"layer {name!r}: no rule for the operation {layer.op!r}; a list of layers "
                                  f"may hold {', '.join((*_WINDOWS, *_PLAIN))}, conv_transpose, "
                                  "global_avg_pool and flatten. For anything else, pass the torch module")

    def each(value):
        value = (value,) * count if isinstance(value, int) else tuple(value)
        if len(value) != count:
            raise ReceptiveFieldError(f"layer {name!r}: a setting has {len(value)} numbers, but the input "
                                      f"{count} {'axis' if count == 1 else 'axes'}; give one for each")
        return value

    kernel, stride, dilation = each(layer.kernel), each(layer.stride), each(layer.dilation)
    padding = _same_padding(name, kernel, stride, dilation) if layer.padding == "same" else each(
        0 if layer.padding == "valid" else layer.padding)
    settings = dict(kernel=kernel, stride=stride, padding=padding, dilation=dilation)
    windows = tuple(zip(kernel, stride, padding, dilation))
    if layer.op == "conv_transpose":
        return settings, tuple(("transposed", *w, e) for w, e in zip(windows, each(layer.output_padding)))
    return settings, tuple(("through", *w, layer.ceil_mode) for w in windows)


def _same_padding(name, kernel, stride, dilation):
    if set(stride) != {1}:
        raise ReceptiveFieldError(f"layer {name!r}: padding 'same' needs stride 1, not {stride}")
    padding = tuple(d * (k - 1) / 2 for k, d in zip(kernel, dilation))
    if any(p % 1 for p in padding):
        raise ReceptiveFieldError(f"layer {name!r}: padding 'same' of an even span is not the same on "
                                  "both sides; give a number, or pass the torch module")
    return tuple(map(int, padding))


def _apply(maps, steps):
    """All axes through a layer; once only where they are the same (square maps, square windows)."""
    done, after = {}, []
    for geometry, step in zip(maps, steps):
        key = (id(geometry), step)
        if key not in done:
            method, *numbers = step
            done[key] = getattr(geometry, method)(*numbers)
        after.append(done[key])
    return tuple(after)


def _flat(geometry):
    """The geometry of all units of a map read as one vector."""
    field = geometry.sees(geometry.size - 1)[1] - geometry.sees(0)[0] + 1
    return Geometry(1, None, field, None)


def _costs(layer, ch_in, ch_out, before, after):
    """Parameters and, for one image, multiply-adds of a layer."""
    if layer.op == "batchnorm":
        return 2 * ch_out, 0
    if layer.op not in ("conv", "conv_transpose"):
        return 0, 0
    kernel = (layer.kernel,) * len(after) if isinstance(layer.kernel, int) else layer.kernel
    weights = prod(kernel) * ch_in * ch_out
    places = after if layer.op == "conv" else before
    return weights + layer.bias * ch_out, weights * prod(g.size for g in places)


@dataclass(frozen=True)
class ChainExtents:
    """The exact fields behind some layers of a chain, worked out when they are asked for."""

    plan: tuple
    size: tuple[int, ...]
    flat: bool = False

    @property
    def axes(self) -> tuple[Extent, ...]:
        """The exact fields along each axis of the image."""
        return _extents(self)


@lru_cache(maxsize=1024)
def _extents(extents: ChainExtents) -> tuple[Extent, ...]:
    if extents.flat:
        whole = _extents(ChainExtents(extents.plan, extents.size))
        return tuple(Extent((), (min(e.first),), (max(e.last),)) for e in whole)
    if not extents.plan:
        return tuple(_extent(axis, len(extents.size), range(n), range(n)) for axis, n in enumerate(extents.size))
    before = _extents(ChainExtents(extents.plan[:-1], extents.size))
    after = []
    for axis, ((method, *numbers), extent) in enumerate(zip(extents.plan[-1], before)):
        n = len(extent.first)
        reach = (window if method == "through" else transposed)(n, *numbers)
        first, last = [], []
        for unit in range(reach.size):
            read = [t for t in reach.taps(unit) if inside(t, n, reach.border) is not None]
            read = [t for t in read if extent.first[t] <= extent.last[t]]
            first.append(min((extent.first[t] for t in read), default=1))
            last.append(max((extent.last[t] for t in read), default=0))
        after.append(_extent(axis, len(before), first, last))
    return tuple(after)


def _extent(axis, count, first, last) -> Extent:
    shape = tuple(len(first) if a == axis else 1 for a in range(count))
    return Extent(shape, tuple(first), tuple(last))
