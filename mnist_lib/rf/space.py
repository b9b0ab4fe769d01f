"""A network's inputs and their axes: what fields are told along. No torch."""

from __future__ import annotations

from dataclasses import dataclass

#: What the axes of an image of one, two and three are called.
AXES = {0: (), 1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
_WORDS = "(channels, length), (channels, height, width) or (channels, depth, height, width)"


@dataclass(frozen=True)
class Input:
    """One input: its name, its size without the batch, and how many of its last dimensions are axes."""

    name: str
    size: tuple[int, ...]
    axes: int

    @property
    def pixels(self) -> tuple[int, ...]:
        """The size along each axis: (height, width) of an image."""
        return self.size[len(self.size) - self.axes:]


@dataclass(frozen=True)
class Space:
    """All inputs. Their axes are counted one after another, as in the bounds of the intervals."""

    inputs: tuple[Input, ...]

    @property
    def groups(self) -> tuple[range, ...]:
        """For each input, the numbers of its axes."""
        found, start = [], 0
        for each in self.inputs:
            found.append(range(start, start + each.axes))
            start += each.axes
        return tuple(found)

    @property
    def pixels(self) -> tuple[int, ...]:
        """The size along all axes."""
        return tuple(n for each in self.inputs for n in each.pixels)

    @property
    def axis_names(self) -> tuple[str, ...]:
        """What each axis is called: "height", with the input's name before it where there are several."""
        return tuple(f"{name} of {each.name}" if len(self.inputs) > 1 else name
                     for each in self.inputs for name in AXES[each.axes])

    def by_input(self, values) -> tuple | dict:
        """Values along all axes as they are told: those of the one input, or a dict of each input's by name."""
        if len(self.inputs) == 1:
            return tuple(values)
        return {each.name: tuple(values[axis] for axis in group) for group, each in zip(self.groups, self.inputs)}

    def mates(self, axis: int) -> list[int]:
        """The other axes of the same input."""
        return [other for group in self.groups if axis in group for other in group if other != axis]


def of_size(size) -> Space:
    """The space of one image of a size (C, ...), or of (L,) tokens."""
    size = tuple(size)
    return Space((Input("image", size, max(1, len(size) - 1)),))


def image_size(input_size, dimension=None, channels=1) -> tuple[int, ...]:
    """The size of an input, channels first, from what a user gives.

    Four numbers are (C, D, H, W) and three (C, H, W). Two are (C, L) where ``dimension``, that
    of the network's first convolution, is 1, and (H, W) with ``channels`` else. One is a
    sequence (L,): tokens where ``dimension`` is 0, with ``channels`` where it is 1.
    Raises ValueError for anything else.
    """
    try:
        size = tuple(int(n) for n in input_size)
        if size != tuple(input_size) or not 1 <= len(size) <= 4 or min(size) < 1:
            raise TypeError
    except (TypeError, ValueError):
        raise ValueError(f"input_size is {_WORDS}, each at least 1, not {input_size!r}; for tokens (length,), "
                         "and for an image also (height, width)") from None
    if len(size) == 4 and dimension not in (3, None):
        raise ValueError(f"input_size {size} is that of a volume, (channels, depth, height, width), but the network "
                         f"begins with {_begins(dimension)}; name the input where it takes volumes all the same: "
                         f"inputs={{\"video\": {size}}}")
    if len(size) == 1 and dimension not in (0, 1):
        raise ValueError(f"input_size {size} is that of a sequence of tokens, but the network begins with "
                         f"{_begins(dimension)}; give {_WORDS}")
    if len(size) == 1:
        return size if dimension == 0 else (channels, *size)
    if len(size) == 2:
        return size if dimension == 1 else (channels, *size)
    return size


def _begins(dimension):
    return {0: "an embedding", None: "neither an embedding nor a convolution"}.get(
        dimension, f"a {dimension}-dimensional layer")
