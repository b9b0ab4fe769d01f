"""The page "Draw a digit" as the book builds it, without the theme around it: what its tests open."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from pathlib import Path

from tests import ROOT
from tests.site import visits
from tests.site.visits import visit

# Of the theme: what the page's own style sheet uses, in both modes.
COLOURS = """
:root {
  --pst-color-border: #d1d5da; --pst-color-surface: #f3f4f5; --pst-color-text-base: #222832;
  --pst-color-accent: #ad2e86; --pst-color-text-muted: #48566b; --pst-color-danger: #d72d47;
  --net: #1b5fc1; --pst-color-link: #176de8; --pst-color-background: #fff; --ground: #fff;
}
html[data-theme=dark] {
  --pst-color-border: #48566b; --pst-color-surface: #29313d; --pst-color-text-base: #ced6dd;
  --pst-color-accent: #e89fd0; --pst-color-text-muted: #9ca4af; --pst-color-danger: #e78894;
  --net: #7db1ff; --pst-color-link: #5a8fef; --pst-color-background: #14181e; --ground: #14181e;
}
* { box-sizing: border-box }
body { margin: 1rem; font-family: sans-serif; color: var(--pst-color-text-base); background: var(--ground) }
"""


def page_in(folder: Path) -> Path:
    """The page in such a site."""
    return folder / "book" / "digit.html"


def write_site(folder: Path) -> str:
    """Build the page with its script and data below `folder`; returns its address."""
    import digit_data
    import torch

    torch.set_num_threads(1)  # these networks are no faster with more
    found, static = digit_data.offered(), folder / "_static" / "digit"
    digit_data.write_page(static, found)
    digit_data.write_data(static, found)
    shutil.copy(ROOT / "book/_static/digit/digit.css", static)
    shell = (ROOT / "book/_includes/digit.html").read_text()
    (folder / "book").mkdir()
    page = page_in(folder)
    page.write_text('<!doctype html><html lang="en" data-theme="light"><meta charset="utf-8">'
                    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Draw a digit</title>'
                    f'<style>{COLOURS}</style><link rel="stylesheet" href="../_static/digit/digit.css">'
                    '<script defer src="../_static/digit/all.js"></script>'
                    f"<main><h1>Draw a digit</h1>{shell}</main></html>")
    return page.as_uri()


def write_images(folder: Path, images) -> None:
    """Images (N, 1, 28, 28), uint8, as the script images.js: `window.testImages`, lists of 784 bytes."""
    (folder / "images.js").write_text(f"window.testImages = {json.dumps(images.flatten(1).tolist())};")


@contextmanager
def one_page(browser, address: str):
    """The opened page for several tests that leave it as it is; a fault of it fails the last of them."""
    with visit(browser) as page:
        open_page(page, address)
        yield page


def open_page(page, address: str) -> None:
    """Open the page and wait until its first network is there."""
    page.goto(address)
    page.wait_for_function("window.mnistDigit && mnistDigit.page.state && mnistDigit.page.state().network")
    settled(page)


def draw(page, points) -> None:
    """Draw a line through points, in drawn pixels of 280, with the mouse."""
    pad = page.locator("#digit-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    visits.drag(page, *((box["x"] + x * box["width"] / 280, box["y"] + y * box["height"] / 280) for x, y in points))
    settled(page)


def click(page, selector: str, number: int = 0) -> None:
    """Click one of the elements of a selector."""
    page.locator(selector).nth(number).click()
    settled(page)


def press(page, *keys: str, on: str = "") -> None:
    """Press keys, where the focus is or on an element."""
    visits.press(page, *keys, on=on)
    settled(page)


def choose(page, name: str) -> None:
    """Choose a network and wait until it is there."""
    page.select_option("#digit-network", name)
    page.wait_for_function(f"mnistDigit.page.state().network.name === '{name}'")
    settled(page)


def open_file(page, name: str, content: bytes) -> str:
    """Open a file of the reader's; what the page says of it."""
    page.evaluate("document.getElementById('digit-file-said').textContent = ''")
    page.set_input_files("#digit-file", {"name": name, "mimeType": "application/json", "buffer": content})
    page.wait_for_function("document.getElementById('digit-file-said').textContent !== ''")
    settled(page)
    return page.inner_text("#digit-file-said")


def place_of(page, at: int, unit: int) -> tuple[float, float]:
    """Where the middle of a unit of map `at` lies on the screen, scrolled into view."""
    page.locator(".digit-layer canvas").nth(at).scroll_into_view_if_needed()
    return tuple(page.evaluate("""([at, unit]) => {
      const { network, page } = mnistDigit, shape = page.state().network.shapes[at];
      const { channel, row, column } = network.placeOf(shape, unit);
      const [x, y, width, height] = page.whereOn([at, channel, { top: row, bottom: row, left: column, right: column }]);
      const box = document.getElementById("digit-maps").getBoundingClientRect();
      return [box.left + x + width / 2, box.top + y + height / 2];
    }""", [at, unit]))


def settled(page) -> None:
    """Wait until what was asked for has been computed and painted."""
    page.evaluate("""async () => {
      const frame = () => new Promise(requestAnimationFrame);
      do { await frame(); await frame(); } while (mnistDigit.page.busy());
    }""")


SEVEN = [(80, 60), (200, 60), (170, 140), (130, 230)]
