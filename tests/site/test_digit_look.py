"""How the page "Draw a digit" opens and is seen: its maps, the lines between them, the panel beside a unit."""

import pytest

from tests.site.digit_page import SEVEN, draw, open_page, page_in, place_of, press, settled
from tests.site.visits import drag, visit

pytestmark = pytest.mark.xdist_group("digit")


@pytest.fixture
def opened(page, digit_site):
    open_page(page, page_in(digit_site).as_uri())
    return page


def test_it_opens_with_a_digit_its_maps_and_the_lines_between_them(opened):
    assert "It reads a 7" in opened.inner_text("#digit-sentence") and opened.is_hidden("#digit-inspector")
    painted = """() => [...document.querySelectorAll(".digit-layer canvas")].map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Set();
      for (let i = 0; i < data.length; i += 4) colours.add(data[i] * 65536 + data[i + 1] * 256 + data[i + 2]);
      return [canvas.getBoundingClientRect().top, colours.size];
    })"""
    sheets = opened.evaluate(painted)
    seen = [count for top, count in sheets if top < 850]
    assert len(seen) >= 4 and min(seen) > 3, "maps that are flat squares"
    assert opened.evaluate("document.documentElement.scrollHeight") < 4500  # once 8,000, most of it empty
    cards = opened.locator(".digit-card").count()
    assert cards > 5 and opened.locator(".digit-still").get_attribute("d").count("M") > 100
    assert opened.locator(".digit-moving").get_attribute("d").count("M") == 8  # the maps that the first unit reads
    opened.locator(".digit-layer canvas").last.scroll_into_view_if_needed()
    opened.wait_for_timeout(200)
    assert opened.evaluate(painted)[-1][1] > 3  # painted when it comes on the screen


def test_only_what_is_on_the_screen_is_painted(opened):
    opened.evaluate("""() => {
      window.painted = new Set();
      const kind = CanvasRenderingContext2D.prototype, clear = kind.clearRect;
      kind.clearRect = function (...box) { painted.add(this.canvas); return clear.apply(this, box); };
    }""")
    draw(opened, SEVEN)
    tops = opened.evaluate("""[...painted].filter((canvas) => canvas.closest(".digit-layer"))
      .map((canvas) => canvas.getBoundingClientRect().top)""")
    assert 3 < len(tops) < opened.locator(".digit-layer").count() and max(tops) < 900 + 100


@pytest.mark.parametrize("at, unit", [(1, 0), (3, 500), (8, 60), (12, 5), (20, 3)])
def test_the_panel_stands_beside_the_unit_and_covers_neither_it_nor_the_screen_s_edge(opened, at, unit):
    x, y = place_of(opened, at, unit)
    opened.mouse.move(x, y)
    settled(opened)
    for _ in range(2):  # pointed at, then picked
        panel = opened.locator("#digit-inspector").bounding_box()
        assert panel["x"] >= 0 and panel["x"] + panel["width"] <= 1366 and panel["y"] + panel["height"] <= 900
        assert not (panel["x"] < x < panel["x"] + panel["width"] and panel["y"] < y < panel["y"] + panel["height"])
        across = max(panel["x"] - x, x - panel["x"] - panel["width"])
        down = max(panel["y"] - y, y - panel["y"] - panel["height"])
        assert max(across, down) < 80, "the panel is far from the unit"
        drag(opened, (x, y))
        settled(opened)
    press(opened, "Escape")
    assert opened.is_hidden("#digit-inspector")


def test_nothing_moves_while_it_loads_and_while_one_draws(browser, digit_site):
    with visit(browser) as page:
        page.add_init_script("""window.moved = 0; new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.moved += entry.value;
        }).observe({ type: "layout-shift", buffered: true });""")
        open_page(page, page_in(digit_site).as_uri())
        page.wait_for_timeout(500)
        draw(page, SEVEN)
        page.wait_for_timeout(600)
        assert page.evaluate("window.moved") < 0.02
