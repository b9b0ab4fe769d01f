"""The receptive-field table: one row a layer, to look up, to print and to save. No torch.

``receptive_field`` (``calculator.py``) and ``field_of_layers`` (``chain.py``) return a
:class:`Table`. It holds numbers and names only, no tensor and no module, so it can be pickled.
Chapter: ``book/learn/receptive-field.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mnist_lib import need

from ..files import ready_to_write
from . import formats
from .graph import Graph, chain
from .row import Row, unit_of
from .space import Space, of_size


@dataclass(frozen=True)
class Table:
    """The receptive fields of a network's layers, in the order they were executed.

    Printing it gives aligned text, a notebook shows it as HTML; both leave out the layers that
    move nothing (batch normalization, ReLU, ...) and the columns that would be empty.
    ``to_frame``, ``to_csv`` and ``to_dict`` have everything. ``blocks`` are the modules that
    contain others, and the network itself under the empty name: ``at`` finds them too. Of a
    network with several inputs, ``input_size`` is a dict, each input has its own columns, and
    ``of("mask")`` is the table of one. ``outputs`` has a row for each map that the network returns,
    by its key ("out", "[1]"; "" for one alone), and ``parts`` for those of a module that returns several
    ("head[1]"). ``unused`` names the parameters that the forward does not use, ``graph`` tells
    which rows read which.
    """

    title: str
    input_size: tuple[int, ...] | dict
    rows: tuple[Row, ...]
    blocks: tuple[Row, ...] = field(default=(), repr=False)
    convention: str = ""
    space: Space = field(default=None, repr=False)
    unused: tuple[str, ...] = ()
    graph: Graph = field(default=None, repr=False)
    outputs: tuple[Row, ...] = field(default=(), repr=False)
    parts: tuple[Row, ...] = field(default=(), repr=False)

    def __post_init__(self):
        if self.space is None:
            object.__setattr__(self, "space", of_size(self.input_size))
        if self.graph is None:
            object.__setattr__(self, "graph", chain(len(self.rows)))
        if not self.outputs:
            object.__setattr__(self, "outputs", tuple(replace(row, name="", call=1, calls=1) for row in self.rows[-1:]))

    def __repr__(self) -> str:
        return self.to_text()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __getitem__(self, index) -> Row:
        return self.rows[index]

    def at(self, name: str) -> Row:
        """The row of a layer or a block by its qualified name, as ``"layer4.1.conv2"``, or of an output by its key.

        A layer used several times is ``"conv#1"``, ``"conv#2"``, ...; without a number its
        last use is meant. "" is what the network returns, the first map of several; ``"out"``
        and ``"[1]"`` are each, ``"head[1]"`` those of a module. A layer of the same name comes
        first: then ``"[out]"`` is the output. Raises KeyError with the nearest names.
        """
        for rows in (self.rows, self.blocks, self.parts, self.outputs):
            found = [row for row in rows if name in (row.label, row.name, f"{row.name}#{row.call}")
                     or rows is self.outputs and name == f"[{row.name}]"]
            if found:
                return found[-1]
        from difflib import get_close_matches

        names = [row.label for row in (*self.rows, *self.blocks, *self.parts, *self.outputs)]
        near = get_close_matches(name, names, 5, 0.4) or names[:5]
        raise KeyError(f"no layer is called {name!r}; there are for example " + ", ".join(near))

    def of(self, name: str) -> Table:
        """The table of one of several inputs, by its name. Raises KeyError for a name that no input has."""
        for group, each in zip(self.space.groups, self.space.inputs):
            if each.name == name:
                parts = {name: tuple(row.of(group) for row in getattr(self, name))
                         for name in ("rows", "blocks", "outputs", "parts")}
                return replace(self, input_size=each.size, space=Space((each,)), **parts)
        raise KeyError(f"no input is called {name!r}; there are " + ", ".join(i.name for i in self.space.inputs))

    def interval(self, layer: str, unit=None) -> tuple | dict:
        """The pixels that one unit of a layer sees: ((top, bottom), (left, right)), inclusive.

        A pair for each axis: one of a sequence, three of a volume; of several inputs a dict by name.

        Clipped to the image: what padding adds is not counted. ``unit`` is (row, column), for
        tokens one number, and the central unit if it is not given; negative numbers count from
        the end. Pixels between may be unseen where strides leave gaps. An axis is None where
        the unit sees nothing. Raises KeyError for the layer, IndexError for the unit.
        """
        row = self.at(layer)
        unit = unit_of(row, unit)
        return self.space.by_input(tuple(extent.of(unit) for extent in row.extents.axes))

    @property
    def parameters(self) -> int:
        """Parameters that the executed layers use, each counted once."""
        return sum(row.parameters for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of all convolutions and matrix products, for one image."""
        return sum(row.multiply_adds for row in self.rows)

    def to_dict(self, columns="full", plain=True, *, intervals=False, **shown) -> dict:
        """Plain numbers, strings and lists, ready for JSON: the settings, and a dict for each row, output and block.

        With ``intervals`` also the first and last pixel of every unit, along each axis; an axis's
        ``shape`` has 1 where nothing changes.
        """
        return formats.as_dict(self, formats.View(columns, plain, **shown), intervals)

    def to_frame(self, columns="full", plain=True, **shown):
        """A pandas DataFrame, one row a layer; MissingExtra says what to install without pandas."""
        return need("pandas").DataFrame(self.to_dict(columns, plain, **shown)["rows"])

    def to_markdown(self, columns="compact", plain=False, **shown) -> str:
        """A Markdown table, as ``to_text``."""
        return formats.as_markdown(self, formats.View(columns, plain, outputs=True, **shown))

    def to_csv(self, columns="full", plain=True, **shown) -> str:
        """Comma-separated text with a header line, as ``to_text``."""
        return formats.as_csv(self, formats.View(columns, plain, **shown))

    def to_text(self, columns="compact", plain=False, **shown) -> str:
        """Aligned text for a terminal.

        ``columns`` is "compact", "full" or a list of names; ``plain``: also layers that move
        nothing. ``depth=1`` shows whole blocks, ``depth=2`` what is in them, and so on; ``filter="conv"`` only
        the names with that in them, or that fit a pattern as "layer?.0.*".
        """
        return formats.as_text(self, formats.View(columns, plain, outputs=True, **shown))

    def to_html(self, columns="compact", plain=False, **shown) -> str:
        """An HTML table with a caption and header cells that say what they head, as ``to_text``."""
        return formats.as_html(self, formats.View(columns, plain, outputs=True, **shown))

    __str__ = to_text
    _repr_html_ = to_html

    def plot(self, image, layer: str, unit=None, ax=None):
        """Draw the field of one unit on an image, (H, W) or (C, H, W), a sequence or a volume; returns the axes."""
        from .plots import plot_field

        return plot_field(self, image, layer, unit, ax)

    def grow(self, ax=None):
        """Draw the field's growth from layer to layer; returns the axes."""
        from .plots import plot_growth

        return plot_growth(self, ax)

    def explore(self, file=None, network=None, images=None, layers=None):
        """The network's graph with the field of every unit, as one page to look at; returns it, or the file's path.

        Without a file the page is returned, which a notebook shows; with one it is written
        there, as one HTML file that needs nothing else. With the ``network``, the page also
        has effective fields: mean absolute gradients of central units, over ``images`` (at most
        four are taken; noise without them), for ``layers``, or for 16 of those with weights.
        The first image is what fields are drawn on, until the reader gives another. Raises
        ValueError where something other than a file stands at that place, KeyError for a
        layer whose output cannot be asked for.
        """
        from .explorer.page import explore

        if file is not None:
            ready_to_write(file)
        page = explore(self, network, images, layers)
        return page if file is None else page.save(file)
