"""Charts as SVG without a script: what ``book/_static/parts/chart.js`` draws, drawn when the page is written."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from html import escape

WIDTH = 640
AROUND = {"top": 26, "right": 12, "bottom": 34, "left": 46}


def scale(values: Sequence[float], places: Sequence[float], log: bool = False) -> Callable[[float], float]:
    """The place of a value: `values` lead to `places`, in a line or by powers of ten."""

    def turn(value: float) -> float:
        return math.log10(value) if log else value

    (a, b), (start, end) = values, places
    low, span = turn(a), (turn(b) - turn(a)) or 1
    return lambda value: start + (turn(value) - low) / span * (end - start)


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """About `count` round numbers from `low` to `high`: 1, 2 or 5 times a power of ten apart.

    >>> ticks(0, 15)
    [0.0, 5.0, 10.0, 15.0]
    """
    rough = (high - low) / count
    power = 10 ** math.floor(math.log10(rough))
    step = power * next((n for n in (1, 2, 5) if n * power >= rough * 0.999), 10)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def powers(low: float, high: float) -> list[float]:
    """The powers of ten from `low` to `high`."""
    return [10.0**p for p in range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)]


def near(value: float) -> str:
    """A place in an SVG: a hundredth of a pixel is fine enough."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def element(tag: str, text: str | None = None, **attributes) -> str:
    """An SVG element; attributes are written with - for _, `class_` is class, None leaves one out."""
    said = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(near(v) if isinstance(v, float) else str(v))}"'
        for name, v in attributes.items()
        if v is not None
    )
    return f"<{tag}{said}/>" if text is None else f"<{tag}{said}>{escape(text)}</{tag}>"


class Axis:
    """One axis: its range, its ticks and how they are called."""

    def __init__(
        self,
        low: float,
        high: float,
        *,
        ticks: Iterable[float] | None = None,
        name: Callable[[float], str] = "{:g}".format,
        log: bool = False,
        label: str = "",
        count: int = 5,
    ):
        self.range, self.name, self.log, self.label = (low, high), name, log, label
        self.ticks = (
            list(ticks) if ticks is not None else powers(low, high) if log else globals()["ticks"](low, high, count)
        )


class Chart:
    """A chart of `width` × `height` pixels; `x` and `y` lead from values to places."""

    def __init__(self, height: int, x: Axis, y: Axis, title: str = "", width: int = WIDTH, **around: int):
        edge = {**AROUND, **around}
        self.width, self.height = width, height
        self.left, self.right, self.top, self.bottom = (
            edge["left"],
            width - edge["right"],
            edge["top"],
            height - edge["bottom"],
        )
        self.x = scale(x.range, (self.left, self.right), x.log)
        self.y = scale(y.range, (self.bottom, self.top), y.log)
        self.drawn: list[str] = []
        for value in y.ticks:
            self.add(
                element("path", class_="touch-grid", d=f"M{self.left} {near(self.y(value))}H{self.right}"),
                element("text", y.name(value), x=self.left - 6, y=near(self.y(value) + 4), text_anchor="end"),
            )
        for value in x.ticks:
            self.add(element("text", x.name(value), x=near(self.x(value)), y=self.bottom + 17, text_anchor="middle"))
        self.add(element("path", class_="touch-axis", d=f"M{self.left} {self.bottom}H{self.right}"))
        if x.label:
            self.add(
                element("text", x.label, class_="touch-label", x=self.right, y=self.bottom + 31, text_anchor="end")
            )
        if title:
            self.add(element("text", title, class_="touch-title", x=0 if self.left > 20 else self.left, y=14))

    def add(self, *elements: str) -> None:
        self.drawn += elements

    def line(self, points: Iterable[tuple[float, float]], steps: bool = False, **attributes) -> None:
        """A line through points in the chart's units; with `steps` a value holds until the next."""
        placed: list[tuple[float, float]] = []
        for x, y in points:
            if steps and placed:
                placed.append((self.x(x), placed[-1][1]))
            placed.append((self.x(x), self.y(y)))
        d = "".join(f"{'L' if i else 'M'}{near(x)} {near(y)}" for i, (x, y) in enumerate(placed))
        self.add(element("path", fill="none", d=d, **attributes))

    def rect(self, x: tuple[float, float], y: tuple[float, float], **attributes) -> None:
        """A box over ranges of both axes."""
        left, right = sorted(map(self.x, x))
        top, bottom = sorted(map(self.y, y))
        self.add(
            element(
                "rect", x=near(left), y=near(top), width=near(right - left), height=near(bottom - top), **attributes
            )
        )

    def svg(self, words: str) -> str:
        """The whole picture; `words` say what one would see."""
        return svg(self.width, self.height, words, "".join(self.drawn))


def svg(width: int, height: int, words: str, inside: str) -> str:
    """A still picture of a figure."""
    return (
        f'<svg class="touch-chart" role="img" aria-label="{escape(words)}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{inside}</svg>'
    )
