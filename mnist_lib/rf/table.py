"""The receptive-field table: one row a layer, to look up, to print and to save. No torch.

``receptive_field`` (``calculator.py``) and ``field_of_layers`` (``chain.py``) return a
:class:`Table`. It holds numbers and names only, no tensor and no module, so it can be pickled.
Chapter: ``book/receptive-field.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

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
    """One layer, as executed. Pairs are (height, width); lengths are in pixels of the image.

    ``name`` is the module's qualified name; what is called as a function ends in ``()`` and
    carries the name of the module that calls it. ``call`` counts a module's uses. ``input``
    and ``output`` are geometries; where the units of a map do not stand in a line any more
    (tokens, flattened maps) their ``jump`` and ``start`` are None. ``multiply_adds`` counts
    convolutions and matrix products, for one image. ``plain`` says that nothing moves.
    """

    name: str
    op: str
    input: tuple[Geometry, Geometry]
    output: tuple[Geometry, Geometry]
    extents: object  # anything with .axes, a pair of Extent
    shape: tuple[int, ...]  # of the map: (height, width), (tokens,) or () for one number a channel
    ch_in: int
    ch_out: int
    call: int = 1
    calls: int = 1
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
        """The name, with ``#2`` behind it at a module's second use."""
        return f"{self.name}#{self.call}" if self.calls > 1 else self.name

    @property
    def block(self) -> str:
        """The qualified name without its last part; empty for a layer that stands by itself."""
        return self.name.rpartition(".")[0]

    def __getattr__(self, column):
        if column in formats.COLUMNS and not column.startswith("_"):
            return formats.value(self, column)
        raise AttributeError(column)


@dataclass(frozen=True)
class Extents:
    """The exact fields of a map along the image's two axes."""

    axes: tuple[Extent, Extent]


@dataclass(frozen=True)
class Table:
    """The receptive fields of a network's layers, in the order they were executed.

    Printing it gives aligned text, a notebook shows it as HTML; both leave out the layers that
    move nothing (batch normalization, ReLU, ...) and the columns that would be empty.
    ``to_frame``, ``to_csv`` and ``to_dict`` have everything. ``blocks`` are the modules that
    contain others, and the network itself under the empty name: ``at`` finds them too.
    """

    title: str
    input_size: tuple[int, int, int]
    rows: tuple[Row, ...]
    blocks: tuple[Row, ...] = field(default=(), repr=False)
    convention: str = ""

    def __repr__(self) -> str:
        return self.to_text()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __getitem__(self, index) -> Row:
        return self.rows[index]

    def at(self, name: str) -> Row:
        """The row of a layer, or of a block, by its qualified name, as ``"layer4.1.conv2"``.

        A layer used several times is ``"conv#1"``, ``"conv#2"``, ...; without a number its
        last use is meant. Raises KeyError with the nearest names.
        """
        for rows in (self.rows, self.blocks):
            found = [row for row in rows if name in (row.label, row.name, f"{row.name}#{row.call}")]
            if found:
                return found[-1]
        from difflib import get_close_matches

        names = [row.label for row in (*self.rows, *self.blocks)]
        near = get_close_matches(name, names, 5, 0.4) or names[:5]
        raise KeyError(f"no layer is called {name!r}; there are for example " + ", ".join(near))

    def interval(self, layer: str, unit=None) -> tuple:
        """The pixels that one unit of a layer sees: ((top, bottom), (left, right)), inclusive.

        Clipped to the image: what padding adds is not counted. ``unit`` is (row, column), for
        tokens one number, and the central unit if it is not given; negative numbers count from
        the end. Pixels between may be unseen where strides leave gaps. An axis is None where
        the unit sees nothing. Raises KeyError for the layer, IndexError for the unit.
        """
        row = self.at(layer)
        unit = unit_of(row, unit)
        return tuple(extent.of(unit) for extent in row.extents.axes)

    @property
    def parameters(self) -> int:
        """Parameters that the executed layers use, each counted once."""
        return sum(row.parameters for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of all convolutions and matrix products, for one image."""
        return sum(row.multiply_adds for row in self.rows)

    def to_dict(self, columns="full", plain=True) -> dict:
        """Plain numbers, strings and lists, ready for JSON: the settings, and a dict a row."""
        return formats.as_dict(self, columns, plain)

    def to_frame(self, columns="full", plain=True):
        """A pandas DataFrame, one row a layer. Raises ImportError without pandas."""
        import pandas

        return pandas.DataFrame(self.to_dict(columns, plain)["rows"])

    def to_markdown(self, columns="compact", plain=False) -> str:
        """A Markdown table; ``columns`` is "compact", "full" or a list of names."""
        return formats.as_markdown(self, columns, plain)

    def to_csv(self, columns="full", plain=True) -> str:
        """Comma-separated text with a header line."""
        return formats.as_csv(self, columns, plain)

    def to_text(self, columns="compact", plain=False) -> str:
        """Aligned text for a terminal."""
        return formats.as_text(self, columns, plain)

    def to_html(self, columns="compact", plain=False) -> str:
        """An HTML table with a caption and header cells that say what they head."""
        return formats.as_html(self, columns, plain)

    __str__ = to_text
    _repr_html_ = to_html

    def plot(self, image, layer: str, unit=None, ax=None):
        """Draw the field of one unit on an image, (H, W) or (C, H, W); returns the axes."""
        from .plots import plot_field

        return plot_field(self, image, layer, unit, ax)

    def grow(self, ax=None):
        """Draw the field's growth from layer to layer; returns the axes."""
        from .plots import plot_growth

        return plot_growth(self, ax)


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


def number(value):
    """A whole number as int, anything else as float; None stays."""
    if value is None or isinstance(value, int):
        return value
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else float(value)
