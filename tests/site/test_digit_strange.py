"""The page "Draw a digit" with networks that are valid files and a burden: it computes them in slices, or refuses."""

import base64
import json
import struct

import pytest

from tests.site.digit_page import SEVEN, choose, draw, open_file, open_page, page_in, place_of, settled
from tests.site.visits import drag

pytestmark = pytest.mark.xdist_group("digit")


@pytest.fixture
def opened(page, digit_site):
    open_page(page, page_in(digit_site).as_uri())
    return page


STEP = "six-models/steplr"


def document(layers, tensors, **head) -> bytes:
    """A file of the format from layers and the numbers of all their tensors."""
    numbers = struct.pack(f"<{len(tensors)}f", *tensors)
    data = {"format": "mnist_lib network", "version": 1, "name": "strange", "about": "", "parameters": len(tensors),
            "input": [1, 28, 28], "mean": 0.1307, "std": 0.3081,
            "layers": [{"name": f"layer {i}", **layer} for i, layer in enumerate(layers)],
            "snapshots": [{"epoch": None, "accuracy": None, "weights": base64.b64encode(numbers).decode()}], **head}
    return json.dumps(data).encode()


def linear(count):
    return [{"type": "flatten"}, {"type": "linear", "in_features": count, "out_features": 10, "bias": False}]


def pool(kernel, kind="max_pool"):
    return {"type": kind, "kernel": [kernel] * 2, "stride": [1, 1], "padding": [kernel // 2] * 2, "ceil": False,
            **({"dilation": [1, 1]} if kind == "max_pool" else {"count_padding": True})}


CONV = {"type": "conv2d", "kernel": [3, 3], "stride": [1, 1], "padding": [1, 1], "dilation": [1, 1], "groups": 1,
        "bias": False}
ONE = {**CONV, "in_channels": 1, "out_channels": 1}
WIDE = [{"type": "flatten"}, {"type": "linear", "in_features": 784, "out_features": 300, "bias": False},
        {"type": "linear", "in_features": 300, "out_features": 10, "bias": False}]
STRANGE = {
    "398 poolings": document([pool(3)] * 398 + linear(784), [0.01] * 7840),
    "wide poolings": document([pool(27)] * 130 + linear(784), [0.01] * 7840),
    "398 averages": document([pool(5, "avg_pool")] * 398 + linear(784), [0.01] * 7840),
    "huge weights": document([ONE] * 3 + linear(784), [3e38] * (27 + 7840)),
    "huge weights of both signs": document([ONE] * 3 + linear(784),
                                           [3e38, -3e38] * 13 + [1.0] + [3e38, -3e38] * 3920),
    "many channels": document([{**CONV, "in_channels": 1, "out_channels": 900}, {"type": "global_avg_pool"},
                               *linear(900)], [0.01] * (8100 + 9000)),
    "a wide linear layer": document(WIDE, [0.001] * (784 * 300 + 3000)),
}
TICKS = """() => { window.gaps = []; let last = performance.now();
  setInterval(() => { const now = performance.now(); gaps.push(now - last); last = now; }, 20); }"""


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_network_neither_freezes_the_page_nor_speaks_of_nan(opened, name):
    """It is computed in slices, or refused; and it can be drawn for, looked into, and left again."""
    opened.evaluate(TICKS)
    open_file(opened, "strange.json", STRANGE[name])
    draw(opened, SEVEN)
    at = min(4, opened.locator(".digit-layer canvas").count() - 1)
    drag(opened, place_of(opened, at, 0))
    settled(opened)
    told = opened.inner_text("#digit")
    assert "NaN" not in told and "Infinity" not in told and "undefined" not in told
    assert opened.evaluate("mnistDigit.page.state().network.name") == "strange" or "Nothing was changed" in told
    if "huge" in name:
        assert "no answer" in opened.inner_text("#digit-sentence")
        assert opened.locator("#digit-bars .digit-first").count() == 0
    assert max(opened.evaluate("gaps")) < 5000  # ms; 20 are asked for, and a freeze took tens of seconds
    choose(opened, STEP)
    assert "It reads" in opened.inner_text("#digit-sentence")


def test_networks_that_change_while_they_open_are_shown_whole(opened):
    """Another one is chosen, and the screen turned, before the maps, lines and digits of the last are all there."""
    names = opened.eval_on_selector_all("#digit-network option", "(all) => all.map((option) => option.value)")
    open_file(opened, "strange.json", STRANGE["many channels"])
    for turn, name in enumerate([*names[:6], "own 1", names[0], "own 1", "own 1", names[1], "own 1"]):
        opened.select_option("#digit-network", name)
        opened.set_viewport_size({"width": 1366 - 300 * (turn % 2), "height": 900})
        opened.wait_for_timeout(12 * (turn % 4))
    opened.wait_for_function("mnistDigit.page.state().network.name === 'strange'")
    settled(opened)
    shown = opened.evaluate("""() => ({
      sheets: document.querySelectorAll(".digit-layer canvas").length,
      layers: mnistDigit.page.state().network.layers.length,
      lines: document.querySelector(".digit-still").getAttribute("d").split("M").length - 1,
      scales: [...document.querySelectorAll(".digit-scale")].slice(0, 2).map((scale) => scale.textContent),
      digits: [...document.querySelectorAll(".digit-thumbnail img")].map((image) => image.src.slice(0, 15)),
    })""")
    assert shown["sheets"] == shown["layers"] + 1 and shown["lines"] > 10
    assert "±0.00" not in "".join(shown["scales"])
    assert len(shown["digits"]) == 100 and set(shown["digits"]) == {"data:image/png;"}
