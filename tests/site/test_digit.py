"""The page "Draw a digit" in a browser: drawing, picking, looking into the network, and networks of one's own."""

import json
import re

import pytest
import torch
from torch import nn

from mnist_lib.data.loading import mnist
from mnist_lib.export import format, networks
from mnist_lib.training import epoch_weights, records
from tests.site.digit_page import (
    SEVEN,
    choose,
    click,
    draw,
    one_page,
    open_file,
    open_page,
    page_in,
    place_of,
    press,
    settled,
    write_images,
)
from tests.site.visits import flaws, visit

pytestmark = pytest.mark.xdist_group("digit")
STEP = "six-models/steplr"
WITHOUT = "same-padding/lighter"  # weights of every epoch


@pytest.fixture
def opened(page, digit_site):
    open_page(page, page_in(digit_site).as_uri())
    return page


@pytest.fixture(scope="module")
def untouched(browser, digit_site):
    """One page for all files that must change nothing."""
    with one_page(browser, page_in(digit_site).as_uri()) as page:
        yield page


def state(page, what):
    return page.evaluate(f"mnistDigit.page.state().{what}")


def numbers(page, what):
    return torch.tensor(page.evaluate(f"Array.from(mnistDigit.page.state().{what})"))


def sentence(page):
    return page.inner_text("#digit-sentence")


def read(page):
    return page.evaluate("mnistDigit.network.bestOf(mnistDigit.page.state().outcome.probabilities)")


def test_drawing_with_the_mouse(opened):
    assert sentence(opened).startswith("It reads a 7") and "its label" in sentence(opened)  # the example
    example = numbers(opened, "ink")
    draw(opened, SEVEN)  # which gives way to the first stroke
    assert sentence(opened).startswith("It reads a 7") and read(opened) == 7 and "label" not in sentence(opened)
    assert numbers(opened, "ink").ne(example).any()
    shares = opened.locator("#digit-bars .digit-share").all_inner_texts()
    assert len(shares) == 10 and opened.locator("#digit-bars tr.digit-first th").inner_text() == "7"
    click(opened, "#digit-undo")
    assert torch.equal(numbers(opened, "ink"), example)
    click(opened, "#digit-clear")
    assert "empty" in sentence(opened) and opened.locator("#digit-bars .digit-first").count() == 0


def test_it_reads_while_the_pen_is_down(opened):
    box = opened.locator("#digit-pad").bounding_box()
    opened.mouse.move(box["x"] + 140, box["y"] + 40)
    opened.mouse.down()
    opened.mouse.move(box["x"] + 140, box["y"] + 230, steps=5)
    settled(opened)
    assert read(opened) == 1
    opened.mouse.up()


def test_drawing_with_a_finger(browser, digit_site):
    with visit(browser, width=360, height=740) as page:
        open_page(page, page_in(digit_site).as_uri())
        page.locator("#digit-pad").scroll_into_view_if_needed()
        before, box = page.evaluate("scrollY"), page.locator("#digit-pad").bounding_box()
        touches = page.context.new_cdp_session(page)
        for kind, *down in (("touchStart", 40), *(("touchMove", y) for y in range(60, 250, 20)), ("touchEnd",)):
            touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [
                {"x": box["x"] + box["width"] / 2, "y": box["y"] + y * box["height"] / 280} for y in down]})
        settled(page)
        assert read(page) == 1
        assert page.evaluate("scrollY") == before, "the page scrolls under the finger"
        assert page.evaluate("getComputedStyle(document.getElementById('digit-pad')).touchAction") == "none"


def test_drawing_with_the_keyboard(opened):
    press(opened, *["ArrowUp"] * 9, "Enter", *["ArrowDown"] * 18, "Enter", on="#digit-pad")
    assert read(opened) == 1
    assert "Pen up" in opened.inner_text("#digit-pad-said")
    press(opened, "ArrowLeft")
    drawn = state(opened, "ink.reduce((a, b) => a + b)")
    press(opened, "Control+z")
    assert state(opened, "ink.reduce((a, b) => a + b)") != drawn
    press(opened, "Delete")
    assert "empty" in sentence(opened)
    press(opened, " ")
    assert "It reads" in sentence(opened)
    opened.keyboard.down(" ")
    press(opened, *["ArrowRight"] * 5)
    opened.keyboard.up(" ")
    press(opened, "Tab")
    assert opened.evaluate("document.activeElement.id") == "digit-undo"


def test_the_preprocessing_leaves_mnist_digits_as_they_are(opened, tmp_path):
    """Enlarged tenfold and put through the procedure, a test digit comes out as MNIST has it."""
    write_images(tmp_path, mnist("test").images[:200])
    opened.add_script_tag(url=(tmp_path / "images.js").as_uri())
    result = opened.evaluate("""testImages.map((bytes) => {
      const large = new Float32Array(280 * 280).map((_, i) =>
        bytes[28 * Math.floor(i / 2800) + Math.floor((i % 280) / 10)] / 255);
      const { image } = mnistDigit.preprocess.centred(large, 280);
      return Math.max(...bytes.map((b, i) => Math.abs(b / 255 - image[i])));
    })""")
    images = mnist("test").images[:200, 0]
    inked = [[image.sum(axis).nonzero() for axis in (0, 1)] for image in images]
    boxes = [max(int(places.max() - places.min()) + 1 for places in both) for both in inked]
    compared = [difference for difference, longest in zip(result, boxes) if longest == 20]
    assert len(compared) > 190 and max(compared) < 1e-6


@pytest.mark.parametrize("scale, x, y", [(1, 0, 0), (0.5, 10, 20), (0.5, 130, 120), (0.8, 50, 5)])
def test_size_and_place_do_not_matter_when_it_is_centred(opened, scale, x, y):
    draw(opened, [(x + scale * a, y + scale * b) for a, b in SEVEN])
    assert read(opened) == 7
    ink = numbers(opened, "ink").view(28, 28)
    rows, columns = ink.sum(1).nonzero()[:, 0], ink.sum(0).nonzero()[:, 0]
    assert max(rows.max() - rows.min(), columns.max() - columns.min()) + 1 == 20
    centre = [(ink.sum(axis) * torch.arange(28)).sum() / ink.sum() for axis in (0, 1)]
    assert all(13.4 < c < 14.6 for c in centre)
    opened.uncheck("#digit-centring")
    settled(opened)
    plain = numbers(opened, "ink").view(28, 28)
    centre = [((plain.sum(axis) * (torch.arange(28) + 0.5)).sum() / plain.sum()).item() for axis in (0, 1)]
    expected = (x + scale * 145) / 10, (y + scale * 110) / 10
    assert centre == pytest.approx(expected, abs=2)


def test_test_digits_and_those_that_go_wrong(opened):
    run = records.of(STEP)[0]
    assert opened.locator("#digit-digits button").count() == 100
    click(opened, "#digit-digits button")
    assert "That is its label." in sentence(opened)
    opened.check("#digit-wrong")
    opened.wait_for_function(f"document.querySelectorAll('#digit-digits button').length === {len(run.misclassified)}")
    buttons = opened.locator("#digit-digits button")
    assert buttons.count() == len(run.misclassified)
    for number in (0, 5, len(run.misclassified) - 1):
        click(opened, "#digit-digits button", number)
        image, predicted = run.misclassified[number]
        assert read(opened) == predicted and buttons.nth(number).get_attribute("aria-pressed") == "true"
        assert f"Its label is {mnist('test').labels[image]}." in sentence(opened)
    press(opened, "ArrowRight", "Enter", on="#digit-digits button")
    assert read(opened) == run.misclassified[1][1]
    assert opened.locator("#digit-digits [tabindex='0']").count() == 1


def test_a_unit_under_the_pointer_and_the_arrow_keys(opened):
    draw(opened, SEVEN)
    opened.mouse.move(*place_of(opened, 3, 7 * 24 + 5))  # of block1.conv1
    settled(opened)
    title = opened.locator("#digit-unit-title")
    assert title.inner_text() == "block1.conv1: map 1, row 8, column 6"
    assert "5 × 5 pixels" in opened.inner_text("#digit-inspector")
    opened.mouse.down()
    opened.mouse.up()
    opened.mouse.move(*place_of(opened, 5, 40))  # picked, it stays
    opened.mouse.move(0, 0)
    settled(opened)
    assert title.inner_text().endswith("row 8, column 6") and "convolution" in opened.inner_text(".digit-sums")
    value = state(opened, "maps[3].data[7 * 24 + 5]")
    assert f"{value:.3f}".replace("-", "−") in opened.inner_text(".digit-unit")
    opened.locator(".digit-layer canvas").nth(3).focus()
    press(opened, "ArrowRight", "PageDown", "ArrowUp")
    assert title.inner_text() == "block1.conv1: map 2, row 7, column 7"
    press(opened, "End", "ArrowRight")  # past the edge lies the next map
    assert title.inner_text() == "block1.conv1: map 3, row 24, column 1"
    opened.wait_for_function("document.getElementById('digit-unit-live').textContent.includes('map 3')")
    opened.locator(".digit-layer canvas").last.focus()
    press(opened, "Home")
    assert "the score of digit" in title.inner_text()
    press(opened, "Escape")
    assert opened.is_hidden("#digit-inspector")


def test_epochs(opened):
    assert opened.is_visible("#digit-epochs")
    click(opened, "#digit-digits button", 3)
    weights = epoch_weights.load(records.of(STEP)[0])
    slider = opened.locator("#digit-epoch")
    assert slider.input_value() == "15"
    image = numbers(opened, "ink").view(1, 1, 28, 28)
    for epoch in (0, 7, 15):
        slider.fill(str(epoch))
        opened.wait_for_function("""(epoch) => {  // the file of all epochs is there, and its weights are in use
          const { network, snapshot, ink, outcome } = mnistDigit.page.state(), weights = network.snapshots[epoch];
          return network.snapshots.length === 16 && snapshot === epoch && outcome.scores[0]
            === mnistDigit.network.results(network, mnistDigit.network.run(network, weights, ink)).scores[0];
        }""", arg=epoch)
        scores = numbers(opened, "outcome.scores")
        with torch.no_grad():
            expected = epoch_weights.network_after(STEP, weights[epoch])((image - 0.1307) / 0.3081)[0]
        assert torch.allclose(scores, expected, atol=1e-3)
    opened.wait_for_selector("#digit-history li")
    assert opened.locator("#digit-history li").count() == 16
    slider.press("Home")
    opened.wait_for_function("mnistDigit.page.state().snapshot === 0")
    assert "before training" in opened.inner_text("#digit-epoch-text")
    choose(opened, WITHOUT)
    assert opened.is_hidden("#digit-epochs")


def test_switching_and_side_by_side(opened):
    draw(opened, SEVEN)
    names = opened.evaluate("mnistDigit.loading.networks().map((n) => n.name)")
    assert names == opened.evaluate("[...document.querySelectorAll('#digit-network option')].map((o) => o.value)")
    mine = [name for name in names if name.startswith("six-models/")][:6]
    opened.click("#digit-compare summary")
    opened.wait_for_function(f"document.querySelectorAll('.digit-verdict strong').length === {len(mine)}")
    verdicts = dict(zip(mine, opened.locator(".digit-verdict strong").all_inner_texts()))
    for name in mine:
        choose(opened, name)
        assert str(read(opened)) == verdicts[name]
    opened.locator("#digit-compare-list input").first.uncheck()
    opened.wait_for_function(f"document.querySelectorAll('.digit-result').length === {len(mine) - 1}")
    opened.locator(".digit-link").first.click()
    opened.wait_for_function(f"mnistDigit.page.state().network.name === '{mine[1]}'")


def test_on_a_phone_the_unit_stands_below_its_card_and_in_view(browser, digit_site):
    with visit(browser, width=320, height=640) as page:
        open_page(page, page_in(digit_site).as_uri())
        assert page.is_hidden("#digit-inspector") and page.evaluate("document.documentElement.scrollWidth") <= 320
        for network, number, layer in ((STEP, 3, "block1.conv1"), ("six-models/skeleton", 1, "input.conv1")):
            choose(page, network)  # the cards are replaced, the panel is not lost
            canvas = page.locator(".digit-layer canvas").nth(number)
            canvas.evaluate("(canvas) => canvas.scrollIntoView({ block: 'end' })")
            canvas.tap(position={"x": 20, "y": 20})
            settled(page)
            panel = page.locator("#digit-inspector").bounding_box()
            assert 0 <= panel["y"] <= 640 - min(panel["height"], 500)
            above = page.evaluate("document.getElementById('digit-inspector').previousElementSibling.textContent")
            assert layer in above and f"{layer}: map 1" in page.inner_text("#digit-unit-title")


# Networks of the reader -----------------------------------------------------------------------------

def own():
    torch.manual_seed(3)
    return nn.Sequential(nn.Conv2d(1, 6, 5, 2), nn.BatchNorm2d(6), nn.GELU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(216, 10)).eval()


@pytest.fixture
def own_file(tmp_path):
    file = tmp_path / "mine.json"
    networks.write_checked(networks.export_module(own(), "my <b>own</b> network", mean=0.5, std=0.5), own(), file)
    return file


def test_an_own_network_gives_what_pytorch_gives(opened, own_file):
    click(opened, "#digit-digits button", 4)
    said = open_file(opened, "mine.json", own_file.read_bytes())
    assert "is open" in said and "<b>" in said, "the name is text, not HTML"
    assert state(opened, "own") == 1 and opened.locator("#digit-file-said b").count() == 0
    image = numbers(opened, "ink").view(1, 1, 28, 28)
    scores = numbers(opened, "outcome.scores")
    with torch.no_grad():
        assert torch.allclose(scores, own()((image - 0.5) / 0.5)[0], atol=1e-4)
    assert opened.locator(".digit-layer").count() == 7
    choose(opened, STEP)
    opened.select_option("#digit-network", "own 1")
    opened.wait_for_function("mnistDigit.page.state().network.name.startsWith('my')")


def test_a_dropped_file(opened, own_file):
    opened.evaluate("""(text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "mine.json"));
      document.getElementById("digit-drop").dispatchEvent(
        new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
    }""", own_file.read_text())
    opened.wait_for_function("mnistDigit.page.state().own === 1")


def layer(d, **settings):
    d["layers"][0].update(settings)


def weights(d, content):
    d["snapshots"][0]["weights"] = content


DAMAGES = {
    "another format": (lambda d: d.update(format="onnx"), "not an exported network"),
    "a newer version": (lambda d: d.update(version=2), "version 2"),
    "an older version": (lambda d: d.update(version="1"), "version"),
    "no layers": (lambda d: d.pop("layers"), "no “layers”"),
    "an empty list": (lambda d: d.update(layers=[]), "“layers”"),
    "a layer that is no object": (lambda d: d["layers"].insert(0, None), "Layer 1"),
    "an unknown type": (lambda d: layer(d, type="transformer"), "transformer"),
    "a type of every object": (lambda d: layer(d, type="constructor"), "constructor"),
    "a missing setting": (lambda d: d["layers"][0].pop("stride"), "no “stride”"),
    "no stride": (lambda d: layer(d, stride=[0, 0]), "“stride”"),
    "half a kernel": (lambda d: layer(d, kernel=[5.5, 5]), "“kernel”"),
    "a huge kernel": (lambda d: layer(d, kernel=[10**9, 5]), "“kernel”"),
    "a field too many": (lambda d: layer(d, onload="alert(1)"), "does not know"),
    "channels that do not fit": (lambda d: layer(d, in_channels=3), "takes 3 channels, and gets 1|hold"),
    "groups that do not fit": (lambda d: layer(d, groups=4), "groups"),
    "a window that is too large": (lambda d: d["layers"][3].update(kernel=[20, 20]), "does not fit"),
    "half the weights": (lambda d: weights(d, d["snapshots"][0]["weights"][:400]), "hold 75 numbers"),
    "no base64": (lambda d: weights(d, "§§§"), "damaged"),
    "numbers for weights": (lambda d: weights(d, [1, 2, 3]), "“weights”"),
    "not a number": (lambda d: weights(d, "AADAfw==" + d["snapshots"][0]["weights"][8:]), "damaged|not finite"),
    "no weights": (lambda d: d.update(snapshots=[]), "“snapshots”"),
    "a std of zero": (lambda d: d.update(std=0), "“std”"),
    "a mean that is text": (lambda d: d.update(mean="0"), "“mean”"),
    "no name": (lambda d: d.update(name=""), "“name”"),
    "a name that is none": (lambda d: d.update(name={"a": 1}), "“name”"),
    "an accuracy of 200": (lambda d: d["snapshots"][0].update(accuracy=200), "“accuracy”"),
    "other images": (lambda d: d.update(input=[3, 28, 28]), "“input”"),
    "eleven digits": (lambda d: d["layers"].pop(), "must give ten"),
    "too few parameters": (lambda d: d.update(parameters=12), "says that the network has 12 parameters"),
    "too many parameters": (lambda d: d.update(parameters=7_000_000),
                            "has 7,000,000 parameters, and its layers have 2,3"),
    "weights that are not shared": (lambda d: next(layer for layer in d["layers"][::-1] if "kernel" in layer).update(
        shared_with=d["layers"][0]["name"]), "has not the weights of|says that the network has"),
    "shared with nobody": (lambda d: d["layers"][0].update(shared_with=3), "“shared_with”"),
    "cropped to nothing": (lambda d: d["layers"].insert(0, dict(
        type="zero_pad", name="crop", padding=[-20, -8, 0, 0])), "crops all of maps of 28 × 28"),
    "more work than a page can do": (lambda d: d["layers"].insert(0, dict(
        type="zero_pad", name="frame", padding=[900, 900, 900, 900])), "does not fit|too large|steps|takes 216"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_explained_and_changes_nothing(untouched, own_file, name):
    data = json.loads(own_file.read_text())
    change, words = DAMAGES[name]
    change(data)
    if name == "eleven digits":  # the weights of the last layer go with it
        weights(data, format.to_json(networks.Exported("", "", 0, 0, 1, (), (networks.Snapshot(
            tuple(tuple(t for t in tensors) for tensors in format.read(own_file).snapshots[0].tensors[:-1])),)))
            .split('"weights": "')[1].split('"')[0])
    expect_refusal(untouched, json.dumps(data).encode(), words)


@pytest.mark.parametrize("content, words", [
    (b"", "is not JSON"), (b"\x89PNG\r\n\x1a\n\0\0", "is not JSON"), (b"{", "is not JSON"),
    (b"null", "not an exported network"), (b"[1, 2]", "not an exported network"),
    (b'"text"', "not an exported network"), (b"12", "not an exported network"),
    (b"alert(1)", "is not JSON"), (b'{"__proto__": {"format": "mnist_lib network"}}', "not an exported network"),
    (b'<img src=x onerror="document.title=1">', "is not JSON"),
])
def test_a_foreign_file_is_explained_and_changes_nothing(untouched, content, words):
    expect_refusal(untouched, content, words)


def expect_refusal(page, content, words):
    before = [page.evaluate("document.title"), state(page, "network.name"), state(page, "own"),
              page.inner_text("#digit-network"), page.inner_html("#digit-maps")]
    said = open_file(page, "bad.json", content)
    assert re.search(words, said), said
    assert said.startswith("bad.json: ") and said.endswith("Nothing was changed.")
    assert before == [page.evaluate("document.title"), state(page, "network.name"), state(page, "own"),
                      page.inner_text("#digit-network"), page.inner_html("#digit-maps")]


# Everyone -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("width", [1366, 360])
def test_accessible_and_inside_the_page(browser, digit_site, width):
    with visit(browser, width=width) as page:
        open_page(page, page_in(digit_site).as_uri())
        draw(page, SEVEN)
        page.check("#digit-wrong")
        page.click("#digit-compare summary")
        page.locator(".digit-layer canvas").nth(3).focus()
        press(page, "ArrowRight")
        open_file(page, "bad.json", b"{")
        assert flaws(page) == []


def test_without_javascript_the_page_explains_itself(browser, digit_site):
    with visit(browser, page_in(digit_site).as_uri(), java_script_enabled=False) as page:
        assert "needs JavaScript" in page.inner_text("main") and "Undo" not in page.inner_text("main")


def test_a_result_comes_soon(opened):
    """Far from the time it takes: only a fault as large as a pause fails here."""
    draw(opened, SEVEN)
    assert 0 < opened.evaluate("mnistDigit.page.milliseconds") < 2000
