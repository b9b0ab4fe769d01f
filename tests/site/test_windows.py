"""The arithmetic of windows in JavaScript, which all pages share, against the library's: the same units of
the same size read the same taps, for convolution, pooling, transposed convolution and padding."""

from __future__ import annotations

import itertools
from pathlib import Path

import bundle
import pytest
import torch
from torch import nn

from mnist_lib.rf import taps
from tests.site.visits import asked

STATIC = Path(__file__).resolve().parents[2] / "book" / "_static"
SIZES, KERNELS, STRIDES = (1, 2, 3, 4, 5, 7, 28), (1, 2, 3, 4, 5, 11), (1, 2, 3, 5)
PADDINGS, DILATIONS = (0, 1, 2, 5), (1, 2, 3)


def told(found: taps.Taps, size: int) -> dict:
    """What the library says of a reach: its size, period, the taps of some units, and which units all of them read."""
    units = sorted({-1, 0, 1, found.size // 2, found.size - 1, found.size})
    read = {tap for unit in range(max(0, found.size)) for tap in found.taps(unit)}
    return {"size": found.size, "period": list(found.period), "taps": [list(found.taps(unit)) for unit in units],
            "read": sorted(tap for tap in read if 0 <= tap < size)}


def vectors() -> list[tuple[int, dict, dict]]:
    """(size, window of the page, what the library tells) for every combination of settings, the impossible ones too."""
    found = []
    for size, k, s, p, d in itertools.product(SIZES, KERNELS, STRIDES, PADDINGS, DILATIONS):
        usual = {"kernel": k, "stride": s, "padding": p, "dilation": d}
        for ceil in (False, True):
            found.append((size, {**usual, "ceil": ceil}, told(taps.window(size, k, s, p, d, ceil), size)))
        if k <= 5:
            extra = (k * s * d + p) % max(s, d)
            found.append((size, {**usual, "transposed": True, "outputPadding": extra},
                          told(taps.transposed(size, k, s, p, d, extra), size)))
    for size, before, after in itertools.product(SIZES, PADDINGS, PADDINGS):
        shifted = taps.shifted(size + before + after, -before)
        found.append((size, {"before": before, "after": after}, told(shifted, size)))
    return found


TELL = """cases => cases.map(([size, w]) => {
  const { windows } = bookParts;
  const reach = w.before === undefined ? windows.reachOf(size, w) : windows.paddedReach(size, w.before, w.after);
  const units = [...new Set([-1, 0, 1, Math.floor(reach.size / 2), reach.size - 1, reach.size])].sort((a, b) => a - b);
  const all = Array.from({ length: Math.max(0, reach.size) }, (_, i) => i);
  return { size: reach.size, period: reach.period, taps: units.map((unit) => reach.taps(unit)),
           read: windows.readBy(all, reach, size) };
})"""


@pytest.fixture
def parts(page, tmp_path):
    """An empty page with the shared parts, opened as a file."""
    script = bundle.bundle(STATIC, bundle.PARTS)
    text = f"<!doctype html><title>parts</title><script>{script}</script>"
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    return page


def test_every_window_reads_what_the_library_says(parts):
    cases = vectors()
    assert len(cases) > 5000 and sum(case[2]["size"] < 1 for case in cases) > 300
    said = asked(parts, TELL, [case[:2] for case in cases])
    for (size, window, expected), found in zip(cases, said, strict=True):
        assert found == expected, (size, window)


def test_sizes_are_those_of_pytorch(parts):
    """A second witness, for what PyTorch itself runs: poolings pad by at most half their kernel."""
    cases = [case for case in vectors() if "ceil" in case[1] and case[2]["size"] > 0
             and case[1]["padding"] <= case[1]["kernel"] // 2]
    sizes = [found["size"] for found in asked(parts, TELL, [case[:2] for case in cases])]
    for (size, w, _), found in zip(cases, sizes, strict=True):
        layer = nn.MaxPool1d(w["kernel"], w["stride"], w["padding"], w["dilation"], ceil_mode=w["ceil"])
        assert layer(torch.zeros(1, 1, size)).shape[-1] == found, (size, w)


def test_runs_and_a_long_list_of_reads(parts):
    assert parts.evaluate("bookParts.windows.runs([0, 1, 2, 5, 7, 8])") == [[0, 2], [5, 5], [7, 8]]
    assert parts.evaluate("bookParts.windows.runs([])") == []


UNITS = """([sheet, places]) => places.map((place) => bookParts.units.unitAt(place, sheet))"""


@pytest.mark.parametrize("sheet", [
    {"shape": [28, 28], "size": [280, 280]},
    {"shape": [3, 5], "size": [60, 50], "count": 7, "columns": 4, "gap": 4, "edge": 2},
    {"shape": [1, 1], "size": [30, 30], "count": 10, "columns": 10, "gap": 4, "edge": 2},
    {"shape": [24, 24], "size": [54, 54], "count": 16, "columns": 8, "gap": 4, "edge": 2}])
def test_the_unit_at_a_place_is_the_one_drawn_there(parts, sheet):
    """The middle of every unit gives that unit, gaps and the world outside none, and clipped the nearest."""
    (high, wide), (rows, columns) = sheet["size"], sheet["shape"]
    gap, edge, across = sheet.get("gap", 0), sheet.get("edge", 0), sheet.get("columns", 1)
    places, expected = [], []
    for number in range(sheet.get("count", 1)):
        left, top = edge + number % across * (wide + gap), edge + number // across * (high + gap)
        for row, column in itertools.product(range(rows), range(columns)):
            places.append([left + (column + 0.5) * wide / columns, top + (row + 0.5) * high / rows])
            expected.append({"map": number, "row": row, "column": column})
        if gap:
            places.append([left + wide + gap / 2, top + 1])
            expected.append(None)
    places += [[-1, 5], [5, -1], [1e6, 5], [5, 1e6]]
    assert parts.evaluate(UNITS, [sheet, places]) == [*expected, None, None, None, None]
    clipped = parts.evaluate("([sheet, place]) => bookParts.units.unitAt(place, sheet, true)", [sheet, [-9, 1e6]])
    assert clipped["row"] == rows - 1 and clipped["column"] == 0


@pytest.mark.parametrize("call, text", [
    ("fixed(0.12345)", "0.123"), ("fixed(-2)", "−2.000"), ("fixed(0)", "0"), ("fixed(1e-9)", "1.0e−9"),
    ("fixed(NaN)", "no number"),
    ("fixed(-Infinity)", "−∞"), ("brief(123.4)", "123"), ("brief(-1.234)", "−1.23"), ("brief(NaN)", "no number"),
    ("percent(0.99951)", "> 99.9 %"), ("percent(0.5)", "50.0 %"), ("percent(0)", "< 0.1 %"), ("percent(NaN)", "–"),
    ("count(1, 'map')", "1 map"), ("count(7416, 'parameter')", "7,416 parameters"), ("tabled(1 / 3)", "0.3333"),
    ("both([3, 5])", "3×5"), ("both([3, 3])", "3"), ("span([-2, 7])", "−2 to 7"),
    ("quoted('x'.repeat(900)).length", 62), *((f"grouped({number})", f"{number:,}") for number in (
        0, 7, 999, 1000, 7416, 999_999, 6_400_000, -1, -999, -1000, -123_456, 2**53 - 1)),
    ("grouped(1e21)", f"{10**21:,}"), ("grouped(1234.5)", "1,234.5"), ("grouped(Infinity)", "∞"),
])
def test_numbers_are_written_in_one_way(parts, call, text):
    assert parts.evaluate(f"bookParts.numbers.{call}") == text


def test_work_in_slices_ends_begins_anew_and_never_stands_still(parts):
    """Asked for again while it runs, it ends first, and begins again once with what is new."""
    told = parts.evaluate("""async () => {
      const { sliced } = bookParts.work, results = [];
      let asked = 1, most = 0, inSlice = 0;
      function* steps() {
        const mine = asked;
        for (let i = 0; i < 40; i++) {
          const start = performance.now();
          while (performance.now() - start < 2);
          most = Math.max(most, ++inSlice);
          yield;
        }
        return mine;
      }
      const work = sliced(steps, (result) => results.push(result), 6);
      work.ask();
      for (let frame = 0; frame < 200 && (frame < 4 || work.busy()); frame++) {
        inSlice = 0;
        await new Promise(requestAnimationFrame);
        if (frame === 3) { asked = 2; work.ask(); work.ask(); }
      }
      work.ask();
      work.drop();
      await new Promise(requestAnimationFrame);
      return { results, busy: work.busy(), short: most <= 8 }; // steps of 2 ms in two slices of 6 ms
    }""")
    assert told == {"results": [1, 2], "busy": False, "short": True}
