"""The figures of "A first training" and the digits to be labelled, in Chromium, against torch."""

import base64

import pytest
import torch
from bs4 import BeautifulSoup

from mnist_lib.book import labelling
from mnist_lib.data import mnist
from tests import ROOT
from tests.site.visits import drag, flaws, press, visit

STATIC = ROOT / "book/_static"
SCRIPTS = ("mnist_lib/rf/explorer/dom.js", *(f"book/_static/parts/{name}.js" for name in (
    "pictures", "units", "convolution", "slope", "labelling")))
FRAME = """<!doctype html><html lang="en" data-theme="light"><meta charset=utf-8><title>t</title>
<meta name=viewport content="width=device-width"><style>body {{background: var(--pst-color-background)}}</style>
{sheets}<main class="bd-article"><h1>A page</h1>{body}</main>{scripts}"""


def place():
    pixels = base64.b64encode(mnist("test").images[0, 0].numpy().tobytes()).decode()
    return (f'<div class="convolution" data-pixels="{pixels}"><p>still</p></div><div class="slope"><p>still</p></div>'
            + labelling.ask([8, 247], [6, 2])._repr_html_())


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    sheets = "".join(f'<link rel=stylesheet href="{(STATIC / name).as_uri()}">' for name in (
        "site/look.css", "parts/learning.css", "parts/first-training.css"))
    scripts = "".join(f'<script src="{(ROOT / name).as_uri()}"></script>' for name in SCRIPTS)
    page = tmp_path_factory.mktemp("first") / "page.html"
    page.write_text(FRAME.format(sheets=sheets, body=place(), scripts=scripts))
    return page.as_uri()


@pytest.fixture
def opened(page, address):
    page.goto(address)
    return page


def test_the_convolution_is_torchs(opened):
    torch.manual_seed(0)
    for side in (3, 5, 28):
        image, kernel = torch.rand(side, side), torch.randn(3, 3)
        ours = opened.evaluate("([image, side, kernel]) => bookParts.convolution.convolve(image, side, kernel)",
                               [image.flatten().tolist(), side, kernel.flatten().tolist()])
        theirs = torch.nn.functional.conv2d(image[None, None], kernel[None, None]).flatten()
        assert torch.allclose(torch.tensor(ours), theirs, atol=1e-5)


def test_the_slope_is_what_backward_finds(opened):
    for start in (-1.0, -0.126, -0.1, 0.125, 0.5, 1.0):
        w = torch.tensor(start, requires_grad=True, dtype=torch.float64)
        loss = (2 * torch.relu(w * 2 + 0.25) - 1) ** 2
        loss.backward()
        found = opened.evaluate("(w) => bookParts.slope.at(w)", start)
        assert found["loss"] == pytest.approx(loss.item()) and found["slope"] == pytest.approx(w.grad.item())


def said(page):
    return page.inner_text(".convolution-said")


def test_one_convolution_by_pointer_keyboard_and_with_weights_of_ones_own(opened):
    digit = mnist("test").images[0, 0].float() / 255
    press(opened, "ArrowRight", "ArrowDown", on=".convolution canvas")
    kernel = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
    total = (digit[7:10, 11:14] * kernel).sum().item()
    assert f"add up to {total:.2f}".replace("-", "−") in said(opened) and "row 7, column 11" in said(opened)
    opened.select_option(".convolution select", "leave it")
    opened.fill("input[aria-label='Weight, row 1, column 1']", "3")
    assert f"{(digit[8, 12] + 3 * digit[7, 11]).item():.2f}" in said(opened)
    assert opened.input_value(".convolution select") == ""
    box = opened.locator(".convolution canvas").first.bounding_box()
    opened.mouse.click(box["x"] + box["width"] * 20.5 / 28, box["y"] + box["height"] * 7.5 / 28)
    assert "row 6, column 19" in said(opened)
    opened.click("text=Next pixel")
    assert "row 6, column 20" in said(opened)
    opened.mouse.click(box["x"] + box["width"] - 1, box["y"] + box["height"] - 1)
    opened.click("text=Next pixel")
    assert "row 0, column 0" in said(opened), "behind the last place comes the first"


def test_an_update_walks_down_and_a_dead_unit_stays(opened):
    opened.click("text=One update")
    assert opened.inner_text(".slope-said").startswith("w = 0.26: loss 0.29, slope 4.32.")
    opened.select_option("#slope-rate", "0.1")
    opened.click(".slope >> text=Start again")
    opened.click("text=One update")
    assert "w = −0.70: loss 1.00, slope 0.00. The ground is flat" in opened.inner_text(".slope-said")
    before = opened.inner_text(".slope-said")
    opened.click("text=One update")
    assert opened.inner_text(".slope-said") == before
    press(opened, "End", on="#slope-w")
    assert "w = 1.00" in opened.inner_text(".slope-said")
    assert "w = 1.00" in opened.get_attribute("#slope-w", "aria-valuetext")
    box = opened.locator(".slope svg").bounding_box()
    drag(opened, (box["x"] + 10, box["y"] + 20), (box["x"] - 300, box["y"] + 20))
    assert "w = −1.00" in opened.inner_text(".slope-said")


def test_digits_are_labelled_before_the_labels_are_shown(opened):
    assert "Image 1 of 2" in opened.inner_text(".labelling-said") and not opened.is_visible(".labelling table")
    opened.click(".labelling button >> text='5'")
    press(opened, "Tab", "Enter")  # the first button has the focus
    assert "You agree with the label on 1 of 2" in opened.inner_text(".labelling-said")
    rows = [row.split() for row in opened.locator(".labelling tbody tr").all_inner_texts()]
    assert rows == [["8", "5", "5", "6"], ["247", "1", "4", "2"]]
    opened.click("text=Read them again")
    assert "Image 1 of 2" in opened.inner_text(".labelling-said")


def test_without_javascript_the_digits_are_there_without_labels():
    html = BeautifulSoup(labelling.ask([8, 247], [6, 2])._repr_html_(), "html.parser")
    assert len(html.select("svg[role=img]")) == 2 and html.get_text(strip=True) == ""


def test_they_fit_a_phone_by_touch_and_axe_finds_nothing(browser, address):
    with visit(browser, address, width=390) as page:
        before = said(page)
        page.locator(".convolution canvas").nth(1).tap(position={"x": 30, "y": 30})
        assert said(page) != before
        page.tap("text=Whole map")
        page.tap("text=One update")
        page.tap(".labelling >> text='7'")
        assert flaws(page) == []
