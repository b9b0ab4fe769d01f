"""The explorer in Chromium, as a file and offline: any network's graph, and what each unit sees, as in the table."""

from __future__ import annotations

import base64
import random
from functools import cache

import pytest
import torch

from tests import ROOT
from tests.site.explorer_networks import HOSTILE, NETWORKS, UNet, made
from tests.site.visits import flaws, press, visit

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("explorer")]
ASK = """([row, unit]) => { const { model } = fieldExplorerPage;
  return model.interval(model.rows[row], unit).map((ends) => ends); }"""


@pytest.fixture(scope="session")
def reports(tmp_path_factory):
    """(table, file) of a network by its name, made when it is first asked for."""
    folder = tmp_path_factory.mktemp("explorer")

    @cache
    def report(name):
        network, table = made(name)
        return table, table.explore(folder / f"{name}.html", network if name in ("unet", "audio", "apart") else None,
                                    layers=["0"] if name == "audio" else None)

    return report


@pytest.fixture
def opened(page, reports):
    def go(name):
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(reports(name)[1].as_uri())
        until(page, "window.fieldExplorerPage")
        assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
        return page
    return go


def until(page, condition):
    """Wait for it from outside: the report lets no text be run as a script, as Playwright's own waiting does."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not within 30 seconds: {condition}")


def units_of(table, seed=1, count=60):
    """(row, unit) of random rows and units."""
    chance = random.Random(seed)
    for number in (chance.randrange(len(table)) for _ in range(count)):
        yield number, [chance.randrange(n) for n in table[number].shape]


@pytest.mark.parametrize("name", [name for name in NETWORKS if name != "hostile"])
def test_a_network_is_shown_folded_and_its_numbers_are_the_table_s(opened, reports, name):
    table, file = reports(name)
    assert file.stat().st_size < 400_000
    page = opened(name)
    shown = page.locator(".box").count()
    assert 3 <= shown <= 60
    for number, unit in units_of(table):
        row = table[number]
        expected = [extent.of(tuple(unit)) for extent in row.extents.axes]
        assert page.evaluate(ASK, [number, unit]) == [list(ends) if ends else None for ends in expected], row.label
    rows = page.evaluate("fieldExplorerPage.model.rows")
    assert [row["name"] for row in rows] == [row.label for row in table]
    assert [row["field"] for row in rows] == [[g.field for g in row.output] for row in table]
    page.get_by_role("button", name="Unfold all", exact=True).click()
    unfolded = page.locator(".box").count()
    hidden = sum(row.plain for row in table)
    assert len(table) - hidden <= unfolded <= len(table) + len(table.space.inputs) + 1
    boxes = page.evaluate("""[...document.querySelectorAll('.box')].map((b) =>
      [b.offsetLeft, b.offsetTop, b.offsetWidth, b.offsetHeight])""")
    assert not any(a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
                   for i, a in enumerate(boxes) for b in boxes[:i]), "boxes lie on each other"
    page.get_by_role("button", name="Fold all", exact=True).click()
    assert page.locator(".box").count() <= shown


def test_pointer_search_fold_and_table(opened, reports):
    table, _ = reports("resnet50")
    page = opened("resnet50")
    page.get_by_role("button", name="Unfold layer1", exact=True).click()
    page.get_by_role("button", name="Unfold layer1.0", exact=True).click()
    assert page.locator('[data-frame]').count() >= 2
    page.get_by_role("button", name="Fold layer1", exact=True).click()
    page.fill("#search", "layer4.1.conv2")
    page.get_by_role("button", name="layer4.1.conv2", exact=True).click()
    assert page.inner_text("h2") == "layer4.1.conv2" and page.locator(".box.chosen .title").inner_text() == "conv2"
    area = page.locator("canvas.units").bounding_box()
    page.mouse.click(area["x"] + area["width"] * 0.93, area["y"] + area["height"] * 0.07)  # the last of row 0
    (top, bottom), (left, right) = table.interval("layer4.1.conv2", (0, 6))
    assert page.inner_text(".said") == f"Unit 0, 6 sees height {top} to {bottom}, width {left} to {right}."
    page.fill("#search", "no such layer")
    assert "0 found" in page.inner_text(".counted >> nth=0")
    page.get_by_role("button", name="Table", exact=True).click()
    assert page.locator("tbody tr").count() == len(table)
    page.get_by_role("button", name="parameters", exact=True).click()
    page.get_by_role("button", name="parameters", exact=True).click()
    most = max(table, key=lambda row: row.parameters)
    assert page.locator("thead [aria-sort=descending]").inner_text().startswith("parameters")
    page.locator("tbody tr >> nth=0 >> button").click()
    assert page.inner_text("h2") == most.label


def test_the_keyboard_alone(opened, reports):
    table, _ = reports("unet")
    page = opened("unet")
    before = page.inner_text("h2")
    press(page, "ArrowDown", "ArrowDown", on=".box.chosen .pick")
    assert page.inner_text("h2") != before
    folded = page.locator(".box .open").count()
    while not page.evaluate("document.activeElement.closest('.box.block')"):
        page.keyboard.press("ArrowDown")
    name = page.inner_text("h2")
    press(page, "+")
    assert page.locator(".box .open").count() == folded - 1 and page.inner_text("h2").startswith(name)
    press(page, "-")
    assert page.locator(".box .open").count() == folded and page.inner_text("h2") == name
    press(page, *"head", "Enter", on="#search")
    press(page, "Home", "ArrowUp", "Shift+ArrowRight", "ArrowLeft", on=".map")
    (top, bottom), (left, right) = table.interval("head", (31, 7))
    assert page.inner_text(".said") == f"Unit 31, 7 sees height {top} to {bottom}, width {left} to {right}."
    page.locator(".numbers input >> nth=0").fill("3")
    press(page, "Tab")
    assert page.inner_text(".said").startswith("Unit 3, 7 sees")


def jump(page, table, name):
    page.evaluate("(row) => fieldExplorerPage.goTo(`r${row}`)", [row.label for row in table].index(name))
    until(page, """document.querySelector('.ways').hidden
      || document.querySelector('.ways figcaption').textContent""")


def test_paths_of_a_branch_that_look_at_different_places_are_marked(opened, reports):
    table, _ = reports("apart")
    page = opened("apart")
    assert "misaligned" in page.inner_text(".box.misaligned")
    jump(page, table, "add()")
    texts = page.locator(".paths li").all_inner_texts()
    for name, text in zip(("even", "odd"), texts, strict=True):
        told = " × ".join(f"{a} to {b}" for a, b in table.interval(name, (5, 6)))
        assert text == f"{name}: {told}"
    assert "misaligned by 0.5 pixels" in page.inner_text(".paths .warning")
    jump(page, table, "behind")  # its unit (3, 4) reads rows 3 to 7 and columns 4 to 8 of the sum
    for name, text in zip(("even", "odd"), page.locator(".paths li").all_inner_texts(), strict=True):
        hull = zip(table.interval(name, (3, 4)), table.interval(name, (7, 8)))
        assert text == f"{name}: " + " × ".join(f"{first} to {last}" for (first, _), (_, last) in hull)


WAYS = """([row, unit]) => { const found = fieldExplorer.waysTo(fieldExplorerPage.model, row, unit);
  return found.counts ? found.counts.map((all) => Array.from(all)) : found.stop.name; }"""


@pytest.mark.parametrize("name", ["apart", "unet"])
def test_ways_are_the_gradient_of_a_network_of_ones(opened, reports, name):
    """All weights one and no other function: what a pixel adds to the unit is in how many ways it leads there."""
    table, _ = reports(name)
    page = opened(name)
    network = _ones(UNet(channels=(1, 1, 1, 1)) if name == "unet" else made(name)[0])
    for layer in (("add()", "behind") if name == "apart" else ("down.1.3", "join.2.3")):
        number = [row.label for row in table].index(layer)
        unit = [size // 2 for size in table[number].shape]
        counts = page.evaluate(WAYS, [number, unit])[0]
        image = torch.zeros(1, *table.input_size, dtype=torch.float64, requires_grad=True)
        found = {}
        hooks = [m.register_forward_hook(lambda m, a, out, n=n, found=found: found.update({n: out}))
                 for n, m in network.named_modules()]
        network(image)
        for hook in hooks:
            hook.remove()
        output = found[layer] if layer in found else found["even"] + found["odd"]
        expected, = torch.autograd.grad(output[0, 0][tuple(unit)], image)
        ratio = torch.tensor(counts, dtype=torch.float64) / expected[0, 0].flatten()
        ratio = ratio[expected[0, 0].flatten() > 0]
        assert torch.allclose(ratio, ratio[0].expand_as(ratio)) and ratio[0] > 0  # channels count alike everywhere
        assert sum(count > 0 for count in counts) == int((expected[0, 0] > 0).sum())


def _ones(network):
    """The network with weights of one; pooling sums, and normalization and ReLU pass on."""
    network = network.double()
    for name, module in list(network.named_modules()):
        parent = network.get_submodule(name.rpartition(".")[0])
        if isinstance(module, (torch.nn.BatchNorm2d, torch.nn.ReLU)):
            setattr(parent, name.rpartition(".")[2], torch.nn.Identity())
        if isinstance(module, torch.nn.MaxPool2d):
            setattr(parent, name.rpartition(".")[2], torch.nn.AvgPool2d(2, divisor_override=1))
    for name, parameter in network.named_parameters():
        torch.nn.init.constant_(parameter, float(name.endswith("weight")))
    return network.eval()


def test_effective_fields_stand_beside_the_theoretical_ones(opened, reports):
    table, _ = reports("unet")
    page = opened("unet")
    told = page.evaluate("fieldExplorerPage.model.data.effective")
    assert len(told) >= 10
    for number, found in told.items():
        row = table[int(number)]
        unit = tuple(size // 2 for size in row.shape)
        assert [tuple(ends) for ends in found["box"]] == [extent.of(unit) for extent in row.extents.axes]
        assert found["inside"] == pytest.approx(1, abs=1e-6), row.label
        assert max(base64.b64decode(found["bytes"])) == 255
    jump(page, table, "head")
    assert page.is_visible(".effective canvas") and "images of noise" in page.inner_text(".effective figcaption")
    page.press(".map", "ArrowLeft")
    assert "not the chosen one" in page.inner_text(".effective figcaption")


def test_an_image_of_the_reader_s(opened, tmp_path):
    page = opened("unet")
    before = page.evaluate("document.querySelector('.field canvas').toDataURL()")
    page.set_input_files("#image", ROOT / "book" / "_static" / "page.png")
    until(page, "document.querySelector('.image output').textContent.includes('page.png')")
    assert page.evaluate("document.querySelector('.field canvas').toDataURL()") != before
    (tmp_path / "none.png").write_text("no image")
    page.set_input_files("#image", tmp_path / "none.png")
    until(page, "document.querySelector('.image output').textContent.includes('is no image')")


def test_each_input_and_a_slice_of_a_volume(opened, reports):
    page = opened("pair")
    jump(page, reports("pair")[0], "mul()")
    assert page.locator("section.input").count() == 2
    texts = page.locator(".field figcaption").all_inner_texts()
    assert texts == ["height 6 to 10, width 6 to 10", "height 6 to 8, width 6 to 8"]
    page = opened("video")
    jump(page, reports("video")[0], "2")
    assert page.locator(".numbers input").count() == 3
    depth = reports("video")[0].interval("2")[0]
    assert f"depth {depth[0]} to {depth[1]}" in page.inner_text(".field figcaption")
    page.locator(".slice input").fill("0")
    page.get_by_role("button", name="Table", exact=True).click()
    heads = page.locator("thead th").all_inner_texts()
    assert {"r_out depth", "r_out height", "r_out width"} <= set(heads)


def test_hostile_names_stay_text(opened):
    page = opened("hostile")
    assert page.text_content("h1") == HOSTILE and page.title().startswith(f"Receptive fields of {HOSTILE[:-3]}")
    page.get_by_role("button", name="Unfold all", exact=True).click()
    page.fill("#search", "onerror")
    page.locator(".results button >> nth=0").click()
    page.get_by_role("button", name="Table", exact=True).click()
    assert page.evaluate("window.broken") is None and page.locator("img").count() == 0


@pytest.mark.parametrize("name, width", [("resnet50", 1366), ("unet", 390), ("apart", 390)])
def test_axe_and_a_phone_by_touch(browser, reports, name, width):
    """With everything open that there is."""
    with visit(browser, reports(name)[1].as_uri(), width=width) as page:
        if width < 500:
            page.locator(".box .pick >> nth=1").tap()
            page.locator(".map").tap()
            small_targets = page.evaluate("""[...document.querySelectorAll('button, input')].filter((b) =>
              b.offsetParent && b.type !== 'checkbox' && Math.min(b.offsetWidth, b.offsetHeight) < 24)
              .map((b) => b.outerHTML.slice(0, 90))""")
            assert small_targets == []
        assert page.inner_text(".said").startswith("Unit ")
        for tab in ("Table", "Graph"):
            page.get_by_role("button", name=tab, exact=True).click()
            assert flaws(page) == []


def test_in_a_notebook_it_stands_in_a_frame(page, reports, tmp_path):
    html = reports("apart")[0].explore()._repr_html_()
    (tmp_path / "notebook.html").write_text(f'<!doctype html><html data-theme="dark"><title>n</title>{html}',
                                            encoding="utf-8")
    page.goto((tmp_path / "notebook.html").as_uri())
    frame = page.frame_locator("iframe")
    assert frame.locator("h1").inner_text() == "apart"
    assert page.evaluate("document.querySelector('iframe').contentDocument.documentElement.dataset.theme") == "dark"
