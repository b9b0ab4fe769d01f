"""The calculator's page against the library: the same lists, the same numbers, in a real browser.

No built site is needed: the page's own scripts are put into an empty page and opened as a file.
"""

from __future__ import annotations

import csv
import io
import random
import re
import time
from pathlib import Path

import calculator as extension
import pydata_sphinx_theme
import pytest
import torch

from mnist_lib import receptive_field
from mnist_lib.networks.architecture import count_parameters
from mnist_lib.networks.zoo import ARCHITECTURES
from mnist_lib.rf.geometry import ReceptiveFieldError
from mnist_lib.rf.layers import Layer
from tests import ROOT
from tests.site.visits import asked, flaws, press, visit

SOURCES = ROOT / "book" / "_static" / "calculator"
LISTS = 700


def make_page(folder: Path) -> str:
    """The address of a page with the theme's colours and the calculator's scripts."""
    (folder / "all.js").write_text(extension.script(), encoding="utf-8")
    theme = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/styles"
    sheets = (theme / "theme.css", theme / "pydata-sphinx-theme.css", SOURCES / "calculator.css")
    styles = "".join(f"<style>{re.sub('@import[^;]+;', '', sheet.read_text())}</style>" for sheet in sheets)
    page = folder / "page.html"
    page.write_text(f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>calculator</title>'
                    f'<meta name="viewport" content="width=device-width">{styles}</head><body><main>'
                    f'<h1>Calculator</h1><h2>Here</h2><div id="field-calculator"></div></main>'
                    '<script src="all.js"></script></body></html>',
                    encoding="utf-8")
    return page.as_uri()


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    return make_page(tmp_path_factory.mktemp("calculator"))


@pytest.fixture
def opened(page, address):
    page.goto(address)
    return page


# The same lists in both ---------------------------------------------------------------------

OPS = {name: op for op, name in extension.TYPES.items()}


def random_list(chance: random.Random) -> dict:
    """A state of the page: an image and up to eight layers, some lists of them impossible."""
    def size(low, high):
        numbers = [chance.randint(low, high) for _ in range(2)]
        return f"{numbers[0]}x{numbers[1]}" if chance.random() < 0.4 else str(numbers[0])

    layers = []
    for _ in range(chance.randint(0, 8)):
        kind = chance.choices(list(OPS), (6, 2, 2, 2, 0.4))[0]
        layer = {"type": kind, "bias": False, "ceil": False,
                 "then": " ".join(chance.sample(["relu", "batchnorm", "dropout(0.25)"], chance.randint(0, 3)))}
        if kind != "global":
            layer.update(kernel=size(1, 5), stride=size(1, 3), padding=size(0, 3))
            if chance.random() < 0.05:
                layer["padding"] = size(4, 40)
            if chance.random() < 0.05:
                layer["kernel"] = size(6, 30)
        if kind in ("conv", "tconv", "max"):
            layer["dilation"] = size(1, 3)
        if kind in ("conv", "tconv"):
            layer.update(channels=str(chance.randint(1, 12)), bias=chance.random() < 0.5)
        if kind == "conv" and chance.random() < 0.15:
            layer.update(padding=chance.choice(["same", "valid"]), stride=chance.choice(["1", "1", "2"]))
        if kind == "tconv":
            layer["outputPadding"] = size(0, 2)
        if kind in ("max", "avg"):
            layer["ceil"] = chance.random() < 0.4
            layer["stride"] = chance.choice(["", layer["stride"]])
        layers.append(layer)
    sides = chance.choice([(28, 28), (32, 32), (9, 31), (64, 48), (3, 3), (1, 17)])
    return {"input": {"channels": str(chance.choice([1, 3])), "height": str(sides[0]), "width": str(sides[1])},
            "layers": layers}


def library_layers(state: dict) -> tuple[list[Layer], tuple[int, int, int]]:
    """The same list for the library, read here from the page's texts without the page's help."""
    def number(text):
        parts = [int(part) for part in text.split("x")]
        return parts[0] if len(parts) == 1 else tuple(parts)

    found = []
    for layer in state["layers"]:
        settings = {key: layer[key] if layer[key] in ("same", "valid") else number(layer[key])
                    for key in ("kernel", "stride", "padding", "dilation") if layer.get(key)}
        if layer["type"] in ("max", "avg") and not layer["stride"]:
            settings["stride"] = settings["kernel"]
        found.append(Layer(OPS[layer["type"]], int(layer["channels"]) if "channels" in layer else None,
                           output_padding=number(layer.get("outputPadding", "0")), ceil_mode=layer["ceil"],
                           bias=layer["bias"], **settings))
        for word in layer["then"].split():
            op, _, p = word.partition("(")
            found.append(Layer(op, p=float(p.rstrip(")") or 0)))
    return found, tuple(int(state["input"][key]) for key in ("channels", "height", "width"))


def told_by_library(state: dict) -> dict:
    """{rows, parameters, multiplyAdds} of the library, or {refused: its message}."""
    layers, size = library_layers(state)
    try:
        table = receptive_field(layers, size)
    except ReceptiveFieldError as error:
        return {"refused": str(error)}
    rows = [row for row in table if row.op not in extension.FOLLOWING]
    return {"parameters": table.parameters, "multiplyAdds": table.multiply_adds, "rows": [
        {"name": row.name, "chIn": row.ch_in, "chOut": row.ch_out, "parameters": row.parameters, "axes": [
            {"window": [int(part[axis]) for part in (row.kernel, row.stride, row.padding, row.dilation)],
             "n": [row.input[axis].size, g.size], "r": [row.input[axis].field, g.field],
             "j": [float(row.input[axis].jump), float(g.jump)], "start": g.start,
             "sees": [list(g.sees(i)) if g.sees(i) else None for i in (-1, 0, 1, 2, g.size - 1)],
             "inside": [[a, b] if a <= b else None for a, b in zip(extent.first, extent.last)]}
            for axis, (g, extent) in enumerate(zip(row.output, row.extents.axes))]} for row in rows]}


TELL = """states => states.map((state) => {
  const { network, geometry, exports, dependence } = fieldCalculator, table = network.compute(state);
  const seen = (map) => Array.from(map.first, (_, unit) => dependence.seenBy(map, unit));
  if (table.problems.length) return { problems: table.problems };
  const extents = network.extentsOf(table.size, table.rows), { parameters, multiplyAdds } = exports.totals(table);
  return { parameters, multiplyAdds, rows: table.rows.map((row, i) => ({
    name: row.name, chIn: row.chIn, chOut: row.chOut, parameters: row.parameters, axes: [0, 1].map((axis) => {
      const g = row.output[axis], w = row.windows[axis];
      return { window: [w.kernel, w.stride, w.padding, w.dilation], n: [row.input[axis].size, g.size],
               r: [row.input[axis].field, g.field], j: [row.input[axis], g].map(geometry.jump), start: g.start,
               sees: [-1, 0, 1, 2, g.size - 1].map((unit) => geometry.sees(g, unit)),
               inside: seen(extents[axis][i + 1]) };
    }) })) };
})"""


def test_random_lists_are_told_as_the_library_tells_them(opened):
    chance = random.Random(6)
    states = [random_list(chance) for _ in range(LISTS)]
    refused, covered = 0, set()
    for state, page_says in zip(states, asked(opened, TELL, states), strict=True):
        library_says = told_by_library(state)
        if "refused" in library_says:
            refused += 1
            problem = min(page_says["problems"], key=lambda problem: problem["row"])
            row = problem["row"]
            assert problem["message"] and problem["field"] in (*state["layers"][row], "type")
            shorter = {**state, "layers": state["layers"][:row]}  # and the layer it names is the one at fault
            assert "refused" not in told_by_library(shorter), state
            assert "refused" in told_by_library({**state, "layers": state["layers"][:row + 1]}), state
            continue
        assert page_says == library_says, state
        for layer in state["layers"]:
            covered |= {layer["type"], *(f"{layer['type']} {key}" for key in ("ceil", "bias") if layer[key])}
        for row in library_says["rows"]:
            for axis in row["axes"]:
                covered |= {"fraction"} if axis["j"][1] % 1 else set()
                covered |= {"nothing"} if None in axis["inside"] else set()
                covered |= {"beyond"} if axis["sees"][1] and axis["sees"][1][0] < 0 else set()
            if row["axes"][0]["window"] != row["axes"][1]["window"]:
                covered.add("asymmetric")
    assert LISTS - refused >= 300 and refused >= 30
    assert covered >= {*OPS, "max ceil", "avg ceil", "conv bias", "tconv bias", "fraction", "nothing", "beyond",
                       "asymmetric"}


def test_what_a_unit_reads_is_what_the_taps_reach(opened):
    """The pixels the drawing fills against the gradient of the network that PyTorch builds."""
    state = {"input": {"channels": "1", "height": "15", "width": "12"}, "layers": [
        {"type": "conv", "channels": "1", "kernel": "3x2", "stride": "1", "padding": "1x0", "dilation": "3x2",
         "then": "", "bias": False, "ceil": False},
        {"type": "tconv", "channels": "1", "kernel": "2x3", "stride": "2", "padding": "1", "dilation": "1",
         "outputPadding": "0", "then": "", "bias": False, "ceil": False},
        {"type": "conv", "channels": "1", "kernel": "2", "stride": "2x3", "padding": "1", "dilation": "2", "then": "",
         "bias": False, "ceil": False}]}
    code = opened.evaluate("state => fieldCalculator.exports.sequential(fieldCalculator.network.compute(state))", state)
    network = run(code)["network"].double()
    for weight in network.parameters():
        torch.nn.init.ones_(weight)
    image = torch.zeros(1, 1, 15, 12, dtype=torch.double, requires_grad=True)
    result = network(image)[0, 0]
    for unit in [(0, 0), (1, 2), (result.shape[0] - 1, result.shape[1] - 1), (result.shape[0] // 2, 1)]:
        gradient, = torch.autograd.grad(result[unit], image, retain_graph=True)
        moved = gradient[0, 0] != 0
        read = opened.evaluate("""([state, unit]) => {
          const found = fieldCalculator.drawing.look(fieldCalculator.network.compute(state), 3, unit);
          return found.read[0];
        }""", [state, list(unit)])
        assert [torch.where(moved.any(1))[0].tolist(), torch.where(moved.any(0))[0].tolist()] == read
        assert moved.sum() == len(read[0]) * len(read[1])


# Networks to start from ---------------------------------------------------------------------

def test_every_architecture_of_the_book_is_offered_and_agrees(opened):
    presets = opened.evaluate("fieldCalculator.presets")
    assert [p["name"] for p in presets] == [*ARCHITECTURES, "LeNet-5", "AlexNet", "VGG-16"]
    for preset, page_says in zip(presets, asked(opened, TELL, presets), strict=True):
        if preset["name"] in ARCHITECTURES:
            architecture = ARCHITECTURES[preset["name"]]
            table = receptive_field(architecture)
            assert page_says["parameters"] == count_parameters(architecture)
            rows = [row for row in table if not row.plain]
            assert [[a["n"][1] for a in row["axes"]] for row in page_says["rows"]] == [list(row.shape) for row in rows]
            assert [row["axes"][0]["r"][1] for row in page_says["rows"]] == [row.r_out for row in rows]
            assert [row["parameters"] for row in page_says["rows"]] == [row.parameters for row in rows]
        assert page_says == told_by_library(preset)


@pytest.mark.parametrize("name, sizes, field, parameters", [
    ("LeNet-5", [28, 14, 10, 5, 1, 1, 1], 32, 61_706),  # with a full third layer: 60,000 in the paper, which thins it
    ("AlexNet", [55, 27, 27, 13, 13, 13, 13, 6, 1, 1, 1], 355, 62_378_344),  # undivided
    ("VGG-16", [224] * 2 + [112] * 3 + [56] * 4 + [28] * 4 + [14] * 4 + [7] + [1] * 3, 404, 138_357_544),
])
def test_well_known_networks_have_their_published_sizes(opened, name, sizes, field, parameters):
    preset = next(p for p in extension.presets() if p["name"] == name)
    (found,) = asked(opened, TELL, [preset])
    assert [row["axes"][0]["n"][1] for row in found["rows"]] == sizes
    assert found["rows"][-1]["axes"][0]["r"][1] == field and found["parameters"] == parameters


def test_a_layer_the_page_does_not_know_stops_the_build():
    with pytest.raises(ValueError, match="flatten"):
        extension.page_layers([Layer("flatten")])


# What is copied -----------------------------------------------------------------------------

def run(code: str) -> dict:
    """The names that copied Python defines."""
    names: dict = {}
    exec(code, names)
    return names


COPIES = """states => states.map((state) => {
  const { network, exports } = fieldCalculator, table = network.compute(state);
  return table.problems.length ? null : { cells: exports.cells(table), warned: table.warnings.length,
    ...Object.fromEntries(["mnistLib", "sequential", "markdown", "csv"].map((form) => [form, exports[form](table)])) };
})"""


@pytest.fixture
def copies(opened):
    chance = random.Random(28)
    states = [*extension.presets()[:24], *(random_list(chance) for _ in range(60))]
    return [(state, copy) for state, copy in zip(states, asked(opened, COPIES, states), strict=True) if copy]


def test_copied_python_for_the_library_gives_the_table(copies, capsys):
    columns = ["name", "kernel", "stride", "padding", "dilation", "n_in", "n_out", "ch_in", "ch_out", "j_in", "j_out",
               "r_in", "r_out", "start", "r_image", "parameters"]
    for _, copy in copies:
        table = run(copy["mnistLib"])["table"]
        assert capsys.readouterr().out.strip() == str(table).strip()
        assert list(csv.reader(io.StringIO(copy["csv"]))) == list(csv.reader(io.StringIO(
            table.to_csv(columns=columns, plain=False))))
        assert copy["markdown"].splitlines() == table.to_markdown(columns=columns, plain=False).splitlines()[:-2]
        assert copy["cells"]["lines"] == list(csv.reader(io.StringIO(copy["csv"])))[1:]


def test_copied_sequential_is_the_network_of_the_table(copies):
    """What the network executes is a second witness: its sizes, its fields, and what a unit of each layer reads."""
    ran, chance = 0, random.Random(0)
    for state, copy in copies:
        network = run(copy["sequential"])["network"].eval()
        size = tuple(int(state["input"][key]) for key in ("channels", "height", "width"))
        library = told_by_library(state)
        assert sum(p.numel() for p in network.parameters()) == library["parameters"]
        if copy["warned"]:  # and so PyTorch refuses it
            assert "# PyTorch" in copy["sequential"]
            with pytest.raises(RuntimeError):
                network(torch.zeros(1, *size))
            continue
        moving = [str(i) for i, module in enumerate(network) if not isinstance(
            module, (torch.nn.ReLU, torch.nn.BatchNorm2d, torch.nn.Dropout))]
        traced = receptive_field(network, size) if moving else None
        for name, told in zip(moving, library["rows"], strict=True):
            row, axes = traced.at(name), told["axes"]
            assert (row.ch_out, *row.shape) == (told["chOut"], *(axis["n"][1] for axis in axes)), (state, name)
            assert any(g.phases for g in row.output) or [g.field for g in row.output] == [a["r"][1] for a in axes]
            unit = tuple(map(chance.randrange, row.shape))
            inside = [axis["inside"][place] for axis, place in zip(axes, unit)]
            found = [ends and list(ends) for ends in traced.interval(name, unit)]
            assert found == inside or None in found and None in inside, (state, name, unit)
        ran += 1
    assert ran >= 40


# Using it -----------------------------------------------------------------------------------

def open_state(page, address, state: str):
    page.goto("about:blank")
    page.goto(f"{address}#{state}")


SMALL = "in=1x28x28&net=conv,c8,k3;max,k2;conv,c16,k3"


def column(page, heading: str) -> list[str]:
    """The cells of one column of the table that is shown."""
    return page.evaluate("""heading => {
      const place = [...document.querySelectorAll(".fc-table thead th")].findIndex((th) => th.textContent === heading);
      return [...document.querySelectorAll(".fc-table tbody tr")].map((row) => row.children[place].textContent);
    }""", heading)


def field(page, layer: int, name: str):
    return page.locator(".fc-card").nth(layer).locator(f'[data-control="{name}"]')


def test_the_table_follows_what_is_typed(page, address):
    open_state(page, address, SMALL)
    assert column(page, "r_out") == ["3", "4", "8"] and column(page, "n_out") == ["26", "13", "11"]
    field(page, 0, "kernel").fill("5x3")
    assert column(page, "r_out") == ["5×3", "6×4", "10×8"]
    assert "k5x3" in page.evaluate("location.hash")
    field(page, 2, "dilation").press_sequentially("2")  # behind the 1: 12
    assert column(page, "d") == ["1", "1", "12"] or page.locator(".fc-said:visible").count() == 1
    field(page, 2, "dilation").fill("2")
    assert column(page, "r_out") == ["5×3", "6×4", "14×12"]
    page.locator("#fc-input-height").fill("32")
    assert column(page, "n_out")[0] == "28×26"


@pytest.mark.parametrize("layer, name, text, said", [
    (0, "kernel", "", "missing"), (0, "kernel", "3y", "“3y”"), (0, "kernel", "3x3x3", "two as in 3x5"),
    (0, "kernel", "0", "at least 1"), (0, "stride", "0", "at least 1"), (0, "padding", "-1", "whole number"),
    (0, "channels", "2.5", "whole number"), (0, "channels", "4x4", "whole number"), (0, "dilation", "2000", "at most"),
    (0, "kernel", "29", "does not fit"), (2, "kernel", "2x14", "does not fit"), (0, "padding", "some", "“some”"),
    (1, "padding", "same", "“same”"), (2, "then", "relu gelu", "“gelu”"), (2, "then", "dropout(2)", "between 0 and 1"),
])
def test_bad_input_is_told_beside_the_field_and_the_last_good_result_stays(page, address, layer, name, text, said):
    open_state(page, address, SMALL)
    before = column(page, "r_out")
    typed = field(page, layer, name)
    typed.fill(text)
    assert typed.get_attribute("aria-invalid") == "true"
    message = page.locator(f"#{typed.get_attribute('aria-describedby')}")
    assert said in message.inner_text() and message.is_visible()
    assert page.locator(".fc-said:visible").count() == 1
    assert column(page, "r_out") == before
    stale = page.locator(".fc-part-table .fc-stale")
    assert stale.is_visible() and f"layer {layer + 1}" in stale.inner_text()
    page.wait_for_function("said => document.querySelector('.fc-spoken').textContent.includes(said)", arg=said)
    typed.fill({"then": "relu", "padding": "1"}.get(name, "2"))
    assert typed.get_attribute("aria-invalid") is None and not stale.is_visible()
    assert page.locator(".fc-said:visible").count() == 0


def test_a_bad_image_size_and_what_only_pytorch_refuses(page, address):
    open_state(page, address, SMALL)
    page.locator("#fc-input-width").fill("wide")
    assert "“wide”" in page.locator("#fc-input-width-said").inner_text()
    assert page.locator(".fc-part-drawing .fc-stale").is_visible()
    page.locator("#fc-input-width").fill("28")
    field(page, 1, "padding").fill("2")
    assert "PyTorch" in page.locator(".fc-warning:visible").inner_text()
    assert not page.locator(".fc-stale:visible").count() and column(page, "p") == ["0", "2", "0"]


FOCUS = """() => [[...document.querySelectorAll(".fc-card")].indexOf(document.activeElement.closest(".fc-card")),
                  document.activeElement.dataset.control]"""
HANDS = [  # a button of a card, the key that is pressed on it, the layers then, and what has the focus
    (0, "down", "Enter", "max_pool1 conv1 conv2", [1, "down"]),
    (1, "down", "Alt+ArrowUp", "conv1 max_pool1 conv2", [0, "up"]),
    (0, "up", "Enter", "conv1 max_pool1 conv2", [0, "up"]),  # at the top already
    (1, "duplicate", "Space", "conv1 max_pool1 max_pool2 conv2", [2, "duplicate"]),
    (3, "remove", "Enter", "conv1 max_pool1 max_pool2", [2, "remove"]),
    (None, "tconv", "Enter", "conv1 max_pool1 max_pool2 conv_transpose1", [3, "channels"]),
    (0, "remove", "Enter", "max_pool1 max_pool2 conv_transpose1", [0, "remove"])]


def test_layers_are_moved_added_and_removed_by_keyboard(page, address):
    open_state(page, address, SMALL)
    for card, button, key, names, focus in HANDS:
        pressed = page.locator(f'[data-add="{button}"]') if card is None else field(page, card, button)
        pressed.press(key)
        assert (column(page, "layer"), page.evaluate(FOCUS)) == (names.split(), focus), button
        if key == "Alt+ArrowUp":
            assert "place 1 of 3" in page.locator(".fc-spoken").inner_text()
    field(page, 2, "type").select_option("global")
    assert column(page, "layer")[-1] == "global_avg_pool1" and column(page, "n_out")[-1] == "1"
    page.locator('[data-add="conv"]').press("Enter")
    field(page, 3, "bias").check()
    assert column(page, "parameters")[-1] == "10" and page.evaluate(FOCUS) == [3, "bias"]
    for _ in range(4):
        field(page, 0, "remove").click()
    assert column(page, "layer") == [] and page.evaluate("document.activeElement.dataset.add") == "conv"


def test_a_link_carries_the_whole_state_and_the_history_goes_back(page, address):
    chance = random.Random(3)
    states = [random_list(chance) for _ in range(60)]
    encoded = """([state, unit, digit]) => {
      const a = fieldCalculator.address, text = a.encode({ ...state, unit, digit }), back = a.decode("#" + text).state;
      return [text, a.encode(back), back];
    }"""
    page.goto(address)
    for state in states:
        text, again, back = page.evaluate(encoded, [state, [0, 5, 7], 3])
        assert text == again and back["unit"] == [0, 5, 7] and back["digit"] == 3
        assert told_by_library(state) == told_by_library(back)
        assert page.evaluate("([a, b]) => encodeURI(a) === a", [text, again])  # nothing a mail program would break
    open_state(page, address, SMALL)
    field(page, 0, "kernel").fill("5")
    page.locator(".fc-picker").press("ArrowLeft")
    page.locator("#fc-digit").select_option("4")
    link = page.evaluate("location.href")
    sentence, table = page.locator(".fc-sentence").inner_text(), page.locator(".fc-table").inner_text()
    page.goto("about:blank")
    page.goto(link)
    assert page.locator(".fc-sentence").inner_text() == sentence and page.locator(".fc-table").inner_text() == table
    assert page.locator("#fc-digit").input_value() == "4"


@pytest.mark.parametrize("state, said", [
    ("net=conv,c8,k3;lstm,c4", "lstm"), ("net=conv,c8,z3", "z3"), ("in=28&net=conv,c8,k3", "28"),
    ("net=%E0%A4%A", "damaged"),
])
def test_an_address_that_cannot_be_read_is_told(page, address, state, said):
    open_state(page, address, state)
    assert said in page.locator(".fc-problem").inner_text() and column(page, "layer")


def test_going_back_takes_back_every_change_also_a_wrong_one(page, address):
    open_state(page, address, SMALL)
    acts = [lambda: field(page, 2, "kernel").press_sequentially("1"),  # 31, which is too large
            lambda: field(page, 0, "kernel").fill("3y"), lambda: field(page, 1, "then").fill("relu, what's %20;&~?"),
            lambda: field(page, 0, "kernel").fill("5"), lambda: page.locator("#fc-input-height").fill("wide x 3"),
            lambda: field(page, 2, "remove").click(), lambda: field(page, 0, "stride").fill("")]
    shown = """() => JSON.stringify([...document.querySelectorAll("#field-calculator :is(input, select)")]
      .filter((node) => node.id !== "fc-preset").map((node) => node.value))"""
    states = [page.evaluate(shown)]
    for act in acts:
        act()
        states.append(page.evaluate(shown))
    assert len(set(states)) == len(acts) + 1
    for state in reversed(states[:-1]):
        page.go_back()
        page.wait_for_function(f"state => ({shown})() === state", arg=state, timeout=5000)
    for state in states[1:]:
        page.go_forward()
        page.wait_for_function(f"state => ({shown})() === state", arg=state, timeout=5000)
    kept = shown.replace("#field-calculator :is(input, select)", ".fc-input-size input, .fc-card :is(input, select)")
    link, there = page.evaluate("location.href"), page.evaluate(kept)
    page.goto("about:blank")
    page.goto(link)  # a link to a wrong list shows it
    assert page.evaluate(kept) == there


def test_typing_again_later_is_another_change(page, address):
    open_state(page, address, SMALL)
    field(page, 0, "kernel").fill("5")
    field(page, 2, "kernel").focus()
    field(page, 0, "kernel").fill("7")
    page.go_back()
    page.wait_for_function("document.querySelector('[data-control=kernel]').value === '5'")


@pytest.mark.parametrize("state", [
    "net=" + "conv,c8,k3;" * 45_000, "net=" + "x" * 500_000, "in=1x28x28&net=conv,k" + "3" * 500_000,
    "in=" + "9" * 300 + "&net=conv", "net=" + "a%20" * 9000, "net=conv,k~-ffffff-,then~-110000-"])
def test_a_bad_address_does_not_become_the_page(page, address, state):
    open_state(page, address, state)
    assert len(page.inner_text("body")) < 6000
    assert page.locator(".fc-problem:visible, .fc-said:visible").count() >= 1


# Work that is bounded -----------------------------------------------------------------------

LARGE = ["in=1x10000x10000&net=" + ";".join(["conv,c8,k1000,p500"] * 200),
         "in=1x10000x10000&net=" + "conv,c1,k1;" * 200, "in=1x10000x10000&net=" + "max,k999,s1,p499;" * 100,
         "in=1x20x20&net=" + "tconv,c1,k2,s7;" * 3 + "conv,c1,k997",
         "in=1x9999x9973&net=" + "conv,c1,k7,s1,d333,p999;" * 60,
         "in=1x28x28&net=" + "tconv,c1,k1000,s997;conv,c1,k1,s999;" * 9,
         "in=1x500x500&net=" + "conv,c9,k3,p1,d2;" * 200]


@pytest.mark.parametrize("state", LARGE)
def test_no_list_freezes_the_page(page, address, state):
    """Opening it, picking a unit and typing: each well under what the page needed before, 12 to 55 s."""
    start = time.perf_counter()
    open_state(page, address, state)
    said = page.locator(".fc-said:visible")
    if said.count():
        assert "counts up to" in said.first.inner_text() or "too large" in said.first.inner_text()
        assert page.locator(".fc-wrong [aria-invalid=true]").count() == 1
    if page.locator(".fc-picker").is_visible():
        page.locator(".fc-picker").press("End")
    field(page, 0, "kernel").fill("2")
    assert time.perf_counter() - start < 10


def test_no_settings_at_all_freeze_the_page(opened):
    """The slowest of lists with large numbers; far from any measured time, so that only a freeze fails."""
    chance, states = random.Random(19), []
    for _ in range(150):
        state = random_list(chance)
        for layer in state["layers"]:
            for key in ("kernel", "stride", "padding", "dilation"):
                if layer.get(key, "") not in ("", "same", "valid") and chance.random() < 0.4:
                    layer[key] = str(chance.randint(1, 1000))
        state["input"] |= {"height": str(chance.randint(1, 10_000)), "width": str(chance.randint(1, 10_000))}
        states.append({**state, "layers": state["layers"] * chance.choice([1, 1, 9])})
    slowest = opened.evaluate("""states => Math.max(...states.map((state) => {
      const { network, drawing } = fieldCalculator, from = performance.now(), table = network.compute(state);
      if (table.rows.length) {
        network.insideOf(table.size, table.rows);
        const last = table.rows[table.rows.length - 1].output.map((map) => Math.floor(map.size / 2));
        drawing.look(table, table.rows.length, last);
      }
      return performance.now() - from;
    }))""", states)
    assert slowest < 5000


# Adding, and keys ---------------------------------------------------------------------------

@pytest.mark.parametrize("kind", extension.TYPES.values())
@pytest.mark.parametrize("name", ["six-models/steplr", "LeNet-5", "same-padding/batchnorm"])
def test_an_added_layer_fits_behind_the_selected_one(page, address, name, kind):
    page.goto(address)
    page.locator("#fc-preset").select_option(name)
    for place in (0, 2, page.locator(".fc-card").count() - 1):
        count = page.locator(".fc-card").count()
        field(page, place, "type").focus()
        assert f"after {place + 1}." in page.locator("#fc-where").inner_text()
        page.locator(f'[data-add="{kind}"]').click()
        assert page.locator(".fc-card").count() == count + 1 and not page.locator(".fc-said:visible").count()
        at = page.evaluate(FOCUS)[0]
        said = page.locator(".fc-spoken").inner_text()
        if at != place + 1:  # a global pooling leaves nothing for the layers behind it
            assert kind == "global" and at == count and f"does not fit after layer {place + 1}" in said
        assert field(page, at, "type").input_value() == kind
        page.go_back()
        page.wait_for_function(f"document.querySelectorAll('.fc-card').length === {count}")


def test_a_picked_map_selects_its_layer_and_the_image_the_place_before_all(page, address):
    open_state(page, address, SMALL)
    page.locator('.fc-mapbutton[data-level="2"]').click()
    page.locator('[data-add="avg"]').click()
    assert column(page, "layer") == ["conv1", "max_pool1", "avg_pool1", "conv2"]
    page.locator('.fc-mapbutton[data-level="0"]').click()
    assert "first" in page.locator("#fc-where").inner_text()
    page.locator('[data-add="conv"]').click()
    assert column(page, "layer")[0] == "conv1" and column(page, "ch_in")[:2] == ["1", "8"]


WALK = [  # keys, the card where the focus is then, and what of it
    (["ArrowLeft"] * 12, 0, "type"), (["ArrowRight"], 0, "up"), (["ArrowDown"], 1, "up"), (["ArrowDown"], 2, "up"),
    (["Tab"], 3, "kernel"), (["ArrowUp"], 2, "kernel"), (["ArrowUp"], 1, "kernel"), (["5"], 1, "kernel"),
    (["ArrowLeft"], 1, "kernel"),  # inside a text the cursor moves, and past its end the focus
    (["ArrowLeft"], 1, "channels")]


def test_the_first_kernel_is_a_few_tabs_away_and_arrows_reach_the_rest(page, address):
    page.goto(address)
    page.locator("h2").click()

    def after(key):
        press(page, key)
        return page.evaluate(FOCUS)

    assert [0, "kernel"] in [after("Tab") for _ in range(12)]
    field(page, 0, "kernel").focus()
    seen = [after("ArrowRight")[1] for _ in range(12)]
    assert seen[:5] == ["stride", "padding", "dilation", "then", "bias"] and seen[-1] == "bias"
    for keys, card, control in WALK:
        press(page, *keys)
        assert page.evaluate(FOCUS) == [card, control], keys
    assert field(page, 1, "kernel").input_value() == "5"  # all of the field was marked
    assert page.locator(".fc-card").nth(1).locator("[tabindex='0']").count() == 1
    maps = page.locator(".fc-mapbutton")
    press(page, "End", "ArrowLeft", "Enter", on=".fc-mapbutton")
    assert maps.nth(maps.count() - 2).get_attribute("aria-current") == "true"
    assert page.locator(".fc-mapbutton[tabindex='0']").count() == 1


def test_on_a_phone_the_drawing_stays_in_view_and_fields_do_not_zoom(browser, address):
    with visit(browser, address, width=390, height=844) as page:
        sizes = page.evaluate("""[...document.querySelectorAll("#field-calculator :is(input, select)")]
          .filter((node) => node.offsetParent).map((node) => parseFloat(getComputedStyle(node).fontSize))""")
        assert min(sizes) >= 16
        for place in range(page.locator(".fc-card").count()):
            field(page, place, "kernel" if field(page, place, "kernel").count() else "type").focus()
            page.wait_for_timeout(50)
            stage, typed = page.locator(".fc-stage").bounding_box(), page.locator(":focus").bounding_box()
            assert stage["y"] >= 0 and stage["y"] + stage["height"] < typed["y"], "the drawing covers the field"
            assert typed["y"] + typed["height"] <= 844


def test_an_address_with_an_impossible_list_shows_the_list_and_its_mistake(page, address):
    open_state(page, address, "in=1x5x5&net=conv,c8,k3;conv,c8,k7")
    assert "does not fit" in page.locator(".fc-said:visible").inner_text()
    assert "Nothing to show yet" in page.locator(".fc-part-table .fc-stale").inner_text()
    field(page, 1, "kernel").fill("3")
    assert column(page, "r_out") == ["3", "5"] and page.locator(".fc-stage").is_visible()


def test_a_heading_in_the_address_is_no_state(page, address):
    open_state(page, address, "how-to-read-it")
    assert page.evaluate("location.hash") == "#how-to-read-it"
    assert page.locator("#fc-preset").input_value() == "six-models/steplr"


def test_the_picked_unit_is_told_as_the_library_tells_it(page, address):
    architecture = ARCHITECTURES["same-padding/batchnorm"]
    table = receptive_field(architecture)
    page.goto(address)
    page.locator("#fc-preset").select_option("same-padding/batchnorm")
    rows = [row for row in table if not row.plain]
    level = next(i for i, row in enumerate(rows, 1) if row.name == "block3.conv1")
    page.locator(f'.fc-mapbutton[data-level="{level}"]').press("Enter")
    picker = page.locator(".fc-picker")
    for key, unit in (("Home", (0, 0)), ("ArrowDown", (1, 0)), ("ArrowRight", (1, 1)), ("ArrowUp", (0, 1)),
                      ("ArrowUp", (0, 1)), ("Shift+ArrowRight", (0, 6)), ("End", (6, 6)), ("ArrowLeft", (6, 5))):
        picker.press(key)
        (top, bottom), (left, right) = table.interval("block3.conv1", unit)
        whole = [g.sees(i) for g, i in zip(table.at("block3.conv1").output, unit)]
        said = page.locator(".fc-sentence").inner_text().replace("−", "-")
        assert f"({unit[0]}, {unit[1]})" in said
        assert f"rows {top} to {bottom} and columns {left} to {right}" in said
        assert f"rows {whole[0][0]} to {whole[0][1]} and columns {whole[1][0]} to {whole[1][1]}" in said
        frame = page.locator(".fc-inside")
        assert [float(frame.get_attribute(a)) for a in ("x", "y", "width", "height")] == [
            left, top, right - left + 1, bottom - top + 1]
    picker.press("PageDown")
    assert "global_avg_pool1" in page.locator(".fc-sentence").inner_text()
    picker.press("PageUp")
    place = picker.bounding_box()
    page.mouse.click(place["x"] + 0.5 * place["width"] / 7, place["y"] + 3.5 * place["height"] / 7)
    assert "(3, 0)" in page.locator(".fc-sentence").inner_text()
    page.locator("#fc-column").fill("2")
    assert "(3, 2)" in page.locator(".fc-sentence").inner_text()
    page.locator("#fc-level").press("Home")
    assert page.locator(".fc-sentence").inner_text().startswith("Pixel (")


def test_the_field_grows_by_itself_to_the_last_layer_and_stops(page, address):
    open_state(page, address, SMALL)
    page.clock.install()
    page.get_by_role("button", name="Grow").click()
    sides = []
    for _ in range(4):
        sides.append(page.locator(".fc-inside").get_attribute("width"))
        page.clock.run_for(700)
    assert sides == ["1", "3", "4", "8"]
    assert page.get_by_role("button", name="Grow").is_visible()


@pytest.mark.parametrize("allowed", [True, False])
def test_copying_with_and_without_a_clipboard(page, address, allowed):
    page.add_init_script("""Object.defineProperty(navigator, "clipboard", { value: { writeText: (text) => {
      window.copied = text; return %s; } } });""" % ("Promise.resolve()" if allowed else "Promise.reject(new Error())"))
    open_state(page, address, SMALL)
    page.locator('[data-copy="mnistLib"]').click()
    page.wait_for_function("document.querySelector('.fc-status').textContent")
    text = page.locator(".fc-copied").input_value()
    assert run(text)["table"][-1].r_out == 8
    if allowed:
        assert page.evaluate("window.copied") == text and "copied" in page.locator(".fc-status").inner_text()
    else:
        assert "Press Ctrl+C" in page.locator(".fc-status").inner_text()
        assert page.evaluate("""() => { const a = document.activeElement;
          return a.value.slice(a.selectionStart, a.selectionEnd); }""") == text
    page.locator('[data-copy="link"]').click()
    page.wait_for_function("document.querySelector('.fc-copied').value.includes('#in=')")


@pytest.mark.parametrize("width", [1366, 360])
def test_nothing_stands_in_the_way_of_a_reader(browser, address, width):
    """axe-core finds nothing, with a mistake in the list and without; the page never scrolls sideways."""
    with visit(browser, width=width) as page:
        open_state(page, address, "in=1x28x28&net=conv,c8,k3,relu,batchnorm;max,k2,ceil;tconv,c4,k3,s2,p1;global")
        assert flaws(page) == []
        open_state(page, address, SMALL)
        field(page, 0, "kernel").fill("x")
        field(page, 1, "padding").fill("2")
        page.locator('[data-copy="csv"]').click()
        assert flaws(page) == []
