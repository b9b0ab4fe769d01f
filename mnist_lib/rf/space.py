"""A network's inputs and their axes: what fields are told along. No torch."""

from __future__ import annotations

from dataclasses import dataclass, field

#: What the axes of an image of one, two and three are called.
AXES = {0: (), 1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
_WORDS = "(channels, length), (channels, height, width) or (channels, depth, height, width)"


@dataclass(frozen=True)
class Input:
    """One input: its name, its size without the batch, how many axes it has, and whether its channels come last."""

    name: str
    size: tuple[int, ...]
    axes: int
    last: bool = False

    @property
    def pixels(self) -> tuple[int, ...]:
        """The size along each axis: (height, width) of an image."""
        return tuple(self.size[dim - 1] for dim in self.dims)

    @property
    def dims(self) -> tuple[int, ...]:
        """The dimensions of its tensor, which has the batch first, that are axes."""
        first = 1 if self.last else 1 + len(self.size) - self.axes
        return tuple(range(first, first + self.axes))


@dataclass(frozen=True)
class Space:
    """All inputs. Their axes are counted one after another, as in the bounds of the intervals.

    ``call`` is how the network is called with them, while it is run (``inputs.py``).
    """

    inputs: tuple[Input, ...]
    call: object = field(default=None, repr=False, compare=False)

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


def is_size(given) -> bool:
    """Whether something is the size of one input: one to four whole numbers, each at least 1."""
    return isinstance(given, (list, tuple)) and 1 <= len(given) <= 4 and all(
        isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in given)


def channels_last(layout: str) -> bool:
    """Whether a layout, as "TF" or "HWC", has the channels (or features) last; without one they come first."""
    if not set(layout) <= set("NBCFTLDHW"):
        raise ValueError(f'layout names the axes of an input in their order, as "CHW", "HWC" or "TF", not {layout!r}')
    return len(layout) > 1 and layout[-1] in "CF"


def image_size(input_size) -> tuple[int, ...]:
    """The size of one input, from what a user gives. Raises ValueError for what is none."""
    try:
        size = tuple(int(n) for n in input_size)
        if is_size(size) and size == tuple(input_size):
            return size
    except (TypeError, ValueError):
        pass
    raise ValueError(f"input_size is {_WORDS}, each at least 1, not {input_size!r}; for tokens (length,), "
                     "and for an image also (height, width)")


def readings(shape, dimension, batched=False) -> str:
    """How a shape is read that does not fit the first layer's dimension, and how it may be meant."""
    named = ("batch", "channels", *AXES.get(len(shape) - 2, ()))[:len(shape)] if batched else (
        "channels", *AXES.get(len(shape) - 1, ())) if len(shape) > 1 else ("length",)
    said = f"{shape} is read as ({', '.join(named)}), but the network begins with " + (
        f"a {dimension}-dimensional layer" if dimension else "an embedding")
    wanted = ", ".join(("channels", *AXES.get(dimension, ("length",))) if dimension else ("length",))
    if batched:
        more = "for one without its batch give tensor[None]" if len(shape) == (dimension or 0) + 1 else ""
        return f"{said}, which takes (batch, {wanted})" + (f"; {more}" if more else "")
    if len(shape) == (dimension or 0) + 2:
        return f"{said}; if it is (batch, {wanted}), leave the batch out: {shape[1:]}; else name it, inputs=" \
               f"{{\"image\": {shape}}}"
    return f"{said}, and cannot be run on it; give ({wanted})"
