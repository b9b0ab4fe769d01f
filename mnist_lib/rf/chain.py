"""The receptive-field table of a plain list of layers, one after another."""

from __future__ import annotations

from math import prod

from .geometry import Geometry, ReceptiveFieldError
from .intervals import of_image
from .layers import Layer, stands_first
from .maps import extents_of
from .row import Extent, Extents, Row
from .space import image_size
from .table import Table
from .taps import transposed, window
from .windows import read

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
    maps, channels, flat, rows = tuple(map(Geometry, size[1:])), size[0], False, []
    lines = [of_image((1, 1, n)) for n in size[1:]]  # each axis by itself
    for name, layer in named:
        before, sizes, ch_in = maps, tuple(g.size for g in maps), channels
        settings, laws = _laws(name, layer, sizes)
        try:
            if any(law.size < 1 for law in laws):
                raise ReceptiveFieldError(f"a map of {' × '.join(map(str, sizes))} shrinks to nothing")
            maps = tuple(line.read(law) for line, law in zip(maps, laws)) if laws else maps
            own = stands_first(layer, channels, shared)
        except ValueError as error:
            raise ReceptiveFieldError(f"layer {name!r} ({layer.op}): {error}") from None
        lines = [read(line, 2, law) for line, law in zip(lines, laws)] if laws else lines
        if layer.op in ("conv", "conv_transpose"):
            channels = layer.channels or channels
        if layer.op == "flatten":
            channels, maps, flat = channels * prod(sizes), tuple(map(_flat, maps)), True
        after = tuple(g.size for g in maps)
        parameters, products = _costs(layer, ch_in, channels, sizes, after)
        rows.append(Row(name, layer.op, before, maps, _extents(lines, flat), () if flat else after, ch_in,
                        channels, parameters=parameters * own, multiply_adds=products, plain=not laws,
                        dims=tuple(range(2, 1 + len(size))), **settings))
    return Table(title, size, tuple(rows))


def _flat(line):
    """The geometry of all units of a map read as one vector."""
    return Geometry(1, None, line.sees(line.size - 1)[1] - line.sees(0)[0] + 1, None)


def _extents(lines, flat) -> Extents:
    """The exact fields of a map, or of all its units read as one vector."""
    found = []
    for axis, line in enumerate(lines):
        extent = extents_of(line, () if flat else (2,)).axes[0]
        shape = () if flat else tuple(extent.shape[0] if a == axis else 1 for a in range(len(lines)))
        found.append(Extent(shape, extent.first, extent.last))
    return Extents(tuple(found))


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


def _laws(name, layer, sizes):
    """What the table prints of a layer, and for each axis what its units read."""
    count = len(sizes)
    if layer.op in _PLAIN or layer.op == "flatten":
        return {}, ()
    if layer.op == "global_avg_pool":
        return (dict(kernel=sizes, stride=sizes, padding=(0,) * count, dilation=(1,) * count),
                tuple(window(n, n, n) for n in sizes))
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
    windows = zip(sizes, kernel, stride, padding, dilation)
    if layer.op == "conv_transpose":
        return settings, tuple(transposed(*numbers, more) for numbers, more in zip(windows, each(layer.output_padding)))
    return settings, tuple(window(*numbers, layer.ceil_mode) for numbers in windows)


def _same_padding(name, kernel, stride, dilation):
    if set(stride) != {1}:
        raise ReceptiveFieldError(f"layer {name!r}: padding 'same' needs stride 1, not {stride}")
    padding = tuple(d * (k - 1) / 2 for k, d in zip(kernel, dilation))
    if any(p % 1 for p in padding):
        raise ReceptiveFieldError(f"layer {name!r}: padding 'same' of an even span is not the same on "
                                  "both sides; give a number, or pass the torch module")
    return tuple(map(int, padding))


def _costs(layer, ch_in, ch_out, before, after):
    """Parameters and, for one image, multiply-adds of a layer."""
    if layer.op == "batchnorm":
        return 2 * ch_out, 0
    if layer.op not in ("conv", "conv_transpose"):
        return 0, 0
    kernel = (layer.kernel,) * len(after) if isinstance(layer.kernel, int) else layer.kernel
    weights = prod(kernel) * ch_in * ch_out
    places = after if layer.op == "conv" else before
    return weights + layer.bias * ch_out, weights * prod(places)
