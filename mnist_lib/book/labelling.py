"""Test images that the reader labels before anyone else's answer is shown.

On the page ``book/_static/parts/labelling.js`` shows one after the other, with ten buttons. In a notebook,
and without JavaScript, they stand side by side without their labels.
"""

import base64
import json
from collections.abc import Sequence as Several
from html import escape

from ..data import mnist
from .kit import Html


def ask(indices: Several[int], answers: Several[int]) -> Html:
    """Test images to be labelled; ``answers`` are what most of the networks took them for, one an image."""
    test = mnist("test")
    digits = [{"index": int(index), "label": int(test.labels[index]), "networks": int(answer),
               "pixels": base64.b64encode(test.images[index].numpy().tobytes()).decode()}
              for index, answer in zip(indices, answers, strict=True)]
    still = "".join(_drawn(test.images[index, 0]) for index in indices)
    return Html(f'<div class="labelling" data-digits="{escape(json.dumps(digits, separators=(",", ":")))}">'
                f'<p style="display:flex;flex-wrap:wrap;gap:0.5rem">{still}</p></div>',
                f"{len(digits)} test images to be read")


def _drawn(image) -> str:
    """An image (28, 28) of bytes as SVG, a bar for each run of ink in a row."""
    bars = []
    for y, row in enumerate((image > 96).tolist()):
        x = 0
        while x < 28:
            end = x
            while end < 28 and row[end]:
                end += 1
            if end > x:
                bars.append(f"M{x} {y}h{end - x}v1h-{end - x}z")
            x = end + 1
    return ('<svg viewBox="0 0 28 28" width="72" height="72" role="img" aria-label="A handwritten digit to be read" '
            f'fill="currentColor"><path d="{"".join(bars)}"/></svg>')
