"""One row of a receptive-field table: a layer, its maps before and after, and what its units see. No torch."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import formats
from .geometry import Geometry


@dataclass(frozen=True)
class Extent:
    """What all units of a map really see along one axis of the image, clipped to it.

    ``shape`` is the map's shape, with 1 for an axis along which nothing changes; ``first`` and
    ``last`` are the first and last pixel of each unit, in row-major order. A unit that sees
    nothing has first > last.
    """

    shape: tuple[int, ...]
    first: tuple[int, ...]
    last: tuple[int, ...]

    def of(self, unit: tuple[int, ...]) -> tuple[int, int] | None:
        """The first and last pixel that the unit sees; None if it sees none."""
        place = 0
        for index, size in zip(unit, self.shape):
            place = place * size + (index if size > 1 else 0)
        first, last = self.first[place], self.last[place]
        return (first, last) if first <= last else None

    @property
    def widest(self) -> int:
        """The largest number of pixels, first to last, that any unit sees."""
        return max((b - a + 1 for a, b in zip(self.first, self.last) if a <= b), default=0)


@dataclass(frozen=True)
class Row:
    """One layer, as executed. Tuples have a part for each axis, (height, width); lengths are in pixels of the image.

    ``name`` is the module's qualified name; what is called as a function ends in ``()`` and
    carries the name of the module that calls it. ``call`` counts a module's uses; ``times`` is how often
    a loop repeats it, where its last call stands for all. ``input``
    and ``output`` are geometries; where the units of a map do not stand in a line any more
    (tokens, flattened maps) their ``jump`` and ``start`` are None. ``multiply_adds`` counts
    convolutions and matrix products, for one image. ``plain`` says that nothing moves.
    """

    name: str
    op: str
    input: tuple[Geometry, ...]
    output: tuple[Geometry, ...]
    extents: object  # anything with .axes, an Extent for each axis
    shape: tuple[int, ...]  # of the map: (height, width), (tokens,) or () for one number a channel
    ch_in: int
    ch_out: int
    call: int = 1
    calls: int = 1
    times: int = 1
    kernel: tuple | str | None = None
    stride: tuple | str | None = None
    padding: tuple | str | None = None
    dilation: tuple | str | None = None
    parameters: int = 0
    multiply_adds: int = 0
    notes: tuple[str, ...] = ()
    plain: bool = False
    dims: tuple[int, ...] = (2, 3)  # of the layer's output tensor, those that ``shape`` counts

    @property
    def label(self) -> str:
        """The name, with ``#2`` behind it at a module's second use, and ``× 800`` where a loop repeats it."""
        use = f"#{self.call}" if self.calls > 1 else ""
        return f"{self.name}{use} × {self.times}" if self.times > 1 else self.name + use

    @property
    def block(self) -> str:
        """The qualified name without its last part; empty for a layer that stands by itself."""
        return self.name.rpartition(".")[0]

    def of(self, axes) -> Row:
        """The row with some of its axes only."""
        parts = [tuple(part[axis] for axis in axes) for part in (self.input, self.output, self.extents.axes)]
        return replace(self, input=parts[0], output=parts[1], extents=Extents(parts[2]))

    def __getattr__(self, column):
        if column in formats.COLUMNS and not column.startswith("_"):
            return formats.value(self, column)
        raise AttributeError(column)


@dataclass(frozen=True)
class Extents:
    """The exact fields of a map along each axis of the inputs."""

    axes: tuple[Extent, ...]


def output_name(module: str, key: str) -> str:
    """What one of several maps that a module returns is called: "out" and "[1]" of the network, "head[1]" of a part."""
    return key if not module else f"{module}{key}" if key[:1] == "[" else f"{module}[{key}]"


def unit_of(row: Row, unit) -> tuple[int, ...]:
    """The unit's index as a tuple of the map's dimensions; None stands for the central unit."""
    if unit is None:
        return tuple(size // 2 for size in row.shape)
    index = (unit,) if isinstance(unit, int) else tuple(unit)
    if len(index) > len(row.shape) and not any(index[len(row.shape):]):
        index = index[:len(row.shape)]  # a map of one unit may be asked for (0, 0)
    if len(index) != len(row.shape) or not all(-n <= i < n for i, n in zip(index, row.shape)):
        raise IndexError(f"{row.label} has no unit {unit}: its map is "
                         + (" x ".join(map(str, row.shape)) or "a single unit"))
    return tuple(i % n for i, n in zip(index, row.shape))
